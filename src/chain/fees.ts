import {getBlock, getFeeHistory, getGasPrice} from 'viem/actions'

import {MetisSeqError} from '../lib/errors.ts'
import {formatWei} from '../lib/units.ts'
import {TIP_BLOCKS, TIP_PERCENTILE, tipOf, type Tip} from '../protocol/tip.ts'
import type {ChainClient} from './connect.ts'

/** Fees that a transaction offers per gas, in wei. */
export type GasFees =
  | {type: 'legacy'; gasPrice: bigint}
  | {type: 'eip1559'; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint}

/**
 * Current fees for a transaction: EIP-1559 with reserve for two doublings of the base fee if there
 * is one; otherwise, and if the network accepts legacy transactions only, the node's gas price.
 */
export async function readFees(client: ChainClient, wanted: WantedFees = {}): Promise<GasFees> {
  return (await readPrices(client, wanted)).fees
}

/** Fees from the command line; undefined: current fees of the chain. */
export interface WantedFees {
  maxFeeWei?: bigint | undefined
  priorityFeeWei?: bigint | undefined
}

/** The fees of {@link readFees}, and the cost of a unit of gas at current prices. */
export async function readPrices(
  client: ChainClient,
  wanted: WantedFees = {},
): Promise<{fees: GasFees; likelyPriceWei: bigint; tip: Tip | null}> {
  if (client.chain.custom?.['legacyTransactions'] === true)
    return legacyPrices(wanted.maxFeeWei ?? (await getGasPrice(client)))
  const [{baseFeePerGas}, nodePrice, tip] = await Promise.all([
    getBlock(client),
    getGasPrice(client),
    readTip(client, wanted.priorityFeeWei),
  ])
  if (!baseFeePerGas) return legacyPrices(wanted.maxFeeWei ?? nodePrice)
  if (wanted.maxFeeWei !== undefined && wanted.maxFeeWei < baseFeePerGas)
    throw feeBelowBase(wanted.maxFeeWei, baseFeePerGas)
  const maxFeePerGas = wanted.maxFeeWei ?? baseFeePerGas * 4n + tip.wei
  const maxPriorityFeePerGas = smaller(tip.wei, maxFeePerGas)
  return {
    tip: {...tip, wei: maxPriorityFeePerGas},
    fees: {type: 'eip1559', maxFeePerGas, maxPriorityFeePerGas},
    likelyPriceWei: smaller(baseFeePerGas + maxPriorityFeePerGas, maxFeePerGas),
  }
}

function legacyPrices(gasPrice: bigint): {fees: GasFees; likelyPriceWei: bigint; tip: null} {
  return {fees: {type: 'legacy', gasPrice}, likelyPriceWei: gasPrice, tip: null}
}

/** The requested tip, or the one that recent blocks accepted. */
async function readTip(client: ChainClient, wantedWei: bigint | undefined): Promise<Tip> {
  if (wantedWei !== undefined) return {wei: wantedWei, source: 'chosen'}
  // A missing fee history is no reason to send nothing.
  const history = await getFeeHistory(client, {
    blockCount: TIP_BLOCKS,
    rewardPercentiles: [TIP_PERCENTILE],
  }).catch(() => undefined)
  const rewards = history?.reward?.map((block, at) => ({
    tipWei: block?.[0] ?? 0n,
    fullness: history.gasUsedRatio?.[at] ?? 1,
  }))
  return tipOf(rewards)
}

function feeBelowBase(offeredWei: bigint, baseFeeWei: bigint): MetisSeqError {
  const gwei = (wei: bigint) => formatWei(wei * 10n ** 9n)
  return new MetisSeqError({
    code: 'FEE_TOO_LOW',
    message: `The ceiling of ${gwei(offeredWei)} gwei is below the base fee of the chain, ${gwei(baseFeeWei)} gwei: no block would include it.`,
    facts: {offeredWei: `${offeredWei}`, neededWei: `${baseFeeWei}`},
    hints: ['Pass a higher `--max-fee`, or leave it out. Nothing was sent.'],
  })
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** The most a unit of gas can cost under these fees. */
export function maxPricePerGas(fees: GasFees): bigint {
  return fees.type === 'legacy' ? fees.gasPrice : fees.maxFeePerGas
}

/** Blocks whose base fees define the usual level: about an hour of Ethereum. */
const USUAL_BLOCKS = 300

/**
 * The base fee now and the usual one of the last blocks, in wei per gas.
 *
 * @returns undefined where the chain has no base fee, or the endpoint has no fee history
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
