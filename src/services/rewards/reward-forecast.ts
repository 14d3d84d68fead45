import type {Address} from 'viem'

import {wrongRead} from '../../chain/endpoint-errors.ts'
import type {PoolSettings} from '../../chain/actions/locking-pool/read-pool.ts'
import {
  readEpoch,
  readEpochLength,
  readNewestEpochNumber,
} from '../../chain/actions/sequencer-set/read-epochs.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {epochAt, epochBlocks, type Epoch} from '../../protocol/epoch.ts'
import {
  expectReward,
  medianOf,
  shareOf,
  yearlyRatePercent,
  type Expectation,
} from '../../protocol/reward-forecast.ts'
import {parseRewardLogs} from '../../protocol/reward-log.ts'
import {rewardPerBlockForMrr} from '../../protocol/reward.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import {eligibleValidators, forecastProducers, type Candidate} from '../../protocol/span.ts'
import {measureBlockInterval, type BlockInterval} from '../network/block-interval.ts'
import type {Context} from '../context.ts'
import {readL1Logs, type ReadOptions, type ReadWarning} from '../network/l1-logs.ts'
import {findSequencer, listSequencers} from '../staking/sequencers.ts'

/** What governance aims at: `l1:target-reward-per-block --interval 8 --rate 20`. */
const TARGET_INTERVAL_SECONDS = 8
export const TARGET_RATE_PERCENT = 20
/** Reward batches whose length says how long the next one will be. */
const BATCHES_FOR_CADENCE = 10
/** Draws that are looked ahead, and unpaid epochs that are read: 20,000 x 30 µs = 0.6 s. */
const MOST_EPOCHS = 20_000
const DAY_SECONDS = 86_400

/** A stretch of time with what chance says of it, and what the draws already say. */
export interface Horizon extends Expectation {
  days: number
  /** Own epochs by the draws of the selection, which hold while nobody's stake changes. Null: too many. */
  drawnOwnEpochs: number | null
}

/** The reward batch that comes next. */
export interface NextBatch {
  batchId: bigint
  startEpoch: bigint
  /** Epochs it is going to have, after those before it; null while there was none. */
  epochs: number | null
  /** Own blocks of epochs that are committed on L2: as good as earned. */
  committedOwnBlocks: bigint
  committedEpochs: number
  /** All of it: what is committed, and the mean and spread of the epochs that are still to come. */
  meanMetisWei: bigint
  spreadMetisWei: bigint
  /** Until its last epoch is over at the measured rate; null while its length is not known. */
  readyInSeconds: number | null
}

export interface RewardForecast {
  sequencer: Sequencer
  pool: PoolSettings
  /** Chance to produce an epoch, 0 to 1. 0: the selection does not know the signer. */
  share: number
  eligible: number
  epochLength: bigint
  blockIntervalSeconds: number
  /** Blocks over which the interval was measured; 0: it is the slot of the network document. */
  measuredBlocks: number
  horizons: Horizon[]
  nextBatch: NextBatch
  /** Yearly reward in percent of all locked METIS, at the measured rate of blocks. */
  ratePercent: number
  /** Yearly reward in percent of this sequencer's own lock: higher while others are not drawn. */
  ownRatePercent: number
  /** Rewards per block that would yield 20 % a year: at governance's interval, and at the measured one. */
  targetMetisWei: {atTargetInterval: bigint; atMeasuredInterval: bigint}
  warnings: ReadWarning[]
}

/**
 * What a sequencer can expect to earn. Reads both chains; needs L1 logs only for the length of reward
 * batches, and goes on without them.
 *
 * @throws {MetisSeqError} SEQUENCER_UNKNOWN, NOT_REGISTERED, INTERRUPTED, those of the connections
 */
export async function forecastReward(
  context: Context,
  sequencerId: bigint | undefined,
  options: ReadOptions = {},
): Promise<RewardForecast> {
  const warnings: ReadWarning[] = []
  const [sequencer, {sequencers, pool}, l2, usualEpochs] = await Promise.all([
    findSequencer(context, sequencerId),
    listSequencers(context),
    readL2(context),
    readUsualEpochs(context, options, warnings),
  ])
  const candidates = candidatesOf(sequencers)
  const eligible = eligibleValidators(candidates, pool.rewardBatchId)
  const share = shareOf(sequencer.signer, eligible)
  const {epochLength, blockIntervalSeconds} = l2
  const rate = pool.rewardPerBlockMetisWei
  const chance = {share, epochBlocks: Number(epochLength), rewardPerBlockMetisWei: rate}
  const epochSeconds = Number(epochLength) * blockIntervalSeconds
  const drawn = (from: bigint, count: number) =>
    forecastProducers(from, count, candidates, pool.rewardBatchId)
  const unpaid = await readUnpaid(context, pool.rewardedUntilEpoch, l2.newestEpoch)
  const locked = {totalLockedMetisWei: pool.totalLockedMetisWei, blockIntervalSeconds}
  const target = {totalLockedWei: pool.totalLockedMetisWei, ratePercent: TARGET_RATE_PERCENT}
  const ratePercent = yearlyRatePercent({...locked, rewardPerBlockMetisWei: rate})
  const lockShare = Number(sequencer.amountMetisWei) / Number(pool.totalLockedMetisWei || 1n)
  return {
    ...{sequencer, pool, share, eligible: eligible.length, epochLength, blockIntervalSeconds},
    measuredBlocks: l2.measuredBlocks,
    horizons: [1, 30].map((days) => {
      const epochs = (days * DAY_SECONDS) / epochSeconds
      const whole = Math.round(epochs)
      const own = whole > MOST_EPOCHS ? null : ownDraws(l2, unpaid, whole, sequencer, drawn)
      return {days, ...expectReward({...chance, epochs}), drawnOwnEpochs: own}
    }),
    nextBatch: nextBatchOf({pool, sequencer, l2, unpaid, usualEpochs, chance, epochSeconds}),
    ratePercent,
    ownRatePercent: lockShare > 0 ? (ratePercent * share) / lockShare : 0,
    targetMetisWei: {
      atTargetInterval: rewardPerBlockForMrr({
        ...target,
        blockIntervalSeconds: TARGET_INTERVAL_SECONDS,
      }),
      atMeasuredInterval: rewardPerBlockForMrr({...target, blockIntervalSeconds}),
    },
    warnings,
  }
}

/** What the consensus layer makes of the registry. Source: Themis `types/validator.go`. */
function candidatesOf(sequencers: readonly Sequencer[]): Candidate[] {
  return sequencers
    .filter(({status}) => status === 'active')
    .map(({signer, amountMetisWei, activationBatch}) => ({
      signer: signer.toLowerCase() as Address,
      power: Number(amountMetisWei / 10n ** 18n),
      startBatch: activationBatch,
      endBatch: 0n,
      jailed: false,
    }))
}

interface L2Figures extends BlockInterval {
  newestEpoch: bigint
  epochLength: bigint
}

async function readL2(context: Context): Promise<L2Figures> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const [interval, newestEpoch, epochLength] = await Promise.all([
    measureBlockInterval(context),
    readNewestEpochNumber(client, {sequencerSet}),
    readEpochLength(client, {sequencerSet}),
  ])
  if (epochLength < 1n || epochLength > MOST_EPOCH_BLOCKS) throw wrongRead('epochLength')
  return {...interval, newestEpoch, epochLength}
}

/** Sixty years at two seconds a block: no contract says more, whatever an endpoint answers. */
const MOST_EPOCH_BLOCKS = 1_000_000_000n

/** Epochs after the last paid one that are committed on L2, by number. */
async function readUnpaid(context: Context, paidUntil: bigint, newest: bigint): Promise<Epoch[]> {
  const count = Math.min(Math.max(0, Number(newest - paidUntil)), MOST_EPOCHS)
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const numbers = Array.from({length: count}, (_, index) => paidUntil + 1n + BigInt(index))
  const epochs: Epoch[] = []
  for (let at = 0; at < numbers.length; at += 100) {
    const part = numbers.slice(at, at + 100)
    const read = await Promise.all(part.map((number) => readEpoch(client, {sequencerSet, number})))
    epochs.push(...read.filter((epoch) => epoch !== undefined))
  }
  return epochs
}

/** Own epochs among the next ones: those committed ahead, then those the selection is going to draw. */
function ownDraws(
  {headBlock, newestEpoch}: L2Figures,
  unpaid: readonly Epoch[],
  count: number,
  {signer}: Sequencer,
  drawn: (from: bigint, count: number) => {signer: Address}[],
): number {
  const current = epochAt(unpaid, headBlock + 1n)?.number ?? newestEpoch
  const ahead = unpaid.filter(({number}) => number > current).slice(0, count)
  const later = drawn(newestEpoch + 1n, Math.max(0, count - ahead.length))
  return [...ahead, ...later].filter((each) => isSigner(each.signer, signer)).length
}

function nextBatchOf(known: {
  pool: PoolSettings
  sequencer: Sequencer
  l2: L2Figures
  unpaid: readonly Epoch[]
  usualEpochs: bigint | undefined
  chance: {share: number; epochBlocks: number; rewardPerBlockMetisWei: bigint}
  epochSeconds: number
}): NextBatch {
  const {pool, sequencer, l2, unpaid, usualEpochs, chance, epochSeconds} = known
  const usual = usualEpochs === undefined ? undefined : Number(usualEpochs)
  // A batch that is late pays all epochs that are over by then.
  const finished = unpaid.filter(({endBlock}) => endBlock < l2.headBlock).length
  const epochs = usual === undefined ? null : Math.max(usual, finished)
  const committed = unpaid.slice(0, epochs ?? unpaid.length)
  const committedOwnBlocks = committed
    .filter(({signer}) => isSigner(signer, sequencer.signer))
    .reduce((sum, epoch) => sum + epochBlocks(epoch), 0n)
  const toCome = expectReward({...chance, epochs: (epochs ?? committed.length) - committed.length})
  const last = committed.at(-1)
  const left = last && last.endBlock > l2.headBlock ? Number(last.endBlock - l2.headBlock) : 0
  return {
    batchId: pool.rewardBatchId + 1n,
    startEpoch: pool.rewardedUntilEpoch + 1n,
    epochs,
    committedOwnBlocks,
    committedEpochs: committed.length,
    meanMetisWei: committedOwnBlocks * chance.rewardPerBlockMetisWei + toCome.meanMetisWei,
    spreadMetisWei: toCome.spreadMetisWei,
    readyInSeconds:
      epochs === null
        ? null
        : Math.round(left * l2.blockIntervalSeconds + toCome.epochs * epochSeconds),
  }
}

/** Epochs of a usual reward batch; undefined when there was none or the logs cannot be read. */
async function readUsualEpochs(
  context: Context,
  options: ReadOptions,
  warnings: ReadWarning[],
): Promise<bigint | undefined> {
  try {
    const logs = await readL1Logs(context, options)
    logs.close()
    warnings.push(...logs.warnings)
    const lengths = parseRewardLogs(logs.logs, context.network.l1.contracts)
      .filter((event) => event.kind === 'batch')
      .map(({startEpoch, endEpoch}) => endEpoch - startEpoch + 1n)
    return medianOf(lengths.slice(-BATCHES_FOR_CADENCE))
  } catch (error) {
    if (!(error instanceof MetisSeqError) || error.code !== 'LOGS_UNREADABLE') throw error
    const message = `The length of reward batches is unknown: ${error.message}`
    warnings.push({code: error.code, message})
    return undefined
  }
}

function isSigner(a: Address, b: Address): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
