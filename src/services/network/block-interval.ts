import {readBlockMark} from '../../chain/actions/block/read-block-mark.ts'
import type {Context} from '../context.ts'

/** Blocks over which the block rate is measured; the shorter ones for chains and endpoints without more. */
const RATE_WINDOWS = [20_000n, 1_000n, 100n, 10n]

export interface BlockInterval {
  headBlock: bigint
  blockIntervalSeconds: number
  /** Blocks over which the interval was measured; 0: it is the slot of the network document. */
  measuredBlocks: number
}

/** How long a block of L2 takes, measured between the head and a block before it. */
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

/** What stands for a measurement where there is none. */
export function slotOf({network}: Context): Omit<BlockInterval, 'headBlock'> {
  return {blockIntervalSeconds: network.l2.slotMs / 1000, measuredBlocks: 0}
}
