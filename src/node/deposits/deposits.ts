/**
 * In: deposits in the L1 bridge. Out: one relay transaction for each, in the pool of the node whose turn
 * it is. The transaction is the same whoever makes it, and its nonce is the queue index, so each deposit
 * is paid exactly once.
 */
import {decodeEventLog, encodeEventTopics, encodeFunctionData, type Address, type Hex} from 'viem'
import {privateKeyToAccount} from 'viem/accounts'

import {l1StandardBridgeAbi} from '../../chain/abis/l1-standard-bridge.ts'
import {l2StandardBridgeAbi} from '../../chain/abis/l2-standard-bridge.ts'
import {isRecord} from '../../lib/json.ts'
import type {RpcClient} from '../../lib/json-rpc.ts'
import type {L1Network, L2Network} from '../../protocol/network.ts'
import type {ExecutionEngine} from '../engine/engine.ts'
import {DEPOSITS_AHEAD, SUGGESTED_GAS_PRICE_WEI} from '../limits.ts'

/** Above the contract's own 200,000 for the payout; part of the transaction, so never to be changed. */
const RELAY_GAS = 600_000n

export interface DepositRelay {
  /**
   * Puts relay transactions for confirmed deposits into the pool.
   *
   * - Signed by: relayer.   Chain: L2 (reads L1).   Value: none; the bridge pays.
   *
   * @returns how many deposits the L1 bridge has taken in
   */
  poll(l1Head: number): Promise<number>
}

/** For nodes without the relayer key. */
export const disabledDeposits: DepositRelay = {poll: () => Promise.resolve(0)}

export interface DepositOptions {
  l1: RpcClient
  engine: ExecutionEngine
  l1Network: L1Network
  l2Network: L2Network
  relayer: {address: Address; privateKey: Hex}
  isOurTurn(): boolean
  accept(raw: Hex): Promise<unknown>
}

interface Deposit {
  queueIndex: number
  l2Token: Address
  from: Address
  to: Address
  amountWei: bigint
}

export function createDepositRelay(options: DepositOptions): DepositRelay {
  const {l1, engine, l1Network, relayer, isOurTurn, accept} = options
  return {
    async poll(l1Head) {
      const confirmed = l1Head - l1Network.confirmations
      if (confirmed < l1Network.deploymentBlock) return 0
      const length = await queueLength(l1, l1Network, confirmed)
      if (!isOurTurn()) return length
      const count = await engine.read('eth_getTransactionCount', [relayer.address, 'latest'])
      const next = Number(count)
      if (next >= length) return length
      for (const deposit of await readDeposits(l1, l1Network, confirmed, next)) {
        await accept(await relayTransaction(deposit, options)).catch(ignoreKnown)
      }
      return length
    },
  }
}

async function queueLength(l1: RpcClient, network: L1Network, block: number): Promise<number> {
  const data = encodeFunctionData({abi: l1StandardBridgeAbi, functionName: 'queueLength'})
  const call = {to: network.contracts.bridge, data}
  return Number(await l1.request('eth_call', [call, hexOf(block)]))
}

/** The deposits from `first` on, in order and without a gap. */
async function readDeposits(
  l1: RpcClient,
  network: L1Network,
  toBlock: number,
  first: number,
): Promise<Deposit[]> {
  const wanted = Array.from({length: DEPOSITS_AHEAD}, (_, index) => BigInt(first + index))
  const topics = encodeEventTopics({
    abi: l1StandardBridgeAbi,
    eventName: 'DepositQueued',
    args: {queueIndex: wanted},
  })
  const filter = {
    address: network.contracts.bridge,
    fromBlock: hexOf(network.deploymentBlock),
    toBlock: hexOf(toBlock),
    topics,
  }
  const answer = await l1.request('eth_getLogs', [filter])
  const deposits = (Array.isArray(answer) ? answer : []).map(parseDeposit)
  deposits.sort((a, b) => a.queueIndex - b.queueIndex)
  return deposits.filter(({queueIndex}, index) => queueIndex === first + index)
}

function parseDeposit(log: unknown): Deposit {
  if (!isRecord(log)) throw new Error('L1 gave a log that is not an object.')
  const {args} = decodeEventLog({
    abi: l1StandardBridgeAbi,
    eventName: 'DepositQueued',
    topics: log['topics'] as [Hex, ...Hex[]],
    data: log['data'] as Hex,
  })
  const {queueIndex, l2Token, from, to, amount} = args
  return {queueIndex: Number(queueIndex), l2Token, from, to, amountWei: amount}
}

/** The same bytes on every node: RFC 6979 signatures have no randomness. */
function relayTransaction(deposit: Deposit, options: DepositOptions): Promise<Hex> {
  const {l1Network, l2Network, relayer} = options
  const {queueIndex, l2Token, from, to, amountWei} = deposit
  return privateKeyToAccount(relayer.privateKey).signTransaction({
    type: 'legacy',
    chainId: l2Network.chainId,
    nonce: queueIndex,
    gas: RELAY_GAS,
    gasPrice: SUGGESTED_GAS_PRICE_WEI,
    to: l2Network.contracts.bridge,
    data: encodeFunctionData({
      abi: l2StandardBridgeAbi,
      functionName: 'finalizeDeposit',
      args: [BigInt(queueIndex), l1Network.contracts.metis, l2Token, from, to, amountWei],
    }),
  })
}

/** It is in the pool from the last poll, or in a block sealed since we asked for the nonce. */
function ignoreKnown(error: unknown): void {
  const reason = error instanceof Error && 'reason' in error ? error.reason : undefined
  if (reason !== 'already-known' && reason !== 'nonce-too-low' && reason !== 'in-block') throw error
}

function hexOf(block: number): Hex {
  return `0x${block.toString(16)}`
}
