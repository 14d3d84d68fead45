/** What a block producer is offered per gas: by what the chain's own blocks took lately. */

/** Where a tip comes from. */
export type TipSource = 'chosen' | 'history' | 'floor' | 'ceiling'

export interface Tip {
  wei: bigint
  source: TipSource
}

/** Below it a transaction may be left lying when blocks fill up; 0.1 gwei. */
const FLOOR_WEI = 100_000_000n
/** More than any calm hour asks for; 5 gwei. Who is in a hurry names a tip. */
const CEILING_WEI = 5_000_000_000n

/** Blocks that are looked at: four minutes of Ethereum. */
export const TIP_BLOCKS = 20
/** Per cent of a block's gas that paid this or less: what just sufficed to be in it. */
export const TIP_PERCENTILE = 10

/**
 * @param history of each block, oldest first: the tip at {@link TIP_PERCENTILE} in wei, and how full it was, 0 to 1;
 *   undefined where the endpoint does not tell
 */
export function tipOf(history: readonly {tipWei: bigint; fullness: number}[] | undefined): Tip {
  // Nobody paid anything in an empty block.
  const tips = (history ?? []).filter(({fullness}) => fullness > 0).map(({tipWei}) => tipWei)
  const sorted = tips.toSorted((a, b) => (a < b ? -1 : 1))
  const median = sorted[Math.floor(sorted.length / 2)]
  if (median === undefined || median < FLOOR_WEI) return {wei: FLOOR_WEI, source: 'floor'}
  if (median > CEILING_WEI) return {wei: CEILING_WEI, source: 'ceiling'}
  return {wei: median, source: 'history'}
}
