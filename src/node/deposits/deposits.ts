/**
 * In: deposits in the L1 bridge. Out: one relay transaction for each, in the pool of the current
 * producer. Every node builds identical transactions whose nonce is the queue index, so each
 * deposit is paid exactly once.
 */
import {encodeFunctionData, type Hex} from 'viem'

import {l2StandardBridgeAbi} from '../../chain/abis/l2-standard-bridge.ts'
import {wrongAnswer} from '../../chain/chain-rpc.ts'
import type {TransactionSigner} from '../../chain/signer.ts'
import {isRecord} from '../../lib/json.ts'
import type {RpcClient} from '../../lib/json-rpc.ts'
import type {L1Network, L2Network} from '../../protocol/network.ts'
import type {ExecutionEngine} from '../engine/engine.ts'
import {DEPOSITS_AHEAD, SUGGESTED_GAS_PRICE_WEI} from '../limits.ts'
import {readDeposits, type Deposit} from './read-deposits.ts'

/**
 * Above the contract's own 200,000 for the payout; part of the transaction, so it must never
 * change.
 */
const RELAY_GAS = 600_000n

export interface DepositRelay {
  /**
   * Puts relay transactions for confirmed deposits into the pool.
   *
   * - Signed by: relayer.   Chain: L2 (reads L1).   Value: none; the bridge pays.
   *
   * @returns how many deposits the L1 bridge has received
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
  relayer: TransactionSigner
  isOurTurn(): boolean
  accept(raw: Hex): Promise<unknown>
}

/** Everything read from L1 so far. In memory only: L1 and the relayer's nonce are the truth. */
interface Scanned {
  l1Block: number
  l1Hash: string
  /** All deposits the bridge has received up to that block. */
  length: number
  /** Those not yet paid, by queue index. */
  due: Deposit[]
}

export function createDepositRelay(options: DepositOptions): DepositRelay {
  const {l1, engine, l1Network, relayer, isOurTurn, accept} = options
  let scanned: Scanned | undefined
  return {
    async poll(l1Head) {
      const confirmed = l1Head - l1Network.confirmations
      if (confirmed < l1Network.deploymentBlock) return 0
      scanned = await scanTo(confirmed, scanned, l1, l1Network)
      const head = engine.head().number
      const count = await engine.read('eth_getTransactionCount', [relayer.address], head)
      const next = Number(count)
      scanned.due = scanned.due.filter(({queueIndex}) => queueIndex >= next)
      if (!isOurTurn()) return scanned.length
      for (const deposit of scanned.due.slice(0, DEPOSITS_AHEAD)) {
        await accept(await relayTransaction(deposit, options)).catch(ignoreKnown)
      }
      return scanned.length
    },
  }
}

/**
 * Only deposits below the confirmed block are known, so a deposit that L1 reorgs away is never
 * paid.
 */
async function scanTo(
  confirmed: number,
  before: Scanned | undefined,
  l1: RpcClient,
  {contracts, deploymentBlock}: L1Network,
): Promise<Scanned> {
  if (before && before.l1Block === confirmed && (await isOnChain(l1, before))) return before
  const last = before && before.l1Block < confirmed && (await isOnChain(l1, before)) ? before : null
  const from = last ? last.l1Block + 1 : deploymentBlock
  const l1Hash = await hashOf(l1, confirmed)
  const fresh = await readDeposits(l1, contracts.bridge, from, confirmed)
  const length = (last?.length ?? 0) + fresh.length
  const due = [...(last?.due ?? []), ...fresh]
  // Either L1 reorged between two responses or the endpoint omits logs: read again at the next
  // poll.
  if (fresh.some(({queueIndex}, index) => queueIndex !== length - fresh.length + index)) {
    throw wrongAnswer(l1.url, 'eth_getLogs', new Error('The deposits have a gap.'))
  }
  return {l1Block: confirmed, l1Hash, length, due}
}

async function isOnChain(l1: RpcClient, {l1Block, l1Hash}: Scanned): Promise<boolean> {
  return (await hashOf(l1, l1Block)) === l1Hash
}

async function hashOf(l1: RpcClient, block: number): Promise<string> {
  const answer = await l1.request('eth_getBlockByNumber', [`0x${block.toString(16)}`, false])
  if (!isRecord(answer)) throw wrongAnswer(l1.url, 'eth_getBlockByNumber')
  return String(answer['hash'])
}

/** The same bytes on every node: RFC 6979 signatures have no randomness. */
async function relayTransaction(deposit: Deposit, options: DepositOptions): Promise<Hex> {
  const {l1Network, l2Network, relayer} = options
  const {queueIndex, l2Token, from, to, amountWei} = deposit
  const {raw} = await relayer.sign({
    chainId: l2Network.chainId,
    nonce: queueIndex,
    gasLimit: RELAY_GAS,
    fees: {type: 'legacy', gasPrice: SUGGESTED_GAS_PRICE_WEI},
    to: l2Network.contracts.bridge,
    valueWei: 0n,
    data: encodeFunctionData({
      abi: l2StandardBridgeAbi,
      functionName: 'finalizeDeposit',
      args: [BigInt(queueIndex), l1Network.contracts.metis, l2Token, from, to, amountWei],
    }),
  })
  return raw
}

/** It is in the pool since the last poll, or in a block sealed since we read the nonce. */
function ignoreKnown(error: unknown): void {
  const reason = error instanceof Error && 'reason' in error ? error.reason : undefined
  if (reason !== 'already-known' && reason !== 'nonce-too-low' && reason !== 'in-block') throw error
}
