import {getBlock} from 'viem/actions'

import type {Context} from '../context.ts'
import type {CurrentEpoch} from '../rotation/epochs.ts'

/** Blocks between two marks, and how many stretches are compared: 32 blocks. */
const STRETCH_BLOCKS = 4n
const STRETCHES = 8

export interface BlockTimes {
  /** @returns milliseconds per block in the usual stretch of the last 32; null while fewer than two marks are known */
  usualMs(head: Pick<CurrentEpoch, 'headBlock'>): Promise<number | null>
}

/**
 * How long a block takes, as the median over stretches of four: one gap, such as a takeover, is one stretch of
 * eight and moves nothing. Each mark is read once.
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
            // A node may keep only newer blocks.
            const block = await getBlock(client, {blockNumber}).catch(() => undefined)
            if (block) marks.set(blockNumber, block.timestamp)
          }),
      )
      return medianBlockMs(wanted.flatMap((number) => marks.get(number) ?? []))
    },
  }
}

/** @param timestamps of marks that are four blocks apart, in seconds, oldest first */
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
