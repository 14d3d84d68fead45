import {isAddressEqual, zeroAddress, type Address} from 'viem'

import {readAllowance, readTokenBalance} from '../../chain/actions/erc20/read-token.ts'
import {readLastBatchEpochs} from '../../chain/actions/locking-pool/read-last-batch.ts'
import {readOffices, type Offices} from '../../chain/actions/locking-pool/read-offices.ts'
import {readPool, type PoolSettings} from '../../chain/actions/locking-pool/read-pool.ts'
import {readEpoch, readEpochLength} from '../../chain/actions/sequencer-set/read-epochs.ts'
import type {MetisSeqError} from '../../lib/errors.ts'
import {counted} from '../../lib/units.ts'
import {payable, type Purse} from '../../protocol/reward-purse.ts'
import {yearlyRatePercent} from '../../protocol/reward-forecast.ts'
import {MIN_EPOCHS_PER_REWARD_BATCH} from '../../protocol/reward.ts'
import {measureBlockInterval, slotOf, type BlockInterval} from '../network/block-interval.ts'
import {assertContractsAgree} from '../network/contracts-agree.ts'
import type {Context} from '../context.ts'
import {metisText} from '../sending/planned-calls.ts'
import {TARGET_RATE_PERCENT} from '../rewards/reward-forecast.ts'
import {connectionError, type Unreachable} from '../sending/transactions.ts'

/** The reward payer: the account with its METIS on L1 and its allowance to LockingInfo. */
export interface Payer extends Purse {
  /** Null when unset: every reward batch then reverts. */
  address: Address | null
}

/** Rewards earned and not yet in a batch. */
export interface Unsubmitted {
  /** First unpaid epoch. */
  fromEpoch: bigint
  /** Blocks up to the head. */
  blocks: bigint
}

/** The values of L2 by which the settings are judged. */
export interface Production extends Omit<BlockInterval, 'headBlock'> {
  /** Null when L2 does not respond. */
  unsubmitted: Unsubmitted | null
  /** Blocks of an epoch without a respan. Null when L2 does not respond. */
  epochLength: bigint | null
}

/** Every setting of a network controlled by its owners and its reward payer. */
export interface Governance {
  offices: Offices
  pool: PoolSettings
  payer: Payer
  production: Production
  /** Epochs of the last reward batch; null before the first. */
  lastBatchEpochs: bigint | null
  /** L2, when it did not respond. Production is then that of the network document. */
  unreachable: Unreachable[]
}

/**
 * Reads the settings of a network. Needs no profile; works without L2.
 *
 * @throws {MetisSeqError} CONTRACTS_DISAGREE, those of the connection to L1
 */
export async function readGovernance(context: Context): Promise<Governance> {
  const {client} = context.l1()
  const {lockingPool, lockingInfo} = context.network.l1.contracts
  const [offices, pool] = await Promise.all([
    readOffices(client, {lockingPool, lockingInfo}),
    readPool(client, {lockingPool, lockingInfo}),
    assertContractsAgree(context),
  ])
  const [payer, lastBatchEpochs, {production, error}] = await Promise.all([
    readPayer(context, offices.rewardPayer),
    readLastBatchEpochs(client, {lockingPool}),
    readProduction(context, pool),
  ])
  return {
    ...{offices, pool, payer, production},
    lastBatchEpochs: lastBatchEpochs ?? null,
    unreachable: error ? [{layer: 'L2', error}] : [],
  }
}

async function readPayer(context: Context, rewardPayer: Address): Promise<Payer> {
  if (isAddressEqual(rewardPayer, zeroAddress)) {
    return {address: null, balanceMetisWei: 0n, allowanceMetisWei: 0n}
  }
  const {client} = context.l1()
  const {metis, lockingInfo} = context.network.l1.contracts
  const [balanceMetisWei, allowanceMetisWei] = await Promise.all([
    readTokenBalance(client, {token: metis, account: rewardPayer}),
    readAllowance(client, {token: metis, owner: rewardPayer, spender: lockingInfo}),
  ])
  return {address: rewardPayer, balanceMetisWei, allowanceMetisWei}
}

async function readProduction(
  context: Context,
  {rewardedUntilEpoch}: PoolSettings,
): Promise<{production: Production; error?: MetisSeqError}> {
  const {sequencerSet} = context.network.l2.contracts
  try {
    const {client} = context.l2()
    const [{headBlock, ...interval}, paid, epochLength] = await Promise.all([
      measureBlockInterval(context),
      readEpoch(client, {sequencerSet, number: rewardedUntilEpoch}),
      readEpochLength(client, {sequencerSet}),
    ])
    // Epoch 0 is never paid, so its end counts as paid. Epochs have no gaps.
    const blocks = paid && headBlock > paid.endBlock ? headBlock - paid.endBlock : 0n
    const unsubmitted = {fromEpoch: rewardedUntilEpoch + 1n, blocks}
    return {production: {...interval, unsubmitted, epochLength}}
  } catch (error) {
    const production = {...slotOf(context), unsubmitted: null, epochLength: null}
    return {production, error: connectionError(error)}
  }
}

/** Coverage by the payer at a reward per block. */
export interface Cover {
  /** Blocks covered by the smaller of balance and allowance. */
  blocks: bigint
  /** Whole reward batches like the last one, or of the minimum length; null while unknown. */
  batches: bigint | null
  batchEpochs: bigint
  /** METIS earned and not submitted; null while unknown. */
  owedMetisWei: bigint | null
  coversOwed: boolean | null
}

/** @param rewardPerBlockMetisWei the contract rejects 0; here it means no coverage */
export function coverOf(
  {payer, production, lastBatchEpochs}: Omit<Governance, 'unasked' | 'pool' | 'offices'>,
  rewardPerBlockMetisWei: bigint,
): Cover {
  const {unsubmitted, epochLength} = production
  const blocks = rewardPerBlockMetisWei === 0n ? 0n : payable(payer) / rewardPerBlockMetisWei
  const batchEpochs = lastBatchEpochs ?? BigInt(MIN_EPOCHS_PER_REWARD_BATCH)
  const owed = unsubmitted === null ? null : unsubmitted.blocks * rewardPerBlockMetisWei
  return {
    blocks,
    batches: epochLength ? blocks / (epochLength * batchEpochs) : null,
    batchEpochs,
    owedMetisWei: owed,
    coversOwed: owed === null ? null : payable(payer) >= owed,
  }
}

/** Everything `governance show` reports. */
export interface GovernanceView {
  governance: Governance
  cover: Cover
  /** Annual reward in percent of all locked METIS, at the current block rate. */
  ratePercent: number
  targetRatePercent: number
  /** Source of the block time, human-readable. */
  intervalText: string
  allowanceText: string
}

/** The effect of a network's settings. */
export async function showGovernance(context: Context): Promise<GovernanceView> {
  const governance = await readGovernance(context)
  const {pool, production, payer} = governance
  return {
    governance,
    cover: coverOf(governance, pool.rewardPerBlockMetisWei),
    ratePercent: yearlyRatePercent({...pool, ...production}),
    targetRatePercent: TARGET_RATE_PERCENT,
    intervalText: intervalText(production),
    allowanceText: metisText(payer.allowanceMetisWei),
  }
}

/** A human-readable block time with its source. */
export function intervalText(
  interval: Omit<BlockInterval, 'headBlock'>,
  given: 'given' | 'read' = 'read',
): string {
  const {blockIntervalSeconds, measuredBlocks} = interval
  const source =
    given === 'given'
      ? 'as given'
      : measuredBlocks > 0
        ? `measured over ${counted(measuredBlocks, 'block')}`
        : 'the slot of the network, not measured'
  return `a block every ${Number(blockIntervalSeconds.toFixed(2))} s (${source})`
}
