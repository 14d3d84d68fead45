import {isAddressEqual, type Address} from 'viem'
import {getBlock} from 'viem/actions'

import {
  readEpochLength,
  readEpochOfBlock,
  readNewestEpochs,
} from '../../chain/actions/sequencer-set/read-epochs.ts'
import {blocksLeft, epochAt, epochBlocks, type Epoch} from '../../protocol/epoch.ts'
import type {ReplacedState} from '../../protocol/rotation/records.ts'
import {epochOfSpan} from '../../protocol/themis.ts'
import type {Context} from '../context.ts'
import {readRecords, type ScanOptions} from './records.ts'

/** The current epoch is among this many newest ones: the consensus layer plans at most two ahead. */
const NEWEST_EPOCHS = 3

/** Source of a planned epoch. Only a committed epoch is binding for the nodes. */
export type EpochState = 'past' | 'current' | 'committed' | 'planned'

export interface EpochView extends Epoch {
  state: EpochState
  /** True when the signer is the profile's. */
  mine: boolean
}

export interface CurrentEpoch {
  headBlock: bigint
  headTimestampSeconds: bigint
  /** Null when the head is past the last committed epoch, so nobody may produce. */
  epoch: EpochView | null
  blocksLeft: bigint
}

/** The epoch of the next block. */
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

/** The current and next epoch, with the newest epochs, oldest first. */
export interface RotationNow extends CurrentEpoch {
  /** Null while none is planned. */
  next: EpochView | null
  newest: EpochView[]
  /** Blocks of an epoch that no respan changes. */
  epochLength: bigint
}

/** The main view of an operator. If the consensus layer does not respond, only the plan is missing. */
export async function rotationNow(context: Context, count = NEWEST_EPOCHS): Promise<RotationNow> {
  const [rotation, span] = await Promise.all([
    rotationOnL2(context, count),
    readLatestSpan(context),
  ])
  return withPlan(rotation, span ? toView(span, 'planned', context) : null)
}

/** The rotation from L2 alone, in as few round trips as possible: `next` is committed or unknown. */
export async function rotationOnL2(context: Context, count = NEWEST_EPOCHS): Promise<RotationNow> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const [head, epochs, epochLength] = await Promise.all([
    getBlock(client),
    readNewestEpochs(client, {sequencerSet, count}),
    readEpochLength(client, {sequencerSet}),
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
    next: newest.find(({state}) => state === 'committed') ?? null,
    newest,
    epochLength,
  }
}

/** A committed epoch is binding for the nodes; a planned span is not. */
export function withPlan(rotation: RotationNow, planned: EpochView | null): RotationNow {
  const {epoch, next} = rotation
  // The plan of another network, or of one that is ahead of this endpoint, is not the next epoch.
  const follows = planned?.number === (epoch?.number ?? -1n) + 1n
  if (next || !planned || !epoch || !follows) return rotation
  if (planned.startBlock > epoch.endBlock + 1n) return rotation
  return {...rotation, next: planned}
}

function stateOf(epoch: Epoch, current: Epoch | null, nextBlock: bigint): EpochState {
  if (current && epoch.number === current.number) return 'current'
  return epoch.startBlock > nextBlock ? 'committed' : 'past'
}

export interface ListedEpoch extends EpochView {
  /** It began with a respan. */
  takeover: boolean
  /** State in which that respan found it; null without one. */
  replaced: ReplacedState | null
  /** A respan has ended it early; null where that is unknown. */
  cut: boolean | null
  /** The producer whose silence led to its respan; null where nobody was silent, and where it is unknown. */
  silent: Address | null
  /** Blocks fewer than an epoch has today; 0 for one of full length. */
  missingBlocks: bigint
}

/** The newest epochs on L2, oldest first, with how each came to be. */
export async function listEpochs(
  context: Context,
  count: number,
  options: ScanOptions = {},
): Promise<ListedEpoch[]> {
  const {client} = context.l2()
  const [head, {records, epochLength}] = await Promise.all([
    getBlock(client),
    readRecords(context, count, {...options, withoutDraws: true}),
  ])
  const next = head.number + 1n
  const current = epochAt(records, next) ?? null
  return records.map((record) => {
    const {number, signer, startBlock, endBlock, isRespanned, replaced, isCut, silent} = record
    const epoch = {number, signer, startBlock, endBlock}
    const blocks = epochBlocks(epoch)
    return {
      ...toView(epoch, stateOf(epoch, current, next), context),
      ...{takeover: isRespanned, replaced, cut: isCut, silent},
      // Epoch 0 is from the genesis and has its own length.
      missingBlocks: number > 0n && blocks < epochLength ? epochLength - blocks : 0n,
    }
  })
}

/** The newest span of the consensus layer as an epoch; undefined when it cannot be read. */
export async function readLatestSpan(context: Context): Promise<Epoch | undefined> {
  const pos = context.pos()
  if (!pos) return undefined
  const span = await pos.latestSpan().catch(() => null)
  return span ? epochOfSpan(span) : undefined
}

function toView(epoch: Epoch, state: EpochState, {profile}: Context): EpochView {
  const signer = profile?.signer
  return {...epoch, state, mine: signer ? isAddressEqual(signer, epoch.signer) : false}
}
