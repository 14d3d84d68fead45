import {dirname} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

import {MetisSeqError} from './errors.ts'
import {fromFileError} from './files.ts'
import {makeDirectory} from './make-directory.ts'

/** Opens a database in which a finished write survives power loss (WAL, synchronous FULL). */
export function openDurableDatabase(path: string): DatabaseSync {
  return mapSqliteErrors(path, () => {
    makeDirectory(dirname(path))
    // Set before the first statement: two processes may open a new database at the same time.
    const database = new DatabaseSync(path, {timeout: BUSY_TIMEOUT_MS})
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
    return database
  })
}

/** Opens a database that may belong to a running process. Never writes to it. */
export function openReadOnly(path: string): DatabaseSync {
  return new DatabaseSync(path, {readOnly: true, timeout: BUSY_TIMEOUT_MS})
}

const BUSY_TIMEOUT_MS = 5000
const SQLITE_BUSY = 5
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26
const SQLITE_CORRUPT = 11

/**
 * Runs a database action and maps the failures that an operator can fix.
 *
 * @throws {MetisSeqError} DISK_FULL (the transaction was rolled back), STORE_DAMAGED,
 *   STORE_BUSY
 */
export function mapSqliteErrors<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
    if (code === SQLITE_FULL) {
      throw fromFileError(Object.assign(new Error('database full'), {code: 'ENOSPC'}), path)
    }
    if (code === SQLITE_BUSY) {
      throw new MetisSeqError({
        code: 'STORE_BUSY',
        message: `${path} is in use by another process.`,
        facts: {path},
        hints: ['Wait for the other command to finish, then run the same command again.'],
        cause: error,
      })
    }
    if (code === SQLITE_NOTADB || code === SQLITE_CORRUPT) {
      throw new MetisSeqError({
        code: 'STORE_DAMAGED',
        message: `${path} is damaged and cannot be read.`,
        facts: {path},
        hints: [`Move ${path} away and restore it from a backup.`],
        cause: error,
      })
    }
    throw fromFileError(error, path)
  }
}

/**
 * Runs writes as one: all of them or none.
 *
 * @throws {MetisSeqError} those of `mapSqliteErrors`; nothing was written
 */
export function inTransaction(database: DatabaseSync, path: string, act: () => void): void {
  mapSqliteErrors(path, () => {
    database.exec('BEGIN IMMEDIATE')
    try {
      act()
      database.exec('COMMIT')
    } catch (error) {
      // A full disk may already have ended the transaction; a second rollback would then fail.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  })
}
