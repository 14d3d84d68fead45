import type {Movement} from './snapshot.ts'

/** Tracks the head of L2: a lagging endpoint does not count as movement. */
export function watchHead(stallMs: number) {
  let highest: bigint | undefined
  let moved: Movement | null = null
  return {
    get moved(): Movement | null {
      return moved
    },
    /** @param atMs monotonic */
    saw(head: bigint, atMs: number): void {
      const isFirst = highest === undefined
      if (highest !== undefined && head <= highest) return
      highest = head
      if (isFirst) return
      const isSteady = moved !== null && atMs - moved.atMs <= stallMs
      moved = {atMs, steadySinceMs: isSteady ? moved!.steadySinceMs : atMs}
    },
  }
}
