/** Delivers what one output still has to say, at its own pace. In: the store. Out: deliveries. */
import type {Alert, Notice, NoticeType} from '../../health/alerts/decide.ts'
import type {Clock} from '../../lib/clock.ts'
import {errorFacts, type Logger} from '../../lib/log.ts'
import type {AlertStore, OutputRecord, StoredNotice} from '../../store/alert-store.ts'
import {MESSAGE_NOTICES, toMessageNotice, type AlertMessage} from './message.ts'
import {DeliveryError, type AlertOutput} from './output-port.ts'

/** 1 s, 2 s, 4 s and so on: an outage of a minute costs seconds, one of a night a few hundred attempts. */
const FIRST_WAIT_MS = 1_000
const MOST_WAIT_MS = 5 * 60_000
/** Share of a wait by which it varies, so that many monitors do not return together. */
const JITTER = 0.2
/** A message that is refused for good is not the fault of the next one. */
const REFUSALS_MOST = 3
/** What happened yesterday wakes nobody today. */
const TOO_OLD_MS = 24 * 60 * 60_000

export interface QueueOptions {
  output: AlertOutput
  store: AlertStore
  about: Pick<AlertMessage, 'profile' | 'network'>
  clock: Clock
  logger: Logger
  /** Ends the queue after the delivery in progress. */
  signal: AbortSignal
  /** Ends the delivery in progress too, which may then be repeated by the next process. */
  deliverySignal?: AbortSignal
  random?: () => number
  /** The queue that it replaces has to end first. */
  after?: Promise<unknown>
}

export interface OutputQueue {
  /** There may be something new. */
  wake(): void
  /** Resolves after the signal, when the attempt in progress has ended. */
  readonly stopped: Promise<void>
}

/** Starts at once with what an earlier process left behind. */
export function startOutputQueue(options: QueueOptions): OutputQueue {
  let wake = () => {}
  let isWoken = true
  const idle = async () => {
    if (!isWoken && !options.signal.aborted) await new Promise<void>((resolve) => (wake = resolve))
    isWoken = false
  }
  options.signal.addEventListener('abort', () => wake(), {once: true})
  return {
    wake() {
      isWoken = true
      wake()
    },
    stopped: drain(options, idle),
  }
}

async function drain(options: QueueOptions, idle: () => Promise<void>): Promise<void> {
  const {clock, logger, output, signal, random = Math.random} = options
  const run: Run = {failures: 0, refusals: 0, accepted: new Set()}
  await options.after
  while (!signal.aborted) {
    let retryAfterMs: number | null = null
    try {
      const batch = fresh(options)
      if (batch.length === 0) await idle()
      else retryAfterMs = await attempt(options, batch, run)
    } catch (error) {
      // The store: a full disk passes, and the loop goes on.
      run.failures++
      logger.error('alert queue failed', {output: output.name, ...errorFacts(error)})
    }
    if (run.failures > 0 && !signal.aborted)
      await clock.sleep(waitMs(run.failures, retryAfterMs, random()), signal).catch(() => {})
  }
}

/** Failures in a row, and those of them that were refusals. */
interface Run {
  failures: number
  refusals: number
  /** Notices that were accepted there, while the store could not note it: a full disk repeats nothing. */
  accepted: Set<number>
}

/** @returns the time that the other side named; null without one */
async function attempt(
  options: QueueOptions,
  batch: readonly StoredNotice[],
  run: Run,
): Promise<number | null> {
  const {output, store, clock, logger, signal, deliverySignal = signal} = options
  const numbers = batch.map(({number}) => number)
  const unsaid = batch.filter(({number}) => !run.accepted.has(number))
  const message = messageOf(options, unsaid)
  try {
    if (unsaid.length > 0) await output.deliver(message, deliverySignal)
  } catch (error) {
    if (deliverySignal.aborted) return null
    const known = error instanceof DeliveryError ? error : undefined
    // Only the messages of this class are known to hold no secret.
    const reason = known?.message ?? 'it fails unexpectedly'
    if (run.failures === 0) logger.warn('alert not delivered', {output: output.name, reason})
    if (!known) logger.error('output failed', {output: output.name, ...namesOnly(error)})
    run.failures++
    run.refusals = known?.isRefused ? run.refusals + 1 : 0
    store.failed(output.name, reason, clock.nowMs())
    if (run.refusals >= REFUSALS_MOST) {
      run.refusals = 0
      store.lost(output.name, numbers, 'refused', clock.nowMs())
    }
    return known?.retryAfterMs ?? null
  }
  for (const number of numbers) run.accepted.add(number)
  store.sent(output.name, numbers, message.dropped, clock.nowMs())
  run.failures = run.refusals = 0
  run.accepted.clear()
  return null
}

/** The oldest notices that are still worth saying. */
function fresh({output, store, clock}: QueueOptions): StoredNotice[] {
  for (;;) {
    const batch = store.pending(output.name, MESSAGE_NOTICES)
    const oldest = clock.nowMs() - TOO_OLD_MS
    const stale = batch.filter(({atMs}) => atMs < oldest)
    if (stale.length === 0) return batch
    const numbers = stale.map(({number}) => number)
    store.lost(output.name, numbers, 'dropped', clock.nowMs())
  }
}

function messageOf(
  {output, store, about}: QueueOptions,
  batch: readonly StoredNotice[],
): AlertMessage {
  const record = store.outputs().find((each) => each.output === output.name)
  return {
    schema: 'metis-seq.alerts/1',
    ...about,
    notices: batch.map((stored) => toMessageNotice(toNotice(stored), stored.uid)),
    dropped: record?.dropped ?? 0,
  }
}

/** The first waits add up to it: by then, a failure is no hiccup. */
const NOT_TELLING_MS = 60_000

/**
 * True while every output has failed for a minute with something to say: notices that wait, or that it
 * has refused for good since the last one it took. Pure.
 */
export function isToldToNobody(outputs: readonly OutputRecord[], nowMs: number): boolean {
  return (
    outputs.length > 0 &&
    outputs.every(
      ({pending, dropped, failure}) =>
        pending + dropped > 0 && failure !== null && nowMs - failure.sinceMs >= NOT_TELLING_MS,
    )
  )
}

/** As it was decided. */
export function toNotice({type, atMs, document}: StoredNotice): Notice {
  return {type: type as NoticeType, atMs, alert: JSON.parse(document) as Alert}
}

/** Milliseconds until the next attempt. Pure. */
export function waitMs(failures: number, retryAfterMs: number | null, random: number): number {
  const backoff = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 20), MOST_WAIT_MS)
  const varied = backoff * (1 - JITTER + 2 * JITTER * random)
  return Math.max(varied, Math.min(retryAfterMs ?? 0, MOST_WAIT_MS))
}

function namesOnly(error: unknown) {
  const {code = ''} = errorFacts(error)
  return {code, name: error instanceof Error ? error.name : typeof error}
}
