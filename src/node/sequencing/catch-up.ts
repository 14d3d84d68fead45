/**
 * In: a peer that is ahead or on another branch. Out: its blocks in our log, or a reason not to follow.
 * Called by the driver only.
 */
import type {Hex} from 'viem'

import type {SealedBlock} from '../../protocol/block.ts'
import {FORK_SEARCH_BLOCKS, PEER_RANGE_BLOCKS} from '../limits.ts'
import {PeerError, type BlockExchange, type PeerView} from '../peers/exchange.ts'
import {importBlock, prefersTheirs, switchBranch, type ImportOptions} from './import-blocks.ts'

export interface CatchUpOptions extends ImportOptions {
  exchange: BlockExchange
  /** Blocks up to here are on L1 and never given up. */
  safeHead(): number
  onImported(block: SealedBlock): void
}

export interface CatchUpResult {
  imported: number
  /** Transactions of our own blocks that lost, to be accepted again. */
  lost: Hex[]
}

/**
 * Takes one range of blocks from a peer.
 *
 * @returns `imported: 0` when the peer has nothing for us
 * @throws {PeerError | InvalidBlockError} the peer's fault; what was imported before it stays
 */
export async function catchUp(options: CatchUpOptions, peer: PeerView): Promise<CatchUpResult> {
  const {chain, exchange} = options
  const {number, hash} = chain.head()
  if (peer.head.number > number) {
    const blocks = await exchange.fetchBlocks(peer, number + 1, PEER_RANGE_BLOCKS)
    const first = blocks[0]
    if (!first) return {imported: 0, lost: []}
    if (first.parentHash === hash) return {imported: await importAll(options, blocks), lost: []}
  }
  return followFork(options, peer)
}

async function followFork(options: CatchUpOptions, peer: PeerView): Promise<CatchUpResult> {
  const {chain, exchange} = options
  const ancestor = await commonAncestor(options, peer)
  const theirs = await exchange.fetchBlocks(peer, ancestor + 1, PEER_RANGE_BLOCKS)
  const first = theirs[0]
  const ours = chain.log.block(ancestor + 1)
  if (!first || first.hash === ours?.hash) return {imported: 0, lost: []}
  if (!ours) return {imported: await importAll(options, theirs), lost: []}
  const heads = {ours: chain.head().number, theirs: peer.head.number}
  if (!prefersTheirs({ours, theirs: first, heads}, options)) return {imported: 0, lost: []}
  const lost = await switchBranch(options, ancestor, first)
  options.onImported(first)
  try {
    return {imported: 1 + (await importAll(options, theirs.slice(1))), lost}
  } catch (error) {
    // The lost transactions must come back whatever the rest of that branch is worth.
    throw new BranchError(error, lost)
  }
}

/** A branch was adopted and then broke a rule. Carries what our own branch lost. */
export class BranchError extends Error {
  readonly lost: Hex[]

  constructor(cause: unknown, lost: Hex[]) {
    super('The rest of the branch cannot be imported.', {cause})
    this.name = 'BranchError'
    this.lost = lost
  }
}

async function importAll(options: CatchUpOptions, blocks: readonly SealedBlock[]): Promise<number> {
  for (const block of blocks) {
    await importBlock(options, block)
    options.onImported(block)
  }
  return blocks.length
}

/** The newest block both have. @throws {PeerError} none above what L1 has confirmed */
async function commonAncestor(options: CatchUpOptions, peer: PeerView): Promise<number> {
  const {chain, safeHead} = options
  const top = Math.min(chain.head().number, peer.head.number)
  const floor = Math.max(safeHead(), top - FORK_SEARCH_BLOCKS)
  for (let to = top; to > floor; to -= PEER_RANGE_BLOCKS) {
    const from = Math.max(to - PEER_RANGE_BLOCKS + 1, floor + 1)
    const differs = await firstDifference(options, peer, from, to)
    if (!differs) return to
    if (chain.hashOf(differs.number - 1) === differs.parentHash) return differs.number - 1
  }
  throw new PeerError(`The peer's branch leaves ours at or below the safe head ${floor}.`)
}

/** The peer's oldest block from `from` to `to` that is not ours. An answer may hold fewer than asked. */
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
