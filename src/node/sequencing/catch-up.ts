/**
 * In: a peer that is ahead or on another branch. Out: its blocks in our log, or a reason not to
 * follow. Called by the driver only.
 */
import type {SealedBlock} from '../../protocol/block.ts'
import {holdsSame, type L1Divergence} from '../heads/heads.ts'
import {FORK_SEARCH_BLOCKS} from '../limits.ts'
import {PEER_RANGE_BLOCKS} from '../peer-limits.ts'
import {PeerError, type BlockExchange, type PeerView} from '../peers/exchange.ts'
import {
  importBlock,
  prefersTheirs,
  switchBranch,
  type SwitchOptions,
  type SwitchReason,
} from './import-blocks.ts'

export interface CatchUpOptions extends SwitchOptions {
  exchange: BlockExchange
  /** The L1 divergence: confirmed blocks that our chain does not have. */
  l1Divergence(): L1Divergence | undefined
  onImported(block: SealedBlock): void
}

/**
 * Imports one range of blocks from a peer.
 *
 * @returns how many; 0 when the peer has nothing for us
 * @throws {PeerError | InvalidBlockError} the peer's fault; blocks imported before it stay
 */
export async function catchUp(options: CatchUpOptions, peer: PeerView): Promise<number> {
  const {chain, exchange} = options
  const {number, hash} = chain.head()
  if (peer.head.number > number) {
    const blocks = await exchange.fetchBlocks(peer, number + 1, PEER_RANGE_BLOCKS)
    const first = blocks[0]
    if (!first) return 0
    if (first.parentHash === hash) return importAll(options, blocks)
  }
  return followFork(options, peer)
}

async function followFork(options: CatchUpOptions, peer: PeerView): Promise<number> {
  const {chain, exchange} = options
  const ancestor = await commonAncestor(options, peer)
  const theirs = await exchange.fetchBlocks(peer, ancestor + 1, PEER_RANGE_BLOCKS)
  // Also on a losing branch: a block with our signature counts as signed.
  for (const block of theirs) options.noteOwn(block)
  const first = theirs[0]
  const ours = chain.log.block(ancestor + 1)
  if (!first || first.hash === ours?.hash) return 0
  if (!ours) return importAll(options, theirs)
  const reason = reasonToSwitch(options, {ours, theirs, peer})
  if (!reason) return 0
  await switchBranch(options, ancestor, first, reason)
  options.onImported(first)
  return 1 + (await importAll(options, theirs.slice(1)))
}

/** Confirmed blocks on L1 decide; without them, the branch of a respan may win. */
function reasonToSwitch(
  options: CatchUpOptions,
  {ours, theirs, peer}: {ours: SealedBlock; theirs: readonly SealedBlock[]; peer: PeerView},
): SwitchReason | undefined {
  const first = theirs[0]!
  const confirmed = options.l1Divergence()
  if (confirmed && first.number <= confirmed.number) {
    const there = theirs.find(({number}) => number === confirmed.number)
    return there && holdsSame(there, confirmed) ? 'confirmed' : undefined
  }
  const heads = {ours: options.chain.head().number, theirs: peer.head.number}
  return prefersTheirs({ours, theirs: first, heads}, options) ? 'respan' : undefined
}

async function importAll(options: CatchUpOptions, blocks: readonly SealedBlock[]): Promise<number> {
  for (const block of blocks) {
    await importBlock(options, block)
    options.onImported(block)
  }
  return blocks.length
}

/** The newest common block. @throws {PeerError} none above the blocks that L1 has confirmed */
async function commonAncestor(options: CatchUpOptions, peer: PeerView): Promise<number> {
  const {chain, reorgFloor} = options
  const top = Math.min(chain.head().number, peer.head.number)
  const floor = Math.max(reorgFloor(), top - FORK_SEARCH_BLOCKS)
  for (let to = top; to > floor; to -= PEER_RANGE_BLOCKS) {
    const from = Math.max(to - PEER_RANGE_BLOCKS + 1, floor + 1)
    const differs = await firstDifference(options, peer, from, to)
    if (!differs) return to
    if (chain.hashOf(differs.number - 1) === differs.parentHash) return differs.number - 1
  }
  throw new PeerError(
    `The peer's branch forks from ours at or below block ${floor}, the reorg floor.`,
  )
}

/**
 * The peer's oldest block from `from` to `to` that is not ours. A response may have fewer blocks
 * than requested.
 */
async function firstDifference(
  {chain, exchange}: CatchUpOptions,
  peer: PeerView,
  from: number,
  to: number,
): Promise<SealedBlock | undefined> {
  for (let next = from; next <= to; ) {
    const theirs = await exchange.fetchBlocks(peer, next, to - next + 1)
    if (theirs.length === 0) throw new PeerError('The peer does not have the blocks it claims.')
    const differs = theirs.find(({number, hash}) => chain.hashOf(number) !== hash)
    if (differs) return differs
    next += theirs.length
  }
  return undefined
}
