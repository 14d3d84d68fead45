import type {LstId} from '../../protocol/lst/providers.ts'
import {yieldBetween, type RateSample, type Yield} from '../../protocol/lst/yield.ts'
import type {Context} from '../context.ts'
import {requireProvider} from './each.ts'
import {readPegHistory, type PegHistory} from './peg-history.ts'
import {readSamples} from './samples.ts'

export interface LstHistory {
  provider: LstId
  /** Oldest first. Fewer than asked for where the endpoint has no earlier state. */
  samples: RateSample[]
  /** Over all of them; null with fewer than two. */
  yield: Yield | null
  /** The pool price at the same blocks. */
  peg: PegHistory
}

/** The rate of a provider over time, and the pool price beside it. @throws {MetisSeqError} LST_UNKNOWN */
export async function readHistory(
  context: Context,
  id: LstId,
  {days, points}: {days: number; points: number},
): Promise<LstHistory> {
  const provider = requireProvider(context, id)
  const {samples, method} = await readSamples(context, provider, {
    windowSeconds: days * 86_400,
    points,
  })
  const [first, last] = [samples[0], samples.at(-1)]
  const grown = first && last && first !== last ? yieldBetween(first, last, method) : null
  const peg = await readPegHistory(context, provider, samples)
  return {provider: id, samples, yield: grown, peg}
}
