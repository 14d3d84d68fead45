/** The seam to the network: how blocks and transactions travel between nodes. */
import type {Address, Hash, Hex} from 'viem'

import type {DuplicateSigner} from '../../protocol/node-status.ts'
import type {BlockHeader, SealedBlock} from '../../protocol/block.ts'

/**
 * What a peer did with a transaction. Anything but a want of room is `taken`: it holds it, had it before,
 * or it is in a block, and if it is invalid, whoever sent it will find that out by itself. `late`: there is room, but not
 * for one that came so long ago.
 */
export const deliveries = [
  'taken',
  'pool-full',
  'sender-limit',
  'state-full',
  'slow-code',
  'late',
] as const
export type Delivery = (typeof deliveries)[number]

export interface PeerHead {
  number: number
  hash: Hash
}

export interface PeerView {
  /** Signer address, lower-case. Proven by a signature. */
  address: Address
  /** Multiaddr at which it is reached. */
  peerAddress: string
  head: PeerHead
  /** Monotonic time of its last word. */
  heardAtMs: number
}

/** May this key take part? Undefined: that cannot be told now. */
export type IsMember = (address: Address) => Promise<boolean | undefined>

/** What the node answers and does for its peers. */
export interface ExchangeHandlers {
  head(): PeerHead
  /** Blocks from `from` on, at most `count` and at most what fits an answer. */
  blocks(from: number, count: number): SealedBlock[]
  /** A new block: well-formed and signed by `from`, who is a member. */
  onBlock(block: SealedBlock, from: Address): void
  /** A peer's head may have moved. */
  onPeers(): void
  /**
   * Raw transactions; each is checked like one from a user.
   *
   * @param agesMs how long ago each came to the node that hands it on; 0 for what nobody waits for
   * @param from the member that hands them on
   * @returns what became of each
   */
  onTransactions(
    transactions: readonly string[],
    agesMs: readonly number[],
    from: Address,
  ): Promise<Delivery[]>
  isMember: IsMember
  /**
   * Why a block cannot be the next one, as far as can be told without executing it. Undefined: it may be,
   * or it is not the next.
   */
  refusalOf(header: BlockHeader): string | undefined
}

export interface BlockExchange {
  /** Listens, then dials the bootnodes. Resolves when it listens. @throws {MetisSeqError} PORT_BUSY */
  start(handlers: ExchangeHandlers): Promise<void>
  stop(): Promise<void>
  /** Multiaddr under which others reach this node; empty before `start`. */
  readonly peerAddress: string
  /** True once every bootnode was tried. */
  readonly hasGreeted: boolean
  /** Members that spoke recently and are not ignored. */
  peers(): PeerView[]
  /** One of `peers`, found without making the list. */
  peer(address: Address): PeerView | undefined
  /** Tells every peer of a block; who misses it sees it in our head. */
  announce(block: SealedBlock): void
  /** @returns at least one block. @throws {PeerError} no usable answer */
  fetchBlocks(peer: PeerView, from: number, count: number): Promise<SealedBlock[]>
  /** @param agesMs as in `onTransactions`. @returns what became of each. @throws {PeerError} not delivered */
  sendTransactions(
    peer: PeerView,
    transactions: readonly Hex[],
    agesMs?: readonly number[],
  ): Promise<Delivery[]>
  /** @throws {MetisSeqError} SIGNER_IN_USE: an older node signs with our key, so this one has to stop */
  assertAlone(): void
  /** Another node with our key, as it was seen first; null while there is none. */
  readonly twin: DuplicateSigner | null
  /** For an invalid block: logs once, drops the peer and leaves it alone for a while. */
  ignore(address: Address, reason: string): void
}

/** The other side is unreachable, refuses, or talks nonsense. Never fatal. */
export class PeerError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : {cause})
    this.name = 'PeerError'
  }
}

/** It did not respond in time. */
export class LateError extends PeerError {}
