/** Conditions on what the pool, the sequencer and the caller are. */
import {isAddressEqual, zeroAddress} from 'viem'

import {formatDuration, formatWeiShort, isoTime} from '../../lib/units.ts'
import {exitsAllowed, signerUpdateBatch} from '../../protocol/locking-pool.ts'
import {statusWord} from '../../protocol/sequencer.ts'
import {condition, type Rule} from './rule.ts'

export const notPaused: Rule = ({pool: {paused}}) =>
  condition({
    id: 'not-paused',
    code: 'POOL_PAUSED',
    label: 'LockingPool is not paused',
    ok: !paused,
    seen: paused ? 'paused' : 'running',
    remedy: 'Wait until the pool runs again; its owner paused it.',
    revert: 'Pausable: paused',
  })

export const whitelisted: Rule = ({callerIsWhitelisted}) =>
  condition({
    id: 'whitelisted',
    code: 'NOT_WHITELISTED',
    label: 'owner is whitelisted',
    ok: callerIsWhitelisted,
    seen: callerIsWhitelisted ? 'yes' : 'no',
    remedy: 'Apply through governance; on the local network run `metis-seq local fund`.',
    revert: 'NotWhitelisted',
  })

export const active: Rule = ({sequencer: {status, sequencerId}}) =>
  condition({
    id: 'active',
    code: 'SEQUENCER_NOT_ACTIVE',
    label: `sequencer ${sequencerId} is active`,
    ok: status === 'active',
    seen: statusWord(status),
    remedy:
      status === 'inactive'
        ? `Its exit has begun: run \`metis-seq exit status ${sequencerId}\`.`
        : `Run \`metis-seq sequencer show ${sequencerId}\`.`,
    revert: 'SeqNotActive',
  })

export const owned: Rule = ({sequencer: {owner, sequencerId}, caller}) =>
  condition({
    id: 'owner',
    code: 'NOT_SEQUENCER_OWNER',
    label: `the account owns sequencer ${sequencerId}`,
    ok: isAddressEqual(owner, caller),
    seen: `owner ${owner}, account ${caller}`,
    remedy: 'Run `metis-seq profile list` to find the profile of that owner.',
    revert: 'NotSeqOwner',
  })

export const isSigner: Rule = ({sequencer: {signer, sequencerId}, caller}) =>
  condition({
    id: 'signer',
    code: 'NOT_SEQUENCER_SIGNER',
    label: `the account is the signer of sequencer ${sequencerId}`,
    ok: isAddressEqual(signer, caller),
    seen: `signer ${signer}, account ${caller}`,
    remedy: 'A signer is replaced with the key of the signer, not of the owner.',
    revert: 'NotSeqSigner',
  })

export const recipientSet: Rule = ({sequencer: {rewardRecipient, sequencerId, status}}) =>
  condition({
    id: 'recipient-set',
    code: 'REWARD_RECIPIENT_UNSET',
    label: `sequencer ${sequencerId} has a reward recipient`,
    ok: rewardRecipient !== zeroAddress,
    seen: rewardRecipient === zeroAddress ? 'none' : rewardRecipient,
    remedy:
      status === 'active'
        ? `Run \`metis-seq sequencer set-recipient ${sequencerId} --recipient ADDRESS\`.`
        : 'It cannot be set after an exit began; only the owner of LockingPool can help.',
    revert: 'NoRewardRecipient',
  })

export const rewardThere: Rule = ({sequencer: {rewardMetisWei, sequencerId}}) =>
  condition({
    id: 'reward-there',
    code: 'NOTHING_TO_CLAIM',
    label: `sequencer ${sequencerId} has a reward to claim`,
    ok: rewardMetisWei > 0n,
    seen: `${formatWeiShort(rewardMetisWei)} METIS; the contract would keep the fee and send nothing`,
    remedy: 'Rewards are credited with the next reward batch: `metis-seq reward show`.',
  })

export const notThrottled: Rule = ({pool, sequencer: {updatedBatch}}) =>
  condition({
    id: 'withdraw-throttle',
    code: 'WITHDRAW_THROTTLED',
    label: 'this reward batch has seen no withdrawal, signer update or registration of it',
    ok: pool.rewardBatchId > updatedBatch,
    seen: `current batch ${pool.rewardBatchId}, last change in batch ${updatedBatch}`,
    remedy: `Wait for reward batch ${updatedBatch + 1n}; \`metis-seq stake show\` names the current one.`,
    revert: 'withdraw throttle',
  })

export const signerNotThrottled: Rule = (standing) => {
  const first = signerUpdateBatch(standing)
  const {rewardBatchId} = standing.pool
  return condition({
    id: 'signer-throttle',
    code: 'SIGNER_UPDATE_THROTTLED',
    label: `reward batch ${first} has come`,
    ok: rewardBatchId >= first,
    seen: `current batch ${rewardBatchId}, last change in batch ${standing.sequencer.updatedBatch}`,
    remedy: `Wait for reward batch ${first}; withdrawals and signer updates share this limit.`,
    revert: 'signer updating throttle',
  })
}

export const bftAllows: Rule = ({pool}) =>
  condition({
    id: 'bft',
    code: 'BFT_RESTRICTION',
    label: 'not more than a third of the sequencers are exiting, this one counted',
    ok: exitsAllowed(pool) > 0n,
    seen: `${pool.activeSequencers} active, ${pool.exitingSequencers} exiting`,
    remedy:
      pool.exitingSequencers > 0n
        ? 'Wait until one of those that are exiting has claimed: `metis-seq sequencer list`.'
        : 'Wait until more sequencers have joined: `metis-seq sequencer list`.',
    revert: 'BFT restriction',
  })

export const exiting: Rule = ({sequencer: {status, sequencerId}}) =>
  condition({
    id: 'exiting',
    code: 'EXIT_NOT_STARTED',
    label: `the exit of sequencer ${sequencerId} has begun and is not finished`,
    ok: status === 'inactive',
    seen: statusWord(status),
    remedy:
      status === 'active'
        ? `Run \`metis-seq exit plan ${sequencerId}\`, then \`metis-seq exit start ${sequencerId}\`.`
        : 'Nothing is left to claim.',
    revert: 'Not allowed to cliam',
  })

export const exitDelayOver: Rule = ({sequencer: {unlockClaimTimeSeconds}, timeSeconds}) =>
  condition({
    id: 'exit-delay',
    code: 'EXIT_NOT_FINISHED',
    label: 'the exit delay has passed',
    ok: timeSeconds >= unlockClaimTimeSeconds,
    seen:
      timeSeconds >= unlockClaimTimeSeconds
        ? 'passed'
        : `${formatDuration(Number(unlockClaimTimeSeconds - timeSeconds))} left, until ${isoTime(unlockClaimTimeSeconds)}`,
    remedy:
      'Run `metis-seq exit calendar` for a reminder; on the local network `metis-seq local warp 21d`.',
    revert: 'Not allowed to cliam',
  })
