/** Watches one profile until a signal: looks, decides, delivers, serves. */
import {
  noticeTypes,
  type Notice,
  type NoticeType,
  type Silence,
} from '../../health/alerts/decide.ts'
import type {HealthReport} from '../../health/issue.ts'
import type {Clock} from '../../lib/clock.ts'
import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import type {HostList} from '../../lib/host-names.ts'
import type {HttpServer} from '../../lib/http-server.ts'
import {errorFacts, type Logger} from '../../lib/log.ts'
import type {ExporterWallet} from '../../protocol/exporter-metrics.ts'
import type {AlertStore} from '../../store/alert-store.ts'
import {lockDirectory, type DirectoryLock} from '../../store/dir-lock.ts'
import type {Context} from '../context.ts'
import type {Sources, SourceKey} from '../health/sources.ts'
import {startPoller} from '../live/feeds.ts'
import {feedsOf, sourcesOf, startLive, type Live} from '../live/live.ts'
import {LOOKED_MS} from './alert-book.ts'
import {monitorDir, openAlerts} from './alert-home.ts'
import {runDeadMan} from './dead-man.ts'
import {emptyDocument, type AlertsDocument} from './document.ts'
import {monitorMetrics, type MonitorLook} from './monitor-metrics.ts'
import {serveMonitor, type MonitorHealth} from './monitor-server.ts'
import type {AlertOutput} from './output-port.ts'
import {isToldToNobody, startOutputQueue, type OutputQueue} from './output-queue.ts'
import {openOutputs} from './outputs/open-outputs.ts'
import {alertsMark, fileGone, NO_FILE, readAlerts} from './outputs-file.ts'
import {choicesOf} from './rules.ts'
import {AlertTracker} from './tracker.ts'
import {UnkeptAlerts} from './unkept.ts'
import {readExporterWallets} from './wallet-looks.ts'

/** A report is made twice a second; deciding on every other one is soon enough for alerts that are held for seconds. */
export const TICK_MS = 1_000
/** The slowest source of a report is given up after ten seconds or so; a loop that is late by a minute hangs. */
export const NOT_LOOKING_MS = 60_000
const WALLETS_MS = 60_000
/** Each change of the file is a new set of queues. */
const RELOAD_MS = 2_000

export interface MonitorOptions {
  version: string
  /** Null: nothing is served. */
  serve: (HostList & {port: number}) | null
  clock: Clock
  logger: Logger
  signal: AbortSignal
  onNotice(notice: Notice): void
}

export interface Monitor {
  /** Null when nothing is served. */
  url: string | null
  outputs: number
  /** Resolves after the signal, when everything is closed. */
  stopped: Promise<void>
}

/**
 * Starts the only monitor of a profile.
 *
 * @throws {MetisSeqError} MONITOR_RUNNING while another one runs, ALERTS_INVALID, PORT_BUSY, PORT_NOT_ALLOWED, and
 *   those of the store
 */
export async function startMonitor(context: Context, options: MonitorOptions): Promise<Monitor> {
  const lock = lockProfile(context)
  const closers: (() => unknown)[] = [() => lock.release()]
  const close = async () => {
    for (const each of closers.splice(0).toReversed()) await each()
  }
  try {
    const store = openAlerts(context)
    closers.push(() => store.close())
    const loop = new MonitorLoop(context, store, options)
    closers.push(() => loop.stop())
    loop.loadOutputs(readAlerts(context.home))
    const server = options.serve && (await serve(loop, options, options.serve))
    if (server) closers.push(() => server.close())
    loop.start()
    const stopped = new Promise<void>((resolve, reject) => {
      const end = () => void close().then(resolve, reject)
      if (options.signal.aborted) end()
      else options.signal.addEventListener('abort', end, {once: true})
    })
    return {url: server?.url ?? null, outputs: loop.outputs.length, stopped}
  } catch (error) {
    await close()
    throw error
  }
}

function lockProfile(context: Context): DirectoryLock {
  try {
    return lockDirectory(monitorDir(context), 'monitor')
  } catch (error) {
    if (!(error instanceof MetisSeqError) || error.code !== 'DIRECTORY_LOCKED') throw error
    const {pid = 'unknown'} = error.facts
    const profile = context.profileName ?? context.networkName
    throw new MetisSeqError({
      code: 'MONITOR_RUNNING',
      message: `A monitor of ${profile} is running already (pid ${pid}).`,
      facts: {profile, pid},
      hints: pid === 'unknown' ? [] : [`Run \`kill ${pid}\` to stop it.`],
      cause: error,
    })
  }
}

function serve(
  loop: MonitorLoop,
  {logger}: MonitorOptions,
  at: HostList & {port: number},
): Promise<HttpServer> {
  return serveMonitor(
    {
      health: () => loop.health(),
      metrics: () => monitorMetrics(loop.look()),
      onError: (error) => logger.warn('request failed', errorFacts(error)),
    },
    at,
  )
}

class MonitorLoop {
  readonly #context: Context
  readonly #store: AlertStore
  readonly #options: MonitorOptions
  readonly #tracker: AlertTracker
  readonly #abort = new AbortController()
  readonly #failures = {
    ...{l2: 0, l1: 0, money: 0, lst: 0, pos: 0, node: 0},
    machine: 0,
    endpoints: 0,
  }
  readonly #notices = Object.fromEntries(noticeTypes.map((type) => [type, 0])) as Record<
    NoticeType,
    number
  >
  #document: AlertsDocument = emptyDocument
  #mark: string
  /** Of a file that could not be loaded, so that it is told once. */
  #refusedMark: string | null = null
  #queues: {abort: AbortController; queues: OutputQueue[]} = {
    abort: new AbortController(),
    queues: [],
  }
  #live: Live | undefined
  #wallets: () => readonly ExporterWallet[] = () => []
  /** Monotonic times. */
  #reportedMs: number | null = null
  /** Of the report that was last decided on. */
  #lookedMs: number | null = null
  #savedLookMs = -Infinity
  #checkedFileMs = -Infinity
  #tickSeconds = 0
  #deadManReached: boolean | null = null
  #deadMan: Promise<void> = Promise.resolve()
  #isStoreFailing = false
  readonly #unkept: UnkeptAlerts
  outputs: readonly AlertOutput[] = []

  constructor(context: Context, store: AlertStore, options: MonitorOptions) {
    this.#context = context
    this.#store = store
    this.#options = options
    this.#tracker = new AlertTracker(store)
    const {clock, logger} = options
    this.#unkept = new UnkeptAlerts({
      about: {profile: context.profileName, network: context.networkName},
      ...{clock, logger, signal: this.#abort.signal},
    })
    this.#mark = alertsMark(context.home)
  }

  start(): void {
    const {clock, logger} = this.#options
    const {signal} = this.#abort
    this.#live = startLive(this.#context, signal, () => {})
    this.#countFailures(this.#live)
    this.#live.health.subscribe(() => (this.#reportedMs = performance.now()))
    const read = () => readExporterWallets(this.#context)
    const wallets = startPoller({periodMs: WALLETS_MS, read, signal})
    this.#wallets = () => wallets.store.get().value ?? []
    const timer = setInterval(() => this.#tick(), TICK_MS)
    signal.addEventListener('abort', () => clearInterval(timer), {once: true})
    this.#deadMan = runDeadMan({
      ...{clock, logger, signal},
      settings: () => this.#document.deadMan,
      isWorking: () => this.#isLooking() && this.#isTelling(),
      onPing: (isReached) => (this.#deadManReached = isReached),
    })
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#queues.abort.abort()
    await Promise.all([
      this.#deadMan,
      this.#unkept.stopped(),
      ...this.#queues.queues.map(({stopped}) => stopped),
    ])
  }

  /** Replaces every queue; what they still had to deliver is in the store. */
  loadOutputs(document: AlertsDocument): void {
    const {clock, logger} = this.#options
    const {profileName, networkName} = this.#context
    const outputs = openOutputs(document)
    // First, because it may fail, and then everything has to stay as it was.
    this.#store.keepOutputs(outputs.map(({name}) => name))
    this.#document = document
    this.outputs = outputs
    const before = this.#queues
    const abort = new AbortController()
    // One that is still delivering must end first, or both would deliver the same.
    const ended = Promise.all(before.queues.map(({stopped}) => stopped))
    before.abort.abort()
    const about = {profile: profileName, network: networkName}
    const queues = this.outputs.map((output) =>
      startOutputQueue({
        ...{output, store: this.#store, about, clock, logger, signal: abort.signal},
        deliverySignal: this.#abort.signal,
        after: ended,
      }),
    )
    this.#queues = {abort, queues}
  }

  #countFailures({pollers}: Live): void {
    for (const [key, {store}] of Object.entries(pollers)) {
      store.subscribe(() => {
        if (store.get().error) this.#failures[key as SourceKey]++
      })
    }
  }

  #tick(): void {
    const startedMs = performance.now()
    this.#reload()
    const report = this.#live?.health.get()
    if (!report) return
    try {
      this.#decide(report)
      this.#isStoreFailing = false
      this.#unkept.kept(this.outputs)
      this.#lookedMs = this.#reportedMs
    } catch (error) {
      // A full disk passes. Until then nothing can be promised, so `/healthz` fails.
      if (!this.#isStoreFailing) this.#options.logger.error('decision not kept', errorFacts(error))
      this.#isStoreFailing = true
      this.#tellUnkept(report, error)
    }
    this.#tickSeconds = (performance.now() - startedMs) / 1000
  }

  /** Without the store, and so without memory: as it is now, to everybody. */
  #tellUnkept(report: HealthReport, error: unknown): void {
    const nowMs = this.#options.clock.nowMs()
    let silences: Silence[] = []
    try {
      silences = this.#tracker.silences(nowMs)
    } catch {
      // It cannot be read either.
    }
    const input = {report, choices: this.#choices(), silences, nowMs}
    this.#unkept.failed(input, messageOf(error), this.outputs)
  }

  #decide(report: HealthReport): void {
    const {clock, onNotice} = this.#options
    const notices = this.#tracker.decide(report, this.#choices(), this.outputs, clock.nowMs())
    for (const notice of notices) {
      this.#notices[notice.type]++
      onNotice(notice)
    }
    if (notices.length > 0) for (const queue of this.#queues.queues) queue.wake()
    if (performance.now() - this.#savedLookMs < LOOKED_MS) return
    this.#store.looked(clock.nowMs())
    this.#savedLookMs = performance.now()
  }

  /** As they are now: a rule that wakes people can be turned off without a restart. */
  #choices() {
    const {config, profileName, profile} = this.#context
    try {
      return choicesOf((profileName && config.read().profiles[profileName]) || profile)
    } catch {
      return choicesOf(profile)
    }
  }

  #reload(): void {
    if (performance.now() - this.#checkedFileMs < RELOAD_MS) return
    this.#checkedFileMs = performance.now()
    const mark = alertsMark(this.#context.home)
    const refused = this.#refusedMark
    this.#refusedMark = null
    if (mark === this.#mark) return
    try {
      // The last output that is removed leaves a file; without one, somebody has moved it, or a disk is away.
      if (mark === NO_FILE) throw fileGone(this.#context.home)
      this.loadOutputs(readAlerts(this.#context.home))
      for (const {name} of this.outputs) this.#store.forgetFailure(name)
      this.#mark = mark
      this.#options.logger.info('outputs loaded', {outputs: this.outputs.length})
    } catch (error) {
      // The outputs stay as they were: half an edit must not silence the alerts. It is tried again, since a
      // store that is busy or full passes without another edit.
      this.#refusedMark = mark
      if (mark !== refused) this.#options.logger.error('outputs not loaded', errorFacts(error))
    }
  }

  #isLooking(): boolean {
    return this.#lookedMs !== null && performance.now() - this.#lookedMs < NOT_LOOKING_MS
  }

  /** False while its notices reach nobody: somebody else has to notice. */
  #isTelling(): boolean {
    try {
      return !isToldToNobody(this.#store.outputs(), this.#options.clock.nowMs())
    } catch {
      return false
    }
  }

  health(): MonitorHealth {
    const report = this.#live?.health.get()
    const away = {ok: false, state: 'not-looking'} as const
    if (this.#isStoreFailing) return {...away, headline: 'the monitor cannot store its alerts'}
    if (!report || !this.#isLooking())
      return {...away, headline: 'the monitor has no current report'}
    if (!this.#isTelling())
      return {ok: false, state: 'not-telling', headline: 'no alert output takes its messages'}
    const {state, headline} = report
    return {ok: state === 'ok' || state === 'warn', state, headline}
  }

  look(): MonitorLook {
    const {profileName, networkName} = this.#context
    const now = performance.now()
    return {
      name: profileName ?? networkName,
      version: this.#options.version,
      report: this.#live?.health.get() ?? null,
      sources: this.#sources(),
      failures: this.#failures,
      alerts: this.#tracker.alerts,
      outputs: this.#store.outputs(),
      wallets: this.#wallets(),
      notices: this.#notices,
      silences: this.#store.silences(this.#options.clock.nowMs()).length,
      lookAgeSeconds: this.#lookedMs === null ? null : (now - this.#lookedMs) / 1000,
      tickSeconds: this.#tickSeconds,
      deadManReached: this.#deadManReached,
      monotonicMs: now,
    }
  }

  #sources(): Sources {
    if (this.#live) return sourcesOf(feedsOf(this.#live.pollers))
    const absent = {state: 'absent'} as const
    return {
      ...{l2: absent, l1: absent, money: absent, lst: absent},
      ...{pos: absent, node: absent, machine: absent, endpoints: absent},
    }
  }
}
