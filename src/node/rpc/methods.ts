/**
 * The methods a client may call, and no others: most of the engine's 180 methods mint, impersonate,
 * mine or revert blocks. A method outside these lists is unreachable.
 */
import {keccak256, toHex, type Hash, type Hex} from 'viem'

import {RpcResponseError} from '../../lib/json-rpc.ts'
import {hexFault, l2gethWords} from '../../protocol/l2geth-words.ts'
import {assertArity} from './arity.ts'
import {EngineError} from '../engine/engine.ts'
import {SUGGESTED_GAS_PRICE_WEI} from '../limits.ts'
import {PoolRefusedError} from '../mempool/admission.ts'
import {isSendersFault} from './accept-transaction.ts'
import {chainMethods} from './chain-methods.ts'
import type {Caller, Method, RpcContext} from './context.ts'
import {filterMethods} from './filter-methods.ts'
import {syncingShape} from './health.ts'
import {RpcError, rpcCodes, type RpcRequest} from './json-rpc.ts'
import {l2gethMethods} from './l2geth-methods.ts'
import {stateMethods} from './state-methods.ts'
import {txpoolMethods} from './txpool.ts'

type Params = readonly unknown[]

const nodeMethods: Record<string, Method> = {
  eth_chainId: (_params, {chainId}) => toHex(chainId),
  net_version: (_params, {chainId}) => String(chainId),
  net_listening: () => true,
  net_peerCount: (_params, context) => toHex(context.peerCount()),
  web3_clientVersion: (_params, {clientVersion}) => clientVersion,
  web3_sha3: ([data]) => keccak256(bytesParam(data)),
  eth_protocolVersion: () => '0x41',
  eth_accounts: () => [],
  eth_sign: noKeys,
  eth_sendTransaction: noKeys,
  rpc_modules: () => ({
    eth: '1.0',
    mvm: '1.0',
    net: '1.0',
    rollup: '1.0',
    rollupbridge: '1.0',
    rpc: '1.0',
    txpool: '1.0',
    web3: '1.0',
  }),
  eth_mining: () => false,
  eth_hashrate: () => '0x0',
  eth_gasPrice: () => toHex(SUGGESTED_GAS_PRICE_WEI),
  eth_syncing: (_params, {chain, syncTarget, genesisNumber}) => {
    const highest = syncTarget()
    return highest === null ? false : syncingShape(genesisNumber, chain.head().number, highest)
  },
  eth_sendRawTransaction: sendRawTransaction,
  eth_getFilterLogs: ([id], context, caller) =>
    chainMethods['eth_getLogs']!([context.filters.criteria(id)], context, caller),
}

const methods = new Map<string, Method>(
  [nodeMethods, chainMethods, stateMethods, l2gethMethods, txpoolMethods, filterMethods].flatMap(
    (list) => Object.entries(list),
  ),
)

/** Work of a method in units of a cheap read; 1 if not listed here. */
const costs = new Map(
  Object.entries({
    eth_call: 5,
    eth_estimateGas: 10,
    eth_getLogs: 20,
    eth_getFilterLogs: 20,
    eth_getTransactionReceiptsByBlock: 10,
    eth_getBlockRange: 50,
    txpool_content: 20,
    txpool_inspect: 20,
  }),
)

export function costOf(method: string): number {
  return costs.get(method) ?? 1
}

/** @throws {RpcError} with a message for the client */
export async function dispatch(
  {method, params}: RpcRequest,
  context: RpcContext,
  caller: Caller,
): Promise<unknown> {
  const act = methods.get(method)
  if (!act) {
    throw new RpcError(rpcCodes.methodNotFound, l2gethWords.noMethod(method.slice(0, 64)))
  }
  assertArity(method, params)
  try {
    return await act(params, context, caller)
  } catch (error) {
    throw asRpcError(error)
  }
}

/**
 * Converts errors to their form for clients. Errors that are not the client's fault are returned
 * unchanged.
 */
export function asRpcError(error: unknown): unknown {
  if (isSendersFault(error)) {
    const {message, reason, detail} = error
    const code = reason === 'not-hex' ? rpcCodes.invalidParams : rpcCodes.rejected
    const retryAfterMs = error instanceof PoolRefusedError ? error.retryAfterMs : undefined
    return new RpcError(code, message, {
      reason,
      ...(detail === message ? {} : {detail}),
      ...(retryAfterMs === undefined ? {} : {retryAfterMs}),
    })
  }
  // The engine's own errors about a call: reverts with their data, invalid parameters.
  if (error instanceof RpcResponseError) return new RpcError(error.code, error.message, error.data)
  if (error instanceof EngineError) {
    return new RpcError(rpcCodes.unavailable, 'The execution engine is restarting; try again.')
  }
  return error
}

async function sendRawTransaction(
  [raw]: Params,
  context: RpcContext,
  {askedAtMs}: Caller,
): Promise<Hash> {
  if (typeof raw !== 'string') {
    throw new RpcError(rpcCodes.invalidParams, l2gethWords.argument(0, hexFault(raw)))
  }
  const {health, nowMs} = context
  try {
    const hash = await context.accept(raw, performance.now() - askedAtMs)
    health.accepted(hash, nowMs())
    return hash
  } catch (error) {
    if (isSendersFault(error)) health.refused(error.reason, nowMs())
    throw error
  }
}

/** l2geth has geth's methods and rejects those that need its keys. */
function noKeys(): never {
  throw new RpcError(rpcCodes.rejected, l2gethWords.notOffered)
}

function bytesParam(value: unknown): Hex {
  if (typeof value === 'string' && /^0x(?:[0-9a-f]{2})*$/i.test(value)) return value as Hex
  throw new RpcError(rpcCodes.invalidParams, l2gethWords.argument(0, hexFault(value)))
}
