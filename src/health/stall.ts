import type {Setting} from './snapshot.ts'

type Pace = Pick<Setting, 'slotMs' | 'emptyBlocks' | 'respanDelaySeconds'>

/**
 * Seconds without a block from which on L2 counts as stalled. Where every slot has a block, three slots and the
 * second that timestamps are rounded to; where blocks come with transactions, half of what the consensus
 * layer waits for.
 */
export function stallLimitSeconds({slotMs, emptyBlocks, respanDelaySeconds}: Pace): number {
  const slots = (slotMs / 1000) * 3 + 1
  return emptyBlocks ? slots : Math.max(slots, respanDelaySeconds / 2)
}

/** Seconds without a block after which a takeover must have come: the delay, and two slots to make it in. */
export function respanDueSeconds({slotMs, respanDelaySeconds}: Pace): number {
  return respanDelaySeconds + (slotMs / 1000) * 2
}
