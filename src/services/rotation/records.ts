import {isAddress} from 'viem'

import {readRecommit} from '../../chain/actions/sequencer-set/read-recommit.ts'
import {
  readEpoch,
  readEpochLength,
  readNewestEpochNumber,
} from '../../chain/actions/sequencer-set/read-epochs.ts'
import {RESPANS_PER_PAGE, type PosClient} from '../../chain/themis-client.ts'
import type {Epoch} from '../../protocol/epoch.ts'
import {replayDraw, type ReplayedSpan} from '../../protocol/rotation/forecast.ts'
import {
  epochRecords,
  isSame,
  respannedEpochs,
  type EpochRecord,
  type Recommit,
  type RespanRecord,
} from '../../protocol/rotation/records.ts'
import {eligibleValidators, PRODUCER_COUNT} from '../../protocol/span.ts'
import {candidateOf, producerPowerOf, validatorsOfSpan, wholeOf} from '../../protocol/themis.ts'
import type {Context} from '../context.ts'
import {openRotationCache, type RotationCache, type SpanFact} from './rotation-cache.ts'

/** Epochs per HTTP request. */
const EPOCHS_AT_ONCE = 100
/** Logs of single blocks per HTTP request: endpoints charge more for them than for other reads. */
const LOGS_AT_ONCE = 20
/** Spans are read one by one; so many at a time leave room for others. */
const SPANS_AT_ONCE = 8
/** Respans of years; a list without an end is not one. */
const MOST_RESPAN_PAGES = 500
/** A respan can still change an epoch that is not this far behind the current one. */
const SETTLED_EPOCHS = 2n

export interface RotationProgress {
  step: 'epochs' | 'spans' | 'respans' | 'recommits' | 'blocks'
  done: number
  total: number
}

export interface ScanOptions {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: RotationProgress) => void) | undefined
  /** The spans are not read: draws are then unknown. */
  withoutDraws?: boolean
}

export interface Records {
  /** Consecutive, oldest first. */
  records: EpochRecord[]
  epochLength: bigint
  /** By number; those that the consensus layer has, with a draw to replay. */
  spans: ReadonlyMap<bigint, SpanFact>
  /** Null without a consensus layer that responds. */
  respans: RespanRecord[] | null
}

/**
 * The newest epochs on L2 with their spans, as far as the consensus layer responds. What can no
 * longer change is cached.
 *
 * @param count at most this many
 * @throws {MetisSeqError} those of the L2 endpoint, INTERRUPTED
 */
export async function readRecords(
  context: Context,
  count: number,
  options: ScanOptions = {},
): Promise<Records> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const [newest, epochLength] = await Promise.all([
    readNewestEpochNumber(client, {sequencerSet}),
    readEpochLength(client, {sequencerSet}),
  ])
  // Last: of an open one, nothing may fail before it can be closed.
  const cache = await openRotationCache(context)
  try {
    // One more than asked for: whether an epoch began with a respan depends on the one before.
    const first = newest >= BigInt(count) ? newest - BigInt(count) : 0n
    const epochs = await readEpochRange(context, cache, {first, newest}, options)
    const plan = await readSpansOf(context, cache, epochs, options)
    const drawn = new Map([...plan.spans].map(([number, span]) => [number, span.drawn]))
    const facts = {respans: plan.respans, epochLength}
    const respanned = respannedEpochs(epochs, facts)
    const recommits = await readRecommits(context, cache, {respanned, newest}, options)
    const all = epochRecords(epochs, {...facts, drawn, recommits})
    return {records: all.slice(-count), epochLength, ...plan}
  } finally {
    cache.close()
  }
}

/** Draws of old spans against their replay: the newest ones. */
export function replayedSpans({spans}: Pick<Records, 'spans'>, most: number): ReplayedSpan[] {
  return [...spans]
    .toSorted(([a], [b]) => (a > b ? -1 : 1))
    .slice(0, most)
    .map(([number, span]) => ({number, ...span}))
}

async function readEpochRange(
  context: Context,
  cache: RotationCache,
  {first, newest}: {first: bigint; newest: bigint},
  {signal, onProgress}: ScanOptions,
): Promise<Epoch[]> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const numbers = numbersBetween(first, newest)
  const known = new Map(cache.epochs)
  const missing = numbers.filter((number) => !known.has(number))
  for (const part of partsOf(missing, EPOCHS_AT_ONCE)) {
    signal?.throwIfAborted()
    const read = await Promise.all(part.map((number) => readEpoch(client, {sequencerSet, number})))
    const found = read.filter((epoch) => epoch !== undefined)
    for (const epoch of found) known.set(epoch.number, epoch)
    cache.saveEpochs(found.filter(({number}) => isSettled(number, newest)))
    onProgress?.({step: 'epochs', done: missing.indexOf(part.at(-1)!) + 1, total: missing.length})
  }
  return numbers.flatMap((number) => known.get(number) ?? [])
}

/**
 * The contract's word on respans, by number. An endpoint that does not return logs leaves those unknown
 * that are not cached.
 */
async function readRecommits(
  context: Context,
  cache: RotationCache,
  {respanned, newest}: {respanned: readonly Epoch[]; newest: bigint},
  {signal, onProgress}: ScanOptions,
): Promise<ReadonlyMap<bigint, Recommit>> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const known = new Map(cache.recommits)
  // Newest first: of old ones the logs may be pruned.
  const missing = respanned.filter(({number}) => !known.has(number)).toReversed()
  for (const part of partsOf(missing, LOGS_AT_ONCE)) {
    signal?.throwIfAborted()
    const read = await Promise.all(
      part.map((epoch) => readRecommit(client, {sequencerSet, epoch}).catch(() => undefined)),
    )
    const found = read.filter((recommit) => recommit !== undefined)
    if (found.length === 0) break
    for (const recommit of found) known.set(recommit.number, recommit)
    cache.saveRecommits(found.filter(({number}) => isSettled(number, newest)))
    const done = missing.indexOf(part.at(-1)!) + 1
    onProgress?.({step: 'recommits', done, total: missing.length})
  }
  signal?.throwIfAborted()
  return known
}

/** A newest epoch may be one ahead of the current one. */
function isSettled(number: bigint, newest: bigint): boolean {
  return number + SETTLED_EPOCHS + 1n <= newest
}

async function readSpansOf(
  context: Context,
  cache: RotationCache,
  epochs: readonly Epoch[],
  options: ScanOptions,
): Promise<Pick<Records, 'spans' | 'respans'>> {
  const pos = context.pos()
  const newest = epochs.at(-1)?.number
  // The span of epoch 0 is in the genesis: nobody was drawn for it.
  const numbers = epochs.map(({number}) => number).filter((number) => number > 0n)
  if (!pos || newest === undefined) return {spans: new Map(), respans: null}
  const respans = await readAllRespans(pos, options).catch((error: unknown) => {
    if (options.signal?.aborted) throw error
    return null
  })
  if (respans === null) return {spans: new Map(), respans: null}
  if (options.withoutDraws) return {spans: new Map(), respans}
  const wanted = new Set(numbers)
  const spans = new Map([...cache.spans].filter(([number]) => wanted.has(number)))
  const missing = numbers.filter((number) => !spans.has(number)).toReversed()
  const signers = new Map(epochs.map(({number, signer}) => [number, signer]))
  for (const part of partsOf(missing, SPANS_AT_ONCE)) {
    options.signal?.throwIfAborted()
    const read = await Promise.all(part.map((number) => readSpanFact(pos, number)))
    const found = part.flatMap((number, at) => (read[at] ? [[number, read[at]] as const] : []))
    // Old spans are pruned, and a server that has gone away has none: the rest would be asked for in vain, with each look.
    if (found.length === 0) break
    for (const [number, span] of found) spans.set(number, span)
    // A span with another producer than its epoch on L2 is of another network, or will still change.
    const isSure = ([number, {producer}]: readonly [bigint, SpanFact]) =>
      isSettled(number, newest) && isSame(producer, signers.get(number) ?? null)
    cache.saveSpans(found.filter(isSure))
    const done = missing.indexOf(part.at(-1)!) + 1
    options.onProgress?.({step: 'spans', done, total: missing.length})
  }
  return {spans, respans}
}

/** Undefined for a span that the consensus layer does not have or cannot show. */
async function readSpanFact(pos: PosClient, number: bigint): Promise<SpanFact | undefined> {
  const span = await pos.span(number).catch(() => null)
  if (!span || wholeOf(span.id) !== Number(number)) return undefined
  if (typeof span.producer !== 'string' || !isAddress(span.producer)) return undefined
  const validators = validatorsOfSpan(span)
  const candidates = validators.flatMap((validator) => candidateOf(validator) ?? [])
  if (candidates.length === 0 || candidates.length < validators.length) return undefined
  const mostBatch = candidates.reduce(
    (most, {startBatch}) => (startBatch > most ? startBatch : most),
    0n,
  )
  const eligible = eligibleValidators(candidates, mostBatch)
  return {
    producer: span.producer,
    drawn: replayDraw(number, candidates),
    // With one candidate nothing is drawn, and its stake stands there either way.
    isDrawn: eligible.length > PRODUCER_COUNT && producerPowerOf(span) === PRODUCER_COUNT,
    powers: new Map(eligible.map(({signer, power}) => [signer, power])),
  }
}

/** Every respan that was carried out, in the order of Themis' keys. */
export async function readAllRespans(
  pos: PosClient,
  {signal}: ScanOptions = {},
): Promise<RespanRecord[]> {
  const respans = new Map<string, RespanRecord>()
  for (let page = 1; page <= MOST_RESPAN_PAGES; page++) {
    signal?.throwIfAborted()
    const {respans: read, listed} = await pos.respans(page)
    const before = respans.size
    for (const respan of read) respans.set(keyOf(respan), respan)
    // A server that does not know pages repeats the first one without end.
    if (listed < RESPANS_PER_PAGE || respans.size === before) break
  }
  // Themis orders by text; the later attempt must come last.
  return [...respans.values()].toSorted((a, b) => (a.startBlock < b.startBlock ? -1 : 1))
}

/** Two attempts that were carried out differ in one of these. */
function keyOf({number, from, to, startBlock, l2Epoch}: RespanRecord): string {
  return [number, from, to, startBlock, l2Epoch].join(' ').toLowerCase()
}

function numbersBetween(first: bigint, last: bigint): bigint[] {
  return Array.from({length: Number(last - first) + 1}, (_, index) => first + BigInt(index))
}

function partsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({length: Math.ceil(items.length / size)}, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
