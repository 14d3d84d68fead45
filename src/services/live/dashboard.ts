import type {HealthReport} from '../../health/issue.ts'
import {answerOf, type Movement, type Setting} from '../../health/snapshot.ts'
import {createSnapshotStore, type SnapshotStore} from '../../lib/snapshot-store.ts'
import {createBlockTimes} from '../network/block-times.ts'
import type {Context} from '../context.ts'
import type {OperatorEvent} from './events.ts'
import {startExtras, type ExtraPollers} from './extras.ts'
import {toSource, type Poller} from './feeds.ts'
import {startLive, type HeadLooks, type Pollers} from './live.ts'
import {keepSeries, type SeriesKeeper} from './series.ts'
import {watchYields, type Yields} from './yields.ts'

export interface Dashboard {
  setting: Setting
  pollers: Pollers
  /** How new blocks of each chain are noticed. */
  heads(): HeadLooks
  health: SnapshotStore<HealthReport | null>
  /** Median block time of recent blocks in milliseconds; null while too few are known. */
  blockMs: SnapshotStore<number | null>
  /** Of the liquid-staking providers that the operator depends on. */
  yields: SnapshotStore<Yields>
  /** Sources that no rule of health reads. */
  extras: ExtraPollers
  series: SeriesKeeper
  /** Newest first. */
  events: SnapshotStore<OperatorEvent[]>
  /** Monotonic time when the L2 head last moved; null before the first time. */
  moved(): Movement | null
  refresh(): void
}

const KEPT_EVENTS = 50

/** Starts a poller per source. Each panel uses one of them, so a slow source delays only itself. */
export function startDashboard(context: Context, signal: AbortSignal): Dashboard {
  const events = createSnapshotStore<OperatorEvent[]>([])
  const live = startLive(context, signal, (event) =>
    events.set([event, ...events.get()].slice(0, KEPT_EVENTS)),
  )
  const blockMs = createSnapshotStore<number | null>(null)
  const times = createBlockTimes(context)
  let busy = false
  live.pollers.l2.store.subscribe(() => {
    const {value, error} = live.pollers.l2.store.get()
    if (!value || error || busy) return
    busy = true
    void times.usualMs(value).then((ms) => {
      busy = false
      blockMs.set(ms)
    })
  })
  const series = keepSeries()
  feedSeries(live.pollers, series)
  const yields = watchYields(context, live.pollers.lst.store, signal)
  const extras = startExtras(context, signal)
  const others: {refresh(): void}[] = Object.values(extras)
  onNewEpoch(live.pollers, () => {
    extras.rotation.refresh()
    extras.duty.refresh()
  })
  onNewBatch(live.pollers, () => extras.rewards.refresh())
  return {
    ...{...live, blockMs, yields, events, extras, series},
    refresh() {
      live.refresh()
      for (const poller of others) poller.refresh()
    },
  }
}

/** Both heads are read at about the same time, so a lag of a block is normal. */
function feedSeries({l2, node}: Pollers, series: SeriesKeeper): void {
  l2.store.subscribe(() => {
    const {value, error} = l2.store.get()
    if (!value || error) return
    const {headBlock, headTimestampSeconds} = value
    series.sawHead({block: headBlock, seconds: Number(headTimestampSeconds)}, Date.now())
  })
  node.store.subscribe(() => {
    const head = currentOf(node)?.status?.head.number
    const l2Head = currentOf(l2)?.headBlock
    // A node that follows past the last head of a dead endpoint does not lag less.
    if (head === undefined || l2Head === undefined) return
    series.sawLag(Math.max(0, Number(l2Head) - head), Date.now())
  })
}

/** Undefined while the source gives no current answer. */
function currentOf<T>({store}: Poller<T>): T | undefined {
  const answer = answerOf(toSource(store.get()), {monotonicMs: performance.now()})
  return answer.known ? answer.value : undefined
}

/** A new epoch ends one duty and begins another: nobody waits a minute to see it. */
function onNewEpoch({l2}: Pollers, act: () => void): void {
  let known: bigint | undefined
  l2.store.subscribe(() => {
    const number = l2.store.get().value?.epoch?.number
    if (number === undefined || number === known) return
    // The first one is what the sources are asked for anyway.
    if (known !== undefined) act()
    known = number
  })
}

/** A credit or a claim moves the history of rewards, which is read rarely otherwise. */
function onNewBatch({money}: Pollers, act: () => void): void {
  let known: bigint | undefined
  money.store.subscribe(() => {
    const unclaimed = money.store.get().value?.stake?.sequencer.rewardMetisWei
    if (unclaimed === undefined || unclaimed === known) return
    if (known !== undefined) act()
    known = unclaimed
  })
}
