import {readBlockMark, type BlockMark} from '../../chain/actions/block/read-block-mark.ts'
import type {ChainClient} from '../../chain/connect.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {
  rateBefore,
  yieldBetween,
  type PoolTotals,
  type RateSample,
  type Yield,
} from '../../protocol/lst/yield.ts'
import {measureBlockInterval} from '../network/block-interval.ts'
import type {Context} from '../context.ts'
import type {LstProvider, LstState} from './provider.ts'

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

export interface RateSamples {
  /** Oldest first. */
  samples: RateSample[]
  method: Yield['method']
}

/**
 * Samples of a provider's rate, evenly over a window up to now; from the first block on where the
 * chain is younger. Read from the states of the blocks, or, where the endpoint has no earlier ones,
 * computed from the events since.
 *
 * @throws {MetisSeqError} LOGS_UNREADABLE
 */
export async function readSamples(
  context: Context,
  provider: LstProvider,
  {windowSeconds, points}: {windowSeconds: number; points: number},
): Promise<RateSamples> {
  const {client} = context.l2()
  const head = await readBlockMark(client, 'latest')
  if (!head) return {samples: [], method: 'state'}
  const marks = await findMarks(context, head, {windowSeconds, points})
  const now = await provider.read({blockNumber: head.number})
  const latest = {blockNumber: head.number, timeSeconds: head.timeSeconds, rate: now.shareRate}
  const earlier = marks.filter(({number}) => number < head.number)
  const states = await Promise.all(
    earlier.map(async ({number, timeSeconds}) => {
      const state = await provider.read({blockNumber: number}).catch(() => undefined)
      return state && {blockNumber: number, timeSeconds, rate: state.shareRate}
    }),
  )
  const read = states.filter((sample) => sample !== undefined)
  if (read.length === earlier.length) return {samples: [...read, latest], method: 'state'}
  const changes = await provider.changes((earlier[0]?.number ?? head.number) + 1n, head.number)
  const computed = earlier.flatMap(({number, timeSeconds}) => {
    const rate = rateBefore(totalsOf(now), changes, number)
    return rate === undefined ? [] : [{blockNumber: number, timeSeconds, rate}]
  })
  return {samples: [...computed, latest], method: 'events'}
}

/** Of a rebasing token, the supply counts METIS instead of shares. */
function totalsOf({totalDepositsMetisWei, supplyWei, rate, shareRate}: LstState): PoolTotals {
  const shares = rate === shareRate ? supplyWei : (totalDepositsMetisWei * 10n ** 18n) / shareRate
  return {totalDepositsMetisWei, supplyWei: shares}
}

async function findMarks(
  context: Context,
  head: BlockMark,
  {windowSeconds, points}: {windowSeconds: number; points: number},
): Promise<BlockMark[]> {
  const {client} = context.l2()
  const {blockIntervalSeconds} = await measureBlockInterval(context)
  const first = await findFirst(context, head)
  const start = Math.max(head.timeSeconds - windowSeconds, first?.timeSeconds ?? 0)
  const step = (head.timeSeconds - start) / (points - 1)
  const times = Array.from({length: points - 1}, (_, index) => start + index * step)
  const marks = await Promise.all(
    times.map((time) =>
      first && time <= first.timeSeconds
        ? first
        : findBlockBefore(client, head, time, blockIntervalSeconds),
    ),
  )
  const known = marks.filter((mark) => mark !== undefined)
  return known.filter(({number}, at) => number !== known[at - 1]?.number)
}

/** The first block of a chain that does not start at 0, such as ours; undefined for any other. */
async function findFirst({l2}: Context, head: BlockMark): Promise<BlockMark | undefined> {
  const {client} = l2()
  if (await readBlockMark(client, 1n)) return undefined
  let low = 1n
  let high = head.number
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (await readBlockMark(client, middle)) high = middle
    else low = middle
  }
  return readBlockMark(client, high)
}

const WINDOW_SECONDS = 30 * 86_400

/**
 * The yield of the last 30 days, or of the life of a younger chain.
 *
 * @returns null when the endpoint has neither earlier states nor events
 */
export async function readYield(context: Context, provider: LstProvider): Promise<Yield | null> {
  const asked = {windowSeconds: WINDOW_SECONDS, points: 2}
  const {samples, method} = await readSamples(context, provider, asked).catch((error: unknown) => {
    // Logs are often limited where states are pruned: then the yield is unknown, and the rest is not.
    if (error instanceof MetisSeqError && error.code === 'LOGS_UNREADABLE') {
      return {samples: [], method: 'events' as const}
    }
    throw error
  })
  const [from, to] = samples
  return from && to ? yieldBetween(from, to, method) : null
}
