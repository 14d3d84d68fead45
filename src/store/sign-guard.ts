import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import {dirname} from 'node:path'

import type {Hash} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {fromFileError, fsyncDirectory, writeFileAtomic} from '../lib/files.ts'

/** Kept on compaction: two days of 2-second blocks, far beyond any fork that can still win. */
const KEPT_RECORDS = 100_000
/** Compacted at the next start above this: 90 bytes a record make 18 MB, read in 0.3 s. */
const COMPACT_ABOVE = 200_000

const RECORD = /^(\d+) (0x[0-9a-f]{64})$/
const FLOOR = /^floor (\d+)$/

/**
 * Remembers which hash was signed at which height, in an append-only file that is flushed before the
 * signature exists. What is written here is never forgotten, also not when the block later loses a
 * fork: a second signature at that height would be proof of fraud.
 */
export class SignGuard {
  readonly #path: string
  readonly #descriptor: number
  readonly #signed: Map<number, Hash>
  readonly #floor: number
  #size: number

  private constructor(path: string, descriptor: number, state: GuardState) {
    this.#path = path
    this.#descriptor = descriptor
    this.#signed = state.signed
    this.#floor = state.floor
    this.#size = state.size
  }

  /**
   * Opens or creates the file. A last line that a crash cut short is removed: its signature was never
   * made.
   *
   * @throws {MetisSeqError} SIGN_GUARD_DAMAGED when any other line is unreadable or contradicts another
   */
  static open(path: string): SignGuard {
    try {
      mkdirSync(dirname(path), {recursive: true, mode: 0o700})
      const state = readState(path)
      if (state.signed.size > COMPACT_ABOVE) return SignGuard.#compacted(path, state)
      const isNew = !existsSync(path)
      const descriptor = openSync(path, 'a', 0o600)
      ftruncateSync(descriptor, state.size)
      fsyncSync(descriptor)
      if (isNew) fsyncDirectory(dirname(path))
      return new SignGuard(path, descriptor, state)
    } catch (error) {
      throw fromFileError(error, path)
    }
  }

  static #compacted(path: string, {signed}: GuardState): SignGuard {
    const heights = [...signed.keys()].sort((a, b) => a - b).slice(-KEPT_RECORDS)
    const lines = heights.map((height) => `${height} ${signed.get(height)}\n`)
    writeFileAtomic(path, `floor ${heights[0] ?? 0}\n${lines.join('')}`)
    return new SignGuard(path, openSync(path, 'a', 0o600), readState(path))
  }

  /** The hash that was signed at a height, if any. */
  signedAt(height: number): Hash | undefined {
    return this.#signed.get(height)
  }

  /**
   * Permission to sign, written to disk before it is given. The same hash again is allowed: the
   * signature is the same then.
   *
   * @throws {MetisSeqError} DOUBLE_SIGN for a second hash at a height, or a height so old that its
   *   record was dropped; DISK_FULL (no permission, nothing recorded)
   */
  checkAndRecord(height: number, hash: Hash): void {
    const before = this.#signed.get(height)
    if (before === hash) return
    if (before !== undefined || height < this.#floor) throw this.#doubleSign(height, hash, before)
    const line = Buffer.from(`${height} ${hash}\n`)
    try {
      const written = writeSync(this.#descriptor, line)
      if (written !== line.length) throw Object.assign(new Error('short write'), {code: 'ENOSPC'})
      fsyncSync(this.#descriptor)
    } catch (error) {
      this.#removeTornLine()
      throw fromFileError(error, this.#path)
    }
    this.#size += line.length
    this.#signed.set(height, hash)
  }

  close(): void {
    closeSync(this.#descriptor)
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
        : `Height ${height} is below ${this.#floor}, the oldest height the sign guard remembers.`,
      exit: 'interlock',
      facts: {height: String(height), hash, signed: before ?? '', file: this.#path},
      hints: ['Check that no other node runs with this signer key.'],
    })
  }
}

interface GuardState {
  signed: Map<number, Hash>
  /** Heights below were compacted away and are refused. */
  floor: number
  /** Bytes up to the end of the last whole line. */
  size: number
}

function readState(path: string): GuardState {
  const text = existsSync(path) ? readFileSync(path, 'latin1') : ''
  const size = text.lastIndexOf('\n') + 1
  const signed = new Map<number, Hash>()
  let floor = 0
  const lines = text.slice(0, size).split('\n').slice(0, -1)
  lines.forEach((line, index) => {
    const header = index === 0 ? FLOOR.exec(line) : null
    const record = RECORD.exec(line)
    if (header) floor = Number(header[1])
    else if (record) addRecord(path, signed, Number(record[1]), record[2] as Hash, index)
    else throw damaged(path, index + 1)
  })
  return {signed, floor, size}
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

function damaged(path: string, line: number): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGN_GUARD_DAMAGED',
    message: `The sign guard ${path} cannot be read at line ${line}, so nothing may be signed.`,
    exit: 'interlock',
    facts: {path, line: String(line)},
    hints: [
      'Do not delete the file: without it the same height could be signed twice.',
      'Restore it from a backup, or register a new signer key.',
    ],
  })
}
