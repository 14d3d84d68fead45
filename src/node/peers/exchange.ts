/** The seam to the network: how blocks and transactions travel between nodes. */
import type {Address, Hash, Hex} from 'viem'

import type {DuplicateSigner} from '../../protocol/node-status.ts'
import type {BlockHeader, SealedBlock} from '../../protocol/block.ts'

/**
 * A peer's response to a transaction. Everything except lack of capacity is `taken`: the peer holds
 * it, had it before, or it is in a block; if it is invalid, the sending node finds out on its own.
 * `late`: there is capacity, but not for a transaction that arrived so long ago.
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
  /** Multiaddr at which it is reachable. */
  peerAddress: string
  head: PeerHead
  /** Monotonic time of its last message. */
  heardAtMs: number
}

/** Whether this key may take part. Undefined: unknown at present. */
export type IsMember = (address: Address) => Promise<boolean | undefined>

/** The node's handlers for its peers. */
export interface ExchangeHandlers {
  head(): PeerHead
  /** Blocks from `from` on, at most `count` and at most what fits into one response. */
  blocks(from: number, count: number): SealedBlock[]
  /** A new block: well-formed and signed by `from`, who is a member. */
  onBlock(block: SealedBlock, from: Address): void
  /** A peer's head may have moved. */
  onPeers(): void
  /**
   * Raw transactions; each is checked like one from a user.
   *
   * @param agesMs how long ago each arrived at the forwarding node; 0 if nobody waits for it
   * @param from the forwarding member
   * @returns the outcome for each
   */
  onTransactions(
    transactions: readonly string[],
    agesMs: readonly number[],
    from: Address,
  ): Promise<Delivery[]>
  isMember: IsMember
  /**
   * Why a block cannot be the next one, as far as this is known without executing it. Undefined: it
   * may be, or it is not the next.
   */
  refusalOf(header: BlockHeader): string | undefined
}

export interface BlockExchange {
  /**
   * Listens, then dials the bootnodes. Resolves when it listens. @throws {MetisSeqError} PORT_BUSY
   */
  start(handlers: ExchangeHandlers): Promise<void>
  stop(): Promise<void>
  /** Multiaddr at which others reach this node; empty before `start`. */
  readonly peerAddress: string
  /** True once every bootnode has been tried. */
  readonly hasGreeted: boolean
  /** Members that spoke recently and are not ignored. */
  peers(): PeerView[]
  /** One of `peers`, found without building the list. */
  peer(address: Address): PeerView | undefined
  /** Announces a block to every peer; a peer that misses it sees it in our head. */
  announce(block: SealedBlock): void
  /** @returns at least one block. @throws {PeerError} no usable response */
  fetchBlocks(peer: PeerView, from: number, count: number): Promise<SealedBlock[]>
  /**
   * @param agesMs as in `onTransactions`. @returns the outcome for each. @throws {PeerError} not
   * delivered
   */
  sendTransactions(
    peer: PeerView,
    transactions: readonly Hex[],
    agesMs?: readonly number[],
  ): Promise<Delivery[]>
  /**
   * @throws {MetisSeqError} SIGNER_IN_USE: an older node signs with our key, so this one must stop
   */
  assertAlone(): void
  /** The duplicate signer as first seen; null if there is none. */
  readonly duplicateSigner: DuplicateSigner | null
  /** For an invalid block: logs once, drops the peer and ignores it for a while. */
  ignore(address: Address, reason: string): void
}

/** The other side is unreachable, rejects the request or sends nonsense. Never fatal. */
export class PeerError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : {cause})
    this.name = 'PeerError'
  }
}

/** It did not respond in time. */
export class LateError extends PeerError {}
