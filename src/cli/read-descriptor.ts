import {fstatSync, readdirSync, readFileSync, readlinkSync, type Stats} from 'node:fs'
import {Socket} from 'node:net'
import type {Readable} from 'node:stream'
import {isatty, ReadStream} from 'node:tty'

import {decodeText} from '../lib/decode-text.ts'
import {MetisSeqError, messageOf} from '../lib/errors.ts'
import {readBoundedDescriptor, SECRET_FILE_BYTES, tooLarge} from '../lib/read-file.ts'

const PATIENCE_MS = 10_000

/** The flags for a descriptor, each with its alternative for a file. */
const fileFlagOf = {
  '--from-fd': '--from-file',
  '--password-fd': '--password-file',
  '--backup-password-fd': '--backup-password-file',
  '--secret-fd': '--secret-file',
} as const

type DescriptorFlag = keyof typeof fileFlagOf

/**
 * Reads a descriptor opened by the caller (`3<FILE`, `3< <(command)`) to its end, or up to a limit.
 *
 * @throws {MetisSeqError} DESCRIPTOR_CLOSED when it is not open, SECRET_UNREADABLE
 */
export async function readDescriptor(descriptor: number, flag: DescriptorFlag): Promise<string> {
  assertGiven(descriptor, flag)
  try {
    if (fstatSync(descriptor).isFile())
      return decodeText(readBoundedDescriptor(descriptor, SECRET_FILE_BYTES))
    return await readStream(streamOf(descriptor), AbortSignal.timeout(PATIENCE_MS))
  } catch (cause) {
    const silent = cause instanceof Error && cause.name === 'TimeoutError'
    const reason = silent ? `it did not end within ${PATIENCE_MS / 1000} s` : messageOf(cause)
    throw unreadable(descriptor, flag, reason, cause)
  }
}

/**
 * Reads a stream to its end, while the program can still handle signals.
 *
 * @throws {FileRefused} it is larger than any secret
 * @throws the reason of the signal
 */
export async function readStream(stream: Readable, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  const abort = () => stream.destroy(signal.reason as Error)
  signal.addEventListener('abort', abort)
  try {
    if (signal.aborted) throw signal.reason
    for await (const chunk of stream) {
      size += (chunk as Buffer).length
      if (size > SECRET_FILE_BYTES) throw tooLarge(SECRET_FILE_BYTES)
      chunks.push(chunk as Buffer)
    }
    return decodeText(Buffer.concat(chunks))
  } finally {
    signal.removeEventListener('abort', abort)
    stream.destroy()
  }
}

/** A blocking read of a pipe would block the whole program until data arrives. */
function streamOf(descriptor: number): Readable {
  return isatty(descriptor)
    ? new ReadStream(descriptor)
    : new Socket({fd: descriptor, readable: true, writable: false})
}

/**
 * Checks a descriptor before it is passed to another process.
 *
 * @throws {MetisSeqError} DESCRIPTOR_CLOSED
 */
export function assertGiven(descriptor: number, flag: DescriptorFlag): void {
  if (!wasGiven(descriptor)) throw descriptorClosed(descriptor, flag)
}

/**
 * False when the caller did not open the descriptor. Node.js opens some of its own at startup,
 * under the next free numbers: event counters, /dev/null, and pipes with both ends in this process.
 * Reading one of those returns EAGAIN, or nothing, or blocks forever.
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

/** True when this very process has the write end of the pipe. */
function hasOwnWriter(descriptor: number): boolean {
  try {
    const pipe = readlinkSync(`/proc/self/fd/${descriptor}`)
    return readdirSync('/proc/self/fd').some((other) => isWriter(other, pipe))
  } catch {
    // Without /proc, a pipe is assumed to be the caller's.
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
    // Closed during the check, like the descriptor used to list the directory.
    return false
  }
}

function descriptorClosed(descriptor: number, flag: DescriptorFlag): MetisSeqError {
  return new MetisSeqError({
    code: 'DESCRIPTOR_CLOSED',
    message: `No file is open as descriptor ${descriptor}.`,
    facts: {descriptor: `${descriptor}`},
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
    facts: {descriptor: `${descriptor}`},
    hints: [`Pass \`${fileFlagOf[flag]} FILE\` instead.`],
    cause,
  })
}
