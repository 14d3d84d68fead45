import {mkdirSync} from 'node:fs'
import {dirname} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

import {MetisSeqError, messageOf} from '../lib/errors.ts'
import {fromFileError} from '../lib/files.ts'
import {isRecord} from '../lib/json.ts'
import type {Span} from '../protocol/span.ts'
import type {PosEvent, PosState, Respan, SentRewardBatch} from './state.ts'

/** Shape of the stored documents. A file of another version is refused, never guessed at. */
const VERSION = 1
/** SQLITE_FULL, in the low byte of an extended result code. */
const SQLITE_FULL = 13

/** What survives a restart: the state, and every span, takeover and reward batch there ever was. */
export interface PosStore {
  /** Undefined on the first start. */
  loadState(): PosState | undefined
  /**
   * Makes a state and what happened on the way to it durable, all or nothing.
   *
   * @throws {MetisSeqError} DISK_FULL; the stored state is then the one before
   */
  save(state: PosState, events: readonly PosEvent[]): void
  span(id: bigint): Span | undefined
  /** Page of spans in Themis' order: ids as text. @param page from 1 */
  listSpans(page: number, limit: number): Span[]
  /** Landed takeovers, oldest first. */
  listRespans(page: number, limit: number): Respan[]
  listRewardBatches(): SentRewardBatch[]
  close(): void
}

/**
 * @param identity what the data belongs to, such as both chain ids and contract addresses
 * @param limits.maxPages upper bound of the file in pages of 4096 bytes; reaching it is a full disk
 * @throws {MetisSeqError} FOREIGN_DATA, the file belongs to another network or version
 */
export function openPosStore(
  path: string,
  identity: string,
  limits: {maxPages?: number} = {},
): PosStore {
  try {
    mkdirSync(dirname(path), {recursive: true, mode: 0o700})
    const database = new DatabaseSync(path)
    prepare(database, path, identity)
    if (limits.maxPages) database.exec(`PRAGMA max_page_count = ${limits.maxPages}`)
    return storeOver(database, path)
  } catch (error) {
    throw fromSqliteError(error, path)
  }
}

function prepare(database: DatabaseSync, path: string, identity: string): void {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), document TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS span (id TEXT PRIMARY KEY, number INTEGER NOT NULL, document TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS respan (sequence INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS reward_batch (tx_hash TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT;
  `)
  const expected = `${VERSION} ${identity}`
  database.prepare('INSERT OR IGNORE INTO meta VALUES (?, ?)').run('identity', expected)
  const found = database.prepare('SELECT value FROM meta WHERE name = ?').get('identity')?.['value']
  if (found === expected) return
  database.close()
  throw new MetisSeqError({
    code: 'FOREIGN_DATA',
    message: `${path} belongs to another network or to another version of this program.`,
    exit: 'config',
    facts: {path, expected, found: String(found)},
    hints: ['Use another data directory, or move this one away; it is rebuilt from the chains.'],
  })
}

function storeOver(database: DatabaseSync, path: string): PosStore {
  const readState = database.prepare('SELECT document FROM state WHERE one = 1')
  const writeState = database.prepare('INSERT OR REPLACE INTO state VALUES (1, ?)')
  const readSpan = database.prepare('SELECT document FROM span WHERE id = ?')
  const pageSpans = database.prepare('SELECT document FROM span ORDER BY id LIMIT ? OFFSET ?')
  const writeSpan = database.prepare('INSERT OR REPLACE INTO span VALUES (?, ?, ?)')
  const deleteSpans = database.prepare('DELETE FROM span WHERE number >= ?')
  const pageRespans = database.prepare(
    'SELECT document FROM respan ORDER BY sequence LIMIT ? OFFSET ?',
  )
  const writeRespan = database.prepare('INSERT INTO respan (document) VALUES (?)')
  const readBatches = database.prepare('SELECT document FROM reward_batch ORDER BY rowid')
  const writeBatch = database.prepare('INSERT OR REPLACE INTO reward_batch VALUES (?, ?)')

  function saveEvent(event: PosEvent): void {
    if (event.type === 'span-stored') {
      const {id} = event.span
      writeSpan.run(id.toString(), id, encode(event.span))
    } else if (event.type === 'spans-removed') deleteSpans.run(event.fromSpanId)
    else if (event.type === 'respan-landed') writeRespan.run(encode(event.respan))
    else if (event.type === 'reward-batch-recorded') {
      writeBatch.run(event.batch.txHash, encode(event.batch))
    }
  }

  return {
    loadState() {
      const row = readState.get()
      return row && (decode(row['document']) as PosState)
    },
    save(state, events) {
      try {
        database.exec('BEGIN IMMEDIATE')
        for (const event of events) saveEvent(event)
        writeState.run(encode(state))
        database.exec('COMMIT')
      } catch (error) {
        // A full disk may have rolled back already.
        if (database.isTransaction) database.exec('ROLLBACK')
        throw fromSqliteError(error, path)
      }
    },
    span(id) {
      const row = readSpan.get(id.toString())
      return row && (decode(row['document']) as Span)
    },
    listSpans: (page, limit) =>
      pageSpans.all(limit, (page - 1) * limit).map((row) => decode(row['document']) as Span),
    listRespans: (page, limit) =>
      pageRespans.all(limit, (page - 1) * limit).map((row) => decode(row['document']) as Respan),
    listRewardBatches: () =>
      readBatches.all().map((row) => decode(row['document']) as SentRewardBatch),
    close: () => database.close(),
  }
}

/** JSON in which a bigint is `{"$bigint":"…"}`, so that it comes back as one. */
function encode(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? {$bigint: item.toString()} : item,
  )
}

function decode(text: unknown): unknown {
  return JSON.parse(String(text), (_key, item: unknown) =>
    isRecord(item) && typeof item['$bigint'] === 'string' ? BigInt(item['$bigint']) : item,
  )
}

function fromSqliteError(error: unknown, path: string): unknown {
  const code =
    error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined
  if (code !== SQLITE_FULL) return fromFileError(error, path)
  return fromFileError(
    Object.assign(new Error(messageOf(error), {cause: error}), {code: 'ENOSPC'}),
    path,
  )
}
