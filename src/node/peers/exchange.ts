/**
 * The seam to the network: how blocks and transactions travel between nodes. HTTP today; another
 * transport only has to keep these promises.
 */
import type {Address, Hash, Hex} from 'viem'

import type {SealedBlock} from '../../protocol/block.ts'

export interface PeerHead {
  number: number
  hash: Hash
}

export interface PeerView {
  /** Lower-case. Proven by a signature. */
  address: Address
  url: string
  head: PeerHead
  /** Monotonic time of its last word. */
  heardAtMs: number
}

/** What the node answers and does for its peers. */
export interface ExchangeHandlers {
  head(): PeerHead
  /** Blocks from `from` on, at most `count` and at most what fits an answer. */
  blocks(from: number, count: number): SealedBlock[]
  /** A pushed block: well-formed, its signature and turn not yet checked. */
  onBlock(block: SealedBlock, from: Address): void
  /** A peer's head may have moved. */
  onPeers(): void
  /** Raw transactions; each is checked like one from a user. */
  onTransactions(transactions: readonly string[]): Promise<void>
  /** May this key take part? */
  isMember(address: Address): Promise<boolean>
}

export interface BlockExchange {
  /** Listens, then greets the bootnodes. Resolves when it listens. */
  start(handlers: ExchangeHandlers): Promise<void>
  stop(): Promise<void>
  readonly url: string
  /** True once every known URL was tried. */
  readonly hasGreeted: boolean
  /** Peers that spoke recently and are not ignored. */
  peers(): PeerView[]
  /** Sends a block to every peer; failures are left to their polling. */
  announce(block: SealedBlock): void
  /** @throws {PeerError} no usable answer */
  fetchBlocks(peer: PeerView, from: number, count: number): Promise<SealedBlock[]>
  /** @throws {PeerError} not delivered */
  sendTransactions(peer: PeerView, transactions: readonly Hex[]): Promise<void>
  /** Logs once and leaves the peer alone for a while. */
  ignore(address: Address, reason: string): void
}

/** The other side is unreachable, refuses, or talks nonsense. Never fatal. */
export class PeerError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : {cause})
    this.name = 'PeerError'
  }
}
