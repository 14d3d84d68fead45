import {getBlock} from 'viem/actions'

import type {Context} from '../context.ts'
import type {CurrentEpoch} from '../rotation/epochs.ts'

/** Blocks between two samples, and the number of intervals compared: 32 blocks. */
const STRETCH_BLOCKS = 4n
const STRETCHES = 8

export interface BlockTimes {
  /** @returns median milliseconds per block over the last 32; null with fewer than two samples */
  usualMs(head: Pick<CurrentEpoch, 'headBlock'>): Promise<number | null>
}

/**
 * Block time as the median over intervals of four blocks: one gap, such as a respan, is one
 * interval of eight and does not shift it. Each sample is read once.
 */
export function createBlockTimes(context: Context): BlockTimes {
  const marks = new Map<bigint, bigint>()
  return {
    async usualMs({headBlock}) {
      const newest = headBlock - (headBlock % STRETCH_BLOCKS)
      const wanted = Array.from(
        {length: STRETCHES + 1},
        (_, index) => newest - BigInt(STRETCHES - index) * STRETCH_BLOCKS,
      ).filter((number) => number >= 0n)
      for (const number of marks.keys()) if (!wanted.includes(number)) marks.delete(number)
      await Promise.all(
        wanted
          .filter((number) => !marks.has(number))
          .map(async (blockNumber) => {
            const {client} = context.l2()
            // A node may only have newer blocks.
            const block = await getBlock(client, {blockNumber}).catch(() => undefined)
            if (block) marks.set(blockNumber, block.timestamp)
          }),
      )
      return medianBlockMs(wanted.flatMap((number) => marks.get(number) ?? []))
    },
  }
}

/** @param timestamps of samples four blocks apart, in seconds, oldest first */
export function medianBlockMs(timestamps: readonly bigint[]): number | null {
  const stretches = timestamps
    .slice(1)
    .map((time, index) => Number((time - timestamps[index]!) * 1000n) / Number(STRETCH_BLOCKS))
    .toSorted((a, b) => a - b)
  const middle = stretches.length >> 1
  if (stretches.length === 0) return null
  if (stretches.length % 2 === 1) return stretches[middle]!
  return (stretches[middle - 1]! + stretches[middle]!) / 2
}
