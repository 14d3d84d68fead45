import {existsSync} from 'node:fs'
import type {DatabaseSync, StatementSync} from 'node:sqlite'

import type {Address, Hash, Hex} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {inTransaction, mapSqliteErrors, openDurableDatabase, openReadOnly} from '../lib/sqlite.ts'
import type {SealedBlock} from '../protocol/block.ts'

/**
 * A block that is executed and about to be signed, stored so that it can be finished after a crash
 * in between.
 */
export type Candidate = Omit<SealedBlock, 'signer' | 'signature' | 'seqSign'>

const SCHEMA_VERSION = 1

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS blocks (
    number INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    parent_hash TEXT NOT NULL,
    state_root TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    signer TEXT NOT NULL,
    signature TEXT NOT NULL,
    seq_sign TEXT,
    transaction_count INTEGER NOT NULL,
    transactions BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS candidate (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,
    hash TEXT NOT NULL,
    parent_hash TEXT NOT NULL,
    state_root TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    transactions BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`

/** What a chain log says of itself. */
export interface ChainLogMark {
  /** Version of its format. */
  format: number
  fingerprint: string
}

/** The format that this version reads and writes. */
export const CHAIN_LOG_FORMAT = SCHEMA_VERSION

/**
 * Reads whose log it is, also while its node runs, and changes nothing.
 *
 * @returns null when there is none, or it has no mark
 * @throws {MetisSeqError} STORE_DAMAGED, STORE_BUSY
 */
export function readChainLogMark(path: string): ChainLogMark | null {
  if (!existsSync(path)) return null
  return mapSqliteErrors(path, () => {
    const database = openReadOnly(path)
    try {
      const row = database.prepare("SELECT value FROM meta WHERE name = 'network'").get()
      const [, format, fingerprint = ''] = /^(\d+) \d+ (\S+)$/.exec(String(row?.['value'])) ?? []
      return format === undefined ? null : {format: Number(format), fingerprint}
    } finally {
      database.close()
    }
  })
}

/**
 * Every block of the chain with its raw transactions and signature, durable before it is announced.
 * The engine's state is a cache of this file.
 */
export class ChainLog {
  readonly #database: DatabaseSync
  readonly #path: string
  readonly #insert: StatementSync
  readonly #select: StatementSync
  readonly #range: StatementSync
  readonly #hash: StatementSync
  #head: SealedBlock | undefined

  private constructor(path: string, database: DatabaseSync) {
    this.#path = path
    this.#database = database
    this.#insert = database.prepare('INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#select = database.prepare('SELECT * FROM blocks WHERE number = ?')
    this.#range = database.prepare(
      'SELECT * FROM blocks WHERE number >= ? AND number <= ? ORDER BY number',
    )
    this.#hash = database.prepare('SELECT hash FROM blocks WHERE number = ?')
    const last = database.prepare('SELECT * FROM blocks ORDER BY number DESC LIMIT 1').get()
    this.#head = last ? blockOf(last) : undefined
  }

  /**
   * Opens or creates the log.
   *
   * @param network chain id and genesis fingerprint; a log of another network is rejected
   * @throws {MetisSeqError} CHAIN_LOG_MISMATCH, DISK_FULL, STORE_DAMAGED
   */
  static open(path: string, network: {chainId: number; fingerprint: Hex}): ChainLog {
    return mapSqliteErrors(path, () => {
      const database = openDurableDatabase(path)
      try {
        database.exec(SCHEMA)
        claimFor(database, path, network)
        return new ChainLog(path, database)
      } catch (error) {
        database.close()
        throw error
      }
    })
  }

  /** The newest block, or undefined while the chain is still at genesis. */
  get head(): SealedBlock | undefined {
    return this.#head
  }

  /**
   * Adds the next block. Durable when it returns.
   *
   * @throws {MetisSeqError} DISK_FULL (nothing was written)
   * @throws {Error} a block that does not continue the log: a bug of the caller
   */
  append(block: SealedBlock): void {
    this.#assertContinues(block, this.#head)
    this.#write(() => {
      this.#insertRow(block)
      this.#database.exec('DELETE FROM candidate')
    })
    this.#head = block
  }

  /**
   * Replaces everything above `number` with other blocks, atomically: after a crash either the old
   * or the new branch is there.
   *
   * @returns the blocks that were removed, oldest first
   * @throws {MetisSeqError} DISK_FULL (nothing was changed)
   */
  replaceAfter(number: number, blocks: readonly SealedBlock[]): SealedBlock[] {
    const removed = this.range(number + 1, Number.MAX_SAFE_INTEGER)
    const ancestor = this.block(number)
    this.#write(() => {
      this.#database.prepare('DELETE FROM blocks WHERE number > ?').run(number)
      this.#database.exec('DELETE FROM candidate')
      let parent = ancestor
      for (const block of blocks) {
        this.#assertContinues(block, parent)
        this.#insertRow(block)
        parent = block
      }
    })
    this.#head = blocks.at(-1) ?? ancestor
    return removed
  }

  /** Removes every block above `number`. @returns the removed blocks, oldest first */
  truncateAfter(number: number): SealedBlock[] {
    return this.replaceAfter(number, [])
  }

  block(number: number): SealedBlock | undefined {
    const row = mapSqliteErrors(this.#path, () => this.#select.get(number))
    return row ? blockOf(row) : undefined
  }

  hashOf(number: number): Hash | undefined {
    const row = mapSqliteErrors(this.#path, () => this.#hash.get(number))
    return row ? (textOf(row['hash']) as Hash) : undefined
  }

  /** The oldest block above `number` with a transaction; undefined while all of them are empty. */
  nextWithTransactions(number: number): number | undefined {
    const row = mapSqliteErrors(this.#path, () =>
      this.#database
        .prepare(
          'SELECT number FROM blocks WHERE number > ? AND length(transactions) > 0 ORDER BY number LIMIT 1',
        )
        .get(number),
    )
    return row && Number(row['number'])
  }

  /** Blocks from `from` to `to`, both included, oldest first; those that exist. */
  range(from: number, to: number): SealedBlock[] {
    return mapSqliteErrors(this.#path, () => this.#range.all(from, to)).map(blockOf)
  }

  /**
   * Like `range`, but ends before the transactions add up to more than `maxBytes`; at least one.
   */
  rangeUpTo(from: number, to: number, maxBytes: number): SealedBlock[] {
    const blocks: SealedBlock[] = []
    let bytes = 0
    for (let number = from; number <= to; number++) {
      const block = this.block(number)
      if (!block) break
      bytes += block.transactions.reduce((sum, raw) => sum + raw.length, 1000)
      if (blocks.length > 0 && bytes > maxBytes) break
      blocks.push(block)
    }
    return blocks
  }

  /** The newest block above `number` with a signature of this key. */
  lastSignedBy(signer: Address, number: number): {number: number; hash: Hash} | undefined {
    const row = mapSqliteErrors(this.#path, () =>
      this.#database
        .prepare(
          'SELECT number, hash FROM blocks WHERE number > ? AND signer = ? ORDER BY number DESC LIMIT 1',
        )
        .get(number, signer),
    )
    return row && {number: Number(row['number']), hash: textOf(row['hash']) as Hash}
  }

  /** Every block with a signature of this key, oldest first. */
  *signedBy(signer: Address): Generator<{number: number; hash: Hash}> {
    const rows = this.#database
      .prepare('SELECT number, hash FROM blocks WHERE signer = ? ORDER BY number')
      .iterate(signer)
    for (const row of rows) {
      yield {number: Number(row['number']), hash: textOf(row['hash']) as Hash}
    }
  }

  /** Stores an executed block until it is signed and appended. There is at most one. */
  saveCandidate(candidate: Candidate): void {
    const {number, hash, parentHash, stateRoot, timestamp, transactions} = candidate
    this.#write(() => {
      this.#database.exec('DELETE FROM candidate')
      this.#database
        .prepare('INSERT INTO candidate VALUES (1, ?, ?, ?, ?, ?, ?)')
        .run(number, hash, parentHash, stateRoot, timestamp, packTransactions(transactions))
    })
  }

  candidate(): Candidate | undefined {
    const row = mapSqliteErrors(this.#path, () =>
      this.#database.prepare('SELECT * FROM candidate').get(),
    )
    return row ? candidateOf(row) : undefined
  }

  dropCandidate(): void {
    this.#write(() => this.#database.exec('DELETE FROM candidate'))
  }

  close(): void {
    this.#database.close()
  }

  #insertRow(block: SealedBlock): void {
    this.#insert.run(
      block.number,
      block.hash,
      block.parentHash,
      block.stateRoot,
      block.timestamp,
      block.signer,
      block.signature,
      block.seqSign,
      block.transactions.length,
      packTransactions(block.transactions),
    )
  }

  #assertContinues(block: SealedBlock, parent: SealedBlock | undefined): void {
    if (!parent || (block.number === parent.number + 1 && block.parentHash === parent.hash)) return
    throw new Error(
      `Block ${block.number} does not continue block ${parent.number} of the chain log.`,
    )
  }

  #write(act: () => void): void {
    inTransaction(this.#database, this.#path, act)
  }
}

function claimFor(
  database: DatabaseSync,
  path: string,
  {chainId, fingerprint}: {chainId: number; fingerprint: Hex},
): void {
  const wanted = `${SCHEMA_VERSION} ${chainId} ${fingerprint}`
  const row = database.prepare("SELECT value FROM meta WHERE name = 'network'").get()
  if (!row) {
    database.prepare("INSERT INTO meta VALUES ('network', ?)").run(wanted)
    return
  }
  const found = textOf(row['value'])
  if (found === wanted) return
  throw new MetisSeqError({
    code: 'CHAIN_LOG_MISMATCH',
    message: `The chain log ${path} belongs to another network or genesis.`,
    facts: {path, wanted, found},
    hints: [`Use another data directory, or move ${path} away to start from genesis.`],
  })
}

type Row = Record<string, unknown>

function blockOf(row: Row): SealedBlock {
  return {
    ...candidateOf(row),
    signer: textOf(row['signer']) as Address,
    signature: textOf(row['signature']) as Hex,
    seqSign: row['seq_sign'] === null ? null : (textOf(row['seq_sign']) as Hex),
  }
}

function candidateOf(row: Row): Candidate {
  return {
    number: Number(row['number']),
    hash: textOf(row['hash']) as Hash,
    parentHash: textOf(row['parent_hash']) as Hash,
    stateRoot: textOf(row['state_root']) as Hash,
    timestamp: Number(row['timestamp']),
    transactions: unpackTransactions(row['transactions']),
  }
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error('A column of the chain log has the wrong type.')
  return value
}

/** Each transaction as four bytes of length and its bytes: half the size of hex text. */
function packTransactions(transactions: readonly Hex[]): Buffer {
  const size = transactions.reduce((sum, raw) => sum + 4 + (raw.length - 2) / 2, 0)
  const out = Buffer.allocUnsafe(size)
  let at = 0
  for (const raw of transactions) {
    at = out.writeUInt32BE((raw.length - 2) / 2, at)
    at += out.write(raw.slice(2), at, 'hex')
  }
  return out
}

function unpackTransactions(value: unknown): Hex[] {
  if (!(value instanceof Uint8Array)) {
    throw new Error('A column of the chain log has the wrong type.')
  }
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  const transactions: Hex[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    transactions.push(`0x${bytes.toString('hex', at + 4, end)}`)
    at = end
  }
  return transactions
}
