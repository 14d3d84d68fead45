import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'
import {dirname} from 'node:path'

import type {Hash} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {fromFileError, fsyncDirectory, writeFileAtomic, writeNewFile} from '../lib/files.ts'
import {makeDirectory} from '../lib/make-directory.ts'

/** Kept on compaction: two days of 2-second blocks, far beyond any fork that can still win. */
const KEPT_RECORDS = 100_000
/** Compacted at the next start above this: 90 bytes a record make 18 MB, read in 0.3 s. */
const COMPACT_ABOVE = 200_000

/**
 * A file that was written last by us changed when its last line says. One that was copied or restored
 * changed later. Writing takes a moment, and file systems count in steps of 4 ms.
 */
const SAME_MOMENT_MS = 250

const RECORD = /^(\d+) (0x[0-9a-f]{64})(?: (\d+))?$/
const FLOOR = /^floor (\d+)(?: (\d+))?$/

export interface SignGuardOptions {
  /** Wall clock, milliseconds. */
  nowMs?(): number
  /** When the file was changed last, by the clock of the file system; undefined: it is not there. */
  changedAtMs?(path: string): number | undefined
}

/**
 * Remembers which hash was signed at which height, in an append-only file that is flushed before the
 * signature exists. What is written here is never forgotten, also not when the block later loses a
 * fork: a second signature at that height would be proof of fraud. It only grows.
 *
 * One line each: `HEIGHT HASH [MS]`, signed; `floor HEIGHT [MS]`, nothing below is signed any more. MS is
 * the wall clock of the write. It is left out while the file may be older than what was signed.
 */
export class SignGuard {
  readonly #path: string
  readonly #descriptor: number
  readonly #signed: Map<number, Hash>
  readonly #nowMs: () => number
  #floor: number
  #top: number | undefined
  #size: number
  /** Nobody but us has written the file. */
  #isIntact: boolean
  /** True when there was no file, or an empty one. */
  readonly isNew: boolean

  private constructor(path: string, descriptor: number, state: GuardState, nowMs: () => number) {
    this.#path = path
    this.#descriptor = descriptor
    this.#signed = state.signed
    this.#floor = state.floor
    this.#size = state.size
    this.#top = state.top
    this.#isIntact = state.isIntact
    this.isNew = state.size === 0
    this.#nowMs = nowMs
  }

  /**
   * Opens or creates the file. A last line that a crash cut short is removed: its signature was never
   * made.
   *
   * @throws {MetisSeqError} SIGN_GUARD_DAMAGED when any other line is unreadable or contradicts another
   */
  static open(path: string, options: SignGuardOptions = {}): SignGuard {
    const {nowMs = Date.now, changedAtMs = changeTimeOf} = options
    try {
      makeDirectory(dirname(path))
      // Before anything is written, which would change it.
      const changedMs = changedAtMs(path)
      const state = readState(path, changedMs)
      if (state.signed.size > COMPACT_ABOVE) return SignGuard.#compacted(path, state, nowMs)
      const descriptor = openSync(path, 'a', 0o600)
      // Also a truncation that removes nothing would change the file's time.
      if (state.isTorn) ftruncateSync(descriptor, state.size)
      fsyncSync(descriptor)
      if (changedMs === undefined) fsyncDirectory(dirname(path))
      return new SignGuard(path, descriptor, state, nowMs)
    } catch (error) {
      throw fromFileError(error, path)
    }
  }

  /**
   * For a key that was made this moment: it has signed nothing, and the file says so.
   *
   * @throws {MetisSeqError} FILE_EXISTS, DISK_FULL
   */
  static createNew(path: string, nowMs: () => number = Date.now): void {
    // Written where it stays: a rename would change its time once more.
    writeNewFile(path, '')
    const guard = SignGuard.open(path, {nowMs})
    guard.#isIntact = true
    guard.#append('floor 0')
    guard.close()
  }

  static #compacted(path: string, state: GuardState, nowMs: () => number): SignGuard {
    const {signed, isIntact} = state
    const heights = [...signed.keys()].sort((a, b) => a - b).slice(-KEPT_RECORDS)
    const lines = heights.map((height) => `${height} ${signed.get(height)}\n`)
    const floor = Math.max(state.floor, heights[0] ?? 0)
    writeFileAtomic(path, `floor ${floor}\n${lines.join('')}`)
    const read = readState(path, undefined)
    const guard = new SignGuard(path, openSync(path, 'a', 0o600), read, nowMs)
    guard.#isIntact = isIntact
    if (isIntact) guard.#append(`floor ${floor}`)
    return guard
  }

  /** Highest height that a file says was signed. Reads only, also while a node writes. */
  static topOf(path: string): number | null {
    return readState(path, undefined).top ?? null
  }

  /** The hash that was signed at a height, if any. */
  signedAt(height: number): Hash | undefined {
    return this.#signed.get(height)
  }

  /** Below it nothing new is signed. */
  get floor(): number {
    return this.#floor
  }

  /** Highest height that was signed, as far as it is known here. */
  get top(): number | undefined {
    return this.#top
  }

  /**
   * False for a file that somebody copied or restored, and for one that was not made with its key and has
   * allowed no signature yet: the key may have signed more than it holds.
   */
  get isTrusted(): boolean {
    return this.#isIntact
  }

  /** True when a signature that the key has made at this height is no news to this file. */
  covers(height: number, hash: Hash): boolean {
    return this.#signed.get(height) === hash || height < this.#floor
  }

  /**
   * Permission to sign, written to disk before it is given. The same hash again is allowed: the
   * signature is the same then.
   *
   * @throws {MetisSeqError} DOUBLE_SIGN for a second hash at a height, or a height below the floor;
   *   DISK_FULL (no permission, nothing recorded)
   */
  checkAndRecord(height: number, hash: Hash): void {
    const before = this.#signed.get(height)
    if (before === hash) return
    if (before !== undefined || height < this.#floor) throw this.#doubleSign(height, hash, before)
    // Whoever may sign has learned before what the key has signed elsewhere.
    this.#isIntact = true
    this.#append(`${height} ${hash}`)
    this.#remember(height, hash)
  }

  /**
   * Notes a signature of our key that was found elsewhere. Durable when it returns. Below the floor there
   * is nothing to note. A guard that has learned something is not trusted until it next allows a signature.
   *
   * @returns true when it is news
   * @throws {MetisSeqError} SECOND_SIGNATURE: the key has signed another block of that height here
   */
  learn(height: number, hash: Hash): boolean {
    const before = this.#signed.get(height)
    if (before === hash) return false
    if (before !== undefined) throw secondSignature(height, hash, before, this.#path)
    if (height < this.#floor) return false
    // There is one that we did not know, so there may be more.
    this.#isIntact = false
    this.#append(`${height} ${hash}`)
    this.#remember(height, hash)
    return true
  }

  /** Nothing below is signed any more. Never lowers it. Durable when it returns. @throws DISK_FULL */
  raiseFloor(floor: number): void {
    if (floor <= this.#floor) return
    this.#append(`floor ${floor}`)
    this.#floor = floor
  }

  /**
   * The key may have signed more than is known here, and nothing below `floor` is signed any more. Durable
   * when it returns. @throws DISK_FULL
   */
  distrust(floor: number): void {
    const next = Math.max(floor, this.#floor)
    this.#isIntact = false
    this.#append(`floor ${next}`)
    this.#floor = next
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #append(text: string): void {
    const line = Buffer.from(this.#isIntact ? `${text} ${this.#nowMs()}\n` : `${text}\n`)
    try {
      const written = writeSync(this.#descriptor, line)
      if (written !== line.length) throw Object.assign(new Error('short write'), {code: 'ENOSPC'})
      fsyncSync(this.#descriptor)
    } catch (error) {
      this.#removeTornLine()
      throw fromFileError(error, this.#path)
    }
    this.#size += line.length
  }

  #remember(height: number, hash: Hash): void {
    this.#signed.set(height, hash)
    this.#top = Math.max(this.#top ?? height, height)
  }

  #removeTornLine(): void {
    try {
      ftruncateSync(this.#descriptor, this.#size)
    } catch {
      // The next start cuts the torn line off as well.
    }
  }

  #doubleSign(height: number, hash: Hash, before: Hash | undefined): MetisSeqError {
    return new MetisSeqError({
      code: 'DOUBLE_SIGN',
      message: before
        ? `Another block was signed at height ${height} before, so this one is not signed.`
        : `Height ${height} is below ${this.#floor}, the lowest height that the sign guard allows.`,
      exit: 'interlock',
      facts: {height: String(height), hash, signed: before ?? '', file: this.#path},
      hints: ['Check that no other node runs with this signer key.'],
    })
  }
}

interface GuardState {
  signed: Map<number, Hash>
  /** Heights below are refused. */
  floor: number
  top: number | undefined
  /** Bytes up to the end of the last whole line. */
  size: number
  isTorn: boolean
  isIntact: boolean
}

function changeTimeOf(path: string): number | undefined {
  return existsSync(path) ? statSync(path).ctimeMs : undefined
}

function readState(path: string, changedMs: number | undefined): GuardState {
  const text = existsSync(path) ? readFileSync(path, 'latin1') : ''
  const size = text.lastIndexOf('\n') + 1
  const signed = new Map<number, Hash>()
  let floor = 0
  let top: number | undefined
  let writtenMs: number | undefined
  const lines = text.slice(0, size).split('\n').slice(0, -1)
  lines.forEach((line, index) => {
    const raised = FLOOR.exec(line)
    const record = RECORD.exec(line)
    if (raised) floor = Math.max(floor, Number(raised[1]))
    else if (record) {
      const height = Number(record[1])
      addRecord(path, signed, height, record[2] as Hash, index)
      top = Math.max(top ?? height, height)
    } else throw damaged(path, index + 1)
    const atMs = raised?.[2] ?? record?.[3]
    writtenMs = atMs === undefined ? undefined : Number(atMs)
  })
  const isTorn = size < text.length
  const isIntact =
    !isTorn &&
    writtenMs !== undefined &&
    changedMs !== undefined &&
    Math.abs(changedMs - writtenMs) <= SAME_MOMENT_MS
  return {signed, floor, top, size, isTorn, isIntact}
}

/**
 * What of a damaged file can still be read: nothing at or below it may be signed.
 *
 * @returns the lowest height that is above everything in it
 */
export function salvageFloor(path: string): number {
  const text = existsSync(path) ? readFileSync(path, 'latin1') : ''
  let floor = 0
  for (const line of text.split('\n')) {
    const raised = /^floor (\d{1,15})\b/.exec(line)
    const record = /^(\d{1,15}) 0x/.exec(line)
    if (raised) floor = Math.max(floor, Number(raised[1]))
    if (record) floor = Math.max(floor, Number(record[1]) + 1)
  }
  return floor
}

function addRecord(
  path: string,
  signed: Map<number, Hash>,
  height: number,
  hash: Hash,
  index: number,
): void {
  const before = signed.get(height)
  if (before !== undefined && before !== hash) throw damaged(path, index + 1)
  signed.set(height, hash)
}

function secondSignature(height: number, hash: Hash, before: Hash, file: string): MetisSeqError {
  return new MetisSeqError({
    code: 'SECOND_SIGNATURE',
    message: `Two blocks of height ${height} bear the signature of this node's key.`,
    exit: 'interlock',
    facts: {height: String(height), hash, signed: before, file},
    hints: [
      'Stop every node with this key: another one signs with it, or has done so.',
      'Register a new signer key with `metis-seq sequencer rotate-signer`.',
    ],
  })
}

function damaged(path: string, line: number): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGN_GUARD_DAMAGED',
    message: `The sign guard ${path} cannot be read at line ${line}, so nothing may be signed.`,
    exit: 'interlock',
    facts: {path, line: String(line)},
    hints: [
      'Do not delete the file: without it the same height could be signed twice.',
      'Rebuild it from the chain log: `metis-seq node guard rebuild`.',
    ],
  })
}
