/** Short histories for lines on a screen: kept in memory, from the start of the screen. */

export interface Point {
  /** Wall clock, milliseconds since 1970. */
  atMs: number
  value: number
}

export interface Series {
  /** Milliseconds per block, over five minutes. */
  blockMs: readonly Point[]
  /** Blocks that the node is behind the L2 endpoint, over an hour; empty without a node. */
  lag: readonly Point[]
}

const BLOCK_TIME_MS = 5 * 60_000
const LAG_MS = 60 * 60_000
/** More points than any line has cells. */
const MOST_POINTS = 600

export interface SeriesKeeper {
  get(): Series
  /** @param head with the time of its block, seconds since 1970 */
  sawHead(head: {block: bigint; seconds: number}, atMs: number): void
  sawLag(blocks: number, atMs: number): void
}

/** Keeps the newest points of each line. */
export function keepSeries(): SeriesKeeper {
  let blockMs: Point[] = []
  let lag: Point[] = []
  let before: {block: bigint; seconds: number} | undefined
  return {
    get: () => ({blockMs, lag}),
    sawHead(head, atMs) {
      if (before && head.block > before.block) {
        const value = ((head.seconds - before.seconds) * 1000) / Number(head.block - before.block)
        blockMs = within([...blockMs, {atMs, value}], atMs - BLOCK_TIME_MS)
      }
      if (!before || head.block > before.block) before = head
    },
    sawLag(blocks, atMs) {
      // One a minute is enough for an hour, but a change is shown at once.
      const last = lag.at(-1)
      if (last && last.value === blocks && atMs - last.atMs < LAG_MS / MOST_POINTS) return
      lag = within([...lag, {atMs, value: blocks}], atMs - LAG_MS)
    },
  }
}

function within(points: readonly Point[], sinceMs: number): Point[] {
  return points.filter(({atMs}) => atMs >= sinceMs).slice(-MOST_POINTS)
}
