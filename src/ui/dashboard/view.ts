import type {Dashboard} from '../../services/dashboard.ts'
import type {Feed} from '../../services/feeds.ts'
import {silentSeconds, type DashboardSnapshot, type Now, type Row, type Tone} from './model.ts'
import {eventRows, noOwnerRows, productionRows, rotationRows, stakeRows, syncRows} from './rows.ts'

export interface Panel {
  title: string
  /** `4 s ago`, `stale 42 s`, `no answer yet`. */
  age: string
  rows: Row[]
}

export interface DashboardView {
  title: string
  clock: string
  /** Worst state in words. */
  state: {word: 'OK' | 'WARN' | 'CRIT' | 'WAIT'; text: string; tone: Tone}
  nextAction: string
  panels: {production: Panel; rotation: Panel; sync: Panel; stake: Panel; events: Panel}
}

export function takeSnapshot(dashboard: Dashboard): DashboardSnapshot {
  const {network, profile, slotMs, respanDelaySeconds, hasOwner} = dashboard
  return {
    network,
    profile,
    slotMs,
    respanDelaySeconds,
    hasOwner,
    production: dashboard.production.store.get(),
    rotation: dashboard.rotation.store.get(),
    sync: dashboard.sync.store.get(),
    money: dashboard.money.store.get(),
    events: dashboard.events.get(),
  }
}

/** The whole dashboard in words. Pure; the screen and the text frame both draw it. */
export function toDashboardView(snapshot: DashboardSnapshot, now: Now): DashboardView {
  const state = worstState(snapshot, now)
  return {
    title: `metis-seq  ${snapshot.network}  ${snapshot.profile ?? 'no profile'}`,
    clock: `${new Date(now.wallMs).toISOString().slice(11, 19)} UTC`,
    state,
    nextAction: nextAction(snapshot, state.word),
    panels: {
      production: panel('Production', snapshot.production, now, (value) =>
        productionRows(value, snapshot, now),
      ),
      rotation: panel('Rotation', snapshot.rotation, now, (value) => rotationRows(value, snapshot)),
      sync: panel('Sync', snapshot.sync, now, (value) => syncRows(value, snapshot)),
      stake: snapshot.hasOwner
        ? panel('Stake and rewards', snapshot.money, now, stakeRows)
        : {title: 'Stake and rewards', age: '', rows: noOwnerRows()},
      events: {title: 'Events', age: '', rows: eventRows(snapshot.events, now)},
    },
  }
}

function panel<T>(title: string, feed: Feed<T>, now: Now, rows: (value: T) => Row[]): Panel {
  if (feed.value === null) {
    const reason = feed.error ?? 'asking…'
    const tone: Tone = feed.error ? 'critical' : 'dim'
    return {
      title,
      age: 'no answer yet',
      rows: [{label: feed.error ? 'down' : '', value: reason, tone}],
    }
  }
  const shown = rows(feed.value)
  // First, because a small terminal shows only the first rows.
  if (feed.error) shown.unshift({label: 'down', value: feed.error, tone: 'critical'})
  return {title, age: ageOf(feed, now), rows: shown}
}

/** Ages over three periods are stale; over ten there is no data. */
export function ageOf({atMs, periodMs}: Feed<unknown>, now: Now): string {
  if (atMs === null) return 'no answer yet'
  const ageMs = Math.max(0, now.monotonicMs - atMs)
  const seconds = Math.floor(ageMs / 1000)
  if (ageMs > periodMs * 10 + 1000) return `no data for ${seconds} s`
  if (ageMs > periodMs * 3 + 1000) return `stale ${seconds} s`
  return ''
}

function worstState(snapshot: DashboardSnapshot, now: Now): DashboardView['state'] {
  const {production, sync, money} = snapshot
  if (production.value === null) {
    return production.error
      ? {word: 'CRIT', text: 'L2 does not answer', tone: 'critical'}
      : {word: 'WAIT', text: 'asking L2', tone: 'dim'}
  }
  if (production.error) return {word: 'CRIT', text: 'L2 does not answer', tone: 'critical'}
  const silent = silentSeconds(snapshot, now) ?? 0
  if (!production.value.epoch) {
    return {word: 'CRIT', text: 'no epoch covers the next block', tone: 'critical'}
  }
  if (silent > (snapshot.slotMs / 1000) * 3 + 1) {
    return {word: 'WARN', text: `no block for ${silent} s`, tone: 'warn'}
  }
  if (sync.value?.nodeExpected && !sync.value.node) {
    return {word: 'CRIT', text: 'your node does not run', tone: 'critical'}
  }
  if (sync.error) return {word: 'WARN', text: 'L1 does not answer', tone: 'warn'}
  if (snapshot.hasOwner && money.error) {
    return {word: 'WARN', text: 'the stake cannot be read', tone: 'warn'}
  }
  return {
    word: 'OK',
    text: production.value.epoch.mine ? 'you are producing' : 'in order',
    tone: 'ok',
  }
}

function nextAction({sync, money}: DashboardSnapshot, word: string): string {
  if (word === 'CRIT' && sync.value?.nodeExpected && !sync.value.node) return 'metis-seq node start'
  if (word === 'CRIT') return 'metis-seq network check'
  if (money.value && !money.value.stake) return 'metis-seq sequencer eligible'
  if ((money.value?.stake?.sequencer.rewardMetisWei ?? 0n) > 0n) return 'metis-seq reward claim'
  return 'nothing to do'
}
