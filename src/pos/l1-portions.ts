/** Decides how many L1 events one command carries. Pure. */
import {encode} from './encoding.ts'
import {replayKey, type L1Event} from './state.ts'

/**
 * A portion leaves room for the rest of its command below MAX_COMMAND_BYTES; an event has 200 to
 * 450 bytes.
 */
export const PORTION_BYTES = 48_000

export interface Cut {
  events: L1Event[]
  /** Last block of the events; with `hasMore` only its first events are included. */
  toBlock: bigint
  /** Further events of `toBlock` are left out. */
  hasMore: boolean
  /** No event is left out. */
  isWhole: boolean
}

/**
 * The events that fit into one command, in chain order.
 *
 * @param events all those after `afterKey` up to `toBlock`, in chain order
 */
export function firstPortion(
  events: readonly L1Event[],
  toBlock: bigint,
  afterKey: bigint,
  maxBytes = PORTION_BYTES,
): Cut {
  const open = events.filter((event) => replayKey(event) > afterKey)
  let bytes = 0
  for (const [index, event] of open.entries()) {
    bytes += Buffer.byteLength(encode(event)) + 1
    const last = open[index - 1]
    // A single event is never held back, however large: `propose` rejects it if it does not fit.
    if (bytes <= maxBytes || !last) continue
    const hasMore = event.blockNumber === last.blockNumber
    return {events: open.slice(0, index), toBlock: last.blockNumber, hasMore, isWhole: false}
  }
  return {events: open, toBlock, hasMore: false, isWhole: true}
}
