import {getBlock} from 'viem/actions'

import type {ChainClient} from '../connect.ts'

const YEAR_SECONDS = 31_536_000n
/** Blocks to look back, the longest first: a young chain has no old blocks. */
const DISTANCES = [10_000n, 1000n, 100n, 10n]

/**
 * Blocks per year at the recent pace. Blocks of L2 are produced on demand, so no fixed number would do.
 *
 * @returns null where the chain has too few blocks to measure
 */
export async function readBlocksPerYear(l2: ChainClient): Promise<bigint | null> {
  const latest = await getBlock(l2)
  for (const distance of DISTANCES) {
    if (latest.number < distance) continue
    const blockNumber = latest.number - distance
    const older = await getBlock(l2, {blockNumber}).catch(() => null)
    const seconds = older ? latest.timestamp - older.timestamp : 0n
    if (seconds > 0n) return (distance * YEAR_SECONDS) / seconds
  }
  return null
}
