import type {Setting} from './snapshot.ts'

type Pace = Pick<Setting, 'slotMs' | 'emptyBlocks' | 'respanDelaySeconds'>

/**
 * Seconds without a block after which L2 counts as stalled. If every slot has a block, three slots
 * plus the second to which timestamps are rounded; otherwise half the respan delay.
 */
export function stallLimitSeconds({slotMs, emptyBlocks, respanDelaySeconds}: Pace): number {
  const slots = (slotMs / 1000) * 3 + 1
  return emptyBlocks ? slots : Math.max(slots, respanDelaySeconds / 2)
}

/** Seconds without a block after which a respan must have happened: the respan delay plus two slots. */
export function respanDueSeconds({slotMs, respanDelaySeconds}: Pace): number {
  return respanDelaySeconds + (slotMs / 1000) * 2
}
