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
 * Replaces a file so that a reader, or a crash at any moment, sees the old content or the new one.
 *
 * @throws {MetisSeqError} DISK_FULL when the store has no space; the old file is then untouched. FILE_NOT_REPLACED
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
 * Writes a file that is not there yet: whole and durable, or not at all. What is there is never touched.
 *
 * A file system without hard links (a USB stick) gets the file directly; a crash can then leave a part of it.
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

/** A name that nobody else can know: in a directory of many, a link could wait under one that can be guessed. */
function temporaryOf(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.tmp`
}

/** Removes what may not be there. Where that fails, what went wrong before is what is told. */
function discard(path: string): void {
  try {
    rmSync(path, {force: true})
  } catch {
    // Such as a name that is too long: nothing was made under it.
  }
}

/**
 * Writes a file that someone named. One that is there is only replaced when that was asked for.
 *
 * @throws {MetisSeqError} FILE_EXISTS, DISK_FULL, FILE_NOT_WRITABLE
 */
export function writeOutput(path: string, text: string, {replace}: {replace: boolean}): void {
  if (replace) writeFileAtomic(path, text)
  else writeNewFile(path, text)
}

/**
 * Looks before long work is done for a file.
 *
 * @throws {MetisSeqError} FILE_EXISTS, FILE_NOT_REPLACED
 */
export function assertMayWrite(path: string, {replace}: {replace: boolean}): void {
  if (replace) assertReplaceable(path)
  else if (existsSync(path)) throw fileExists(path)
}

/** To replace is to rename another file over it: as root, /dev/null would be a file of ours for the whole machine. */
function assertReplaceable(path: string): void {
  let kind: string | undefined
  try {
    const stat = statSync(path)
    kind = stat.isFile() ? undefined : kindOf(stat)
  } catch {
    // Nothing is there, or what writes says what is wrong.
  }
  if (kind === undefined) return
  throw new MetisSeqError({
    code: 'FILE_NOT_REPLACED',
    message: `${path} is ${kind}, and only a file is replaced by another one.`,
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

/** A link fails where a file is; a rename would replace it. */
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
    message: `${path} exists already, and is left as it is.`,
    facts: {path},
    hints: ['Choose another path, or move the file away first; some commands take `--force`.'],
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

/** What a path, its owner or its disk can be at fault for. EEXIST: a file lies where a directory shall be. */
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
      message: `There is no space left to write ${path}.`,
      facts: {path},
      hints: ['Free some space, then run the same command again; nothing was half-written.'],
      cause: error,
    })
  }
  if (error instanceof FileRefused) return unreadable(path, error, `Check what lies at ${path}.`)
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

/** The same for what was to be read and nothing else. */
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
 * What lies at a path that somebody named; undefined where nothing does.
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
 * Names in a directory of ours; none where it is not there yet.
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
 * Removes a file, or a directory with all that is in it, which may not be there.
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
