/** A frame of the dashboard for the page: values that are drawn, and texts. Nothing in it is markup. */
import {keyOf} from '../../health/issue.ts'
import {counted, formatWeiShort} from '../../lib/units.ts'
import {epochBlocks} from '../../protocol/epoch.ts'
import {isCounted} from '../../protocol/rotation/duty.ts'
import {staleAfterMs} from '../../services/live/feeds.ts'
import type {Point} from '../../services/live/series.ts'
import {toDashboardData, type DashboardData} from '../dashboard/data.ts'
import {allPanels, type PanelName} from '../dashboard/layout.ts'
import type {DashboardSnapshot, Mode, Now, Row, Tone} from '../dashboard/model.ts'
import {etaOf, nameOf, toneOf} from '../dashboard/rows.ts'
import {toDashboardView, type DashboardView} from '../dashboard/view.ts'
import {scoreText} from '../presenters/duty.ts'
import {timelineCells, type WebCell} from './timeline-cells.ts'

/** Whether values of a source may be shown as current. */
export interface Freshness {
  isLive: boolean
  /** Why they may not; empty while they may, and for a source that does not exist. */
  note: string
  /** Age of the last answer in milliseconds; null without one. */
  ageMs: number | null
  /** An answer older than that is not current. */
  staleMs: number
}

export interface WebIssue {
  /** The same while the issue lasts, whatever its text. */
  id: string
  word: 'CRIT' | 'WARN'
  tone: Tone
  text: string
  cost: string
  remedy: string
  /** Wall clock, milliseconds since 1970; null when its start was not observed. */
  sinceMs: number | null
}

export interface WebEpoch {
  number: string
  startBlock: string
  endBlock: string
  /** `◆ YOU`, or a short address. */
  producer: string
  isMine: boolean
  done: number
  blocks: number
  /** Time that is left, in words. */
  left: string
  /** Expected end, milliseconds since 1970; null while blocks do not arrive. */
  endsAtMs: number | null
}

export interface WebTurn {
  number: string
  blocksAway: string
  /** The same sentence as in the terminal. */
  text: string
  /** Expected start, milliseconds since 1970; null while blocks do not arrive. */
  startsAtMs: number | null
}

/** Seconds before the frame, and the value. */
export type AgedPoint = readonly [secondsAgo: number, value: number]

export interface WebCharts {
  /** Seconds per block. */
  blockTime: AgedPoint[]
  /** Blocks that the node is behind. */
  lag: AgedPoint[]
  /** Null without an owner and before the first answer. */
  rewards: {day: string; metis: number}[] | null
  /** The newest own epochs that are over, oldest first; null without a signer and before the first answer. */
  duty: {number: string; percent: number; isGood: boolean}[] | null
}

export interface WebPanel {
  name: PanelName
  title: string
  age: string
  rows: Row[]
}

export interface WebFrame {
  /** Wall clock of the server, milliseconds since 1970. */
  atMs: number
  /** Of the page's own files: another one means that the page is older than the program. */
  build: string
  mode: Mode
  network: string
  profile: string | null
  state: DashboardView['state']
  nextAction: string
  cost: string | null
  issues: WebIssue[]
  /** By source. */
  fresh: {
    chain: Freshness
    rotation: Freshness
    rewards: Freshness
    duty: Freshness
    node: Freshness
  }
  headBlock: string | null
  epoch: WebEpoch | null
  turn: WebTurn | null
  /** Stands for a turn that is not known. */
  turnText: string
  /** May the node be away now? Null without a signer. */
  window: Row[] | null
  timeline: {cells: WebCell[]; legend: {letter: string; signer: string}[]}
  charts: WebCharts
  /** Summary of a chart in words. */
  notes: {rewards: string; duty: string}
  panels: WebPanel[]
  /** Drawn by the server, from figures that move by the day. */
  pictures: WebPicture[]
  sources: Row[]
}

export interface WebPicture {
  /** Of its own, with the time of the reading, so that a browser asks for each once. */
  path: string
  title: string
  /** In words, for those who do not see it. */
  text: string
}

const SHOWN_DUTIES = 60

/** @param build of the page's own files */
export function toWebFrame(
  snapshot: DashboardSnapshot,
  now: Now,
  {
    mode,
    build,
    pictures = [],
  }: Pick<WebFrame, 'mode' | 'build'> & Partial<Pick<WebFrame, 'pictures'>>,
): WebFrame {
  const data = toDashboardData(snapshot, now, mode)
  const view = toDashboardView(snapshot, now)
  const [worst] = data.health.issues
  const fresh = (name: string) => freshnessOf(data, name)
  return {
    ...{atMs: now.wallMs, build, mode, network: data.network, profile: data.profile},
    ...{state: view.state, nextAction: view.nextAction, cost: worst?.cost ?? null},
    issues: issuesOf(data),
    fresh: {
      chain: fresh('l2'),
      rotation: fresh('rotation'),
      rewards: fresh('rewards'),
      duty: fresh('duty'),
      node: fresh('node'),
    },
    headBlock: data.rotation?.headBlock.toString() ?? null,
    epoch: epochOf(snapshot, data, now),
    turn: turnOf(snapshot, data, view),
    turnText: rowOf(view, 'rotation', 'my turn') ?? 'unknown',
    window: view.panels.window?.rows.filter(({label}) => label !== 'wait') ?? null,
    timeline: timelineCells(snapshot.extras.rotation.value, data.rotation?.epoch?.number),
    charts: chartsOf(snapshot, data, now),
    notes: {rewards: rewardNote(data), duty: dutyNote(data)},
    panels: panelsOf(view),
    pictures,
    sources: view.sources,
  }
}

function freshnessOf({sources}: DashboardData, name: string): Freshness {
  const source = sources.find((each) => each.name === name)
  if (!source || source.state === 'absent') {
    return {isLive: false, note: '', ageMs: null, staleMs: 0}
  }
  const {state, ageMs, periodMs, reason} = source
  const times = {ageMs, staleMs: staleAfterMs(periodMs)}
  switch (state) {
    case 'answered':
      return {isLive: true, note: '', ...times}
    case 'asking':
      return {isLive: false, note: 'asking…', ...times}
    case 'stale':
      return {isLive: false, note: 'no answer', ...times}
    case 'failing':
      return {isLive: false, note: reason ?? 'down', ...times}
  }
}

function issuesOf({health}: DashboardData): WebIssue[] {
  return health.issues
    .filter(({severity}) => severity !== 'info')
    .map((issue) => {
      const {severity, text, cost, remedy, sinceMs} = issue
      const isCritical = severity === 'critical'
      const tone = isCritical ? 'critical' : 'warn'
      return {
        id: keyOf(issue),
        word: isCritical ? 'CRIT' : 'WARN',
        tone,
        text,
        cost,
        remedy,
        sinceMs,
      }
    })
}

/** While the chain is silent or not read, no time can be foretold. */
function blockMsOf({setting, blockMs}: DashboardSnapshot, data: DashboardData): number | null {
  const isSilent = toneOf(data.health.issues, ['l2-stalled', 'own-turn-silent']) !== undefined
  return isSilent || !freshnessOf(data, 'l2').isLive ? null : (blockMs ?? setting.slotMs)
}

function epochOf(snapshot: DashboardSnapshot, data: DashboardData, now: Now): WebEpoch | null {
  const {rotation, health} = data
  if (!rotation?.epoch) return null
  const {epoch, blocksLeft} = rotation
  const blocks = epochBlocks(epoch)
  return {
    number: `${epoch.number}`,
    startBlock: `${epoch.startBlock}`,
    endBlock: `${epoch.endBlock}`,
    producer: nameOf(epoch),
    isMine: epoch.mine,
    done: Number(blocks - blocksLeft),
    blocks: Number(blocks),
    left: etaOf(blocksLeft, {snapshot, health, now}),
    endsAtMs: timeOfBlock(snapshot, data, blocksLeft),
  }
}

function turnOf(
  snapshot: DashboardSnapshot,
  data: DashboardData,
  view: DashboardView,
): WebTurn | null {
  if (!data.nextTurn) return null
  const {number, blocksAway} = data.nextTurn
  return {
    number: `${number}`,
    blocksAway: `${blocksAway}`,
    text: rowOf(view, 'rotation', 'my turn') ?? '',
    startsAtMs: timeOfBlock(snapshot, data, blocksAway + 1n),
  }
}

/** @param blocks after the head */
function timeOfBlock(
  snapshot: DashboardSnapshot,
  data: DashboardData,
  blocks: bigint,
): number | null {
  const blockMs = blockMsOf(snapshot, data)
  if (blockMs === null || !data.rotation) return null
  return Number(data.rotation.headTimestampSeconds) * 1000 + Math.round(Number(blocks) * blockMs)
}

function chartsOf({extras}: DashboardSnapshot, data: DashboardData, now: Now): WebCharts {
  const {series, rewards} = data
  const over = extras.duty.value?.duties.filter(isCounted)
  return {
    blockTime: series.blockMs.map((point) => aged(point, now, 1000)),
    lag: series.lag.map((point) => aged(point, now, 1)),
    rewards:
      rewards?.days.map(({day, metisWei}) => ({day, metis: Number(metisWei / 10n ** 12n) / 1e6})) ??
      null,
    duty:
      over?.slice(-SHOWN_DUTIES).map(({number, made, expected, outcome}) => ({
        number: `${number}`,
        percent: expected === 0n ? 0 : Number((made * 1000n) / expected) / 10,
        isGood: outcome !== 'missed' && outcome !== 'taken-over',
      })) ?? null,
  }
}

function aged({atMs, value}: Point, now: Now, divisor: number): AgedPoint {
  return [Math.round((now.wallMs - atMs) / 1000), Math.round((value / divisor) * 1000) / 1000]
}

function rewardNote({rewards}: DashboardData): string {
  if (!rewards) return ''
  const {perDayMetisWei, unknown} = rewards
  const mean =
    perDayMetisWei === null
      ? 'less than 7 days known'
      : `${formatWeiShort(perDayMetisWei, 6)} METIS per day over 7 days`
  return unknown > 0 ? `${mean}, ${unknown} credits of unknown amount` : mean
}

function dutyNote({duty}: DashboardData): string {
  const longest = duty?.at(-1)?.score
  const unclear = longest && longest.unknown > 0 ? `, ${longest.unknown} unknown` : ''
  const missed =
    longest && (longest.missed === null ? 'missed unknown' : `${longest.missed} missed`)
  const failed = longest ? `; ${longest.takenOver} taken over, ${missed}${unclear}` : ''
  const scores = (duty ?? [])
    .map(({days, score}) =>
      score.score === null
        ? `${days} d: no score yet`
        : `${days} d: ${scoreText(score)} of ${counted(score.epochs, 'epoch')}`,
    )
    .join(', ')
  return `${scores}${failed}`
}

function rowOf(view: DashboardView, name: PanelName, label: string): string | undefined {
  return view.panels[name]?.rows.find((row) => row.label === label)?.value
}

/** Rows that the page draws as a picture or as a tile. */
const drawn: Partial<Record<PanelName, readonly string[]>> = {
  production: ['5 minutes', 'progress'],
  rotation: ['past', 'coming', ''],
  rewards: ['30 days'],
  sync: ['lag, 1 h'],
}

function panelsOf({panels}: DashboardView): WebPanel[] {
  return allPanels.flatMap((name) => {
    const panel = panels[name]
    // The window has a tile of its own, and issues a list.
    if (!panel || name === 'window') return []
    const hidden = drawn[name] ?? []
    return [{name, ...panel, rows: panel.rows.filter(({label}) => !hidden.includes(label))}]
  })
}
