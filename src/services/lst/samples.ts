import {readBlockMark, type BlockMark} from '../../chain/actions/block/read-block-mark.ts'
import type {ChainClient} from '../../chain/connect.ts'
import {yieldBetween, type RateSample, type Yield} from '../../protocol/lst/yield.ts'
import {measureBlockInterval} from '../network/block-interval.ts'
import type {Context} from '../context.ts'
import type {LstProvider} from './provider.ts'

/** Steps towards the block of a time; each halves what is left or better. */
const STEPS = 24
/** The block of a time need not be exact: the sample says its own time. */
const CLOSE_PART = 0.02

/**
 * The last block before a time, within two percent of its age. Blocks do not come evenly, so it is
 * searched between known ones.
 *
 * @returns undefined when the endpoint has none that old
 */
export async function findBlockBefore(
  client: ChainClient,
  head: BlockMark,
  timeSeconds: number,
  guessSeconds: number,
): Promise<BlockMark | undefined> {
  const ageSeconds = head.timeSeconds - timeSeconds
  let low: BlockMark | undefined
  let high = head
  let next = head.number - BigInt(Math.ceil(ageSeconds / Math.max(guessSeconds, 0.01)))
  for (let step = 0; step < STEPS; step++) {
    if (next <= 0n) next = 0n
    const found = await readBlockMark(client, next)
    if (found && found.timeSeconds <= timeSeconds) low = found
    else if (found) high = found
    else if (next === 0n) return low
    if (low && timeSeconds - low.timeSeconds <= ageSeconds * CLOSE_PART) return low
    const floor = low?.number ?? (found ? -1n : next)
    if (high.number - floor <= 1n) return low
    next = (high.number + (floor < 0n ? 0n : floor)) / 2n
    if (next === high.number) return low
  }
  return low
}

/**
 * Samples of a provider's rate, evenly over a window up to now, oldest first. Blocks whose state the
 * endpoint no longer has are left out.
 */
export async function readSamples(
  context: Context,
  provider: LstProvider,
  {windowSeconds, points}: {windowSeconds: number; points: number},
): Promise<RateSample[]> {
  const {client} = context.l2()
  const [head, {blockIntervalSeconds}] = await Promise.all([
    readBlockMark(client, 'latest'),
    measureBlockInterval(context),
  ])
  if (!head) return []
  const times = Array.from(
    {length: points - 1},
    (_, index) => head.timeSeconds - (windowSeconds * (points - 1 - index)) / (points - 1),
  )
  const marks = await Promise.all(
    times.map((time) => findBlockBefore(client, head, time, blockIntervalSeconds)),
  )
  const known = [...marks.filter((mark) => mark !== undefined), head]
  const distinct = known.filter(({number}, at) => number !== known[at - 1]?.number)
  const samples = await Promise.all(
    distinct.map(async ({number, timeSeconds}) => {
      const state = await provider.read({blockNumber: number}).catch(() => undefined)
      return state ? [{blockNumber: number, timeSeconds, rate: state.shareRate}] : []
    }),
  )
  return samples.flat()
}

/** Windows for a yield, the longest one first: young chains and pruned endpoints have only short ones. */
const WINDOWS_SECONDS = [30 * 86_400, 7 * 86_400, 86_400, 3600, 300]

/**
 * The yield between now and the oldest state that can be read.
 *
 * @returns null when the endpoint has no earlier state
 */
export async function readYield(context: Context, provider: LstProvider): Promise<Yield | null> {
  for (const windowSeconds of WINDOWS_SECONDS) {
    const [from, to] = await readSamples(context, provider, {windowSeconds, points: 2})
    if (from && to) return yieldBetween(from, to)
  }
  return null
}
