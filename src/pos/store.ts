import {createHash} from 'node:crypto'
import type {DatabaseSync} from 'node:sqlite'

import type {Hash} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {inTransaction, mapSqliteErrors, openDurableDatabase} from '../lib/sqlite.ts'
import type {Span} from '../protocol/span.ts'
import {appHash} from './app-hash.ts'
import {decode, encode} from './encoding.ts'
import type {SignedRequest} from './sign-request.ts'
import {
  lastKeyOf,
  replayKey,
  type L1Event,
  type PosEvent,
  type PosState,
  type Respan,
  type SentRewardBatch,
} from './state.ts'

/** Format version of the stored documents. Other versions are rejected, never guessed. */
const VERSION = 2

/**
 * Everything that survives a restart: the state, and all past spans, respans and reward batches.
 */
export interface PosStore {
  /** Undefined on the first start. */
  loadState(): PosState | undefined
  /** The hash of the saved state; null before the first, and if an older version saved it. */
  savedHash(): Hash | null
  /**
   * Makes a state and the events that led to it durable, all or nothing.
   *
   * @throws {MetisSeqError} DISK_FULL; the stored state is then the previous one
   */
  save(state: PosState, events: readonly PosEvent[]): void
  span(id: bigint): Span | undefined
  /** Page of spans in Themis' order: ids as text. @param page from 1 */
  listSpans(page: number, limit: number): Span[]
  /** Landed respans, oldest first. */
  listRespans(page: number, limit: number): Respan[]
  listRewardBatches(): SentRewardBatch[]
  /** Applied L1 events, in chain order. @param afterKey -1: from the beginning */
  l1Events(afterKey: bigint, limit: number): L1Event[]
  /** How many L1 events were applied after a replay key. */
  countL1Events(afterKey: bigint): number
  hasL1Event(key: bigint): boolean
  signRequest(signId: string): SignedRequest | undefined
  /** Durable when it returns. @throws {MetisSeqError} DISK_FULL */
  saveSignRequest(request: SignedRequest): void
  close(): void
}

/**
 * @param identity identity of the data's network, such as both chain ids and contract addresses
 * @param limits.maxPages upper bound of the file in pages of 4096 bytes; reaching it is a full disk
 * @throws {MetisSeqError} FOREIGN_DATA, the file belongs to another network or version
 */
export function openPosStore(
  path: string,
  identity: string,
  limits: {maxPages?: number} = {},
): PosStore {
  return mapSqliteErrors(path, () => {
    const database = openDurableDatabase(path)
    prepare(database, path, identity)
    if (limits.maxPages) database.exec(`PRAGMA max_page_count = ${limits.maxPages}`)
    return storeOver(database, path)
  })
}

function prepare(database: DatabaseSync, path: string, identity: string): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), document TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS span (id TEXT PRIMARY KEY, number INTEGER NOT NULL, validator_set TEXT NOT NULL, document TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS validator_set (id TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS l1_event (key INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS l1_staged (key INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS sign_request (id TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
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
    facts: {path, expected, found: String(found)},
    hints: ['Use another data directory, or move this one away; it is rebuilt from the chains.'],
  })
}

function storeOver(database: DatabaseSync, path: string): PosStore {
  const readState = database.prepare('SELECT document FROM state WHERE one = 1')
  const writeState = database.prepare('INSERT OR REPLACE INTO state VALUES (1, ?)')
  const readHash = database.prepare("SELECT value FROM meta WHERE name = 'app-hash'")
  const writeHash = database.prepare("INSERT OR REPLACE INTO meta VALUES ('app-hash', ?)")
  const spans = spanTable(database)
  const requests = requestTable(database)
  const l1 = l1Table(database)
  const pageRespans = database.prepare(
    'SELECT document FROM respan ORDER BY sequence LIMIT ? OFFSET ?',
  )
  const writeRespan = database.prepare('INSERT INTO respan (document) VALUES (?)')
  const readBatches = database.prepare('SELECT document FROM reward_batch ORDER BY rowid')
  const writeBatch = database.prepare('INSERT OR REPLACE INTO reward_batch VALUES (?, ?)')

  function loadState(): PosState | undefined {
    const row = readState.get()
    return row && (decode(row['document']) as PosState)
  }

  function saveEvent(event: PosEvent): void {
    if (event.type === 'span-stored') spans.save(event.span)
    else if (event.type === 'spans-removed') spans.removeFrom(event.fromSpanId)
    else if (event.type === 'l1-journaled') l1.replaceAfter(event.afterKey, event.events)
    else if (event.type === 'l1-replacement-begun') l1.forgetStaged()
    else if (event.type === 'l1-staged') l1.stage(event.events)
    else if (event.type === 'l1-replaced') l1.takeStaged(lastKeyOf(event.splitBlock))
    else if (event.type === 'respan-landed') writeRespan.run(encode(event.respan))
    else if (event.type === 'reward-batch-recorded') {
      writeBatch.run(event.batch.txHash, encode(event.batch))
    }
  }

  return {
    loadState,
    savedHash() {
      const [revision, hash] = String(readHash.get()?.['value'] ?? '').split(' ')
      // An older version saves the state but leaves the previous hash.
      const isOfState = revision === String(loadState()?.revision)
      return isOfState && hash ? (hash as Hash) : null
    },
    save(state, events) {
      inTransaction(database, path, () => {
        for (const event of events) saveEvent(event)
        writeState.run(encode(state))
        writeHash.run(`${state.revision} ${appHash(state)}`)
      })
    },
    span: spans.find,
    listSpans: spans.list,
    listRespans: (page, limit) =>
      pageRespans.all(limit, (page - 1) * limit).map((row) => decode(row['document']) as Respan),
    listRewardBatches: () =>
      readBatches.all().map((row) => decode(row['document']) as SentRewardBatch),
    l1Events: l1.list,
    countL1Events: l1.count,
    hasL1Event: l1.has,
    signRequest: requests.find,
    saveSignRequest(request) {
      mapSqliteErrors(path, () => requests.save(request))
    },
    close: () => database.close(),
  }
}

/**
 * Spans, with each validator set stored once for all spans that share it: the set rarely changes,
 * and with fifty validators it is a hundred times as large as the rest of a span.
 */
function spanTable(database: DatabaseSync) {
  const columns = 'span.document, validator_set.document AS validators'
  const from = 'FROM span JOIN validator_set ON validator_set.id = span.validator_set'
  const read = database.prepare(`SELECT ${columns} ${from} WHERE span.id = ?`)
  const page = database.prepare(`SELECT ${columns} ${from} ORDER BY span.id LIMIT ? OFFSET ?`)
  const write = database.prepare('INSERT OR REPLACE INTO span VALUES (?, ?, ?, ?)')
  const writeSet = database.prepare('INSERT OR IGNORE INTO validator_set VALUES (?, ?)')
  const remove = database.prepare('DELETE FROM span WHERE number >= ?')
  const spanOf = (row: Record<string, unknown>) =>
    ({
      ...(decode(row['document']) as Omit<Span, 'validators'>),
      validators: decode(row['validators']),
    }) as Span
  return {
    find(id: bigint): Span | undefined {
      const row = read.get(id.toString())
      return row && spanOf(row)
    },
    list: (number: number, limit: number): Span[] =>
      page.all(limit, (number - 1) * limit).map(spanOf),
    save({validators, ...span}: Span): void {
      const set = encode(validators)
      const setId = createHash('sha256').update(set).digest('hex')
      writeSet.run(setId, set)
      write.run(span.id.toString(), span.id, setId, encode(span))
    },
    removeFrom: (id: bigint): void => void remove.run(id),
  }
}

/** The journal from which a set is rebuilt when the L1 reorgs, and that of the replacing branch. */
function l1Table(database: DatabaseSync) {
  const page = database.prepare('SELECT document FROM l1_event WHERE key > ? ORDER BY key LIMIT ?')
  const counted = database.prepare('SELECT count(*) AS n FROM l1_event WHERE key > ?')
  const find = database.prepare('SELECT 1 FROM l1_event WHERE key = ?')
  const write = database.prepare('INSERT OR REPLACE INTO l1_event VALUES (?, ?)')
  const remove = database.prepare('DELETE FROM l1_event WHERE key > ?')
  const stage = database.prepare('INSERT OR REPLACE INTO l1_staged VALUES (?, ?)')
  const take = database.prepare('INSERT OR REPLACE INTO l1_event SELECT * FROM l1_staged')
  const forget = database.prepare('DELETE FROM l1_staged')
  return {
    list: (afterKey: bigint, limit: number): L1Event[] =>
      page.all(afterKey, limit).map((row) => decode(row['document']) as L1Event),
    count: (afterKey: bigint): number => Number(counted.get(afterKey)?.['n']),
    has: (key: bigint): boolean => find.get(key) !== undefined,
    replaceAfter(key: bigint, events: readonly L1Event[]): void {
      remove.run(key)
      for (const event of events) write.run(replayKey(event), encode(event))
    },
    stage(events: readonly L1Event[]): void {
      for (const event of events) stage.run(replayKey(event), encode(event))
    },
    takeStaged(afterKey: bigint): void {
      remove.run(afterKey)
      take.run()
      forget.run()
    },
    forgetStaged: (): void => void forget.run(),
  }
}

function requestTable(database: DatabaseSync) {
  const read = database.prepare('SELECT document FROM sign_request WHERE id = ?')
  const write = database.prepare('INSERT INTO sign_request VALUES (?, ?)')
  return {
    find(signId: string): SignedRequest | undefined {
      const row = read.get(signId)
      return row && (decode(row['document']) as SignedRequest)
    },
    save: (request: SignedRequest): void => void write.run(request.signId, encode(request)),
  }
}
