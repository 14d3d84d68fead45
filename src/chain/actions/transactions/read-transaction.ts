import {
  BlockNotFoundError,
  TransactionNotFoundError,
  TransactionReceiptNotFoundError,
  getAddress,
  type Address,
  type Hash,
  type Hex,
} from 'viem'
import {getBlock, getBlockNumber, getTransaction, getTransactionReceipt} from 'viem/actions'

import type {ChainClient} from '../../connect.ts'
import {feeOfReceipt} from './receipt-fee.ts'

/** Fields of a transaction. */
export interface ChainTransaction {
  hash: Hash
  from: Address
  /** Null creates a contract. */
  to: Address | null
  accountNonce: number
  valueWei: bigint
  gasLimit: bigint
  data: Hex
}

/** Position of a transaction in the current chain. */
export interface Inclusion {
  succeeded: boolean
  blockNumber: bigint
  blockHash: Hash
  gasUsed: bigint
  feeWei: bigint
}

/** Heads by the chain's own tags; null if the endpoint does not support the tag. */
export interface ChainHeads {
  head: bigint
  safe: bigint | null
  finalized: bigint | null
}

/**
 * A transaction in the pool or in a block; undefined when the endpoint does not know it.
 *
 * - Signed by: nobody. Chain: L1 or L2.
 * - Source: `eth_getTransactionByHash`.
 */
export async function readTransaction(
  client: ChainClient,
  hash: Hash,
): Promise<ChainTransaction | undefined> {
  const found = await getTransaction(client, {hash}).catch((error: unknown) => {
    if (error instanceof TransactionNotFoundError) return undefined
    throw error
  })
  if (!found) return undefined
  const {from, to, nonce, value, gas, input} = found
  return {
    hash,
    from: getAddress(from),
    to: to ? getAddress(to) : null,
    accountNonce: nonce,
    valueWei: value,
    gasLimit: gas,
    data: input,
  }
}

/**
 * Where a transaction was mined. A receipt is valid only while its block is the one at that height
 * of the chain: endpoints keep receipts of reorged blocks, some briefly, some for long.
 *
 * - Source: `eth_getTransactionReceipt`, `eth_getBlockByNumber`.
 */
export async function readInclusion(
  client: ChainClient,
  hash: Hash,
): Promise<Inclusion | undefined> {
  const receipt = await getTransactionReceipt(client, {hash}).catch((error: unknown) => {
    if (error instanceof TransactionReceiptNotFoundError) return undefined
    throw error
  })
  if (!receipt) return undefined
  const {blockNumber, blockHash, gasUsed, status} = receipt
  const block = await getBlock(client, {blockNumber}).catch(absent)
  if (block?.hash !== blockHash) return undefined
  return {
    succeeded: status === 'success',
    blockNumber,
    blockHash,
    gasUsed,
    feeWei: await feeOfReceipt(client, receipt),
  }
}

/** - Source: `eth_blockNumber`, `eth_getBlockByNumber` with the tags `safe` and `finalized`. */
export async function readHeads(client: ChainClient): Promise<ChainHeads> {
  const tagged = (blockTag: 'safe' | 'finalized') =>
    getBlock(client, {blockTag}).then(
      ({number}) => number,
      // Nodes without such a block reject the tag in many ways; the head number shows whether they
      // respond at all.
      () => null,
    )
  const [head, safe, finalized] = await Promise.all([
    getBlockNumber(client, {cacheTime: 0}),
    tagged('safe'),
    tagged('finalized'),
  ])
  return {head, safe, finalized}
}

function absent(error: unknown): undefined {
  if (error instanceof BlockNotFoundError) return undefined
  throw error
}
