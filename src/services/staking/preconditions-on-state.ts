/** Preconditions on the state of the pool, the sequencer and the caller. */
import {isAddressEqual, zeroAddress} from 'viem'

import {formatDuration, formatWeiShort, isoTime} from '../../lib/units.ts'
import {exitsAllowed, signerUpdateBatch} from '../../protocol/locking-pool.ts'
import {statusWord} from '../../protocol/sequencer.ts'
import {foretelling, ourOwn} from '../sending/check.ts'
import type {Rule} from './rule.ts'

export const notPaused: Rule<'pool'> = ({pool: {paused}}) =>
  foretelling('not-paused', {
    label: 'LockingPool is not paused',
    ok: !paused,
    seen: paused ? 'paused' : 'running',
  })

export const whitelisted: Rule<'callerIsWhitelisted'> = ({callerIsWhitelisted}) =>
  foretelling('whitelisted', {
    label: 'the owner is whitelisted',
    ok: callerIsWhitelisted,
    seen: callerIsWhitelisted ? 'yes' : 'no',
  })

export const active: Rule<'sequencer'> = ({sequencer: {status, sequencerId}}) =>
  foretelling('active', {
    label: `sequencer ${sequencerId} is active`,
    ok: status === 'active',
    seen: statusWord(status),
    remedy:
      status === 'inactive'
        ? `Its exit has begun: run \`metis-seq exit status ${sequencerId}\`.`
        : `Run \`metis-seq sequencer show ${sequencerId}\`.`,
  })

export const owned: Rule<'sequencer' | 'caller'> = ({sequencer: {owner, sequencerId}, caller}) =>
  foretelling('owner', {
    label: `the account owns sequencer ${sequencerId}`,
    ok: isAddressEqual(owner, caller),
    seen: `owner ${owner}, account ${caller}`,
  })

export const isSigner: Rule<'sequencer' | 'caller'> = ({
  sequencer: {signer, sequencerId},
  caller,
}) =>
  foretelling('signer', {
    label: `the account is the signer of sequencer ${sequencerId}`,
    ok: isAddressEqual(signer, caller),
    seen: `signer ${signer}, account ${caller}`,
  })

export const recipientSet: Rule<'sequencer'> = ({
  sequencer: {rewardRecipient, sequencerId, status},
}) =>
  foretelling('recipient-set', {
    label: `sequencer ${sequencerId} has a reward recipient`,
    ok: rewardRecipient !== zeroAddress,
    seen: rewardRecipient === zeroAddress ? 'none' : rewardRecipient,
    remedy:
      status === 'active'
        ? `Run \`metis-seq sequencer set-recipient ${sequencerId} --recipient ADDRESS\`.`
        : 'It cannot be set once an exit has begun; only the owner of LockingPool can help.',
  })

export const rewardThere: Rule<'sequencer'> = ({sequencer: {rewardMetisWei, sequencerId}}) =>
  ourOwn('reward-there', 'NOTHING_TO_CLAIM', {
    label: `sequencer ${sequencerId} has a reward to claim`,
    ok: rewardMetisWei > 0n,
    seen: `${formatWeiShort(rewardMetisWei)} METIS; the contract would take the fee and send nothing`,
    remedy: 'Rewards are credited with the next reward batch: `metis-seq reward show`.',
  })

export const notThrottled: Rule<'sequencer' | 'pool'> = ({pool, sequencer: {updatedBatch}}) =>
  foretelling('withdraw-throttle', {
    label: 'no withdrawal, signer update or registration of it in this reward batch',
    ok: pool.rewardBatchId > updatedBatch,
    seen: `current batch ${pool.rewardBatchId}, last change in batch ${updatedBatch}`,
    remedy: `Wait for reward batch ${updatedBatch + 1n}; \`metis-seq stake show\` shows the current one.`,
  })

export const signerNotThrottled: Rule<'sequencer' | 'pool'> = (snapshot) => {
  const first = signerUpdateBatch(snapshot)
  const {rewardBatchId} = snapshot.pool
  return foretelling('signer-throttle', {
    label: `reward batch ${first} has come`,
    ok: rewardBatchId >= first,
    seen: `current batch ${rewardBatchId}, last change in batch ${snapshot.sequencer.updatedBatch}`,
    remedy: `Wait for reward batch ${first}; withdrawals and signer updates share one rate limit per reward batch.`,
  })
}

export const bftAllows: Rule<'pool'> = ({pool}) =>
  foretelling('bft', {
    label: 'at most a third of the sequencers are exiting, including this one',
    ok: exitsAllowed(pool) > 0n,
    seen: `${pool.activeSequencers} active, ${pool.exitingSequencers} exiting`,
    remedy:
      pool.exitingSequencers > 0n
        ? 'Wait until one of the exiting sequencers has claimed: `metis-seq sequencer list`.'
        : 'Wait until more sequencers have joined: `metis-seq sequencer list`.',
  })

export const exiting: Rule<'sequencer'> = ({sequencer: {status, sequencerId}}) =>
  foretelling('exiting', {
    label: `the exit of sequencer ${sequencerId} has begun and is not finished`,
    ok: status === 'inactive',
    seen: statusWord(status),
    remedy:
      status === 'active'
        ? `Run \`metis-seq exit plan ${sequencerId}\`, then \`metis-seq exit start ${sequencerId}\`.`
        : 'Nothing is left to claim.',
  })

export const exitDelayOver: Rule<'sequencer' | 'timeSeconds'> = ({
  sequencer: {unlockClaimTimeSeconds},
  timeSeconds,
}) =>
  foretelling('exit-delay', {
    label: 'the exit delay has passed',
    ok: timeSeconds >= unlockClaimTimeSeconds,
    seen:
      timeSeconds >= unlockClaimTimeSeconds
        ? 'passed'
        : `${formatDuration(Number(unlockClaimTimeSeconds - timeSeconds))} left, until ${isoTime(unlockClaimTimeSeconds)}`,
    remedy:
      'Run `metis-seq exit calendar` for a reminder; on the local network, `metis-seq local warp 21d`.',
  })
