/** Recent rejections by kind. In: rejections as they happen. Out: counts of the last minute. */
import type {Clock} from './clock.ts'

const WINDOW_MS = 60_000
/** Counts expire in steps of this. */
const STEP_MS = 5_000

export interface Refused<Kind extends string> {
  kind: Kind
  /** In the last minute. */
  count: number
  /** Wall-clock time of the first one after a minute without any, milliseconds since 1970. */
  sinceMs: number
}

interface Kept {
  sinceMs: number
  /** Counts by time step, newest last. At most one minute. */
  steps: {step: number; count: number}[]
}

export class Refusals<Kind extends string> {
  readonly #clock: Clock
  readonly #kept = new Map<Kind, Kept>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(kind: Kind): void {
    const step = this.#stepNow()
    const steps = this.#recent(kind)
    const newest = steps.at(-1)
    if (newest?.step === step) newest.count++
    else steps.push({step, count: 1})
    const sinceMs = steps.length === 1 && newest === undefined ? this.#clock.nowMs() : undefined
    this.#kept.set(kind, {sinceMs: sinceMs ?? this.#kept.get(kind)!.sinceMs, steps})
  }

  /** Kinds with rejections in the last minute, in order of first occurrence. */
  list(): Refused<Kind>[] {
    return [...this.#kept].flatMap(([kind, {sinceMs}]) => {
      const count = this.#recent(kind).reduce((sum, each) => sum + each.count, 0)
      return count === 0 ? [] : [{kind, count, sinceMs}]
    })
  }

  #recent(kind: Kind): Kept['steps'] {
    const oldest = this.#stepNow() - WINDOW_MS / STEP_MS
    return (this.#kept.get(kind)?.steps ?? []).filter(({step}) => step > oldest)
  }

  #stepNow(): number {
    return Math.floor(this.#clock.monotonicMs() / STEP_MS)
  }
}
