/** Reads a sign guard's file, and checks that it is still the original file. */
import {existsSync, readFileSync, statSync} from 'node:fs'

import type {Hash} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {identifyFile, type FileIdentity} from '../lib/file-identity.ts'
import {bootId} from '../lib/process-identity.ts'

/**
 * A file that we wrote last was changed at the time in its last line. A file that was overwritten
 * since, for example with its own older content, was changed later. Writing takes a moment, and
 * file systems count in steps of 4 ms. A copy was changed at the time of copying, which may be the
 * same moment: it is detected by its identity.
 */
const SAME_MOMENT_MS = 250

const RECORD = /^(\d+) (0x[0-9a-f]{64})(?: (\d+))?$/
const FLOOR = /^floor (\d+)(?: (\d+))?$/
const FILE = /^file (\d+) (\d+) (\d+) (\S+)(?: (\d+))?$/
const CLOSED = /^closed (\d+)$/

/** The file system's metadata of the file. */
export interface GuardLook extends FileIdentity {
  /** Change time by the file system's clock, in milliseconds. No program can set it. */
  changedAtMs: number
  /** Boot id of the running system; empty if unavailable. */
  boot: string
}

export interface GuardState {
  signed: Map<number, Hash>
  /** Heights below it are rejected. */
  floor: number
  top: number | undefined
  /** Bytes up to the end of the last complete line. */
  size: number
  isTorn: boolean
  /** It is exactly the file that we wrote last, and nobody else has written to it. */
  isIntact: boolean
  /** The last line of the file matches its current identity. */
  isNamed: boolean
  /** The process that wrote it shut down cleanly, since the last boot. */
  wasClosed: boolean
}

export function lookAtGuard(path: string): GuardLook | undefined {
  if (!existsSync(path)) return undefined
  return {...identifyFile(path), changedAtMs: statSync(path).ctimeMs, boot: bootId()}
}

/** The line that identifies the file. */
export function nameLine({inode, bornNs, device, boot}: GuardLook): string {
  return `file ${inode} ${bornNs} ${device} ${boot || '-'}`
}

/**
 * @throws {MetisSeqError} SIGN_GUARD_DAMAGED for a line that is unreadable or contradicts another
 */
export function readGuard(path: string, look: GuardLook | undefined): GuardState {
  const text = existsSync(path) ? readFileSync(path, 'latin1') : ''
  const size = text.lastIndexOf('\n') + 1
  const signed = new Map<number, Hash>()
  let floor = 0
  let top: number | undefined
  let writtenMs: string | undefined
  let named: RegExpExecArray | undefined
  let isClosed = false
  const lines = text.slice(0, size).split('\n').slice(0, -1)
  lines.forEach((line, index) => {
    const record = RECORD.exec(line)
    const raised = record ? null : FLOOR.exec(line)
    const name = record || raised ? null : FILE.exec(line)
    const closed = record || raised || name ? null : CLOSED.exec(line)
    if (record) {
      const height = Number(record[1])
      addRecord(path, signed, height, record[2] as Hash, index)
      top = Math.max(top ?? height, height)
    } else if (raised) floor = Math.max(floor, Number(raised[1]))
    else if (name) named = name
    else if (!closed) throw damaged(path, index + 1)
    isClosed = closed !== null
    writtenMs = record?.[3] ?? raised?.[2] ?? name?.[5] ?? closed?.[1]
  })
  const isTorn = size < text.length
  const isIntact = !isTorn && isOwn(named, look) && isOfThen(writtenMs, look)
  const isNamed =
    isIntact && named?.slice(3, 5).join(' ') === `${look?.device} ${look?.boot || '-'}`
  const wasClosed = isIntact && isClosed && look?.boot !== '' && named?.[4] === look?.boot
  return {signed, floor, top, size, isTorn, isIntact, isNamed, wasClosed}
}

/** Without a birth time, a copy with the inode number of a deleted file cannot be detected. */
function isOwn(named: RegExpExecArray | undefined, look: GuardLook | undefined): boolean {
  if (!named || !look || look.bornNs === '0') return false
  const [, inode, bornNs, device, boot] = named
  if (inode !== look.inode || bornNs !== look.bornNs) return false
  return device === look.device || boot !== (look.boot || '-')
}

function isOfThen(writtenMs: string | undefined, look: GuardLook | undefined): boolean {
  if (writtenMs === undefined || !look) return false
  return Math.abs(look.changedAtMs - Number(writtenMs)) <= SAME_MOMENT_MS
}

/**
 * The readable part of a damaged file: nothing at or below it may be signed.
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

function damaged(path: string, line: number): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGN_GUARD_DAMAGED',
    message: `The sign guard ${path} is unreadable at line ${line}, so signing is blocked.`,
    facts: {path, line: `${line}`},
    hints: [
      'Do not delete the file: without it the same height could be signed twice.',
      'Rebuild it from the chain log: `metis-seq node guard rebuild`.',
    ],
  })
}
