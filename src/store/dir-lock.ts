import {closeSync, openSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

import {MetisSeqError} from '../lib/errors.ts'
import {directoryMark, isOfDirectory} from '../lib/file-identity.ts'
import {fromFileError, writeFileAtomic} from '../lib/files.ts'
import {readBoundedText, RECORD_FILE_BYTES} from '../lib/read-file.ts'
import {isRecord, stringifyJson} from '../lib/json.ts'
import {makeDirectory} from '../lib/make-directory.ts'
import {identifyProcess, isSameProcess} from '../lib/process-identity.ts'
import {mapSqliteErrors} from '../lib/sqlite.ts'

/** SQLITE_BUSY: another connection, here or in another process, holds the lock. */
const SQLITE_BUSY = 5

/**
 * A directory that belongs to this process until `release`, or until the process ends in any way.
 */
export interface DirectoryLock {
  release(): void
}

/**
 * Makes this process the only owner of a directory, for one purpose.
 *
 * The kernel holds the lock (SQLite's file locks on `<name>.lock`), so it ends with the process,
 * even after kill -9, and a reused process id cannot keep it. `<name>.pid` next to it identifies
 * the owner: process id, start time, and the directory it was written in. If the lock file is
 * removed under a live owner, that record still keeps others out; in a copy of the directory it
 * does not.
 *
 * @param name base name of the two files: one directory can be locked for several purposes
 * @throws {MetisSeqError} DIRECTORY_LOCKED, fact `pid` (`unknown` while the owner is starting)
 */
export function lockDirectory(directory: string, name: string): DirectoryLock {
  const lockPath = join(directory, `${name}.lock`)
  const ownerPath = join(directory, `${name}.pid`)
  const database = openLockFile(directory, lockPath)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (isBusy(error)) throw directoryLocked({directory, name}, ownerPath, error)
    throw mapSqliteErrors(lockPath, () => {
      throw error
    })
  }
  try {
    if (isOwnedByAnother(directory, ownerPath)) throw directoryLocked({directory, name}, ownerPath)
    const owner = {
      ...{pid: process.pid, startedAt: new Date(processStartMs()).toISOString()},
      startTicks: identifyProcess(process.pid)?.startTicks ?? '',
      directory: directoryMark(directory),
    }
    writeFileAtomic(ownerPath, `${stringifyJson(owner)}\n`)
  } catch (error) {
    database.close()
    throw error
  }
  held.add(database)
  return {
    release() {
      if (!held.delete(database)) return
      // Remove the record first, then the lock: the other order would remove the next owner's
      // record.
      rmSync(ownerPath, {force: true})
      database.close()
    },
  }
}

/** Keeps the connections reachable: a garbage-collected one would release its lock. */
const held = new Set<DatabaseSync>()

function openLockFile(directory: string, lockPath: string): DatabaseSync {
  try {
    makeDirectory(directory)
    // SQLite only reports "unable to open"; the file system has the reason.
    closeSync(openSync(lockPath, 'a', 0o600))
    return new DatabaseSync(lockPath, {timeout: 0})
  } catch (error) {
    throw fromFileError(error, lockPath)
  }
}

/** The file was locked, and a live process is recorded as the owner of the directory. */
function isOwnedByAnother(directory: string, ownerPath: string): boolean {
  const owner = readOwner(ownerPath)
  if (!owner || owner['directory'] === undefined) return false
  const {pid, startTicks} = owner
  if (typeof pid !== 'number' || typeof startTicks !== 'string' || pid === process.pid) return false
  return isOfDirectory(owner['directory'], directory) && isSameProcess({pid, startTicks})
}

function directoryLocked(
  {directory, name}: {directory: string; name: string},
  ownerPath: string,
  cause?: unknown,
): MetisSeqError {
  const pid = readOwnerPid(ownerPath)
  return new MetisSeqError({
    code: 'DIRECTORY_LOCKED',
    message: `${directory} is in use by another process (pid ${pid}).`,
    facts: {directory, pid},
    hints: [
      ...(name === 'data' ? ['If it is a background node, run `metis-seq node stop`.'] : []),
      pid === 'unknown'
        ? `Stop the process that uses ${directory}.`
        : `Run \`kill ${pid}\` to stop it.`,
    ],
    cause,
  })
}

function readOwnerPid(ownerPath: string): string {
  // The owner gets the lock shortly before it writes its record.
  return String(readOwner(ownerPath)?.['pid'] ?? 'unknown')
}

function readOwner(ownerPath: string): Record<string, unknown> | undefined {
  try {
    const owner: unknown = JSON.parse(readBoundedText(ownerPath, RECORD_FILE_BYTES))
    return isRecord(owner) && Number.isInteger(owner['pid']) ? owner : undefined
  } catch {
    return undefined
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

function processStartMs(): number {
  return Math.round(Date.now() - process.uptime() * 1000)
}
