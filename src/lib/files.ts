import {randomBytes} from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs'
import {dirname} from 'node:path'

import {MetisSeqError, messageOf, systemErrorCode} from './errors.ts'
import {makeDirectory} from './make-directory.ts'
import {FileRefused, kindOf} from './read-file.ts'

/**
 * Replaces a file atomically: a reader, or a crash at any time, sees the old content or the new.
 *
 * @throws {MetisSeqError} DISK_FULL when there is no space; the old file is then unchanged. FILE_NOT_REPLACED
 */
export function writeFileAtomic(path: string, data: string | Uint8Array, mode = 0o600): void {
  assertReplaceable(path)
  const temporary = temporaryOf(path)
  try {
    makeDirectory(dirname(path))
    const descriptor = openSync(temporary, 'wx', mode)
    try {
      writeFileSync(descriptor, data)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
    fsyncDirectory(dirname(path))
  } catch (error) {
    discard(temporary)
    throw fromFileError(error, path)
  }
}

/**
 * Writes a new file: complete and durable, or not at all. An existing file is never changed.
 *
 * On a file system without hard links (a USB stick), the file is written directly; a crash can then leave a partial file.
 *
 * @throws {MetisSeqError} FILE_EXISTS, DISK_FULL, FILE_NOT_WRITABLE
 */
export function writeNewFile(path: string, data: string | Uint8Array, mode = 0o600): void {
  const temporary = temporaryOf(path)
  makeDirectoryOf(path)
  try {
    writeDurably(temporary, data, mode)
    linkOrWrite(temporary, path, () => writeDurably(path, data, mode))
    fsyncDirectory(dirname(path))
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') throw fileExists(path, error)
    throw fromFileError(error, path)
  } finally {
    discard(temporary)
  }
}

/** An unpredictable name: in a shared directory, a link could be planted under a predictable one. */
function temporaryOf(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.tmp`
}

/** Removes a file that may be missing. If that fails, the earlier error is the one reported. */
function discard(path: string): void {
  try {
    rmSync(path, {force: true})
  } catch {
    // For example a name that is too long: no file was created.
  }
}

/**
 * Writes a file at a given path. An existing file is only replaced on request.
 *
 * @throws {MetisSeqError} FILE_EXISTS, DISK_FULL, FILE_NOT_WRITABLE
 */
export function writeOutput(path: string, text: string, {replace}: {replace: boolean}): void {
  if (replace) writeFileAtomic(path, text)
  else writeNewFile(path, text)
}

/**
 * Checks an output path before long work.
 *
 * @throws {MetisSeqError} FILE_EXISTS, FILE_NOT_REPLACED
 */
export function assertMayWrite(path: string, {replace}: {replace: boolean}): void {
  if (replace) assertReplaceable(path)
  else if (existsSync(path)) throw fileExists(path)
}

/** Replacing renames another file over it: as root, /dev/null would become a regular file for the whole machine. */
function assertReplaceable(path: string): void {
  let kind: string | undefined
  try {
    const stat = statSync(path)
    kind = stat.isFile() ? undefined : kindOf(stat)
  } catch {
    // It does not exist, or the later write reports the error.
  }
  if (kind === undefined) return
  throw new MetisSeqError({
    code: 'FILE_NOT_REPLACED',
    message: `${path} is ${kind}, and only regular files are replaced.`,
    facts: {path},
    hints: ['Choose another path; where `-` is accepted, it writes to standard output.'],
  })
}

function makeDirectoryOf(path: string): void {
  try {
    makeDirectory(dirname(path))
  } catch (error) {
    throw fromFileError(error, path)
  }
}

function writeDurably(path: string, data: string | Uint8Array, mode: number): void {
  const descriptor = openSync(path, 'wx', mode)
  try {
    writeFileSync(descriptor, data)
    fsyncSync(descriptor)
  } catch (error) {
    rmSync(path, {force: true})
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/** A link fails if the file exists; a rename would replace it. */
function linkOrWrite(temporary: string, path: string, write: () => void): void {
  try {
    linkSync(temporary, path)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemErrorCode(error) ?? ''))
      throw error
    write()
  }
}

export function fileExists(path: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'FILE_EXISTS',
    message: `${path} already exists and was not changed.`,
    facts: {path},
    hints: ['Choose another path, or move the file away first; some commands accept `--force`.'],
    cause,
  })
}

/** Makes a rename or a new file in a directory durable. */
export function fsyncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Makes the content of a file durable, whoever wrote it. */
export function fsyncFile(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Failures caused by a path, its owner or its disk. EEXIST: there is a file where a directory should be. */
const NOT_WRITABLE = [
  ...['EACCES', 'EPERM', 'EROFS', 'EIO', 'EBUSY', 'EINVAL', 'ENXIO', 'ENOTEMPTY'],
  ...['ENOTDIR', 'EISDIR', 'EEXIST', 'ENOENT', 'ELOOP', 'ENAMETOOLONG'],
]

/** Maps the file system's own failures to an operator error; anything else is returned unchanged. */
export function fromFileError(error: unknown, path: string): unknown {
  const code = systemErrorCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new MetisSeqError({
      code: 'DISK_FULL',
      message: `There is no space left for writing ${path}.`,
      facts: {path},
      hints: ['Free some space, then run the same command again; no partial file was left.'],
      cause: error,
    })
  }
  if (error instanceof FileRefused) return unreadable(path, error, `Check the file at ${path}.`)
  if (code !== undefined && NOT_WRITABLE.includes(code)) {
    return new MetisSeqError({
      code: 'FILE_NOT_WRITABLE',
      message: `${path} cannot be written: ${messageOf(error)}.`,
      facts: {path},
      hints: [`Check the owner and mode of ${dirname(path)}.`],
      cause: error,
    })
  }
  return error
}

/** The same for read errors only. */
export function fromReadError(error: unknown, path: string): unknown {
  const isOfPath = NOT_WRITABLE.includes(systemErrorCode(error) ?? '')
  if (!isOfPath) return fromFileError(error, path)
  return unreadable(path, error, `Check the path, its owner and its mode: ${path}.`)
}

function unreadable(path: string, cause: unknown, hint: string): MetisSeqError {
  return new MetisSeqError({
    code: 'FILE_UNREADABLE',
    message: `${path} cannot be read: ${messageOf(cause)}.`,
    exit: 'config',
    facts: {path},
    hints: [hint],
    cause,
  })
}

/**
 * The entry at a given path; undefined when there is none.
 *
 * @throws {MetisSeqError} FILE_UNREADABLE
 */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, {throwIfNoEntry: false})
  } catch (error) {
    throw fromReadError(error, path)
  }
}

/**
 * Names in one of our directories; empty when it does not exist yet.
 *
 * @throws {MetisSeqError} FILE_UNREADABLE
 */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw fromReadError(error, directory)
  }
}

/**
 * Removes a file, or a directory with its contents, if it exists.
 *
 * @throws {MetisSeqError} FILE_NOT_WRITABLE
 */
export function remove(path: string): void {
  try {
    rmSync(path, {recursive: true, force: true})
  } catch (error) {
    throw fromFileError(error, path)
  }
}
