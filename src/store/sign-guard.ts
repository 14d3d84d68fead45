import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs'
import {dirname} from 'node:path'

import type {Hash} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {fromFileError, fsyncDirectory, writeFileAtomic, writeNewFile} from '../lib/files.ts'
import {makeDirectory} from '../lib/make-directory.ts'
import {
  lookAtGuard,
  nameLine,
  readGuard,
  type GuardLook,
  type GuardState,
} from './sign-guard-file.ts'

/**
 * Records kept on compaction: two days of 2-second blocks, far beyond any fork that can still win.
 */
const KEPT_RECORDS = 100_000
/** Compacted at the next start above this: 90 bytes a record make 18 MB, read in 0.3 s. */
const COMPACT_ABOVE = 200_000

export interface SignGuardOptions {
  /** Wall clock, milliseconds. */
  nowMs?(): number
  /** The file system's metadata of the file; undefined: missing. */
  lookAt?(path: string): GuardLook | undefined
}

/**
 * Records which hash was signed at which height, in an append-only file that is flushed before the
 * signature exists. A record is never dropped, even if the block later loses a fork: a second
 * signature at that height would be proof of fraud. It only grows.
 *
 * One line each: `HEIGHT HASH [MS]`, signed; `floor HEIGHT [MS]`, nothing below is signed from now
 * on; `file INODE BORN_NS DEVICE BOOT MS`, the identity of this file; `closed MS`, clean shutdown.
 * MS is the wall clock of the write. It is left out while the file may be missing signatures.
 */
export class SignGuard {
  readonly #path: string
  readonly #descriptor: number
  readonly #signed: Map<number, Hash>
  readonly #nowMs: () => number
  readonly #lookAt: (path: string) => GuardLook | undefined
  #floor: number
  #top: number | undefined
  #size: number
  /** Only we have written the file. */
  #isIntact: boolean
  /** The file contains its own identity. */
  #isNamed: boolean
  /** The records of this process may end with a `closed` line. */
  #mayEnd: boolean
  #isOpen = true
  /** The last line is `closed`. */
  #isEnded = false
  /** True when the file was missing or empty. */
  readonly isNew: boolean
  /**
   * The previous process shut down cleanly, and the system has not rebooted since. A killed process
   * may have been rolled back together with its disk: nothing on the disk shows that.
   */
  readonly wasClosed: boolean

  private constructor(
    path: string,
    descriptor: number,
    state: GuardState,
    {nowMs, lookAt}: Required<SignGuardOptions>,
  ) {
    this.#path = path
    this.#descriptor = descriptor
    this.#signed = state.signed
    this.#floor = state.floor
    this.#size = state.size
    this.#top = state.top
    this.#isIntact = state.isIntact
    this.#isNamed = state.isNamed
    this.#mayEnd = state.wasClosed
    this.#isEnded = state.wasClosed
    this.wasClosed = state.wasClosed
    this.isNew = state.size === 0
    this.#nowMs = nowMs
    this.#lookAt = lookAt
  }

  /**
   * Opens or creates the file. A last line truncated by a crash is removed: its signature was never
   * made.
   *
   * @throws {MetisSeqError} SIGN_GUARD_DAMAGED when any other line is unreadable or contradicts
   * another
   */
  static open(path: string, options: SignGuardOptions = {}): SignGuard {
    const {nowMs = Date.now, lookAt = lookAtGuard} = options
    try {
      makeDirectory(dirname(path))
      // Before any write, which would change it.
      const look = lookAt(path)
      const state = readGuard(path, look)
      const means = {nowMs, lookAt}
      if (state.signed.size > COMPACT_ABOVE) return SignGuard.#compacted(path, state, means)
      const descriptor = openSync(path, 'a', 0o600)
      // Even a truncation that removes nothing would change the file's time.
      if (state.isTorn) ftruncateSync(descriptor, state.size)
      fsyncSync(descriptor)
      if (look === undefined) fsyncDirectory(dirname(path))
      return new SignGuard(path, descriptor, state, means)
    } catch (error) {
      throw fromFileError(error, path)
    }
  }

  /**
   * For a newly created key: it has signed nothing, and the file says so.
   *
   * @throws {MetisSeqError} FILE_EXISTS, DISK_FULL
   */
  static createNew(path: string, options: SignGuardOptions = {}): void {
    // Written in place: it contains its own identity.
    writeNewFile(path, '')
    const guard = SignGuard.open(path, options)
    guard.#isIntact = true
    guard.#mayEnd = true
    guard.#append('floor 0')
    guard.end()
  }

  static #compacted(path: string, state: GuardState, means: Required<SignGuardOptions>): SignGuard {
    const {signed, isIntact, wasClosed} = state
    const heights = [...signed.keys()].sort((a, b) => a - b).slice(-KEPT_RECORDS)
    const lines = heights.map((height) => `${height} ${signed.get(height)}\n`)
    const floor = Math.max(state.floor, heights[0] ?? 0)
    writeFileAtomic(path, `floor ${floor}\n${lines.join('')}`)
    const read = {...readGuard(path, undefined), isIntact, wasClosed}
    const guard = new SignGuard(path, openSync(path, 'a', 0o600), read, means)
    // A new file that replaces it.
    if (isIntact) guard.#append(`floor ${floor}`)
    return guard
  }

  /** Highest signed height in a file. Read-only, even while a node writes. */
  static topOf(path: string): number | null {
    return readGuard(path, undefined).top ?? null
  }

  /** The hash that was signed at a height, if any. */
  signedAt(height: number): Hash | undefined {
    return this.#signed.get(height)
  }

  /** Nothing new is signed below it. */
  get floor(): number {
    return this.#floor
  }

  /** Highest signed height known here. */
  get top(): number | undefined {
    return this.#top
  }

  /**
   * False for a copied or restored file, and for one that was not created with its key and has not
   * allowed a signature yet: the key may have signed more than it contains.
   */
  get isTrusted(): boolean {
    return this.#isIntact
  }

  /** True when the file already covers any signature of the key at this height. */
  covers(height: number, hash: Hash): boolean {
    return this.#signed.get(height) === hash || height < this.#floor
  }

  /**
   * Grants permission to sign, written to disk first. The same hash is allowed again: the signature
   * is the same.
   *
   * @throws {MetisSeqError} DOUBLE_SIGN for a second hash at a height, or a height below the floor;
   * SIGN_GUARD_CHANGED; DISK_FULL (no permission, nothing recorded)
   */
  checkAndRecord(height: number, hash: Hash): void {
    const before = this.#signed.get(height)
    if (before === hash) return
    if (before !== undefined || height < this.#floor) throw this.#doubleSign(height, hash, before)
    // A caller that may sign already knows the key's signatures from elsewhere.
    this.#isIntact = true
    this.#mayEnd = true
    this.#append(`${height} ${hash}`)
    this.#remember(height, hash)
  }

  /**
   * Records a signature of our key that was found elsewhere. Durable when it returns. Nothing needs
   * to be recorded below the floor. A guard with a new record is untrusted until it next allows a
   * signature.
   *
   * @returns true when it is new
   * @throws {MetisSeqError} SECOND_SIGNATURE: the key has signed another block of that height here
   */
  learn(height: number, hash: Hash): boolean {
    const before = this.#signed.get(height)
    if (before === hash) return false
    if (before !== undefined) throw secondSignature(height, hash, before, this.#path)
    if (height < this.#floor) return false
    // There was an unknown one, so there may be more.
    this.#isIntact = false
    this.#append(`${height} ${hash}`)
    this.#remember(height, hash)
    return true
  }

  /**
   * Raises the floor: nothing below is signed from now on. Never lowers it. Durable when it
   * returns. @throws DISK_FULL
   */
  raiseFloor(floor: number): void {
    if (floor <= this.#floor) return
    this.#append(`floor ${floor}`)
    this.#floor = floor
  }

  /**
   * Marks that the key may have signed more than is known here, and raises the floor to `floor`.
   * Durable when it returns. @throws DISK_FULL
   */
  distrust(floor: number): void {
    const next = Math.max(floor, this.#floor)
    this.#isIntact = false
    this.#append(`floor ${next}`)
    this.#floor = next
  }

  /** Records a clean shutdown in the file if nothing is in doubt. */
  end(): void {
    try {
      if (this.#isOpen && this.#isIntact && this.#mayEnd && !this.#isEnded) this.#append('closed')
    } catch {
      // The next start treats it as a start after a kill, and checks with its peers.
    }
    this.close()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    closeSync(this.#descriptor)
  }

  #append(text: string): void {
    this.#assertOurs()
    const line = Buffer.from(this.#lineOf(text))
    try {
      const written = writeSync(this.#descriptor, line)
      if (written !== line.length) throw Object.assign(new Error('short write'), {code: 'ENOSPC'})
      fsyncSync(this.#descriptor)
    } catch (error) {
      this.#removeTornLine()
      throw fromFileError(error, this.#path)
    }
    this.#size += line.length
    this.#isNamed ||= this.#isIntact
    this.#isEnded = text === 'closed'
    // A concurrent write by another process is visible to both.
    this.#assertOurs()
  }

  #lineOf(text: string): string {
    if (!this.#isIntact) return `${text}\n`
    const end = ` ${this.#nowMs()}\n`
    const look = this.#isNamed ? undefined : this.#lookAt(this.#path)
    return `${look ? nameLine(look) + end : ''}${text}${end}`
  }

  /** @throws {MetisSeqError} SIGN_GUARD_CHANGED: another process wrote, removed or replaced it */
  #assertOurs(): void {
    const {size, dev, ino} = fstatSync(this.#descriptor)
    const there = statSync(this.#path, {throwIfNoEntry: false})
    if (size === this.#size && there?.ino === ino && there.dev === dev) return
    throw guardChanged(this.#path)
  }

  #remember(height: number, hash: Hash): void {
    this.#signed.set(height, hash)
    this.#top = Math.max(this.#top ?? height, height)
  }

  #removeTornLine(): void {
    try {
      ftruncateSync(this.#descriptor, this.#size)
    } catch {
      // The next start also removes the torn line.
    }
  }

  #doubleSign(height: number, hash: Hash, before: Hash | undefined): MetisSeqError {
    return new MetisSeqError({
      code: 'DOUBLE_SIGN',
      message: before
        ? `Another block was signed at height ${height} before, so this one is not signed.`
        : `Height ${height} is below ${this.#floor}, the lowest height that the sign guard allows.`,
      facts: {height: `${height}`, hash, signed: before ?? '', file: this.#path},
      hints: ['Check that no other node runs with this signer key.'],
    })
  }
}

function secondSignature(height: number, hash: Hash, before: Hash, file: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SECOND_SIGNATURE',
    message: `Two blocks of height ${height} carry the signature of this node's key.`,
    facts: {height: `${height}`, hash, signed: before, file},
    hints: [
      'Stop every node with this key: another one signs, or has signed, with it.',
      'Register a new signer key with `metis-seq sequencer rotate-signer --signer KEY`.',
    ],
  })
}

function guardChanged(file: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGN_GUARD_CHANGED',
    message: 'The sign guard was changed while this node was running, so signing is blocked.',
    facts: {file},
    hints: [
      'Check that no other process uses this directory: two of them could sign the same height.',
      'Then run `metis-seq node start`. If the guard is missing, run `metis-seq node guard rebuild` first.',
    ],
  })
}
