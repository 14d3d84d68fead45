import {closeSync, openSync, readFileSync, writeSync} from 'node:fs'

import type {Hex} from 'viem'

import {fromFileError, writeFileAtomic} from '../lib/files.ts'

/**
 * Accepted transactions on disk, one per line, so that a killed node restores them. Written without
 * a disk sync: that survives the end of the process, not of the machine, and costs microseconds.
 */
export class PoolJournal {
  readonly #path: string
  #descriptor: number
  #isGrown = false
  /** A crash or a full disk may have truncated the last line. */
  #isTorn = true

  private constructor(path: string) {
    this.#path = path
    this.#descriptor = openSync(path, 'a', 0o600)
  }

  /** @throws {MetisSeqError} FILE_NOT_WRITABLE, DISK_FULL */
  static open(path: string): PoolJournal {
    try {
      return new PoolJournal(path)
    } catch (error) {
      throw fromFileError(error, path)
    }
  }

  /**
   * Transactions that an earlier run accepted, oldest first. The last line about a transaction
   * counts: it may be rejected, offered again and accepted. A truncated line may be among them: it
   * is not a valid transaction, so the next check rejects it.
   */
  load(): Hex[] {
    const accepted = new Set<Hex>()
    for (const line of readFileSync(this.#path, 'latin1').split('\n')) {
      const [, sign, raw] = /^(-?)(0x(?:[0-9a-f]{2})+)$/.exec(line) ?? []
      if (raw === undefined) continue
      accepted.delete(raw as Hex)
      if (sign === '') accepted.add(raw as Hex)
    }
    return [...accepted]
  }

  /** @throws {MetisSeqError} DISK_FULL: the transaction must not be accepted */
  append(raw: Hex): void {
    this.#write(raw)
  }

  /** Records that the transaction was rejected after all. */
  withdraw(raw: Hex): void {
    this.#write(`-${raw}`)
  }

  #write(line: string): void {
    this.#isGrown = true
    try {
      writeSync(this.#descriptor, `${this.#isTorn ? '\n' : ''}${line}\n`)
      this.#isTorn = false
    } catch (error) {
      this.#isTorn = true
      throw fromFileError(error, this.#path)
    }
  }

  /**
   * Replaces the content with the transactions still held. Does nothing if nothing was added since.
   *
   * @throws {MetisSeqError} DISK_FULL: the old content stays
   */
  rewrite(held: readonly Hex[]): void {
    if (!this.#isGrown) return
    writeFileAtomic(this.#path, held.map((raw) => `${raw}\n`).join(''))
    closeSync(this.#descriptor)
    this.#descriptor = openSync(this.#path, 'a', 0o600)
    this.#isGrown = held.length > 0
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}
