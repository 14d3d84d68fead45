/**
 * In: numbers and hashes. Out: blocks, transactions and receipts of durable blocks, from the chain
 * log and the history alone; the engine is not used. Called by the RPC methods and the
 * subscriptions.
 */
import {type Address, type Hash} from 'viem'

import type {SealedBlock} from '../../protocol/block.ts'
import {recoverSender} from '../../protocol/transaction.ts'
import type {ChainLog} from '../../store/chain-log.ts'
import {
  HISTORY_CHUNK_TRANSACTIONS,
  HISTORY_PAGES,
  HISTORY_READ_WAIT_MS,
  HISTORY_TRANSACTIONS,
} from '../limits.ts'
import {RpcError, rpcCodes} from '../rpc/json-rpc.ts'
import type {History} from './history.ts'
import {unpackHeader, unpackReceipts, type KeptHeader, type ReceiptPage} from './packing.ts'
import {Recent} from './recent.ts'
import {
  blockShape,
  headerShape,
  parseIncluded,
  receiptShape,
  transactionShape,
  type ShapeRules,
} from './rpc-shapes.ts'

export interface ReaderOptions {
  log: ChainLog
  history: History
  rules: ShapeRules
  genesisNumber: number
  /** Number of the newest durable block. */
  head(): number
}

/** A block with all known data. */
export interface KnownBlock {
  sealed: Omit<SealedBlock, 'signer' | 'signature'>
  header: KeptHeader
  transactionHashes: readonly Hash[]
  hasReceipts: boolean
  /** Where each transaction is. */
  positions: ReadonlyMap<Hash, number>
}

export class ChainReader {
  readonly #options: ReaderOptions
  readonly #blocks = new Recent<KnownBlock>(
    HISTORY_TRANSACTIONS,
    // Empty blocks also cost memory.
    ({transactionHashes}) => transactionHashes.length + 10,
  )
  readonly #pages = new Recent<ReceiptPage>(HISTORY_PAGES, () => 1)

  /** Every block up to here is empty, so none is checked twice. */
  #emptyUpTo = 0

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  get rules(): ShapeRules {
    return this.#options.rules
  }

  /** Hash of a block of our chain, if it is durable. */
  hashOf(number: number): Hash | undefined {
    const {log, history, genesisNumber, head} = this.#options
    if (number < genesisNumber || number > head()) return undefined
    return number === genesisNumber ? history.store.hashOf(number) : log.hashOf(number)
  }

  /** Number of a block of our chain. */
  numberOf(hash: Hash): number | undefined {
    const number = this.#options.history.store.numberOf(hash)
    if (number !== undefined) return this.hashOf(number) === hash ? number : undefined
    // The newest blocks may not be collected yet.
    const head = this.#options.head()
    for (let recent = head; recent > head - 4; recent--) {
      if (this.hashOf(recent) === hash) return recent
    }
    return undefined
  }

  /**
   * A block with its receipts and senders.
   *
   * @returns undefined when there is no such block
   * @throws {RpcError} unavailable, when its block is not collected in time
   */
  block(number: number): Promise<KnownBlock | undefined> {
    return this.#blockOnce(number, 'reached')
  }

  /** Header and transaction hashes, which are available before the receipts. @throws {RpcError} */
  header(number: number): Promise<KnownBlock | undefined> {
    return this.#blockOnce(number, 'seen')
  }

  async #blockOnce(number: number, what: 'reached' | 'seen'): Promise<KnownBlock | undefined> {
    const {history, genesisNumber, head} = this.#options
    if (number < genesisNumber || number > head()) return undefined
    const hash = this.hashOf(number)
    if (!hash || !(await history[what](number, hash, HISTORY_READ_WAIT_MS))) {
      throw new RpcError(rpcCodes.unavailable, `Block ${number} is being indexed; try again.`)
    }
    return this.blockNow(number) ?? (what === 'seen' ? this.#freshNow(hash) : undefined)
  }

  /** Like `header`, but without waiting. */
  headerNow(number: number): KnownBlock | undefined {
    const hash = this.hashOf(number)
    return hash && (this.blockNow(number) ?? this.#freshNow(hash))
  }

  /** Not cached: its receipts will follow in a moment. */
  #freshNow(hash: Hash): KnownBlock | undefined {
    const {history, log} = this.#options
    const {fresh} = history
    const sealed = fresh?.hash === hash ? log.block(fresh.number) : undefined
    if (!fresh || sealed?.hash !== hash) return undefined
    const {transactionHashes} = fresh
    const header = unpackHeader(fresh.header)
    return {sealed, header, transactionHashes, hasReceipts: false, positions: new Map()}
  }

  /**
   * The oldest block with a transaction.
   *
   * @returns undefined while every block is empty
   * @throws {RpcError} unavailable, when its block is not collected in time
   */
  async firstWithTransactions(): Promise<KnownBlock | undefined> {
    const {log, head} = this.#options
    // A replaced branch takes its cached data with it.
    const from = this.#emptyUpTo <= head() ? this.#emptyUpTo : 0
    const first = log.nextWithTransactions(from)
    this.#emptyUpTo = first === undefined ? head() : first - 1
    return first === undefined ? undefined : this.block(first)
  }

  /** Like `block`, but only if already collected. */
  blockNow(number: number): KnownBlock | undefined {
    const hash = this.hashOf(number)
    if (!hash) return undefined
    const known = this.#blocks.get(hash)
    if (known) return known
    const kept = this.#options.history.store.block(number)
    if (kept?.hash !== hash) return undefined
    const header = unpackHeader(kept.header)
    const sealed = this.#options.log.block(number) ?? genesisOf(number, hash, header)
    const {transactionHashes, hasReceipts} = kept
    const positions = new Map(transactionHashes.map((transaction, index) => [transaction, index]))
    return this.#blocks.set(hash, {sealed, header, transactionHashes, hasReceipts, positions})
  }

  /** Shape of `eth_getBlockByNumber`. */
  async blockObject({sealed, header, transactionHashes}: KnownBlock, full: boolean) {
    if (!full) return blockShape(header, sealed, transactionHashes)
    const known = {sealed, header, transactionHashes}
    const whole: unknown[] = []
    for (let index = 0; index < transactionHashes.length; index++) {
      // Decoding thousands of transactions must not block the thread that has to meet the slot
      // deadline.
      if (index % 100 === 99) await new Promise((resolve) => setImmediate(resolve))
      whole.push(this.transactionObject(known, index))
    }
    return blockShape(header, sealed, whole)
  }

  headerObject({sealed, header}: KnownBlock) {
    return headerShape(header, sealed)
  }

  transactionObject(
    {sealed, transactionHashes}: Pick<KnownBlock, 'sealed' | 'transactionHashes'>,
    index: number,
  ) {
    const raw = sealed.transactions[index]
    const hash = transactionHashes[index]
    if (!raw || !hash) return null
    const from = this.#senderOf(sealed, index)
    return transactionShape(raw, from, {block: sealed, index, hash}, this.#options.rules)
  }

  /** The position of a transaction, or undefined when no durable block has it. */
  async locate(hash: Hash): Promise<{known: KnownBlock; index: number} | undefined> {
    const {history} = this.#options
    const numbers = new Set(history.store.blocksWith(hash))
    // A client that has just seen it in a block may ask before its receipt is collected.
    if (history.fresh?.transactionHashes.includes(hash)) numbers.add(history.fresh.number)
    for (const number of numbers) {
      const known = await this.block(number)
      const index = known?.positions.get(hash)
      if (known && index !== undefined) return {known, index}
    }
    return undefined
  }

  /** @throws {RpcError} when the receipts of this block were lost */
  receiptObject({sealed, transactionHashes, hasReceipts}: KnownBlock, index: number) {
    if (!hasReceipts) throw receiptsLost(sealed.number)
    const page = this.page(sealed, Math.floor(index / HISTORY_CHUNK_TRANSACTIONS))
    const kept = page?.receipts[index % HISTORY_CHUNK_TRANSACTIONS]
    if (!page || !kept)
      throw new Error(`Receipt ${index} of block ${sealed.number} is not available.`)
    const before = page.receipts.slice(0, index % HISTORY_CHUNK_TRANSACTIONS)
    const gasBefore = before.reduce((sum, {gasUsed}) => sum + gasUsed, page.gasBefore)
    const logsBefore = before.reduce((sum, {logs}) => sum + logs.length, page.logsBefore)
    const place = {
      raw: sealed.transactions[index]!,
      hash: transactionHashes[index]!,
      index,
      cumulativeGas: gasBefore + kept.gasUsed,
      logsBefore,
    }
    return receiptShape(kept, place, sealed, this.#options.rules.chainId)
  }

  async receiptObjects(known: KnownBlock) {
    const receipts: unknown[] = []
    for (let index = 0; index < known.transactionHashes.length; index++) {
      if (index % 100 === 99) await new Promise((resolve) => setImmediate(resolve))
      receipts.push(this.receiptObject(known, index))
    }
    return receipts
  }

  /** Fifty receipts of a block. */
  page({number, hash}: {number: number; hash: Hash}, chunk: number): ReceiptPage | undefined {
    const name = `${hash}/${chunk}`
    const known = this.#pages.get(name)
    if (known) return known
    const packed = this.#options.history.store.chunk(number, chunk)
    return packed && this.#pages.set(name, unpackReceipts(packed))
  }

  #senderOf(sealed: KnownBlock['sealed'], index: number): Address {
    const page = this.page(sealed, Math.floor(index / HISTORY_CHUNK_TRANSACTIONS))
    const kept = page?.receipts[index % HISTORY_CHUNK_TRANSACTIONS]
    if (kept) return kept.from
    const {chainId} = this.#options.rules
    return recoverSender(parseIncluded(sealed.transactions[index]!, chainId)).sender
  }
}

/** For lost receipts; happens when the history file was removed. */
export function receiptsLost(number: number): RpcError {
  const message = `The receipts and logs of block ${number} are not available.`
  return new RpcError(rpcCodes.rejected, message)
}

function genesisOf(number: number, hash: Hash, header: KeptHeader): KnownBlock['sealed'] {
  return {
    number,
    hash,
    parentHash: header['parentHash'] as Hash,
    stateRoot: header['stateRoot'] as Hash,
    timestamp: Number(header['timestamp']),
    transactions: [],
    seqSign: null,
  }
}
