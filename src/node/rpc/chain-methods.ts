/**
 * Blocks, transactions, receipts and logs: from the chain log and the history, never from the
 * engine.
 */
import {toHex} from 'viem'

import {isRecord} from '../../lib/json.ts'
import {parseLogFilter} from '../history/log-filter.ts'
import type {LogRange} from '../history/log-query.ts'
import type {KnownBlock} from '../history/reader.ts'
import {HISTORY_READ_WAIT_MS} from '../limits.ts'
import {RPC_LOG_RANGE_BLOCKS, RPC_RANGE_BLOCKS} from '../rpc-limits.ts'
import {blockNamed, hashParam, headerNamed, indexParam, numberOf} from './block-tags.ts'
import type {Caller, Method, RpcContext} from './context.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'
import {pendingTransaction} from './pending-transaction.ts'

type Params = readonly unknown[]

export const chainMethods: Record<string, Method> = {
  eth_blockNumber: (_params, {chain}) => toHex(chain.head().number),
  eth_getBlockByNumber: ([tag, full], context) => block(tag, full === true, context),
  eth_getBlockByHash: ([hash, full], context) => block(hashParam(hash), full === true, context),
  eth_getHeaderByNumber: async ([tag], context) =>
    headerObject(await headerNamed(tag, context), context),
  eth_getHeaderByHash: async ([hash], context) =>
    headerObject(await headerNamed(hashParam(hash), context), context),
  eth_getBlockTransactionCountByNumber: async ([tag], context) =>
    count(await headerNamed(tag, context)),
  eth_getBlockTransactionCountByHash: async ([hash], context) =>
    count(await headerNamed(hashParam(hash), context)),
  eth_getUncleCountByBlockNumber: async ([tag], context) =>
    (await blockNamed(tag, context)) ? '0x0' : null,
  eth_getUncleCountByBlockHash: async ([hash], context) =>
    (await blockNamed(hashParam(hash), context)) ? '0x0' : null,
  eth_getTransactionByHash: transactionByHash,
  eth_getTransactionByBlockNumberAndIndex: async ([tag, index], context) =>
    transactionAt(await blockNamed(tag, context), index, context),
  eth_getTransactionByBlockHashAndIndex: async ([hash, index], context) =>
    transactionAt(await blockNamed(hashParam(hash), context), index, context),
  eth_getRawTransactionByHash: rawTransaction,
  eth_getTransactionReceipt: receipt,
  eth_getTransactionReceiptsByBlock: receiptsOfBlock,
  eth_getBlockRange: blockRange,
  eth_getLogs: logs,
}

/** Full transactions need their senders, which come with the receipts. */
async function block(tag: unknown, full: boolean, context: RpcContext) {
  const known =
    (await (full ? blockNamed : headerNamed)(tag, context)) ??
    (full ? await belowGenesis(tag, context) : undefined)
  return known ? context.reader.blockObject(known, full) : null
}

/**
 * A chain that starts at a high number has no blocks below, and the Themis bridge walks down to 1,
 * past missing blocks, until it has seen a hundred blocks with transactions: it gets the oldest
 * such block, under its own number.
 *
 * - Source: `SetOldTxsPushed` of `bridge/setu/processor/rpc_tx.go`, MetisProtocol/themis;
 *   docs/adr/0036.
 */
async function belowGenesis(tag: unknown, context: RpcContext): Promise<KnownBlock | undefined> {
  const number = numberOf(tag, context)
  if (number === undefined || number < 1 || number >= context.genesisNumber) return undefined
  return context.reader.firstWithTransactions()
}

function headerObject(known: KnownBlock | undefined, {reader}: RpcContext) {
  return known ? reader.headerObject(known) : null
}

function count(known: KnownBlock | undefined) {
  return known ? toHex(known.transactionHashes.length) : null
}

async function transactionByHash([value]: Params, context: RpcContext) {
  const hash = hashParam(value)
  const found = await context.reader.locate(hash)
  if (found) return context.reader.transactionObject(found.known, found.index)
  const held = context.mempool.get(hash)
  return held ? pendingTransaction(held, context.reader.rules) : null
}

function transactionAt(known: KnownBlock | undefined, value: unknown, {reader}: RpcContext) {
  const index = indexParam(value, 'index')
  return known ? reader.transactionObject(known, index) : null
}

async function rawTransaction([value]: Params, context: RpcContext) {
  const hash = hashParam(value)
  const found = await context.reader.locate(hash)
  if (found) return found.known.sealed.transactions[found.index] ?? null
  return context.mempool.get(hash)?.raw ?? null
}

async function receipt([value]: Params, {reader}: RpcContext) {
  const found = await reader.locate(hashParam(value))
  return found ? reader.receiptObject(found.known, found.index) : null
}

async function receiptsOfBlock([tag]: Params, context: RpcContext) {
  const known = await blockNamed(tag, context)
  return known ? context.reader.receiptObjects(known) : null
}

/** Source: `GetBlockRange` in `l2geth/internal/ethapi/api.go`: both ends are included. */
async function blockRange([first, last, full]: Params, context: RpcContext, {signal}: Caller) {
  if (first === undefined || last === undefined) {
    throw new RpcError(rpcCodes.invalidParams, 'The range needs a first and a last block.')
  }
  const from = numberOf(first, context)
  const to = numberOf(last, context)
  if (from === undefined || to === undefined || from > to) {
    throw new RpcError(rpcCodes.rejected, 'The range of blocks is not valid.')
  }
  if (to - from >= RPC_RANGE_BLOCKS) {
    const message = `At most ${RPC_RANGE_BLOCKS} blocks can be requested at once.`
    throw new RpcError(rpcCodes.limit, message)
  }
  const blocks: unknown[] = []
  for (let number = from; number <= to && !signal.aborted; number++) {
    const known = await context.reader.block(number)
    if (!known) break
    blocks.push(await context.reader.blockObject(known, full === true))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return blocks
}

async function logs([filter]: Params, context: RpcContext, caller: Caller) {
  const criteria = parseLogFilter(filter)
  const range = await logRange(filter, context)
  return range ? context.logs.find(criteria, range, caller) : []
}

/**
 * The durable blocks of a filter, once they are collected.
 *
 * @returns undefined when there are none
 * @throws {RpcError}
 */
export async function logRange(value: unknown, context: RpcContext): Promise<LogRange | undefined> {
  const {reader, chain, genesisNumber} = context
  const filter = isRecord(value) ? value : {}
  if (filter['blockHash'] !== undefined) return blockOfHash(filter, context)
  const head = chain.head().number
  const from = numberOf(filter['fromBlock'], context)
  const last = numberOf(filter['toBlock'], context)
  if (from === undefined || last === undefined || from > last) {
    throw new RpcError(rpcCodes.invalidParams, 'The range of blocks is not valid.')
  }
  if (last - from > RPC_LOG_RANGE_BLOCKS) {
    const message = `At most ${RPC_LOG_RANGE_BLOCKS} blocks of logs can be requested at once.`
    throw new RpcError(rpcCodes.limit, message)
  }
  const to = Math.min(last, head)
  if (from > to) return undefined
  await reader.block(to)
  return {from: Math.max(from, genesisNumber), to}
}

async function blockOfHash(filter: Record<string, unknown>, context: RpcContext) {
  if (filter['fromBlock'] !== undefined || filter['toBlock'] !== undefined) {
    throw new RpcError(rpcCodes.invalidParams, 'A filter has a block hash or a range, not both.')
  }
  const number = context.reader.numberOf(hashParam(filter['blockHash']))
  const hash = number === undefined ? undefined : context.reader.hashOf(number)
  if (number === undefined || hash === undefined) {
    throw new RpcError(rpcCodes.rejected, 'There is no block with this hash.')
  }
  await context.history.reached(number, hash, HISTORY_READ_WAIT_MS)
  return {from: number, to: number}
}
