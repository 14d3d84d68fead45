/** Known records of running nodes. Bounded; each entry expires. */
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
  /** How often a later record of the same run arrived, not earlier than it can have been signed. */
  advances: number
}

export type Noted = 'new' | 'newer' | 'known' | 'full'

export class RecordBook {
  readonly #entries = new Map<string, Entry>()

  /** True when `note` could change something; checked before a signature is verified. */
  isNews(record: SignedRecord): boolean {
    const known = this.#entries.get(instanceOf(record))
    return !known || record.sequence > known.record.sequence
  }

  /** @param record verified, of this network and of a member */
  note(record: SignedRecord, nowMs: number): Noted {
    const key = instanceOf(record)
    const known = this.#entries.get(key)
    if (known) {
      if (record.sequence <= known.record.sequence) return 'known'
      // Separated peers may hold records of different age of a stopped node and relay them one
      // after the other.
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

  /** How often a later record of the same run arrived during our lifetime. */
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

  /** A restarted node has the same peer id and a later start. */
  #forgetEarlierRuns({signer, peerId, startedAtMs}: SignedRecord): void {
    for (const [key, {record}] of this.#entries) {
      const isSameNode = record.signer === signer && record.peerId === peerId
      if (isSameNode && record.startedAtMs < startedAtMs) this.#entries.delete(key)
    }
  }
}
