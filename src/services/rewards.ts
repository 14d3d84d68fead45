import {zeroAddress, type Address} from 'viem'
import {getBalance} from 'viem/actions'

import {quoteBridgeFee, type BridgeFee} from '../chain/actions/bridge/quote-bridge-fee.ts'
import {readPool, type PoolSettings} from '../chain/actions/locking-pool/read-pool.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {formatWei, formatWeiShort} from '../lib/units.ts'
import type {Sequencer} from '../protocol/sequencer.ts'
import type {Context} from './context.ts'
import type {Plan} from './plan.ts'
import {withdrawRewards} from './planned-calls.ts'
import {findOwnActiveSequencer, findSequencer} from './sequencers.ts'

export interface RewardView {
  sequencer: Sequencer
  pool: PoolSettings
  fee: BridgeFee
  /** METIS of the reward recipient on L2; null when no recipient is set or L2 does not answer. */
  recipientL2MetisWei: bigint | null
}

/** What a sequencer has earned and not claimed, and what claiming costs now. */
export async function showRewards(
  context: Context,
  sequencerId: bigint | undefined,
): Promise<RewardView> {
  const {lockingPool, lockingInfo, addressManager} = context.network.l1.contracts
  const {client} = context.l1()
  const [sequencer, pool, fee] = await Promise.all([
    findSequencer(context, sequencerId),
    readPool(client, {lockingPool, lockingInfo}),
    quoteBridgeFee(client, {addressManager}),
  ])
  const recipientL2MetisWei =
    sequencer.rewardRecipient === zeroAddress
      ? null
      : await readL2Metis(context, sequencer.rewardRecipient).catch(() => null)
  return {sequencer, pool, fee, recipientL2MetisWei}
}

export function readL2Metis(context: Context, account: Address): Promise<bigint> {
  return getBalance(context.l2().client, {address: account})
}

/**
 * Decides what a claim would do.
 *
 * @throws {MetisSeqError} REWARD_RECIPIENT_UNSET, NOTHING_TO_CLAIM and those of the owner check
 */
export async function planRewardClaim(
  context: Context,
  sequencerId: bigint | undefined,
): Promise<Plan & {rewardMetisWei: bigint; rewardRecipient: Address}> {
  const {lockingPool, addressManager} = context.network.l1.contracts
  const [{sequencer, owner}, fee] = await Promise.all([
    findOwnActiveSequencer(context, sequencerId),
    quoteBridgeFee(context.l1().client, {addressManager}),
  ])
  const id = sequencer.sequencerId
  const {rewardRecipient, rewardMetisWei} = sequencer
  if (rewardRecipient === zeroAddress) throw recipientUnset(id)
  // The contract accepts a claim of nothing, does nothing, and keeps the fee.
  if (rewardMetisWei === 0n) throw nothingToClaim(id)
  return {
    action: 'reward claim',
    title: `Claim ${formatWeiShort(rewardMetisWei)} METIS of sequencer ${id}`,
    chain: 'L1',
    from: owner,
    role: 'owner',
    calls: [
      withdrawRewards({
        lockingPool,
        sequencerId: id,
        rewardWei: rewardMetisWei,
        l2GasLimit: fee.l2GasLimit,
        feeEthWei: fee.feeEthWei,
      }),
    ],
    effects: [
      {label: 'claimable', before: `${formatWei(rewardMetisWei)} METIS`, after: '0 METIS'},
      {
        label: `METIS of ${rewardRecipient} on L2`,
        before: 'now',
        after: `now + ${formatWei(rewardMetisWei)}, when the bridge has delivered`,
      },
      {label: 'bridge fee', before: '0 ETH', after: `${formatWei(fee.feeEthWei)} ETH`},
    ],
    traps: [],
    rewardMetisWei,
    rewardRecipient,
  }
}

/**
 * Checks that the claim emptied the credit.
 *
 * @throws {MetisSeqError} POST_STATE
 */
export async function verifyRewardClaim(
  context: Context,
  before: {sequencerId: bigint; rewardMetisWei: bigint},
): Promise<Sequencer> {
  const sequencer = await findSequencer(context, before.sequencerId)
  // A reward batch may land in the same moment, so only a credit that did not fall is wrong.
  if (sequencer.rewardMetisWei < before.rewardMetisWei) return sequencer
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: 'The claim was mined, but the credit is still there.',
    exit: 'precondition',
    facts: {
      sequencerId: `${before.sequencerId}`,
      rewardWei: `${sequencer.rewardMetisWei}`,
    },
    hints: [`Run \`metis-seq reward show ${before.sequencerId}\`.`],
  })
}

function recipientUnset(sequencerId: bigint): MetisSeqError {
  return new MetisSeqError({
    code: 'REWARD_RECIPIENT_UNSET',
    message: `Sequencer ${sequencerId} has no reward recipient.`,
    exit: 'precondition',
    facts: {sequencerId: `${sequencerId}`},
    hints: [
      'Have the owner call LockingPool.setSequencerRewardRecipient before any claim or exit.',
    ],
  })
}

function nothingToClaim(sequencerId: bigint): MetisSeqError {
  return new MetisSeqError({
    code: 'NOTHING_TO_CLAIM',
    message: `Sequencer ${sequencerId} has no reward to claim; a claim would only cost the fee.`,
    exit: 'precondition',
    facts: {sequencerId: `${sequencerId}`},
    hints: ['Rewards are credited with the next reward batch: `metis-seq reward show`.'],
    retryable: true,
  })
}
