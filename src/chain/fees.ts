import {getBlock, getFeeHistory, getGasPrice} from 'viem/actions'

import type {ChainClient} from './connect.ts'

/** What a transaction offers per gas, in wei. */
export type GasFees =
  | {type: 'legacy'; gasPrice: bigint}
  | {type: 'eip1559'; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint}

const DEFAULT_PRIORITY_WEI = 1_000_000_000n

/**
 * Fees that a transaction needs now: EIP-1559 with room for two doublings of the base fee where there is
 * one, the node's gas price where there is none (Metis keeps the base fee at 0).
 */
export async function readFees(
  client: ChainClient,
  wanted: {maxFeeWei?: bigint | undefined; priorityFeeWei?: bigint | undefined} = {},
): Promise<GasFees> {
  const [block, gasPrice] = await Promise.all([getBlock(client), getGasPrice(client)])
  if (!block.baseFeePerGas) return {type: 'legacy', gasPrice: wanted.maxFeeWei ?? gasPrice}
  const maxPriorityFeePerGas = wanted.priorityFeeWei ?? DEFAULT_PRIORITY_WEI
  const maxFeePerGas = wanted.maxFeeWei ?? block.baseFeePerGas * 4n + maxPriorityFeePerGas
  return {
    type: 'eip1559',
    maxFeePerGas,
    maxPriorityFeePerGas: maxPriorityFeePerGas > maxFeePerGas ? maxFeePerGas : maxPriorityFeePerGas,
  }
}

/** The most a unit of gas can cost under these fees. */
export function maxPricePerGas(fees: GasFees): bigint {
  return fees.type === 'legacy' ? fees.gasPrice : fees.maxFeePerGas
}

/** Blocks whose base fees tell what is usual: about an hour of Ethereum. */
const USUAL_BLOCKS = 300

/**
 * The base fee now and the usual one of the last blocks, in wei per gas.
 *
 * @returns undefined where the chain has no base fee, or the endpoint does not tell its history
 */
export async function readBaseFees(
  client: ChainClient,
): Promise<{nowWei: bigint; usualWei: bigint} | undefined> {
  const history = await getFeeHistory(client, {
    blockCount: USUAL_BLOCKS,
    rewardPercentiles: [],
  }).catch(() => undefined)
  const sorted = history?.baseFeePerGas.toSorted((a, b) => (a < b ? -1 : 1)) ?? []
  const nowWei = history?.baseFeePerGas.at(-1)
  const usualWei = sorted[Math.floor(sorted.length / 2)]
  return nowWei === undefined || usualWei === undefined ? undefined : {nowWei, usualWei}
}
