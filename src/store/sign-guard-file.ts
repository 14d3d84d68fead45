/** What a sign guard's file says, and whether it is still the file that it says it is. */
import {existsSync, readFileSync, statSync} from 'node:fs'

import type {Hash} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {identifyFile, type FileIdentity} from '../lib/file-identity.ts'
import {bootId} from '../lib/process-identity.ts'

/**
 * A file that was written last by us changed when its last line says. One that something was written into
 * since, such as an older content of its own, changed later. Writing takes a moment, and file systems count
 * in steps of 4 ms. A copy changed at the moment of the copy, which may be this very moment as well: it is
 * told by its identity.
 */
const SAME_MOMENT_MS = 250

const RECORD = /^(\d+) (0x[0-9a-f]{64})(?: (\d+))?$/
const FLOOR = /^floor (\d+)(?: (\d+))?$/
const FILE = /^file (\d+) (\d+) (\d+) (\S+)(?: (\d+))?$/
const CLOSED = /^closed (\d+)$/

/** What the file system says of the file. */
export interface GuardLook extends FileIdentity {
  /** By the clock of the file system, milliseconds. No program can set it. */
  changedAtMs: number
  /** Of the running system; empty where it does not tell. */
  boot: string
}

export interface GuardState {
  signed: Map<number, Hash>
  /** Heights below are refused. */
  floor: number
  top: number | undefined
  /** Bytes up to the end of the last whole line. */
  size: number
  isTorn: boolean
  /** It is the very file that we wrote last, and nobody else has written it. */
  isIntact: boolean
  /** The last line of the file names it as it is now. */
  isNamed: boolean
  /** The process that wrote it ended in an orderly way, in this run of the system. */
  wasClosed: boolean
}

export function lookAtGuard(path: string): GuardLook | undefined {
  if (!existsSync(path)) return undefined
  return {...identifyFile(path), changedAtMs: statSync(path).ctimeMs, boot: bootId()}
}

/** The line that names the file. */
export function nameLine({inode, bornNs, device, boot}: GuardLook): string {
  return `file ${inode} ${bornNs} ${device} ${boot || '-'}`
}

/** @throws {MetisSeqError} SIGN_GUARD_DAMAGED for a line that cannot be read or contradicts another */
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

/** Without a time of birth nothing tells a copy that got the number of a deleted file. */
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

function damaged(path: string, line: number): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGN_GUARD_DAMAGED',
    message: `The sign guard ${path} cannot be read at line ${line}, so nothing may be signed.`,
    facts: {path, line: `${line}`},
    hints: [
      'Do not delete the file: without it the same height could be signed twice.',
      'Rebuild it from the chain log: `metis-seq node guard rebuild`.',
    ],
  })
}
