/** Polls every source of health and reports changes as events. */
import {changesBetween} from '../../health/changes.ts'
import type {HealthReport} from '../../health/issue.ts'
import type {Movement, Setting} from '../../health/snapshot.ts'
import {watchHead} from '../../health/head-watch.ts'
import {stallLimitSeconds} from '../../health/stall.ts'
import {createSnapshotStore, type SnapshotStore} from '../../lib/snapshot-store.ts'
import type {Context} from '../context.ts'
import {
  absentPoller,
  startPoller,
  toSource,
  type Feed,
  type Poller,
  type PollerOptions,
} from './feeds.ts'
import type {Chain} from '../network/head-urls.ts'
import {startHeads, type Heads, type HeadsLook} from './heads.ts'
import {nowOf} from '../health/look-once.ts'
import {LST_MS} from '../health/lst.ts'
import {settingOf} from '../health/setting.ts'
import {
  assessSources,
  readersOf,
  type Looks,
  type SourceKey,
  type Sources,
} from '../health/sources.ts'
import {healthEvents, moneyEvents, rotationEvents, type OperatorEvent} from './events.ts'

export type Pollers = {[K in SourceKey]: Poller<Looks[K]>}
export type Feeds = {[K in SourceKey]: Feed<Looks[K]>}

export interface Live {
  setting: Setting
  pollers: Pollers
  /** How new blocks of each chain are noticed. */
  heads(): HeadLooks
  /** As of the last reading; null until every source has responded or failed once. */
  health: SnapshotStore<HealthReport | null>
  /** Monotonic time when the L2 head last moved; null before the first time. */
  moved(): Movement | null
  refresh(): void
}

export type HeadLooks = Record<Chain, HeadsLook>

/** Interval of health assessments without responses, since ages keep growing. */
const JUDGE_MS = 500

/** Starts a poller per source, so that a slow one delays only itself. */
export function startLive(
  context: Context,
  signal: AbortSignal,
  onEvent: (event: OperatorEvent) => void,
): Live {
  context.goLive()
  const setting = settingOf(context)
  const tellAll = (events: OperatorEvent[]) => events.forEach(onEvent)
  const watch = watchHead(stallLimitSeconds(setting) * 1000)
  const heads = startHeads(context, signal)
  const pollers = startPollers(context, heads, signal, {
    l2(now, before) {
      heads.l2.saw(now.headBlock)
      watch.saw(now.headBlock, performance.now())
      tellAll(rotationEvents(now, before, Date.now()))
    },
    l1: ({block}) => heads.l1.saw(block),
    money: (now, before) => tellAll(moneyEvents(now, before, Date.now())),
  })
  const health = createSnapshotStore<HealthReport | null>(null)
  const judge = () => {
    const sources = sourcesOf(feedsOf(pollers))
    const before = health.get()
    const report = assessSources(setting, sources, before, nowOf(), watch.moved)
    // Before the first poll of every source, silence proves nothing, and no issue was seen to begin.
    // Liquid staking is read slowly, and holds nothing up.
    if (!before && isAsking({...sources, lst: {state: 'absent'}})) return
    health.set(report)
    const head = sources.l2.state === 'answered' ? sources.l2.value.headBlock : null
    const changes = changesBetween(before ?? {...report, issues: []}, report)
    tellAll(healthEvents(changes, report, head, Date.now()))
  }
  const timer = setInterval(judge, JUDGE_MS)
  signal.addEventListener('abort', () => clearInterval(timer), {once: true})
  const all: {refresh(): void}[] = Object.values(pollers)
  return {
    setting,
    pollers,
    heads: () => ({l1: heads.l1.look.get(), l2: heads.l2.look.get()}),
    health,
    moved: () => watch.moved,
    refresh: () => all.forEach((poller) => poller.refresh()),
  }
}

/** Called with each new value of a source and the previous one. */
type Listeners = {[K in SourceKey]?: (value: Looks[K], before: Looks[K] | null) => void}

function startPollers(
  context: Context,
  heads: Record<Chain, Heads>,
  signal: AbortSignal,
  listeners: Listeners,
): Pollers {
  const readers = readersOf(context)
  const poll = <K extends SourceKey>(
    key: K,
    periodMs: number,
    more: Pick<PollerOptions<Looks[K]>, 'height' | 'heads'> = {},
  ): Poller<Looks[K]> => {
    const read: (() => Promise<Looks[K]>) | null = readers[key]
    if (!read) return absentPoller()
    const onValue: Listeners[K] = listeners[key]
    const told = onValue ? {onValue} : {}
    return startPoller<Looks[K]>({periodMs, read, signal, ...told, ...more})
  }
  const at = <T>(chain: Chain, of: (value: T) => bigint) => ({
    height: {chain: chain === 'l1' ? ('L1' as const) : ('L2' as const), of},
    heads: {of: heads[chain], blockOf: of},
  })
  const l2Ms = Math.min(1000, context.network.l2.slotMs)
  return {
    l2: poll(
      'l2',
      l2Ms,
      at('l2', ({headBlock}: Looks['l2']) => headBlock),
    ),
    l1: poll(
      'l1',
      2000,
      at('l1', ({block}: Looks['l1']) => block),
    ),
    money: poll(
      'money',
      5000,
      at('l1', ({l1Block}: Looks['money']) => l1Block),
    ),
    lst: poll('lst', LST_MS),
    pos: poll('pos', 2000),
    node: poll('node', 1000),
    machine: poll('machine', 10_000),
    endpoints: poll('endpoints', 30_000),
  }
}

export function feedsOf(pollers: Pollers): Feeds {
  const {l2, l1, money, lst, pos, node, machine, endpoints} = pollers
  return {
    l2: l2.store.get(),
    l1: l1.store.get(),
    money: money.store.get(),
    lst: lst.store.get(),
    pos: pos.store.get(),
    node: node.store.get(),
    machine: machine.store.get(),
    endpoints: endpoints.store.get(),
  }
}

export function sourcesOf(feeds: Feeds): Sources {
  return {
    l2: toSource(feeds.l2),
    l1: toSource(feeds.l1),
    money: toSource(feeds.money),
    lst: toSource(feeds.lst),
    pos: toSource(feeds.pos),
    node: toSource(feeds.node),
    machine: toSource(feeds.machine),
    endpoints: toSource(feeds.endpoints),
  }
}

export function isAsking(sources: Sources): boolean {
  return Object.values(sources).some(({state}) => state === 'asking')
}
