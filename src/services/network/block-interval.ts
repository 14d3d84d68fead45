import {readBlockMark} from '../../chain/actions/block/read-block-mark.ts'
import type {Context} from '../context.ts'

/** Blocks used to measure the block rate; the shorter spans are for young chains and pruned endpoints. */
const RATE_WINDOWS = [20_000n, 1_000n, 100n, 10n]

export interface BlockInterval {
  headBlock: bigint
  blockIntervalSeconds: number
  /** Blocks used for the measurement; 0 when it is the slot time of the network document. */
  measuredBlocks: number
}

/** The L2 block time, measured between the head and an earlier block. */
export async function measureBlockInterval(context: Context): Promise<BlockInterval> {
  const {client} = context.l2()
  const head = await readBlockMark(client, 'latest')
  const headBlock = head?.number ?? 0n
  for (const window of head ? RATE_WINDOWS : []) {
    if (window >= head!.number) continue
    const earlier = await readBlockMark(client, head!.number - window).catch(() => undefined)
    const seconds = earlier ? head!.timeSeconds - earlier.timeSeconds : 0
    if (seconds <= 0) continue
    return {
      headBlock,
      blockIntervalSeconds: seconds / Number(window),
      measuredBlocks: Number(window),
    }
  }
  return {headBlock, ...slotOf(context)}
}

/** Fallback without a measurement. */
export function slotOf({network}: Context): Omit<BlockInterval, 'headBlock'> {
  return {blockIntervalSeconds: network.l2.slotMs / 1000, measuredBlocks: 0}
}
