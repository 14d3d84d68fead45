import {rmSync} from 'node:fs'
import type {DatabaseSync} from 'node:sqlite'

import type {Address, Hash, Hex} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {inTransaction, mapSqliteErrors, openDurableDatabase} from '../lib/sqlite.ts'
import type {L1Log, L1Mark} from '../protocol/l1-log.ts'

/**
 * Schema version of the tables. A file of another version is discarded: everything in it can be
 * read again.
 */
const VERSION = 1
/** Remembered chunk ends, newest first: as far back as a reorg can be handled. */
const MARKS_KEPT = 64

/** Data read from one chain. Nothing in it is the only copy. */
export interface LogCache {
  /** First block that has not been read yet; undefined before the first chunk. */
  nextBlock(): bigint | undefined
  /** Last blocks of chunks with their hashes, newest first. */
  marks(): L1Mark[]
  /**
   * In chain order.
   *
   * @param topics first topics of the wanted logs; undefined: all logs
   */
  logs(topics?: readonly Hex[]): L1Log[]
  /**
   * Stores a chunk that continues the existing ones.
   *
   * @returns false when it does not follow, because another process has written in the meantime
   */
  append(chunk: {fromBlock: bigint; mark: L1Mark; logs: readonly L1Log[]}): boolean
  /** Removes everything after a block; everything if no block is given. */
  cutAfter(block: bigint | undefined): void
  /** Facts about single transactions, blocks or epochs, by key. */
  facts(kind: string): Map<string, string>
  /** @param entries with the L1 block they depend on; removed if that block is */
  saveFacts(kind: string, entries: readonly {key: string; block: bigint; value: string}[]): void
  close(): void
}

/**
 * Opens the cache of one chain. A chain of the same network with another identity is gone, as after
 * `local reset`, and its data is deleted.
 *
 * @param path `:memory:` stores nothing
 * @param identity identity of the logs' chain: chain ids, hash of an early block, contracts
 * @throws {MetisSeqError} DISK_FULL, STORE_BUSY, FILE_NOT_WRITABLE
 */
export function openLogCache(path: string, network: string, identity: string): LogCache {
  try {
    return openWhole(path, network, identity)
  } catch (error) {
    const isDamaged = error instanceof MetisSeqError && error.code === 'STORE_DAMAGED'
    if (!isDamaged) throw error
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, {force: true})
    return openWhole(path, network, identity)
  }
}

function openWhole(path: string, network: string, identity: string): LogCache {
  return mapSqliteErrors(path, () => {
    const database = openDurableDatabase(path)
    try {
      createTables(database)
      database
        .prepare('DELETE FROM scan WHERE network = ? AND identity <> ?')
        .run(network, identity)
      database
        .prepare('INSERT OR IGNORE INTO scan (network, identity) VALUES (?, ?)')
        .run(network, identity)
      const row = database.prepare('SELECT id FROM scan WHERE identity = ?').get(identity)
      return cacheOver(database, path, Number(row!['id']))
    } catch (error) {
      database.close()
      throw error
    }
  })
}

function createTables(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()!['user_version'])
  // Opening without a write needs no disk sync.
  if (version === VERSION) return
  database.exec('DROP TABLE IF EXISTS fact; DROP TABLE IF EXISTS log;')
  database.exec('DROP TABLE IF EXISTS mark; DROP TABLE IF EXISTS scan;')
  const belongs = 'scan INTEGER NOT NULL REFERENCES scan (id) ON DELETE CASCADE'
  database.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS scan (
      id INTEGER PRIMARY KEY, network TEXT NOT NULL, identity TEXT NOT NULL UNIQUE, next_block INTEGER) STRICT;
    CREATE TABLE IF NOT EXISTS mark (
      ${belongs}, block INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (scan, block)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS log (
      ${belongs}, block INTEGER NOT NULL, position INTEGER NOT NULL, tx_hash TEXT NOT NULL, address TEXT NOT NULL,
      topics TEXT NOT NULL, data TEXT NOT NULL, time INTEGER, PRIMARY KEY (scan, block, position)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS fact (
      ${belongs}, kind TEXT NOT NULL, key TEXT NOT NULL, block INTEGER NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (scan, kind, key)) STRICT, WITHOUT ROWID;
    PRAGMA user_version = ${VERSION};
    COMMIT;
  `)
}

function cacheOver(database: DatabaseSync, path: string, scan: number): LogCache {
  const run = <T>(act: () => T): T => mapSqliteErrors(path, act)
  const readNext = database.prepare('SELECT next_block FROM scan WHERE id = ?')
  const writeNext = database.prepare('UPDATE scan SET next_block = ? WHERE id = ?')
  const readMarks = database.prepare(
    'SELECT block, hash FROM mark WHERE scan = ? ORDER BY block DESC',
  )
  const writeMark = database.prepare('INSERT OR REPLACE INTO mark VALUES (?, ?, ?)')
  const thinMarks = database.prepare(
    'DELETE FROM mark WHERE scan = ?1 AND block NOT IN (SELECT block FROM mark WHERE scan = ?1 ORDER BY block DESC LIMIT ?2)',
  )
  const readLogs = logReader(database, scan)
  const writeLog = database.prepare('INSERT OR REPLACE INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const readFacts = database.prepare('SELECT key, value FROM fact WHERE scan = ? AND kind = ?')
  const writeFact = database.prepare('INSERT OR REPLACE INTO fact VALUES (?, ?, ?, ?, ?)')
  const cuts = ['mark', 'log', 'fact'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE scan = ? AND block > ?`),
  )
  const nextBlock = (): bigint | undefined => {
    const value = readNext.get(scan)?.['next_block']
    return typeof value === 'number' ? BigInt(value) : undefined
  }

  return {
    nextBlock: () => run(nextBlock),
    marks: () =>
      run(() =>
        readMarks
          .all(scan)
          .map((row) => ({number: BigInt(Number(row['block'])), hash: row['hash'] as Hash})),
      ),
    logs: (topics) => run(() => readLogs(topics)),
    append({fromBlock, mark, logs}) {
      let follows = true
      inTransaction(database, path, () => {
        const next = nextBlock()
        follows = next === undefined || next === fromBlock
        if (!follows) return
        for (const log of logs) writeLog.run(scan, ...fromLog(log))
        writeMark.run(scan, mark.number, mark.hash)
        thinMarks.run(scan, MARKS_KEPT)
        writeNext.run(mark.number + 1n, scan)
      })
      return follows
    },
    cutAfter(block) {
      inTransaction(database, path, () => {
        for (const cut of cuts) cut.run(scan, block ?? -1n)
        writeNext.run(block === undefined ? null : block + 1n, scan)
      })
    },
    facts: (kind) =>
      run(
        () =>
          new Map(
            readFacts.all(scan, kind).map((row) => [String(row['key']), String(row['value'])]),
          ),
      ),
    saveFacts(kind, entries) {
      inTransaction(database, path, () => {
        for (const {key, block, value} of entries) writeFact.run(scan, kind, key, block, value)
      })
    },
    close: () => database.close(),
  }
}

function logReader(
  database: DatabaseSync,
  scan: number,
): (topics: readonly Hex[] | undefined) => L1Log[] {
  const columns = 'block, position, tx_hash, address, topics, data, time'
  const read = database.prepare(
    `SELECT ${columns} FROM log WHERE scan = ?1 AND (?2 IS NULL OR substr(topics, 1, 66) IN (SELECT value FROM json_each(?2))) ORDER BY block, position`,
  )
  // Thousands of rows: reading arrays is a quarter of the work of reading objects.
  read.setReturnArrays(true)
  return (topics) => {
    const rows = read.all(scan, topics ? JSON.stringify(topics) : null)
    return (rows as unknown as LogRow[]).map(toLog)
  }
}

function fromLog({l1Block, logIndex, txHash, address, topics, data, timeSeconds}: L1Log) {
  return [l1Block, logIndex, txHash, address, topics.join(','), data, timeSeconds] as const
}

type LogRow = [number, number, Hash, Address, string, Hex, number | null]

function toLog([block, logIndex, txHash, address, topics, data, timeSeconds]: LogRow): L1Log {
  return {
    l1Block: BigInt(block),
    logIndex,
    txHash,
    address,
    topics: topics === '' ? [] : (topics.split(',') as Hex[]),
    data,
    timeSeconds,
  }
}
