/** In: a range of L1. Out: the bridge's deposits in that range. */
import {append} from '../../lib/append.ts'
import {decodeEventLog, encodeEventTopics, type Address, type Hex} from 'viem'

import {l1StandardBridgeAbi} from '../../chain/abis/l1-standard-bridge.ts'
import {wrongAnswer} from '../../chain/chain-rpc.ts'
import {isRecord} from '../../lib/json.ts'
import {RpcResponseError, RpcTransportError, type RpcClient} from '../../lib/json-rpc.ts'
import {DEPOSIT_SCAN_BLOCKS, DEPOSIT_SCAN_LEAST_BLOCKS} from '../limits.ts'

export interface Deposit {
  /** Counts from 0, without a gap. */
  queueIndex: number
  l2Token: Address
  from: Address
  to: Address
  amountWei: bigint
  /** The block that contains it. */
  l1Block: number
}

/**
 * Deposits in a range of blocks, both ends inclusive, by queue index. A range that is too long for
 * the endpoint is split in half.
 *
 * - Signed by: nobody.   Chain: L1.   Value: none.
 *
 * @throws {RpcTransportError | RpcResponseError} also for a short range
 */
export async function readDeposits(
  l1: RpcClient,
  bridge: Address,
  fromBlock: number,
  toBlock: number,
): Promise<Deposit[]> {
  const deposits: Deposit[] = []
  let size = DEPOSIT_SCAN_BLOCKS
  for (let from = fromBlock; from <= toBlock; ) {
    const to = Math.min(toBlock, from + size - 1)
    try {
      append(deposits, await readRange(l1, bridge, from, to))
      from = to + 1
    } catch (error) {
      const isRefused = error instanceof RpcResponseError || error instanceof RpcTransportError
      if (!isRefused || size <= DEPOSIT_SCAN_LEAST_BLOCKS) throw error
      size = Math.floor(size / 2)
    }
  }
  return deposits.sort((a, b) => a.queueIndex - b.queueIndex)
}

async function readRange(
  l1: RpcClient,
  bridge: Address,
  from: number,
  to: number,
): Promise<Deposit[]> {
  const filter = {
    address: bridge,
    fromBlock: hexOf(from),
    toBlock: hexOf(to),
    topics: encodeEventTopics({abi: l1StandardBridgeAbi, eventName: 'DepositQueued'}),
  }
  const answer = await l1.request('eth_getLogs', [filter])
  if (!Array.isArray(answer)) throw wrongAnswer(l1.url, 'eth_getLogs')
  try {
    return answer.map(parseDeposit)
  } catch (error) {
    throw wrongAnswer(l1.url, 'eth_getLogs', error)
  }
}

function parseDeposit(log: unknown): Deposit {
  if (!isRecord(log)) throw new Error('L1 returned a log that is not an object.')
  const {args} = decodeEventLog({
    abi: l1StandardBridgeAbi,
    eventName: 'DepositQueued',
    topics: log['topics'] as [Hex, ...Hex[]],
    data: log['data'] as Hex,
  })
  const {queueIndex, l2Token, from, to, amount} = args
  const l1Block = Number(log['blockNumber'] ?? Number.NaN)
  if (!Number.isSafeInteger(l1Block) || queueIndex > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Error('A deposit has no position on L1.')
  }
  return {queueIndex: Number(queueIndex), l2Token, from, to, amountWei: amount, l1Block}
}

function hexOf(block: number): Hex {
  return `0x${block.toString(16)}`
}
