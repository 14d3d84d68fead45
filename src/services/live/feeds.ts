import type {Source} from '../../health/snapshot.ts'
import {failureOf, type Failure} from '../../lib/failure.ts'
import {createSnapshotStore, type SnapshotStore} from '../../lib/snapshot-store.ts'
import type {Heads} from './heads.ts'

/** The last good value of one source, and how the latest attempt went. */
export interface Feed<T> {
  /** Null until the first response. */
  value: T | null
  /** Monotonic time of that response in milliseconds; null until then. */
  atMs: number | null
  /** Why the latest attempts failed and since when, monotonic; null when the latest did not. */
  error: (Failure & {sinceMs: number}) | null
  /** How long the latest answer took, in milliseconds; null until the first. */
  tookMs: number | null
  /**
   * As of the latest answer: longer while heads are pushed. 0 when it is not polled, because the profile or the
   * network has no such source.
   */
  periodMs: number
}

export interface Poller<T> {
  store: SnapshotStore<Feed<T>>
  /** Polls immediately, for `r`. */
  refresh(): void
}

export interface PollerOptions<T> {
  periodMs: number
  read(): Promise<T>
  /** Called with each new value and the previous one. */
  onValue?(value: T, before: T | null): void
  /** The block of a value: one that is older than the last comes from a replica that lags. */
  height?: Height<T>
  /** Pushed heads of the chain that is read: each is a reason to read. */
  heads?: PushedHeads<T> | undefined
  signal: AbortSignal
}

export interface Height<T> {
  chain: 'L1' | 'L2'
  of(value: T): bigint
}

/**
 * One address may front several nodes, of which some lag. Only when nothing newer has come for a minute
 * is it the chain itself that has gone back, as after a reset or a reorg.
 */
const BACKWARD_MS = 60_000

export interface PushedHeads<T> {
  of: Pick<Heads, 'look' | 'announced' | 'subscribe' | 'silentMs'>
  /** The block at which a value was read. */
  blockOf(value: T): bigint
}

/** A source that is down is polled less often, and its recovery is noticed within this many periods. */
const MAX_BACKOFF = 4
/** Sources that are read rarely are not read even more rarely while they are down. */
const MAX_WAIT_MS = 120_000
/** While heads are pushed, the poll is only for what they do not tell. */
const SLOWER = 5

/**
 * Polls one source. A failing source keeps its last good value and is polled less often, up to four
 * times the period or two minutes; it never blocks the others. A value of an older block than the last
 * one is dropped: the last one stays, and ages.
 *
 * With pushed heads it is read at each of them and polled slowly. Over time they never make it read more
 * often than polling would: what an address sends costs the endpoint nothing.
 */
export function startPoller<T>(options: PollerOptions<T>): Poller<T> {
  const {periodMs, read, onValue, height, heads, signal} = options
  const store = createSnapshotStore<Feed<T>>(firstFeed(periodMs))
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let busy = false
  let askedMs = -Infinity
  /** Each read moves it on by a period: it is ahead of the clock by what was read early, refreshes beside. */
  let paceMs = -Infinity
  let isSlow = false

  const slowMs = slowPeriodMs(periodMs, heads?.of.silentMs ?? null)
  const isPushed = () => heads?.of.look.get().state === 'pushed'
  const isBehind = () => heads !== undefined && lacksAnnounced(heads, store.get().value)

  async function ask(): Promise<void> {
    if (busy || signal.aborted) return
    busy = true
    const before = store.get()
    askedMs = performance.now()
    paceMs = Math.min(Math.max(paceMs, askedMs), askedMs + periodMs) + periodMs
    try {
      const value = await read()
      failures = 0
      if (signal.aborted) return
      const atMs = performance.now()
      const lag = height ? lagOf(value, before, height, atMs) : null
      if (lag) return void store.set({...before, error: lag.error})
      const period = isPushed() ? slowMs : periodMs
      store.set({value, atMs, error: null, tookMs: atMs - askedMs, periodMs: period})
      onValue?.(value, before.value)
    } catch (error) {
      failures++
      const sinceMs = before.error?.sinceMs ?? performance.now()
      const failed = {...failureOf(error), sinceMs}
      if (!signal.aborted) store.set({...before, error: failed, periodMs})
    } finally {
      busy = false
      schedule()
    }
  }

  function schedule(): void {
    clearTimeout(timer)
    if (signal.aborted) return
    isSlow = failures === 0 && isPushed()
    if (isSlow && isBehind()) return askInTurn()
    timer = setTimeout(() => void ask(), isSlow ? slowMs : backoffMs(periodMs, failures))
  }

  /**
   * At once, unless that would be the second read ahead of the pace. Where blocks come as often as polls would,
   * a strict pause between two reads would add up all that ever came late.
   */
  function askInTurn(): void {
    if (busy || signal.aborted) return
    clearTimeout(timer)
    const atMs = failures === 0 ? paceMs - periodMs : askedMs + backoffMs(periodMs, failures)
    const dueMs = atMs - performance.now()
    if (dueMs <= 0) void ask()
    else timer = setTimeout(() => void ask(), dueMs)
  }

  const end = heads?.of.subscribe(() => {
    if (isPushed() ? isBehind() : isSlow) askInTurn()
  })
  const stop = () => {
    clearTimeout(timer)
    end?.()
  }
  signal.addEventListener('abort', stop, {once: true})
  void ask()
  return {store, refresh: () => void ask()}
}

/** Null for a value that is not behind the last one, or no longer disputed by a newer one. */
function lagOf<T>(
  value: T,
  {value: last, atMs: lastMs, error, periodMs}: Feed<T>,
  {chain, of}: Height<T>,
  nowMs: number,
): Pick<Feed<T>, 'error'> | null {
  if (last === null || lastMs === null) return null
  const [newest, told] = [of(last), of(value)]
  const ageMs = nowMs - lastMs
  if (told >= newest || ageMs > BACKWARD_MS) return null
  // One answer of a replica that lags is no failure, as long as others come in time.
  if (ageMs <= staleAfterMs(periodMs)) return {error: null}
  const reason = `The ${chain} endpoint answers with block ${told}, after block ${newest}.`
  return {
    error: {
      ...{code: 'ENDPOINT_STALE', reason, isSilent: false},
      sinceMs: error?.sinceMs ?? nowMs,
    },
  }
}

/** True while the endpoint has not shown a block that was announced. */
function lacksAnnounced<T>({of, blockOf}: PushedHeads<T>, value: T | null): boolean {
  const announced = of.announced()
  return announced !== null && (value === null || blockOf(value) < announced)
}

/**
 * A value is stale after three periods. Where heads come at a known pace, that is not later than the
 * time without a head after which their address is given up.
 */
function slowPeriodMs(periodMs: number, silentMs: number | null): number {
  const longest = silentMs === null ? Infinity : Math.floor(silentMs / 3)
  return Math.max(periodMs, Math.min(periodMs * SLOWER, longest))
}

function backoffMs(periodMs: number, failures: number): number {
  const waitMs = periodMs * Math.min(2 ** failures, MAX_BACKOFF)
  return Math.min(waitMs, Math.max(periodMs, MAX_WAIT_MS))
}

function firstFeed<T>(periodMs: number): Feed<T> {
  return {value: null, atMs: null, error: null, tookMs: null, periodMs}
}

/** A source that the profile or the network does not have: it is never polled. */
export function absentPoller<T>(): Poller<T> {
  const store = createSnapshotStore<Feed<T>>(firstFeed(0))
  return {store, refresh: () => {}}
}

/** A response older than three periods and a second is stale. */
export function staleAfterMs(periodMs: number): number {
  return periodMs * 3 + 1000
}

/** A feed as the rules of health see it. */
export function toSource<T>({value, atMs, error, periodMs}: Feed<T>): Source<T> {
  if (periodMs === 0) return {state: 'absent'}
  const last = value === null || atMs === null ? null : {value, atMs}
  if (error) return {state: 'failing', ...error, last}
  if (!last) return {state: 'asking'}
  return {state: 'answered', ...last, staleAfterMs: staleAfterMs(periodMs)}
}
