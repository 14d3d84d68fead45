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

/** Governance target: `l1:target-reward-per-block --interval 8 --rate 20`. */
const TARGET_INTERVAL_SECONDS = 8
export const TARGET_RATE_PERCENT = 20
/** Number of past reward batches used to predict the length of the next. */
const BATCHES_FOR_CADENCE = 10
/** Limit of draws computed ahead, and of unpaid epochs read: 20,000 x 30 µs = 0.6 s. */
const MOST_EPOCHS = 20_000
const DAY_SECONDS = 86_400

/** A period with its statistical forecast and the known draws. */
export interface Horizon extends Expectation {
  days: number
  /** Own epochs according to the draws, valid while no stake changes; null when there are too many. */
  drawnOwnEpochs: number | null
}

/** The reward batch that comes next. */
export interface NextBatch {
  batchId: bigint
  startEpoch: bigint
  /** Epochs it is going to have, after those before it; null while there was none. */
  epochs: number | null
  /** Own blocks in epochs committed on L2, which are all but earned. */
  committedOwnBlocks: bigint
  committedEpochs: number
  /** Total: committed blocks, plus mean and spread of the remaining epochs. */
  meanMetisWei: bigint
  spreadMetisWei: bigint
  /** Time until its last epoch ends at the measured rate; null while its length is unknown. */
  readyInSeconds: number | null
}

export interface RewardForecast {
  sequencer: Sequencer
  pool: PoolSettings
  /** Probability of producing an epoch, 0 to 1; 0 when the signer is not in the selection. */
  share: number
  eligible: number
  epochLength: bigint
  blockIntervalSeconds: number
  /** Blocks used for the measurement; 0 when it is the slot time of the network document. */
  measuredBlocks: number
  horizons: Horizon[]
  nextBatch: NextBatch
  /** Annual reward in percent of all locked METIS, at the measured block rate. */
  ratePercent: number
  /** Annual reward in percent of this sequencer's own lock: higher while others are not in the draw. */
  ownRatePercent: number
  /** Rewards per block that would yield 20 % a year: at governance's interval, and at the measured one. */
  targetMetisWei: {atTargetInterval: bigint; atMeasuredInterval: bigint}
  warnings: ReadWarning[]
}

/**
 * Expected earnings of a sequencer. Reads both chains; uses L1 logs only for the length of reward
 * batches, and works without them.
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

/** The validators that the consensus layer derives from the registry. Source: Themis `types/validator.go`. */
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

/** Sixty years at two seconds per block: a sanity limit, whatever an endpoint returns. */
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

/** Own epochs among the next ones: those already committed, then those that will be drawn. */
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
  // A late batch pays all epochs that have ended by then.
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

/** Epochs of a typical reward batch; undefined before the first or when the logs cannot be read. */
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
