import {closeSync, openSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

import {MetisSeqError} from '../lib/errors.ts'
import {fromFileError, writeFileAtomic} from '../lib/files.ts'
import {readBoundedText, RECORD_FILE_BYTES} from '../lib/read-file.ts'
import {isRecord, stringifyJson} from '../lib/json.ts'
import {makeDirectory} from '../lib/make-directory.ts'
import {mapSqliteErrors} from '../lib/sqlite.ts'

/** SQLITE_BUSY: another connection, here or in another process, holds the lock. */
const SQLITE_BUSY = 5

/** A directory that belongs to this process until `release`, or until the process ends in any way. */
export interface DirectoryLock {
  release(): void
}

/**
 * Makes this process the only owner of a directory, for one purpose.
 *
 * The kernel holds the lock (SQLite's file locks on `<name>.lock`), so it ends with the process, also
 * after kill -9, and a process id that was given to another program cannot keep it. `<name>.pid` next
 * to it only says who the owner is: its id and start time. It means nothing without the lock.
 *
 * @param name names the two files: one directory can be locked for several purposes
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
    if (isBusy(error)) throw directoryLocked(directory, ownerPath, error)
    throw mapSqliteErrors(lockPath, () => {
      throw error
    })
  }
  try {
    const owner = {pid: process.pid, startedAt: new Date(processStartMs()).toISOString()}
    writeFileAtomic(ownerPath, `${stringifyJson(owner)}\n`)
  } catch (error) {
    database.close()
    throw error
  }
  held.add(database)
  return {
    release() {
      if (!held.delete(database)) return
      // First the name, then the lock: the other way round would remove the next owner's name.
      rmSync(ownerPath, {force: true})
      database.close()
    },
  }
}

/** Keeps the connections reachable: a collected one would give its lock up. */
const held = new Set<DatabaseSync>()

function openLockFile(directory: string, lockPath: string): DatabaseSync {
  try {
    makeDirectory(directory)
    // SQLite says only "unable to open"; the file system says why.
    closeSync(openSync(lockPath, 'a', 0o600))
    return new DatabaseSync(lockPath, {timeout: 0})
  } catch (error) {
    throw fromFileError(error, lockPath)
  }
}

function directoryLocked(directory: string, ownerPath: string, cause: unknown): MetisSeqError {
  const pid = readOwnerPid(ownerPath)
  return new MetisSeqError({
    code: 'DIRECTORY_LOCKED',
    message: `${directory} is in use by another process (pid ${pid}).`,
    exit: 'busy',
    facts: {directory, pid},
    hints: [
      'A node of the background is stopped with `metis-seq node stop`.',
      pid === 'unknown' ? `Stop the process that uses ${directory}.` : `Or run \`kill ${pid}\`.`,
    ],
    cause,
  })
}

function readOwnerPid(ownerPath: string): string {
  try {
    const owner: unknown = JSON.parse(readBoundedText(ownerPath, RECORD_FILE_BYTES))
    return isRecord(owner) && Number.isInteger(owner['pid']) ? String(owner['pid']) : 'unknown'
  } catch {
    // The owner has the lock a moment before it has written its name.
    return 'unknown'
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

function processStartMs(): number {
  return Math.round(Date.now() - process.uptime() * 1000)
}
