import {zeroAddress, type Address, type Hash} from 'viem'
import {getBalance, getTransactionReceipt} from 'viem/actions'

import {quoteBridgeFee, type BridgeFee} from '../../chain/actions/bridge/quote-bridge-fee.ts'
import {readPool, type PoolSettings} from '../../chain/actions/locking-pool/read-pool.ts'
import {formatWei, formatWeiShort} from '../../lib/units.ts'
import {parseRewardLogs} from '../../protocol/reward-log.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import type {Context} from '../context.ts'
import type {Effect} from '../sending/plan.ts'
import {withdrawRewards} from '../sending/planned-calls.ts'
import {findSequencer} from '../staking/sequencers.ts'
import {poolCallOn} from '../staking/stake.ts'
import {openSnapshot} from '../staking/open-snapshot.ts'
import {toStakingPlan, type StakingPlan} from '../staking/staking-plan.ts'
import {bridgeFeeTrap, recipientTrap} from '../staking/traps.ts'

export interface RewardView {
  sequencer: Sequencer
  pool: PoolSettings
  fee: BridgeFee
  /** METIS of the reward recipient on L2; null when no recipient is set or L2 does not respond. */
  recipientL2MetisWei: bigint | null
}

/** Unclaimed rewards of a sequencer, and the current cost of claiming them. */
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
 * The METIS sent by a mined claim, from its own log.
 *
 * @returns undefined when the endpoint does not return the log
 */
export async function readClaimed(
  context: Context,
  sequencerId: bigint,
  {hash, blockNumber}: {hash: Hash; blockNumber: bigint},
): Promise<bigint | undefined> {
  const {lockingPool, lockingInfo} = context.network.l1.contracts
  const receipt = await getTransactionReceipt(context.l1().client, {hash}).catch(() => undefined)
  const logs = (receipt?.logs ?? []).map(({address, topics, data, logIndex}) => ({
    ...{l1Block: blockNumber, txHash: hash, logIndex, data, timeSeconds: null},
    address: address.toLowerCase() as Address,
    topics: [...topics],
  }))
  const claims = parseRewardLogs(logs, {lockingPool, lockingInfo}).filter(
    (event) => event.kind === 'claim',
  )
  return claims.find((claim) => claim.sequencerId === sequencerId)?.amountMetisWei
}

/**
 * Plans a claim.
 *
 * @throws {MetisSeqError} REWARD_RECIPIENT_UNSET, NOTHING_TO_CLAIM and those of the state
 */
export async function planRewardClaim(
  context: Context,
  sequencerId: bigint | undefined,
): Promise<StakingPlan> {
  const {addressManager} = context.network.l1.contracts
  const [snapshot, fee] = await Promise.all([
    openSnapshot(context, sequencerId),
    quoteBridgeFee(context.l1().client, {addressManager}),
  ])
  const {rewardRecipient, rewardMetisWei, sequencerId: id} = snapshot.sequencer
  return toStakingPlan({
    action: 'reward claim',
    title: `Claim ${formatWeiShort(rewardMetisWei)} METIS of sequencer ${id}`,
    subject: 'A claim',
    role: 'owner',
    snapshot,
    call: {kind: 'withdraw-rewards'},
    calls: [withdrawRewards({...poolCallOn(context, snapshot), rewardWei: rewardMetisWei, ...fee})],
    effects: bridgedEffects(rewardRecipient, rewardMetisWei, fee),
    traps: [...bridgeFeeTrap(fee.feeEthWei), ...(await recipientTrap(context, rewardRecipient))],
  })
}

/** Effects of bridging a reward to L2 outside LockingPool. Empty without a reward. */
export function bridgedEffects(recipient: Address, rewardWei: bigint, fee: BridgeFee): Effect[] {
  if (rewardWei === 0n) return []
  return [
    {
      label: `METIS of ${recipient} on L2`,
      before: 'now',
      after: `now + ${formatWei(rewardWei)}, once the bridge has delivered it`,
    },
    {label: 'bridge fee', before: '0 ETH', after: `${formatWei(fee.feeEthWei)} ETH`},
  ]
}
