import {isAddressEqual, type Address} from 'viem'
import {getBlock} from 'viem/actions'

import {
  readEpochOfBlock,
  readNewestEpochNumber,
  readNewestEpochs,
} from '../chain/actions/sequencer-set/read-epochs.ts'
import {isRecord} from '../lib/json.ts'
import {blocksLeft, epochAt, type Epoch} from '../protocol/epoch.ts'
import type {Context} from './context.ts'

/** The current epoch is among so many newest: the consensus layer plans at most two ahead. */
const NEWEST_EPOCHS = 3

/** Where a planned turn is known from. Only a committed epoch binds the nodes. */
export type EpochState = 'past' | 'current' | 'committed' | 'planned'

export interface EpochView extends Epoch {
  state: EpochState
  /** True when the signer is the profile's. */
  mine: boolean
}

export interface CurrentEpoch {
  headBlock: bigint
  headTimestampSeconds: bigint
  /** Null: the head has passed the last committed epoch, so nobody may produce. */
  epoch: EpochView | null
  blocksLeft: bigint
}

/** The epoch of the next block: whose turn it is. */
export async function currentEpoch(context: Context): Promise<CurrentEpoch> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const head = await getBlock(client)
  const epoch = await readEpochOfBlock(client, {sequencerSet, block: head.number + 1n})
  return {
    headBlock: head.number,
    headTimestampSeconds: head.timestamp,
    epoch: epoch ? toView(epoch, 'current', context) : null,
    blocksLeft: epoch ? blocksLeft(epoch, head.number) : 0n,
  }
}

/** Whose turn it is and whose comes, with the newest epochs, oldest first. */
export interface RotationNow extends CurrentEpoch {
  /** Null while nobody has planned it. */
  next: EpochView | null
  newest: EpochView[]
}

/** What an operator looks at most, in as few round trips as it takes. */
export async function rotationNow(context: Context, count = NEWEST_EPOCHS): Promise<RotationNow> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  // Asked for at once, and waited for only when no committed epoch tells more.
  const span = readLatestSpan(context)
  const [head, epochs] = await Promise.all([
    getBlock(client),
    readNewestEpochs(client, {sequencerSet, count}),
  ])
  const block = head.number + 1n
  const current =
    epochAt(epochs, block) ?? (await readEpochOfBlock(client, {sequencerSet, block})) ?? null
  const newest = epochs.map((epoch) => toView(epoch, stateOf(epoch, current, block), context))
  return {
    headBlock: head.number,
    headTimestampSeconds: head.timestamp,
    epoch: current ? toView(current, 'current', context) : null,
    blocksLeft: current ? blocksLeft(current, head.number) : 0n,
    next: await nextOf(newest, current, span, context),
    newest,
  }
}

/** A committed epoch binds the nodes; a span that is only planned does not. */
async function nextOf(
  newest: readonly EpochView[],
  current: Epoch | null,
  latestSpan: Promise<Epoch | undefined>,
  context: Context,
): Promise<EpochView | null> {
  const committed = newest.find(({state}) => state === 'committed')
  if (committed) return committed
  const span = await latestSpan
  if (!span || !current || span.number <= current.number) return null
  return toView(span, 'planned', context)
}

function stateOf(epoch: Epoch, current: Epoch | null, nextBlock: bigint): EpochState {
  if (current && epoch.number === current.number) return 'current'
  return epoch.startBlock > nextBlock ? 'committed' : 'past'
}

/** The newest epochs on L2, oldest first. */
export async function listEpochs(context: Context, count: number): Promise<EpochView[]> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const [head, epochs] = await Promise.all([
    getBlock(client),
    readNewestEpochs(client, {sequencerSet, count}),
  ])
  const next = head.number + 1n
  const current = epochAt(epochs, next) ?? null
  return epochs.map((epoch) => toView(epoch, stateOf(epoch, current, next), context))
}

/** A change in the rotation, as `epoch watch` streams it. */
export interface RotationEvent {
  type: 'epoch-started' | 'epoch-committed' | 'stalled' | 'resumed'
  headBlock: bigint
  epoch: EpochView | null
  /** Seconds without a block. */
  stalledSeconds: number
}

/**
 * Streams changes of the rotation until the signal aborts.
 *
 * @throws {MetisSeqError} when L2 is unreachable at the start; later outages are waited out
 */
export async function* watchEpochs(
  context: Context,
  options: {pollMs: number; sleep(ms: number): Promise<void>; signal: AbortSignal},
): AsyncGenerator<RotationEvent> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  let seen = await currentEpoch(context)
  let newest = await readNewestEpochNumber(client, {sequencerSet})
  let movedAt = performance.now()
  let stalled = false
  yield event('epoch-started', seen, 0)
  while (!options.signal.aborted) {
    await options.sleep(options.pollMs)
    const now = await currentEpoch(context).catch(() => undefined)
    const committed = await readNewestEpochNumber(client, {sequencerSet}).catch(() => undefined)
    if (!now || committed === undefined) continue
    const silentSeconds = Math.round((performance.now() - movedAt) / 1000)
    if (now.headBlock !== seen.headBlock) {
      if (stalled) yield event('resumed', now, silentSeconds)
      movedAt = performance.now()
      stalled = false
    } else if (!stalled && silentSeconds * 1000 > context.network.l2.slotMs * 3) {
      stalled = context.network.l2.emptyBlocks
      if (stalled) yield event('stalled', now, silentSeconds)
    }
    if (committed > newest) {
      const [epoch] = (await listEpochs(context, 1)).slice(-1)
      yield {...event('epoch-committed', now, 0), epoch: epoch ?? null}
    }
    if (now.epoch?.number !== seen.epoch?.number) yield event('epoch-started', now, 0)
    seen = now
    newest = committed
  }
}

function event(
  type: RotationEvent['type'],
  {headBlock, epoch}: CurrentEpoch,
  stalledSeconds: number,
): RotationEvent {
  return {type, headBlock, epoch, stalledSeconds}
}

/** The newest span of the consensus layer as an epoch; undefined when it cannot be read. */
export async function readLatestSpan(context: Context): Promise<Epoch | undefined> {
  const pos = context.pos()
  if (!pos) return undefined
  const span = await pos.get('/metis/latest-span').catch(() => undefined)
  if (!isRecord(span) || !Array.isArray(span['selected_producers'])) return undefined
  const [producer] = span['selected_producers'] as unknown[]
  if (!isRecord(producer) || typeof producer['signer'] !== 'string') return undefined
  const {span_id: id, start_block: start, end_block: end} = span
  if (![id, start, end].every((value) => Number.isSafeInteger(value))) return undefined
  return {
    number: BigInt(id as number),
    signer: producer['signer'] as Address,
    startBlock: BigInt(start as number),
    endBlock: BigInt(end as number),
  }
}

function toView(epoch: Epoch, state: EpochState, {profile}: Context): EpochView {
  const signer = profile?.signer
  return {...epoch, state, mine: signer ? isAddressEqual(signer, epoch.signer) : false}
}
