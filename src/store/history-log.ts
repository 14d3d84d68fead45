import type {DatabaseSync, StatementSync} from 'node:sqlite'

import type {Hash, Hex} from 'viem'

import {inTransaction, mapSqliteErrors, openDurableDatabase} from '../lib/sqlite.ts'

export interface HistoryBlock {
  number: number
  hash: Hash
  /** Packed by the caller; see `node/history/packing.ts`. */
  header: Uint8Array
  transactionHashes: readonly Hash[]
  /** False when the engine discarded them before they were collected. */
  hasReceipts: boolean
}

/** Receipts of up to `CHUNK_TRANSACTIONS` consecutive transactions of a block. */
export interface ReceiptChunk {
  /** Sorted 32-bit marks of the addresses and topics in the logs; empty when there are none. */
  marks: Uint32Array
  packed: Uint8Array
}

export interface ChunkMarks {
  number: number
  chunk: number
  marks: Uint32Array
}

const SCHEMA_VERSION = 1
/**
 * More chunks than a block can have; a chunk is addressed by block number times this, plus its
 * index.
 */
const CHUNKS_PER_BLOCK = 65_536

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS blocks (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    has_receipts INTEGER NOT NULL,
    header BLOB NOT NULL,
    transaction_hashes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS lost ON blocks (number) WHERE has_receipts = 0;
  CREATE TABLE IF NOT EXISTS transactions (
    prefix INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (prefix, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS block_hashes (
    prefix INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (prefix, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS chunks (
    id INTEGER PRIMARY KEY,
    marks BLOB NOT NULL,
    packed BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`

/**
 * Data that clients request but the chain log lacks: headers, receipts, and transaction positions.
 *
 * All of it comes from executing the chain log, so writes need not survive a power cut: missing
 * data is collected again. They survive the end of the process at any time.
 */
export class HistoryLog {
  readonly #database: DatabaseSync
  readonly #path: string
  readonly #statements: ReturnType<typeof prepareAll>
  #newest: {number: number; hash: Hash} | undefined

  private constructor(path: string, database: DatabaseSync) {
    this.#path = path
    this.#database = database
    this.#statements = prepareAll(database)
    this.#newest = this.#readNewest()
  }

  /**
   * Opens or creates the history. A history of another network or version is recreated.
   *
   * @throws {MetisSeqError} DISK_FULL, STORE_DAMAGED, STORE_BUSY
   */
  static open(path: string, network: {chainId: number; fingerprint: Hex}): HistoryLog {
    return mapSqliteErrors(path, () => {
      const database = openDurableDatabase(path)
      try {
        database.exec('PRAGMA synchronous = NORMAL;')
        database.exec(SCHEMA)
        claimFor(database, `${SCHEMA_VERSION} ${network.chainId} ${network.fingerprint}`)
        return new HistoryLog(path, database)
      } catch (error) {
        database.close()
        throw error
      }
    })
  }

  /** The newest block that was collected. */
  get newest(): {number: number; hash: Hash} | undefined {
    return this.#newest
  }

  block(number: number): HistoryBlock | undefined {
    const row = mapSqliteErrors(this.#path, () => this.#statements.block.get(number))
    if (!row) return undefined
    return {
      number,
      hash: hexOf(bytesOf(row['hash'])),
      hasReceipts: row['has_receipts'] === 1,
      header: bytesOf(row['header']),
      transactionHashes: splitHashes(bytesOf(row['transaction_hashes'])),
    }
  }

  hashOf(number: number): Hash | undefined {
    const row = mapSqliteErrors(this.#path, () => this.#statements.hash.get(number))
    return row ? hexOf(bytesOf(row['hash'])) : undefined
  }

  /** Adds the block after the newest, with its receipts. */
  append(block: HistoryBlock, chunks: readonly ReceiptChunk[]): void {
    const {number, hash, header, transactionHashes, hasReceipts} = block
    this.#write(() => {
      const hashes = Buffer.concat(transactionHashes.map(toBytes))
      this.#statements.insertBlock.run(number, toBytes(hash), hasReceipts ? 1 : 0, header, hashes)
      this.#statements.insertBlockHash.run(prefixOf(hash), number)
      for (const transaction of transactionHashes) {
        this.#statements.insertTransaction.run(prefixOf(transaction), number)
      }
      chunks.forEach(({marks, packed}, index) => {
        const id = number * CHUNKS_PER_BLOCK + index
        this.#statements.insertChunk.run(id, packMarks(marks), packed)
      })
    })
    this.#newest = {number, hash}
  }

  /** Numbers of blocks that may contain a transaction; the caller checks their hashes. */
  blocksWith(transaction: Hash): number[] {
    return this.#all(this.#statements.transaction, prefixOf(transaction)).map((row) =>
      Number(row['number']),
    )
  }

  numberOf(hash: Hash): number | undefined {
    const rows = this.#all(this.#statements.blockHash, prefixOf(hash))
    return rows.map((row) => Number(row['number'])).find((number) => this.hashOf(number) === hash)
  }

  chunk(number: number, chunk: number): Uint8Array | undefined {
    const id = number * CHUNKS_PER_BLOCK + chunk
    const row = mapSqliteErrors(this.#path, () => this.#statements.chunk.get(id))
    return row ? bytesOf(row['packed']) : undefined
  }

  /** Chunks with logs from a given position up to and including block `to`, in chain order. */
  marks(from: {number: number; chunk: number}, to: number, limit: number): ChunkMarks[] {
    const start = from.number * CHUNKS_PER_BLOCK + from.chunk
    const end = (to + 1) * CHUNKS_PER_BLOCK
    return this.#all(this.#statements.marks, start, end, limit).map((row) => {
      const id = Number(row['id'])
      return {
        number: Math.floor(id / CHUNKS_PER_BLOCK),
        chunk: id % CHUNKS_PER_BLOCK,
        marks: unpackMarks(bytesOf(row['marks'])),
      }
    })
  }

  /** The first block of a range whose receipts were lost. */
  firstLost(from: number, to: number): number | undefined {
    const [row] = this.#all(this.#statements.lost, from, to)
    return row ? Number(row['number']) : undefined
  }

  /** Removes every block above `number`, as after a reorg. */
  removeAfter(number: number): void {
    this.#write(() => {
      for (const row of this.#statements.blocksAfter.all(number)) {
        const at = Number(row['number'])
        this.#statements.deleteBlockHash.run(prefixOf(hexOf(bytesOf(row['hash']))), at)
        for (const hash of splitHashes(bytesOf(row['transaction_hashes']))) {
          this.#statements.deleteTransaction.run(prefixOf(hash), at)
        }
      }
      this.#statements.deleteBlocks.run(number)
      this.#statements.deleteChunks.run((number + 1) * CHUNKS_PER_BLOCK)
    })
    this.#newest = this.#readNewest()
  }

  close(): void {
    this.#database.close()
  }

  #readNewest(): {number: number; hash: Hash} | undefined {
    const row = this.#statements.newest.get()
    return row ? {number: Number(row['number']), hash: hexOf(bytesOf(row['hash']))} : undefined
  }

  #all(statement: StatementSync, ...values: number[]): Record<string, unknown>[] {
    return mapSqliteErrors(this.#path, () => statement.all(...values))
  }

  #write(act: () => void): void {
    inTransaction(this.#database, this.#path, act)
  }
}

function prepareAll(database: DatabaseSync) {
  const sql = (text: string) => database.prepare(text)
  return {
    newest: sql('SELECT number, hash FROM blocks ORDER BY number DESC LIMIT 1'),
    block: sql(
      'SELECT hash, has_receipts, header, transaction_hashes FROM blocks WHERE number = ?',
    ),
    hash: sql('SELECT hash FROM blocks WHERE number = ?'),
    insertBlock: sql('INSERT INTO blocks VALUES (?, ?, ?, ?, ?)'),
    insertTransaction: sql('INSERT OR IGNORE INTO transactions VALUES (?, ?)'),
    transaction: sql('SELECT number FROM transactions WHERE prefix = ?'),
    insertBlockHash: sql('INSERT OR IGNORE INTO block_hashes VALUES (?, ?)'),
    blockHash: sql('SELECT number FROM block_hashes WHERE prefix = ?'),
    insertChunk: sql('INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)'),
    chunk: sql('SELECT packed FROM chunks WHERE id = ?'),
    marks: sql(
      'SELECT id, marks FROM chunks WHERE id >= ? AND id < ? AND length(marks) > 0 ORDER BY id LIMIT ?',
    ),
    lost: sql(
      'SELECT number FROM blocks WHERE has_receipts = 0 AND number >= ? AND number <= ? ORDER BY number LIMIT 1',
    ),
    blocksAfter: sql('SELECT number, hash, transaction_hashes FROM blocks WHERE number > ?'),
    deleteTransaction: sql('DELETE FROM transactions WHERE prefix = ? AND number = ?'),
    deleteBlockHash: sql('DELETE FROM block_hashes WHERE prefix = ? AND number = ?'),
    deleteBlocks: sql('DELETE FROM blocks WHERE number > ?'),
    deleteChunks: sql('DELETE FROM chunks WHERE id >= ?'),
  }
}

function claimFor(database: DatabaseSync, wanted: string): void {
  const row = database.prepare("SELECT value FROM meta WHERE name = 'network'").get()
  if (row?.['value'] === wanted) return
  for (const table of ['blocks', 'transactions', 'block_hashes', 'chunks']) {
    database.exec(`DELETE FROM ${table}`)
  }
  database.prepare("INSERT OR REPLACE INTO meta VALUES ('network', ?)").run(wanted)
}

/** 48 bits of a hash: a third of the index size; the few collisions are resolved by their block. */
function prefixOf(hash: Hash): number {
  return Number.parseInt(hash.slice(2, 14), 16)
}

function toBytes(hash: Hex): Buffer {
  return Buffer.from(hash.slice(2), 'hex')
}

function hexOf(bytes: Uint8Array): Hash {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}

function splitHashes(bytes: Uint8Array): Hash[] {
  const text = hexOf(bytes)
  const hashes: Hash[] = []
  for (let at = 2; at < text.length; at += 64) hashes.push(`0x${text.slice(at, at + 64)}`)
  return hashes
}

function packMarks(marks: Uint32Array): Buffer {
  return Buffer.from(marks.buffer, marks.byteOffset, marks.byteLength)
}

function unpackMarks(bytes: Uint8Array): Uint32Array {
  // The bytes of a row may start at any offset; a view of 32-bit numbers must be aligned.
  return new Uint32Array(bytes.slice().buffer)
}

function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw new Error('A column of the history has the wrong type.')
  }
  return value
}
