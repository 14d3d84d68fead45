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
  /** As of the last reading; null until every source has responded or failed once. */
  health: SnapshotStore<HealthReport | null>
  /** Monotonic time when the L2 head last moved; null before the first time. */
  moved(): Movement | null
  refresh(): void
}

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
  const pollers = startPollers(
    context,
    signal,
    (now, before) => {
      watch.saw(now.headBlock, performance.now())
      tellAll(rotationEvents(now, before, Date.now()))
    },
    tellAll,
  )
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
    health,
    moved: () => watch.moved,
    refresh: () => all.forEach((poller) => poller.refresh()),
  }
}

function startPollers(
  context: Context,
  signal: AbortSignal,
  onRotation: (now: Looks['l2'], before: Looks['l2'] | null) => void,
  tell: (events: OperatorEvent[]) => void,
): Pollers {
  const readers = readersOf(context)
  const poll = <K extends SourceKey>(
    key: K,
    periodMs: number,
    more: Pick<PollerOptions<Looks[K]>, 'onValue' | 'height'> = {},
  ): Poller<Looks[K]> => {
    const read: (() => Promise<Looks[K]>) | null = readers[key]
    return read ? startPoller<Looks[K]>({periodMs, read, signal, ...more}) : absentPoller()
  }
  return {
    l2: poll('l2', Math.min(1000, context.network.l2.slotMs), {
      onValue: onRotation,
      height: {chain: 'L2', of: ({headBlock}) => headBlock},
    }),
    l1: poll('l1', 2000, {height: {chain: 'L1', of: ({block}) => block}}),
    money: poll('money', 5000, {
      onValue: (now, before) => tell(moneyEvents(now, before, Date.now())),
      height: {chain: 'L1', of: ({l1Block}) => l1Block},
    }),
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
