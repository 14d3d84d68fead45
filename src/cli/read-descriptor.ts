import {fstatSync, readdirSync, readFileSync, readlinkSync, readSync, type Stats} from 'node:fs'
import {isatty} from 'node:tty'

import {systemClock} from '../lib/clock.ts'
import {MetisSeqError, messageOf, systemErrorCode} from '../lib/errors.ts'

const CHUNK_BYTES = 4096
/** No key file is larger; a descriptor that never ends is not one. */
const MAX_BYTES = 64 * 1024
const POLL_MS = 20
const PATIENCE_MS = 10_000

/** The flags that name a descriptor, each with the one that names a file instead. */
const fileFlagOf = {
  '--from-fd': '--from-file',
  '--password-fd': '--password-file',
  '--backup-password-fd': '--backup-password-file',
} as const

type DescriptorFlag = keyof typeof fileFlagOf

/**
 * Reads a descriptor that the caller opened for us (`3<FILE`, `3< <(command)`) to its end.
 *
 * @throws {MetisSeqError} DESCRIPTOR_CLOSED when nobody opened it, SECRET_UNREADABLE
 */
export async function readDescriptor(descriptor: number, flag: DescriptorFlag): Promise<string> {
  assertGiven(descriptor, flag)
  const chunks: Buffer[] = []
  const deadline = systemClock.monotonicMs() + PATIENCE_MS
  for (let size = 0; size <= MAX_BYTES; ) {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    const read = readOnce(descriptor, flag, chunk)
    if (read === 0) return Buffer.concat(chunks).toString('utf8')
    if (read !== undefined) {
      chunks.push(chunk.subarray(0, read))
      size += read
    } else if (systemClock.monotonicMs() > deadline) {
      throw unreadable(descriptor, flag, `nothing came within ${PATIENCE_MS / 1000} s`)
    } else {
      await systemClock.sleep(POLL_MS)
    }
  }
  throw unreadable(descriptor, flag, `it holds more than ${MAX_BYTES / 1024} KiB`)
}

/**
 * Looks before a descriptor is handed on to a process that shall read it.
 *
 * @throws {MetisSeqError} DESCRIPTOR_CLOSED
 */
export function assertGiven(descriptor: number, flag: DescriptorFlag): void {
  if (!wasGiven(descriptor)) throw descriptorClosed(descriptor, flag)
}

/** @returns bytes read, 0 at the end, undefined while the other side has not written yet */
function readOnce(descriptor: number, flag: DescriptorFlag, chunk: Buffer): number | undefined {
  try {
    return readSync(descriptor, chunk)
  } catch (error) {
    if (systemErrorCode(error) === 'EAGAIN') return undefined
    throw unreadable(descriptor, flag, messageOf(error), error)
  }
}

/**
 * False when nobody opened the descriptor. Node.js opens some of its own at start, under the next free
 * numbers: event counters, /dev/null, and pipes of which it holds both ends. Reading one of those gives
 * EAGAIN, or nothing, or never returns.
 */
function wasGiven(descriptor: number): boolean {
  let stats: Stats
  try {
    stats = fstatSync(descriptor)
  } catch {
    return false
  }
  if (stats.isFIFO()) return !hasOwnWriter(descriptor)
  return stats.isFile() || stats.isSocket() || isatty(descriptor)
}

/** True when this very process holds the end of the pipe that is written to. */
function hasOwnWriter(descriptor: number): boolean {
  try {
    const pipe = readlinkSync(`/proc/self/fd/${descriptor}`)
    return readdirSync('/proc/self/fd').some((other) => isWriter(other, pipe))
  } catch {
    // Without /proc, a pipe is believed to be the caller's.
    return false
  }
}

function isWriter(descriptor: string, pipe: string): boolean {
  try {
    if (readlinkSync(`/proc/self/fd/${descriptor}`) !== pipe) return false
    const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))
    // O_WRONLY is 1, in the last octal digit.
    return (parseInt(flags?.[1] ?? '0', 8) & 3) === 1
  } catch {
    // Closed while we looked, as the one that lists the directory.
    return false
  }
}

function descriptorClosed(descriptor: number, flag: DescriptorFlag): MetisSeqError {
  return new MetisSeqError({
    code: 'DESCRIPTOR_CLOSED',
    message: `Nothing was opened as descriptor ${descriptor}.`,
    exit: 'usage',
    facts: {descriptor: String(descriptor)},
    hints: [
      `Open it in the same command line: \`${flag} ${descriptor} ${descriptor}<FILE\`.`,
      `Or pass \`${fileFlagOf[flag]} FILE\`.`,
    ],
  })
}

function unreadable(
  descriptor: number,
  flag: DescriptorFlag,
  reason: string,
  cause?: unknown,
): MetisSeqError {
  return new MetisSeqError({
    code: 'SECRET_UNREADABLE',
    message: `Descriptor ${descriptor} cannot be read: ${reason}.`,
    exit: 'usage',
    facts: {descriptor: String(descriptor)},
    hints: [`Pass \`${fileFlagOf[flag]} FILE\` instead.`],
    cause,
  })
}
