/**
 * New blocks by gossip. A small block is sent whole; of a large one only the signed header, and
 * each node fetches the rest once, from the producer. Relayed blocks have passed cheap checks:
 * size, encoding, signature, membership.
 */
import {TopicValidatorResult} from '@libp2p/gossipsub'
import type {Address, Hash} from 'viem'

import {errorFacts, type Logger} from '../../lib/log.ts'
import {
  hasValidHeader,
  hasValidSignatures,
  headerOf,
  InvalidBlockError,
  type BlockHeader,
  type SealedBlock,
} from '../../protocol/block.ts'
import {GOSSIP_INLINE_BYTES, GOSSIP_REMEMBERED_BLOCKS, RECENT_BLOCK_BYTES} from '../peer-limits.ts'
import {blockOf, decodeBlock, encodeBlock, encodeHeader, type DecodedBlock} from './block-codec.ts'
import type {IsMember} from './exchange.ts'
import type {Host} from './libp2p-host.ts'
import type {Offence} from './peer-scores.ts'

export interface BlockGossipOptions {
  host: Host
  topic: string
  chainId: number
  logger: Logger
  isMember: IsMember
  isBanned(address: Address): boolean
  refusalOf(header: BlockHeader): string | undefined
  /** @param peerId the peer that sent it */
  offendPeer(peerId: string, offence: Offence, detail: string): void
  offendSigner(signer: Address, offence: Offence, detail: string): void
  reportSecondBlock(signer: Address, fromPeerId: string, detail: string): void
  onBlock(block: SealedBlock): void
  /** A header without transactions, from a member and possibly the next block. */
  onHeader(header: BlockHeader): void
}

export class BlockGossip {
  readonly #options: BlockGossipOptions
  /** The first block of each signer at each of the last heights. */
  readonly #seen = new Map<string, Hash>()
  /** Our own last blocks, ready to be sent. */
  readonly #recent = new Map<Hash, Uint8Array>()
  #recentBytes = 0

  constructor(options: BlockGossipOptions) {
    this.#options = options
    const {gossip} = options.host.services
    gossip.topicValidators.set(options.topic, (from, message) =>
      this.#validate(from.toString(), message.data),
    )
  }

  /** The host has started. */
  open(): void {
    const {host, topic} = this.#options
    host.services.gossip.subscribe(topic)
  }

  announce(block: SealedBlock): void {
    const {host, topic, logger} = this.#options
    const header = headerOf(block)
    const whole = encodeBlock(block, header)
    this.#remember(block.hash, whole)
    const message = whole.length <= GOSSIP_INLINE_BYTES ? whole : encodeHeader(header)
    host.services.gossip.publish(topic, message).catch((error: unknown) => {
      logger.debug('announce failed', errorFacts(error))
    })
  }

  /** One of our own last blocks as bytes. */
  recent(hash: Hash): Uint8Array | undefined {
    return this.#recent.get(hash)
  }

  async #validate(from: string, data: Uint8Array): Promise<TopicValidatorResult> {
    const {offendPeer, isMember, isBanned} = this.#options
    let decoded: DecodedBlock
    try {
      decoded = decodeBlock(data)
    } catch (error) {
      if (!(error instanceof InvalidBlockError)) throw error
      offendPeer(from, 'garbage', error.message)
      return TopicValidatorResult.Reject
    }
    const {header} = decoded
    if (!this.#isSigned(decoded)) {
      offendPeer(
        from,
        'wrong signature',
        `Block ${header.number} is not signed by ${header.signer}.`,
      )
      return TopicValidatorResult.Reject
    }
    if (isBanned(header.signer)) return TopicValidatorResult.Ignore
    const member = await isMember(header.signer)
    if (member === undefined) return TopicValidatorResult.Ignore
    if (!member) {
      // Honest nodes do not relay such a block, so its sender is to blame.
      offendPeer(from, 'stranger', `Block ${header.number} is signed by ${header.signer}.`)
      return TopicValidatorResult.Reject
    }
    return this.#judge(decoded, from)
  }

  /** From here on its signer is to blame, not the relaying peer. */
  #judge({header, transactions}: DecodedBlock, from: string): TopicValidatorResult {
    const {offendSigner, reportSecondBlock, refusalOf, onBlock, onHeader} = this.#options
    const {signer, number, hash} = header
    const known = this.#seen.get(`${signer} ${number}`)
    if (known !== undefined && known !== hash) {
      reportSecondBlock(signer, from, `Block ${number}: ${known} and ${hash}.`)
      return TopicValidatorResult.Ignore
    }
    this.#note(signer, number, hash)
    const refusal = refusalOf(header)
    if (refusal !== undefined) {
      offendSigner(signer, 'block out of turn', refusal)
      return TopicValidatorResult.Ignore
    }
    if (transactions) onBlock(blockOf(header, transactions))
    else onHeader(header)
    return TopicValidatorResult.Accept
  }

  #isSigned({header, transactions}: DecodedBlock): boolean {
    const {chainId} = this.#options
    if (!transactions) return hasValidHeader(header, chainId)
    return hasValidSignatures(blockOf(header, transactions), chainId)
  }

  #note(signer: Address, number: number, hash: Hash): void {
    this.#seen.set(`${signer} ${number}`, hash)
    if (this.#seen.size <= GOSSIP_REMEMBERED_BLOCKS) return
    const [oldest] = this.#seen.keys()
    if (oldest !== undefined) this.#seen.delete(oldest)
  }

  #remember(hash: Hash, bytes: Uint8Array): void {
    this.#recent.set(hash, bytes)
    this.#recentBytes += bytes.length
    for (const [old, {length}] of this.#recent) {
      if (this.#recentBytes <= RECENT_BLOCK_BYTES || old === hash) return
      this.#recent.delete(old)
      this.#recentBytes -= length
    }
  }
}
