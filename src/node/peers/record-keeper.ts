/**
 * Keeps our own record and those of others: renews ours, relays all, and watches for a duplicate
 * signer.
 */
import type {Hex} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {errorFacts} from '../../lib/log.ts'
import type {BlockSigner} from '../../protocol/block-signer.ts'
import type {DuplicateSigner} from '../../protocol/node-status.ts'
import {PEER_RECORD_ADDRESSES, PEER_RECORD_MS} from '../peer-limits.ts'
import type {IsMember} from './exchange.ts'
import {instanceOf, isGenuine, signRecord, type SignedRecord} from './peer-record.ts'
import type {PeerScores} from './peer-scores.ts'
import {RecordBook} from './record-book.ts'
import type {Session} from './session.ts'
import {signerInUse, duplicateVerdict} from './duplicate-signer.ts'

export interface RecordKeeperOptions {
  signer: BlockSigner
  chainId: number
  fingerprint: Hex
  peerId: string
  /** Where this node is reachable now. */
  addresses(): string[]
  clock: Clock
  scores: PeerScores
  isMember: IsMember
  /** Peers to which records are relayed. */
  open(): readonly Session[]
  /** An older node with our key was found. */
  onDuplicateSigner(): void
}

export class RecordKeeper {
  readonly #options: RecordKeeperOptions
  readonly #book = new RecordBook()
  readonly #startedAtMs: number
  #own: OwnRecord
  /** One signature at a time, so that the newest has the highest sequence. */
  #renewing: Promise<void> | undefined
  #duplicate: SignedRecord | undefined
  #seen: DuplicateSigner | null = null

  private constructor(options: RecordKeeperOptions, startedAtMs: number, own: OwnRecord) {
    this.#options = options
    this.#startedAtMs = startedAtMs
    this.#own = own
  }

  /** @throws {MetisSeqError} of the signer */
  static async open(options: RecordKeeperOptions): Promise<RecordKeeper> {
    const startedAtMs = options.clock.nowMs()
    return new RecordKeeper(options, startedAtMs, await signOwn(options, startedAtMs, 0))
  }

  /** Ours. */
  get own(): SignedRecord {
    return this.#own.record
  }

  /** Known records of others. */
  all(): SignedRecord[] {
    return this.#book.all()
  }

  /** The duplicate signer, whichever of the two must stop. */
  get duplicateSigner(): DuplicateSigner | null {
    return this.#seen
  }

  /** @throws {MetisSeqError} SIGNER_IN_USE */
  assertAlone(): void {
    if (this.#duplicate) throw signerInUse(this.#duplicate)
  }

  /** The addresses are known from now on. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined))
    return this.#renewing
  }

  /** Without a signature the last record stays valid for a while; the next tick retries. */
  async #renew(): Promise<void> {
    try {
      this.#own = await signOwn(this.#options, this.#startedAtMs, this.own.sequence)
    } catch (error) {
      const {signer, scores} = this.#options
      scores.logOnce(`${signer.address} unsigned`, 'cannot sign our peer record', errorFacts(error))
      return
    }
    for (const session of this.#options.open()) {
      session.send({type: 'records', records: [this.own]})
    }
  }

  tick(): void {
    const now = this.#options.clock.monotonicMs()
    this.#book.evict(now)
    if (now - this.#own.atMs > PEER_RECORD_MS) void this.renew()
  }

  /** Records that a member relays. */
  async receive(session: Session, records: readonly SignedRecord[]): Promise<void> {
    const {chainId, fingerprint} = this.#options
    for (const record of records) {
      if (!this.#book.isNews(record)) continue
      if (record.chainId !== chainId || record.fingerprint !== fingerprint || !isGenuine(record)) {
        return session.offend(
          'wrong signature',
          'The peer relays a record that its signer did not sign.',
        )
      }
      await this.note(record)
    }
  }

  /** Stores a verified record of a member, and relays it if others may not know it. */
  async note(record: SignedRecord): Promise<void> {
    const {clock, isMember, open} = this.#options
    if (instanceOf(record) === instanceOf(this.own)) return
    const isOwnKey = record.signer === this.own.signer
    if (!isOwnKey && !(await isMember(record.signer))) return
    const noted = this.#book.note(record, clock.monotonicMs())
    if (noted !== 'new' && noted !== 'newer') return
    for (const session of open()) {
      // Also to another run with the same key and peer id: it is a copy and must know.
      if (!session.record || instanceOf(session.record) !== instanceOf(record)) {
        session.send({type: 'records', records: [record]})
      }
    }
    if (isOwnKey) this.judgeDuplicateSigner(record, {direct: false})
  }

  /** @param record verified, with our own signer. `direct`: sent by a node connected to us */
  judgeDuplicateSigner(record: SignedRecord, {direct}: {direct: boolean}): void {
    const advances = this.#book.advances(record)
    const verdict = duplicateVerdict(this.own, record, {direct, advances})
    if (verdict === 'none') return
    const yields = verdict === 'yield'
    const {startedAtMs} = record
    const isKnown = this.#seen?.peerId === record.peerId && this.#seen.startedAtMs === startedAtMs
    const sinceMs = isKnown ? this.#seen!.sinceMs : this.#options.clock.nowMs()
    this.#seen = {peerId: record.peerId, addresses: record.addresses, startedAtMs, yields, sinceMs}
    if (yields) {
      this.#duplicate = record
      return this.#options.onDuplicateSigner()
    }
    const {signer, peerId, addresses} = record
    this.#options.scores.logOnce(`${signer} ${peerId} twin`, 'another node uses our signer key', {
      ...{signer, otherPeer: peerId, otherAddress: addresses[0] ?? ''},
      reason: 'It started later and must stop; this node continues.',
    })
    // Signed now so that the other node sees that we are alive.
    void this.renew()
  }
}

interface OwnRecord {
  record: SignedRecord
  atMs: number
}

async function signOwn(
  options: RecordKeeperOptions,
  startedAtMs: number,
  lastSequence: number,
): Promise<OwnRecord> {
  const {addresses, chainId, fingerprint, signer, clock, peerId} = options
  const sequence = Math.max(clock.nowMs(), lastSequence + 1)
  const record = {
    ...{chainId, fingerprint, sequence, peerId, startedAtMs},
    addresses: addresses().slice(0, PEER_RECORD_ADDRESSES),
  }
  return {record: await signRecord(record, signer), atMs: clock.monotonicMs()}
}
