/** Reading files from given paths: they may be of any kind, and as large as a disk. */
import {closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats} from 'node:fs'

import {decodeText} from './decode-text.ts'
import {FileRefused} from './file-refused.ts'
import {whyUntrusted} from './trusted-path.ts'

export {FileRefused} from './file-refused.ts'

/** A key, a password, a token or a certificate chain: the largest, a PEM chain, has some 10 KB. */
export const SECRET_FILE_BYTES = 64 * 1024
/** State shared between our processes: pids, addresses, markers. */
export const RECORD_FILE_BYTES = 64 * 1024
/** A document written by people or by us: settings, a network, a genesis, prices, transactions. */
export const DOCUMENT_FILE_BYTES = 16_000_000

/**
 * The whole content of a regular file. Never waits for a writer, and never reads more than the
 * limit, whatever the reported size.
 *
 * @throws {FileRefused} it is a pipe, a device or a directory, or larger than `maxBytes`
 * @throws {Error} of the file system, with its code
 */
export function readBoundedFile(path: string, maxBytes: number): Buffer {
  // Before it is opened: opening some devices has side effects.
  assertRegular(statSync(path))
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    assertRegular(fstatSync(descriptor))
    return readBoundedDescriptor(descriptor, maxBytes)
  } finally {
    closeSync(descriptor)
  }
}

/** The same as text, see {@link decodeText}. */
export function readBoundedText(path: string, maxBytes: number): string {
  return decodeText(readBoundedFile(path, maxBytes))
}

/**
 * A key, a password or a token. A user who can write or replace the file controls which key signs
 * and who gets access.
 *
 * @throws {FileRefused} as above, or other users can change it
 * @throws {Error} of the file system, with its code
 */
export function readSecretFile(path: string, maxBytes = SECRET_FILE_BYTES): Buffer {
  const content = readBoundedFile(path, maxBytes)
  const reason = whyUntrusted(path)
  if (reason !== undefined) throw new FileRefused('untrusted', `it ${reason}`)
  return content
}

/** The same as text, see {@link decodeText}. */
export function readSecretText(path: string): string {
  return decodeText(readSecretFile(path))
}

/** The last bytes of a regular file, however long it is. */
export function readEndOfFile(path: string, bytes: number): Buffer {
  assertRegular(statSync(path))
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    const stat = fstatSync(descriptor)
    assertRegular(stat)
    const buffer = Buffer.alloc(Math.min(bytes, stat.size))
    const read = readSync(descriptor, buffer, 0, buffer.length, stat.size - buffer.length)
    return buffer.subarray(0, read)
  } finally {
    closeSync(descriptor)
  }
}

/** The rest of a regular file that is open. @throws {FileRefused} */
export function readBoundedDescriptor(descriptor: number, maxBytes: number): Buffer {
  const {size} = fstatSync(descriptor)
  if (size > maxBytes) throw tooLarge(maxBytes)
  return readAtMost(descriptor, size, maxBytes)
}

/** The size is only a start; a file may grow while it is read, and files in /proc report 0. */
function readAtMost(descriptor: number, sizeBytes: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = []
  let total = 0
  for (;;) {
    const chunk = Buffer.allocUnsafe(total === 0 ? sizeBytes + 1 : 65_536)
    const read = readSync(descriptor, chunk, 0, chunk.length, null)
    if (read === 0) return Buffer.concat(chunks, total)
    total += read
    if (total > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk.subarray(0, read))
  }
}

function assertRegular(stat: Stats): void {
  if (!stat.isFile())
    throw new FileRefused('not-regular', `it is ${kindOf(stat)}, not a regular file`)
}

/** For anything but a regular file. */
export function kindOf(stat: Stats): string {
  if (stat.isDirectory()) return 'a directory'
  if (stat.isFIFO()) return 'a pipe'
  return stat.isSocket() ? 'a socket' : 'a device'
}

export function tooLarge(maxBytes: number): FileRefused {
  return new FileRefused('too-large', `it has more than ${sizeText(maxBytes)}`)
}

function sizeText(bytes: number): string {
  if (bytes % 1024 === 0) return `${bytes / 1024} KiB`
  return bytes >= 1_000_000 ? `${bytes / 1_000_000} MB` : `${bytes} bytes`
}
