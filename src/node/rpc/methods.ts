/**
 * The methods a client may call, and no others: of the engine's 180 methods most mint, impersonate,
 * mine or take blocks back.
 */
import {encodeFunctionData, toHex, type Address, type Hash, type Hex} from 'viem'

import {metisSequencerSetAbi} from '../../chain/abis/metis-sequencer-set.ts'
import {isRecord} from '../../lib/json.ts'
import {RpcResponseError} from '../../lib/json-rpc.ts'
import type {ChainState} from '../chain-state.ts'
import {EngineError} from '../engine/engine.ts'
import {RPC_CALL_GAS, RPC_LOG_RANGE_BLOCKS, SUGGESTED_GAS_PRICE_WEI} from '../limits.ts'
import type {Mempool} from '../mempool/mempool.ts'
import type {CallQueue} from './call-queue.ts'
import {isSendersFault} from './accept-transaction.ts'
import {RpcError, rpcCodes, type RpcRequest} from './json-rpc.ts'
import {poolContent, poolStatus} from './txpool.ts'

export interface RpcContext {
  chainId: number
  clientVersion: string
  sequencerSet: Address
  genesisNumber: number
  chain: ChainState
  mempool: Mempool
  /** Bounds the calls that execute code. */
  calls: CallQueue
  accept(raw: string): Promise<Hash>
  safeHead(): number | null
  finalizedHead(): number | null
  /** Null when in step with the peers. */
  syncTarget(): number | null
  peerCount(): number
  l1(): {head: number; timestamp: number; gasPriceWei: bigint; queueIndex: number}
  nowMs(): number
}

/** Method → position of its block parameter, or -1. Everything else is passed on as it is. */
const proxied: Record<string, number> = {
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getStorageAt: 2,
  eth_getBlockByNumber: 0,
  eth_getBlockByHash: -1,
  eth_getBlockTransactionCountByNumber: 0,
  eth_getBlockTransactionCountByHash: -1,
  eth_getTransactionByHash: -1,
  eth_getTransactionByBlockNumberAndIndex: 0,
  eth_getTransactionByBlockHashAndIndex: -1,
  eth_getTransactionReceipt: -1,
}

type Method = (params: readonly unknown[], context: RpcContext) => unknown

const own: Record<string, Method> = {
  eth_chainId: (_params, {chainId}) => toHex(chainId),
  net_version: (_params, {chainId}) => String(chainId),
  net_listening: () => true,
  net_peerCount: (_params, context) => toHex(context.peerCount()),
  web3_clientVersion: (_params, {clientVersion}) => clientVersion,
  eth_accounts: () => [],
  eth_blockNumber: (_params, {chain}) => toHex(chain.head().number),
  eth_gasPrice: () => toHex(SUGGESTED_GAS_PRICE_WEI),
  eth_maxPriorityFeePerGas: () => toHex(SUGGESTED_GAS_PRICE_WEI),
  eth_feeHistory: feeHistory,
  eth_syncing: syncing,
  eth_getTransactionCount: transactionCount,
  eth_call: (params, context) => gasCapped('eth_call', params, context),
  eth_estimateGas: (params, context) => gasCapped('eth_estimateGas', params, context),
  eth_getLogs: logs,
  eth_sendRawTransaction: sendRawTransaction,
  rollup_getInfo: rollupInfo,
  rollup_gasPrices: (_params, context) => ({
    l1GasPrice: toHex(context.l1().gasPriceWei),
    l2GasPrice: toHex(SUGGESTED_GAS_PRICE_WEI),
  }),
  // l2geth calls a node working when it indexed something within a minute.
  rollup_checkIsSeqWorking: (_params, {chain, nowMs}) =>
    nowMs() / 1000 - chain.head().timestamp < 60,
  // A logging no-op in l2geth too; the consensus layer only needs it to succeed.
  rollupbridge_setPreRespan: () => null,
  mvm_finalizedBlockNumber: finalizedBlock,
  txpool_status: (_params, {mempool}) => poolStatus(mempool),
  txpool_content: (_params, {mempool}) => poolContent(mempool),
}

/** @throws {RpcError} in words for the client */
export async function dispatch(request: RpcRequest, context: RpcContext): Promise<unknown> {
  const {method, params} = request
  try {
    const mine = Object.hasOwn(own, method) ? own[method] : undefined
    if (mine) return await mine(params, context)
    const position = Object.hasOwn(proxied, method) ? proxied[method] : undefined
    if (position === undefined) {
      throw new RpcError(
        rpcCodes.methodNotFound,
        `The method ${method.slice(0, 64)} is not offered.`,
      )
    }
    return await read(method, withTag(params, position, context), context)
  } catch (error) {
    throw asRpcError(error)
  }
}

function asRpcError(error: unknown): unknown {
  if (isSendersFault(error)) {
    return new RpcError(rpcCodes.rejected, error.message, {reason: error.reason})
  }
  // The engine's own errors about a call: reverts with their data, invalid parameters.
  if (error instanceof RpcResponseError) return new RpcError(error.code, error.message, error.data)
  if (error instanceof EngineError) {
    return new RpcError(rpcCodes.unavailable, 'The execution engine is restarting; try again.')
  }
  return error
}

function read(method: string, params: readonly unknown[], {chain}: RpcContext): Promise<unknown> {
  return chain.gate.read(() => chain.engine.read(method, params))
}

function withTag(params: readonly unknown[], position: number, context: RpcContext): unknown[] {
  const copy = [...params]
  if (position < 0) return copy
  // A missing block parameter means the newest block, except where it is the question itself.
  if (position === 0 && copy.length === 0) return copy
  copy[position] = blockTag(copy[position], context)
  return copy
}

/** The engine knows `safe` and `finalized` only as distances, and `pending` makes it execute its pool. */
function blockTag(tag: unknown, context: RpcContext): unknown {
  switch (tag) {
    case undefined:
    case null:
    case 'pending':
      return 'latest'
    case 'safe':
      return toHex(context.safeHead() ?? context.genesisNumber)
    case 'finalized':
      return toHex(context.finalizedHead() ?? context.genesisNumber)
    case 'earliest':
      return toHex(context.genesisNumber)
    case 'latest':
      return tag
    default:
      if (isBlockName(tag)) return tag
      throw new RpcError(
        rpcCodes.invalidParams,
        'The block parameter is not a tag, a number or a hash.',
      )
  }
}

/** A number, a hash, or an object with one of them; anything else might reach the engine's own pool. */
function isBlockName(tag: unknown): boolean {
  if (typeof tag === 'string') return /^0x(?:[0-9a-f]{1,16}|[0-9a-f]{64})$/i.test(tag)
  if (!isRecord(tag)) return false
  const {blockNumber, blockHash, requireCanonical, ...unknown} = tag
  if (Object.keys(unknown).length > 0) return false
  if (requireCanonical !== undefined && typeof requireCanonical !== 'boolean') return false
  const named = [blockNumber, blockHash].filter((name) => name !== undefined)
  return named.length === 1 && typeof named[0] === 'string' && isBlockName(named[0])
}

async function transactionCount(params: readonly unknown[], context: RpcContext): Promise<unknown> {
  const [address, tag] = params
  const latest = await read('eth_getTransactionCount', [address, blockTag(tag, context)], context)
  if (tag !== 'pending') return latest
  const next = context.mempool.nextNonce(String(address).toLowerCase() as Address)
  return next === undefined ? latest : toHex(Math.max(next, Number(latest)))
}

/** Without a cap one endless call would stop block production. */
function gasCapped(
  method: string,
  params: readonly unknown[],
  context: RpcContext,
): Promise<unknown> {
  const [call, tag] = params
  if (!isRecord(call)) throw new RpcError(rpcCodes.invalidParams, 'The call is not an object.')
  const asked = quantity(call['gas'])
  const gas = asked === undefined || asked > RPC_CALL_GAS ? RPC_CALL_GAS : asked
  const capped = [{...call, gas: toHex(gas)}, blockTag(tag, context)]
  return context.calls.run(() => read(method, capped, context))
}

function quantity(value: unknown): bigint | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value)) return BigInt(value)
  throw new RpcError(rpcCodes.invalidParams, 'A quantity is not a hex number.')
}

function logs(params: readonly unknown[], context: RpcContext): Promise<unknown> {
  const [filter] = params
  if (!isRecord(filter)) throw new RpcError(rpcCodes.invalidParams, 'The filter is not an object.')
  if (filter['blockHash'] !== undefined) return read('eth_getLogs', [filter], context)
  const fromBlock = blockTag(filter['fromBlock'], context)
  const toBlock = blockTag(filter['toBlock'], context)
  const head = context.chain.head().number
  const height = (tag: unknown) => (tag === 'latest' ? head : Number(tag))
  const span = height(toBlock) - height(fromBlock)
  if (!(span <= RPC_LOG_RANGE_BLOCKS)) {
    const message = `At most ${RPC_LOG_RANGE_BLOCKS} blocks of logs are given at once.`
    throw new RpcError(rpcCodes.limit, message)
  }
  return read('eth_getLogs', [{...filter, fromBlock, toBlock}], context)
}

async function sendRawTransaction(params: readonly unknown[], {accept}: RpcContext): Promise<Hash> {
  const [raw] = params
  if (typeof raw !== 'string') {
    throw new RpcError(rpcCodes.invalidParams, 'The raw transaction is not a string.')
  }
  return accept(raw)
}

function feeHistory(params: readonly unknown[], {chain}: RpcContext): unknown {
  const count = Number(params[0])
  if (!Number.isSafeInteger(count) || count < 1 || count > 1024) {
    throw new RpcError(rpcCodes.invalidParams, 'The block count is not between 1 and 1024.')
  }
  const percentiles = Array.isArray(params[2]) ? params[2].slice(0, 100) : []
  const suggested = toHex(SUGGESTED_GAS_PRICE_WEI)
  return {
    oldestBlock: toHex(Math.max(0, chain.head().number - count + 1)),
    baseFeePerGas: Array.from({length: count + 1}, () => '0x0'),
    gasUsedRatio: Array.from({length: count}, () => 0),
    reward: Array.from({length: count}, () => percentiles.map(() => suggested)),
  }
}

function syncing(_params: readonly unknown[], {chain, syncTarget, genesisNumber}: RpcContext) {
  const highest = syncTarget()
  if (highest === null) return false
  return {
    startingBlock: toHex(genesisNumber),
    currentBlock: toHex(chain.head().number),
    highestBlock: toHex(highest),
  }
}

/** Source: `rollup_getInfo` in `l2geth/internal/ethapi`, MetisProtocol/mvm; plain numbers. */
function rollupInfo(_params: readonly unknown[], context: RpcContext): unknown {
  const {head, timestamp, queueIndex} = context.l1()
  return {
    mode: 'sequencer',
    syncing: context.syncTarget() !== null,
    ethContext: {blockNumber: head, timestamp},
    rollupContext: {index: context.chain.head().number - 1, queueIndex, verifiedIndex: 0},
  }
}

/** The newest block that can no longer be recommitted, in the contract's sense. */
async function finalizedBlock(_params: readonly unknown[], context: RpcContext): Promise<Hex> {
  const data = encodeFunctionData({abi: metisSequencerSetAbi, functionName: 'finalizedBlock'})
  const call = {to: context.sequencerSet, data}
  const word = await read('eth_call', [call, 'latest'], context)
  return toHex(BigInt(String(word)))
}
