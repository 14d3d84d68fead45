import type {Address} from 'viem'

import {readBlockMark} from '../../chain/actions/block/read-block-mark.ts'
import {wrongRead} from '../../chain/endpoint-errors.ts'
import {readPool} from '../../chain/actions/locking-pool/read-pool.ts'
import {readEpoch, readNewestEpochNumber} from '../../chain/actions/sequencer-set/read-epochs.ts'
import {epochBlocks, type Epoch} from '../../protocol/epoch.ts'
import {checkBatch, type BatchCheck} from '../../protocol/reward-check.ts'
import {signersOf, type CreditEntry} from '../../protocol/reward-ledger.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import type {Context} from '../context.ts'
import type {L1Logs, ReadOptions, ReadWarning} from '../network/l1-logs.ts'
import {withRewardHistory, type RewardHistory} from './reward-history.ts'

/** Epochs per HTTP request. */
const EPOCHS_AT_ONCE = 100
/** Limit per batch: five years of five-minute epochs. */
const MOST_EPOCHS_PAID = 500_000n

export interface Reconciliation {
  sequencer: Sequencer
  batches: BatchCheck[]
  /** Totals over the batches with a known credit. */
  dueMetisWei: bigint
  creditedMetisWei: bigint
  differing: number
  unknown: number
  /** Blocks of finished, unpaid epochs, at the current rate. */
  pending: {epochs: bigint[]; blocks: bigint; metisWei: bigint}
  warnings: ReadWarning[]
}

/**
 * Compares every credit of a sequencer with its blocks on L2, per batch.
 *
 * @throws {MetisSeqError} SEQUENCER_UNKNOWN, NOT_REGISTERED, LOGS_UNREADABLE, INTERRUPTED, those of the
 *   connections
 */
export function reconcileRewards(
  context: Context,
  sequencerId: bigint | undefined,
  options: ReadOptions = {},
): Promise<Reconciliation> {
  return withRewardHistory(context, sequencerId, options, (history, logs) =>
    reconcile(context, history, logs, options),
  )
}

async function reconcile(
  context: Context,
  history: RewardHistory,
  logs: L1Logs,
  options: ReadOptions,
): Promise<Reconciliation> {
  const {sequencer, ledger, events, payments} = history
  const credits = ledger.entries.filter((entry): entry is CreditEntry => entry.kind === 'credit')
  for (const {startEpoch, endEpoch} of credits)
    if (endEpoch - startEpoch > MOST_EPOCHS_PAID) throw wrongRead('DistributeReward')
  const signers = signersOf(events, sequencer.sequencerId)
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const [newest, head, pool] = await Promise.all([
    readNewestEpochNumber(client, {sequencerSet}),
    readBlockMark(client, 'latest'),
    readPool(context.l1().client, context.network.l1.contracts),
  ])
  const from = credits[0]?.startEpoch ?? pool.rewardedUntilEpoch + 1n
  const epochs = await readEpochs(context, {from, until: newest, credits, logs, options})
  const batches = credits.map((credit) =>
    checkBatch(credit, epochs, signers, payments.get(credit.txHash)),
  )
  const known = batches.filter(({state}) => state !== 'unknown')
  return {
    sequencer,
    batches,
    dueMetisWei: known.reduce((sum, {dueMetisWei}) => sum + dueMetisWei, 0n),
    creditedMetisWei: known.reduce((sum, {creditedMetisWei}) => sum + (creditedMetisWei ?? 0n), 0n),
    differing: batches.filter(({state}) => state === 'differs').length,
    unknown: batches.length - known.length,
    pending: pendingOf(epochs, signers, {
      after: pool.rewardedUntilEpoch,
      headBlock: head?.number ?? 0n,
      rate: pool.rewardPerBlockMetisWei,
    }),
    warnings: history.warnings,
  }
}

/** Own epochs that ended on L2 and are not paid on L1. */
function pendingOf(
  epochs: ReadonlyMap<bigint, Epoch>,
  signers: ReadonlySet<Address>,
  {after, headBlock, rate}: {after: bigint; headBlock: bigint; rate: bigint},
): Reconciliation['pending'] {
  const due = [...epochs.values()].filter(
    ({number, endBlock, signer}) =>
      number > after && endBlock < headBlock && signers.has(signer.toLowerCase() as Address),
  )
  const blocks = due.reduce((sum, epoch) => sum + epochBlocks(epoch), 0n)
  return {epochs: due.map(({number}) => number), blocks, metisWei: blocks * rate}
}

interface EpochRange {
  from: bigint
  /** Inclusive. */
  until: bigint
  credits: readonly CreditEntry[]
  logs: L1Logs
  options: ReadOptions
}

/** Epochs by number. Paid ones can no longer change and are cached. */
async function readEpochs(context: Context, range: EpochRange): Promise<Map<bigint, Epoch>> {
  const {from, until, credits, logs, options} = range
  const kept = logs.facts('epoch')
  const epochs = new Map<bigint, Epoch>()
  const isKept = (number: bigint) => kept.has(`${number}`)
  for (const [key, text] of kept) {
    const number = BigInt(key)
    if (number >= from && number <= until) epochs.set(number, decodeEpoch(number, text))
  }
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const total = Math.max(0, Number(until - from) + 1 - epochs.size)
  let done = 0
  for (let part of partsOf(from, until)) {
    part = part.filter((number) => !isKept(number))
    if (part.length === 0) continue
    options.signal?.throwIfAborted()
    const read = await Promise.all(part.map((number) => readEpoch(client, {sequencerSet, number})))
    // Epochs are consecutive: with this many missing, the newest number is bogus.
    if (part.length === EPOCHS_AT_ONCE && read.every((epoch) => !epoch)) throw wrongRead('epochs')
    for (const epoch of read) if (epoch) epochs.set(epoch.number, epoch)
    done += part.length
    options.onProgress?.({step: 'epochs', done, total, found: logs.logs.length})
    keepPaid(logs, credits, read)
  }
  return epochs
}

/** Numbers of a range in chunks, since the range comes from an endpoint. */
function* partsOf(from: bigint, until: bigint): Generator<bigint[]> {
  for (let first = from; first <= until; first += BigInt(EPOCHS_AT_ONCE)) {
    const left = Number(until - first) + 1
    const length = Math.min(left, EPOCHS_AT_ONCE)
    yield Array.from({length}, (_, index) => first + BigInt(index))
  }
}

function keepPaid(
  logs: L1Logs,
  credits: readonly CreditEntry[],
  read: readonly (Epoch | undefined)[],
): void {
  const entries = read.flatMap((epoch) => {
    if (!epoch) return []
    const paid = credits.find(
      ({startEpoch, endEpoch}) => epoch.number >= startEpoch && epoch.number <= endEpoch,
    )
    if (!paid) return []
    return [{key: `${epoch.number}`, block: paid.l1Block, value: encodeEpoch(epoch)}]
  })
  logs.saveFacts('epoch', entries)
}

function encodeEpoch({signer, startBlock, endBlock}: Epoch): string {
  return `${signer} ${startBlock} ${endBlock}`
}

function decodeEpoch(number: bigint, text: string): Epoch {
  const [signer = '', start = '0', end = '0'] = text.split(' ')
  return {number, signer: signer as Address, startBlock: BigInt(start), endBlock: BigInt(end)}
}
