/**
 * Time of a run. Everything that happens is an event in one queue, ordered by time and then by when it
 * was asked for, so that a seed gives the same history every time.
 */
import type {Clock} from '../../src/lib/clock.ts'
import {Random} from './random.ts'

/** Whatever can die or stand still: one life of a process. */
export interface Owner {
  readonly name: string
  alive: boolean
  /** Like SIGSTOP: its events wait until then. */
  pausedUntilMs: number
}

interface Event {
  atMs: number
  sequence: number
  owner: Owner | undefined
  label: string
  act: () => void
}

/** 2023-11-14, so that block times look like block times. */
const EPOCH_MS = 1_700_000_000_000
const TRACE_LINES = 400

export class World {
  readonly random: Random
  readonly seed: number
  nowMs = 0
  steps = 0
  /** Prints every line as it happens. */
  onLine: ((line: string) => void) | undefined
  readonly #events: Event[] = []
  #sequence = 0
  #immediates: (() => void)[] = []
  #lines: string[] = []
  #hash = 0x811c9dc5
  readonly #realImmediate = globalThis.setImmediate

  constructor(seed: number) {
    this.seed = seed
    this.random = new Random(seed)
  }

  /** Code under test collects work with `setImmediate`; here that turn of the loop is part of a step. */
  install(): Disposable {
    const real = this.#realImmediate
    const replaced = (act: (...args: unknown[]) => void, ...args: unknown[]) => {
      this.#immediates.push(() => act(...args))
      return {}
    }
    globalThis.setImmediate = replaced as unknown as typeof setImmediate
    return {[Symbol.dispose]: () => void (globalThis.setImmediate = real)}
  }

  at(delayMs: number, owner: Owner | undefined, label: string, act: () => void): () => void {
    const event = {
      // Whole milliseconds, as timers have them.
      ...{atMs: Math.ceil(this.nowMs + Math.max(0, delayMs)), sequence: this.#sequence++},
      ...{owner, label, act},
    }
    this.#push(event)
    return () => {
      event.act = cancelled
    }
  }

  /** @returns false when nothing is left to happen */
  async step(): Promise<boolean> {
    for (;;) {
      const event = this.#pop()
      if (!event) return false
      if (event.act === cancelled || event.owner?.alive === false) continue
      this.nowMs = Math.max(this.nowMs, event.atMs)
      if (event.owner && event.owner.pausedUntilMs > this.nowMs) {
        event.atMs = event.owner.pausedUntilMs
        this.#push(event)
        continue
      }
      this.steps++
      this.trace(event.owner?.name ?? 'world', event.label)
      event.act()
      await this.#settle()
      return true
    }
  }

  trace(who: string, what: string): void {
    const line = `${(this.nowMs / 1000).toFixed(3)} ${who} ${what}`
    for (let index = 0; index < line.length; index++) {
      this.#hash = Math.imul(this.#hash ^ line.charCodeAt(index), 0x01000193)
    }
    this.#lines.push(line)
    if (this.#lines.length > TRACE_LINES * 2) this.#lines = this.#lines.slice(-TRACE_LINES)
    this.onLine?.(line)
  }

  /** Equal for equal histories. */
  get traceHash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  lastLines(count: number): string[] {
    return this.#lines.slice(-count)
  }

  /** @param skewMs how far the wall clock of this machine is off */
  clockFor(owner: Owner, skewMs: () => number): Clock {
    const bootMs = this.nowMs
    return {
      nowMs: () => EPOCH_MS + this.nowMs + skewMs(),
      monotonicMs: () => this.nowMs - bootMs + 1_000,
      sleep: (ms, signal) => this.#sleep(owner, ms, signal),
    }
  }

  /** Wall clock of a machine whose clock is right, milliseconds. */
  get wallMs(): number {
    return EPOCH_MS + this.nowMs
  }

  #sleep(owner: Owner, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        cancel()
        reject(signal?.reason)
      }
      const cancel = this.at(ms, owner, 'timer', () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
      signal?.addEventListener('abort', onAbort, {once: true})
    })
  }

  /** Everything that follows from an event without time passing. */
  async #settle(): Promise<void> {
    for (;;) {
      // A real turn of the event loop comes only after every promise that can resolve has done so.
      await new Promise((resolve) => this.#realImmediate(resolve))
      if (this.#immediates.length === 0) return
      const batch = this.#immediates
      this.#immediates = []
      for (const act of batch) act()
    }
  }

  // A binary heap.

  #push(event: Event): void {
    const heap = this.#events
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = event
  }

  #pop(): Event | undefined {
    const heap = this.#events
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || first === last) return first
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first
  }
}

function cancelled(): void {}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs !== b.atMs ? a.atMs < b.atMs : a.sequence < b.sequence
}
