/** Progress and expected end of a catch-up. Only observes; changes nothing. */
import type {Logger} from '../../lib/log.ts'
import type {SyncView} from '../../protocol/node-status.ts'
import {SYNC_LOG_MS, SYNC_WINDOW_MS} from '../peer-limits.ts'

interface Sample {
  atMs: number
  head: number
}

export class SyncWatch {
  readonly #logger: Logger
  #samples: Sample[] = []
  #view: SyncView | null = null
  #loggedAtMs = -Infinity
  #startedAt: Sample | undefined

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Null when the node is in step. */
  get view(): SyncView | null {
    return this.#view
  }

  /** @param target number of the block to reach; null when there is none */
  observe(nowMs: number, head: number, target: number | null): void {
    if (target === null) return this.#end(nowMs, head)
    this.#startedAt ??= {atMs: nowMs, head}
    this.#samples.push({atMs: nowMs, head})
    this.#samples = this.#samples.filter(({atMs}) => nowMs - atMs <= SYNC_WINDOW_MS)
    const remaining = Math.max(0, target - head)
    const blocksPerSecond = rateOf(this.#samples)
    const etaSeconds = blocksPerSecond > 0 ? Math.ceil(remaining / blocksPerSecond) : null
    this.#view = {target, remaining, blocksPerSecond, etaSeconds}
    if (nowMs - this.#loggedAtMs < SYNC_LOG_MS) return
    this.#loggedAtMs = nowMs
    this.#logger.info('syncing', {head, ...this.#view})
  }

  #end(nowMs: number, head: number): void {
    const started = this.#startedAt
    this.#startedAt = undefined
    this.#samples = []
    this.#view = null
    this.#loggedAtMs = -Infinity
    if (!started || head === started.head) return
    const seconds = (nowMs - started.atMs) / 1000
    this.#logger.info('in step', {head, blocks: head - started.head, seconds: round(seconds)})
  }
}

function rateOf(samples: readonly Sample[]): number {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || last.atMs === first.atMs) return 0
  return round(Math.max(0, ((last.head - first.head) * 1000) / (last.atMs - first.atMs)))
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
