import {l2gethWords} from '../../protocol/l2geth-words.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'

/**
 * Minimum and maximum number of arguments for the methods that l2geth checks. An optional argument
 * may be null or missing.
 *
 * - Source: `parsePositionalArguments` in `l2geth/rpc/json.go`, and the Go signatures of the
 *   methods.
 */
const arities: ReadonlyMap<string, readonly [number, number]> = new Map([
  ...none('eth_chainId', 'eth_blockNumber', 'eth_gasPrice', 'eth_syncing', 'eth_accounts'),
  ...none('eth_protocolVersion', 'eth_mining', 'eth_hashrate', 'net_version', 'net_listening'),
  ...none('net_peerCount', 'web3_clientVersion', 'rpc_modules', 'txpool_status', 'txpool_content'),
  ...none('txpool_inspect', 'rollup_getInfo', 'rollup_gasPrices', 'mvm_finalizedBlockNumber'),
  ...exactly(1, 'eth_sendRawTransaction', 'eth_getTransactionByHash', 'eth_getTransactionReceipt'),
  ...exactly(1, 'eth_getRawTransactionByHash', 'eth_getTransactionReceiptsByBlock', 'web3_sha3'),
  ...exactly(1, 'eth_getBlockTransactionCountByNumber', 'eth_getBlockTransactionCountByHash'),
  ...exactly(1, 'eth_getUncleCountByBlockNumber', 'eth_getUncleCountByBlockHash', 'eth_getLogs'),
  ...exactly(2, 'eth_getBlockByNumber', 'eth_getBlockByHash'),
  ...exactly(2, 'eth_getTransactionByBlockNumberAndIndex', 'eth_getTransactionByBlockHashAndIndex'),
  ...exactly(2, 'eth_getBalance', 'eth_getCode', 'eth_getTransactionCount'),
  ['eth_call', [2, 3]],
  ...exactly(3, 'eth_getStorageAt', 'eth_getBlockRange', 'rollupbridge_setPreRespan'),
])

/** @throws {RpcError} worded as in l2geth */
export function assertArity(method: string, params: readonly unknown[]): void {
  const arity = arities.get(method)
  if (!arity) return
  const [fewest, most] = arity
  if (params.length > most) throw invalid(l2gethWords.tooMany(most))
  const missing = Array.from({length: fewest}, (_, index) => params[index]).findIndex(
    (value) => value === undefined || value === null,
  )
  if (missing >= 0) throw invalid(l2gethWords.missing(missing))
}

function none(...methods: string[]): [string, readonly [number, number]][] {
  return exactly(0, ...methods)
}

function exactly(count: number, ...methods: string[]): [string, readonly [number, number]][] {
  return methods.map((method) => [method, [count, count]])
}

function invalid(message: string): RpcError {
  return new RpcError(rpcCodes.invalidParams, message)
}
