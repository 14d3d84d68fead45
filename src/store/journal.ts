import type {DatabaseSync, SQLOutputValue} from 'node:sqlite'

import type {Address, Hash, Hex} from 'viem'

import {mapSqliteErrors, openDurableDatabase} from '../lib/sqlite.ts'

/** `rejected`: the endpoint rejected it and no chain knows it. */
export type JournalStatus = 'prepared' | 'sent' | 'mined' | 'reverted' | 'replaced' | 'rejected'

/** One of our transactions, from before its broadcast to its final status. */
export interface JournalEntry {
  id: number
  /** The operator's command: `sequencer register`. */
  action: string
  /** Its arguments and flags in canonical form; null if unknown. */
  asked: string | null
  /** It leads to a later call of the same plan, such as an approval: alone it does not do the action. */
  isStep: boolean
  /** The command for the calls of its plan that were to follow; null where there are none. */
  rest: string | null
  /** One line for people: `Lock 50,000 METIS`. */
  label: string
  network: string
  chainId: number
  from: Address
  to: Address
  nonce: number
  valueWei: bigint
  hash: Hash
  /** The signed transaction. Sending it twice is harmless: it has one nonce. */
  raw: Hex
  status: JournalStatus
  /** Block it was mined in; null while open. */
  blockNumber: bigint | null
  createdAt: string
}

export type NewJournalEntry = Omit<
  JournalEntry,
  'id' | 'status' | 'blockNumber' | 'createdAt' | 'asked' | 'isStep' | 'rest'
> &
  Partial<Pick<JournalEntry, 'asked' | 'isStep' | 'rest'>>

export interface Journal {
  /** Durable when it returns. Called before the broadcast. */
  prepare(entry: NewJournalEntry): JournalEntry
  mark(id: number, status: JournalStatus, blockNumber?: bigint): void
  /** Entries of an account that may still be mined, oldest first. */
  open(chainId: number, from: Address): JournalEntry[]
  /**
   * Entries of an action whose outcome was not acknowledged, oldest first: a crash came in between.
   */
  untold(chainId: number, from: Address, action: string): JournalEntry[]
  /** The operator has seen the outcome. */
  tell(id: number): void
  /** Other transactions of the account with the same nonce: only one of them can be mined. */
  rivals(entry: JournalEntry): JournalEntry[]
  /** The mined or failed entry of an account with a nonce. */
  minedAt(chainId: number, from: Address, nonce: number): JournalEntry | undefined
  /** Newest first; of one network, or of all. */
  list(limit: number, network?: string): JournalEntry[]
  /** The newest entry with an id or a hash. */
  find(wanted: {id: number} | {hash: Hash}): JournalEntry | undefined
  /** Removes a deleted network; its chain ids may be reused by another chain. */
  forget(network: string): void
  close(): void
}

/**
 * Opens the journal of sent transactions.
 *
 * An entry is on disk before its transaction is sent, so a crash can neither lose it nor make us
 * send it twice.
 */
export function openJournal(path: string): Journal {
  const database = openDurableDatabase(path)
  mapSqliteErrors(path, () => createTables(database))
  const run = <T>(act: () => T): T => mapSqliteErrors(path, act)
  const byId = database.prepare('SELECT * FROM entries WHERE id = ?')
  const insert = database.prepare(
    `INSERT INTO entries (action, label, network, chain_id, sender, target, nonce, value_wei, hash, raw, status, created_at, told, asked, step, rest)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'prepared', ?, 0, ?, ?, ?)`,
  )
  const update = database.prepare('UPDATE entries SET status = ?, block_number = ? WHERE id = ?')
  const open = database.prepare(
    `SELECT * FROM entries WHERE chain_id = ? AND sender = ? AND status IN ('prepared', 'sent') ORDER BY nonce, id`,
  )
  const untold = database.prepare(
    'SELECT * FROM entries WHERE chain_id = ? AND sender = ? AND action = ? AND told = 0 ORDER BY id',
  )
  const tell = database.prepare('UPDATE entries SET told = 1 WHERE id = ?')
  const rivals = database.prepare(
    'SELECT * FROM entries WHERE chain_id = ? AND sender = ? AND nonce = ? AND hash <> ? ORDER BY id',
  )
  const minedAt = database.prepare(
    `SELECT * FROM entries WHERE chain_id = ? AND sender = ? AND nonce = ? AND status IN ('mined', 'reverted') LIMIT 1`,
  )
  const list = database.prepare(
    'SELECT * FROM entries WHERE ?1 IS NULL OR network = ?1 ORDER BY id DESC LIMIT ?2',
  )
  const byHash = database.prepare(
    'SELECT * FROM entries WHERE lower(hash) = ? ORDER BY id DESC LIMIT 1',
  )
  return {
    prepare: (entry) =>
      run(() => {
        const {lastInsertRowid} = insert.run(
          entry.action,
          entry.label,
          entry.network,
          entry.chainId,
          entry.from.toLowerCase(),
          entry.to,
          entry.nonce,
          entry.valueWei.toString(),
          entry.hash,
          entry.raw,
          new Date().toISOString(),
          entry.asked ?? null,
          entry.isStep ? 1 : 0,
          entry.rest ?? null,
        )
        return toEntry(byId.get(lastInsertRowid)!)
      }),
    mark: (id, status, blockNumber) =>
      run(() => void update.run(status, blockNumber?.toString() ?? null, id)),
    open: (chainId, from) => run(() => open.all(chainId, from.toLowerCase()).map(toEntry)),
    untold: (chainId, from, action) =>
      run(() => untold.all(chainId, from.toLowerCase(), action).map(toEntry)),
    tell: (id) => run(() => void tell.run(id)),
    rivals: ({chainId, from, nonce, hash}) =>
      run(() => rivals.all(chainId, from.toLowerCase(), nonce, hash).map(toEntry)),
    minedAt: (chainId, from, nonce) =>
      run(() => entryOf(minedAt.get(chainId, from.toLowerCase(), nonce))),
    forget: (network) =>
      run(() => void database.prepare('DELETE FROM entries WHERE network = ?').run(network)),
    list: (limit, network) => run(() => list.all(network ?? null, limit).map(toEntry)),
    find: (wanted) =>
      run(() =>
        entryOf('id' in wanted ? byId.get(wanted.id) : byHash.get(wanted.hash.toLowerCase())),
      ),
    close: () => database.close(),
  }
}

function createTables(database: DatabaseSync): void {
  database.exec(`CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    action TEXT NOT NULL, label TEXT NOT NULL, network TEXT NOT NULL, chain_id INTEGER NOT NULL,
    sender TEXT NOT NULL, target TEXT NOT NULL, nonce INTEGER NOT NULL, value_wei TEXT NOT NULL,
    hash TEXT NOT NULL, raw TEXT NOT NULL, status TEXT NOT NULL, block_number TEXT,
    created_at TEXT NOT NULL, told INTEGER NOT NULL DEFAULT 1, asked TEXT,
    step INTEGER NOT NULL DEFAULT 0, rest TEXT
  )`)
  const columns = database.prepare('PRAGMA table_info(entries)').all()
  const has = (column: string) => columns.some(({name}) => name === column)
  // Entries of an earlier version count as acknowledged.
  if (!has('told')) database.exec('ALTER TABLE entries ADD COLUMN told INTEGER NOT NULL DEFAULT 1')
  if (!has('asked')) database.exec('ALTER TABLE entries ADD COLUMN asked TEXT')
  if (!has('step')) database.exec('ALTER TABLE entries ADD COLUMN step INTEGER NOT NULL DEFAULT 0')
  if (!has('rest')) database.exec('ALTER TABLE entries ADD COLUMN rest TEXT')
}

function entryOf(row: Record<string, SQLOutputValue> | undefined): JournalEntry | undefined {
  return row ? toEntry(row) : undefined
}

function toEntry(row: Record<string, SQLOutputValue>): JournalEntry {
  const block = row['block_number']
  return {
    id: Number(row['id']),
    action: String(row['action']),
    asked: row['asked'] === null ? null : String(row['asked']),
    isStep: row['step'] === 1,
    rest: row['rest'] === null ? null : String(row['rest']),
    label: String(row['label']),
    network: String(row['network']),
    chainId: Number(row['chain_id']),
    from: String(row['sender']) as Address,
    to: String(row['target']) as Address,
    nonce: Number(row['nonce']),
    valueWei: BigInt(String(row['value_wei'])),
    hash: String(row['hash']) as Hash,
    raw: String(row['raw']) as Hex,
    status: String(row['status']) as JournalStatus,
    blockNumber: block === null || block === undefined ? null : BigInt(String(block)),
    createdAt: String(row['created_at']),
  }
}
