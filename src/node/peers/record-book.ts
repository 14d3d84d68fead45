/** Records of nodes that run, as far as we heard. Bounded; each entry is forgotten when it gets old. */
import {
  PEERS,
  PEER_RECORD_SLACK_MS,
  PEER_RECORD_STALE_MS,
  PEER_RECORDS_PER_SIGNER,
} from '../peer-limits.ts'
import {instanceOf, type SignedRecord} from './peer-record.ts'

interface Entry {
  record: SignedRecord
  receivedAtMs: number
  /** So often a later record of the same run came, and not sooner than it can have been signed. */
  advances: number
}

export type Noted = 'new' | 'newer' | 'known' | 'full'

export class RecordBook {
  readonly #entries = new Map<string, Entry>()

  /** True when `note` could change something; asked before a signature is checked. */
  isNews(record: SignedRecord): boolean {
    const known = this.#entries.get(instanceOf(record))
    return !known || record.sequence > known.record.sequence
  }

  /** @param record genuine, of this network and of a member */
  note(record: SignedRecord, nowMs: number): Noted {
    const key = instanceOf(record)
    const known = this.#entries.get(key)
    if (known) {
      if (record.sequence <= known.record.sequence) return 'known'
      // Of a node that ended, peers that were apart hold records of different age, and hand on one after the other.
      const signedApartMs = record.sequence - known.record.sequence
      const isTimely = nowMs - known.receivedAtMs >= signedApartMs - PEER_RECORD_SLACK_MS
      const advances = known.advances + (isTimely ? 1 : 0)
      this.#entries.set(key, {record, receivedAtMs: nowMs, advances})
      return 'newer'
    }
    this.evict(nowMs)
    this.#forgetEarlierRuns(record)
    const ofSigner = [...this.#entries.values()].filter((at) => at.record.signer === record.signer)
    if (this.#entries.size >= 2 * PEERS || ofSigner.length >= PEER_RECORDS_PER_SIGNER) return 'full'
    this.#entries.set(key, {record, receivedAtMs: nowMs, advances: 0})
    return 'new'
  }

  /** How often a later record of the same run came while we listened. */
  advances(record: SignedRecord): number {
    return this.#entries.get(instanceOf(record))?.advances ?? 0
  }

  all(): SignedRecord[] {
    return [...this.#entries.values()].map(({record}) => record)
  }

  evict(nowMs: number): void {
    for (const [key, {receivedAtMs}] of this.#entries) {
      if (nowMs - receivedAtMs > PEER_RECORD_STALE_MS) this.#entries.delete(key)
    }
  }

  /** A node that was restarted has the same peer id and started later. */
  #forgetEarlierRuns({signer, peerId, startedAtMs}: SignedRecord): void {
    for (const [key, {record}] of this.#entries) {
      const isSameNode = record.signer === signer && record.peerId === peerId
      if (isSameNode && record.startedAtMs < startedAtMs) this.#entries.delete(key)
    }
  }
}
