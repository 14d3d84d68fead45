/** The tip per gas for the block producer, derived from the chain's recent blocks. */

/** Source of a tip. */
export type TipSource = 'chosen' | 'history' | 'floor' | 'ceiling'

export interface Tip {
  wei: bigint
  source: TipSource
}

/** Minimum: below it, a transaction may not be included when blocks are full; 0.1 gwei. */
const FLOOR_WEI = 100_000_000n
/** Maximum by default, above any calm hour; 5 gwei. Operators in a hurry set a tip. */
const CEILING_WEI = 5_000_000_000n

/** Blocks that are evaluated: four minutes of Ethereum. */
export const TIP_BLOCKS = 20
/** Percentile of a block's gas by tip: the tip that was just enough to be included. */
export const TIP_PERCENTILE = 10

/**
 * @param history of each block, oldest first: the tip at {@link TIP_PERCENTILE} in wei, and its
 *   fullness, 0 to 1; undefined where the endpoint does not report it
 */
export function tipOf(history: readonly {tipWei: bigint; fullness: number}[] | undefined): Tip {
  // An empty block has no tips.
  const tips = (history ?? []).filter(({fullness}) => fullness > 0).map(({tipWei}) => tipWei)
  const sorted = tips.toSorted((a, b) => (a < b ? -1 : 1))
  const median = sorted[Math.floor(sorted.length / 2)]
  if (median === undefined || median < FLOOR_WEI) return {wei: FLOOR_WEI, source: 'floor'}
  if (median > CEILING_WEI) return {wei: CEILING_WEI, source: 'ceiling'}
  return {wei: median, source: 'history'}
}
