import {getAddress, isAddress, type Address} from 'viem'
import {getBlock} from 'viem/actions'

import {isRecord} from '../lib/json.ts'
import {createSnapshotStore, type SnapshotStore} from '../lib/snapshot-store.ts'
import {forecastProducers, type Candidate} from '../protocol/span.ts'
import type {Context} from './context.ts'
import {rotationNow, type CurrentEpoch, type EpochView} from './epochs.ts'
import {startPoller, type Poller} from './feeds.ts'
import {readNodeStatus} from './node-control.ts'
import {readMoney, type L1Money} from './status.ts'

export interface Production extends CurrentEpoch {
  /** Mean time between the last blocks in milliseconds; null while fewer than two are known. */
  meanBlockMs: number | null
  next: EpochView | null
  recent: EpochView[]
}

export interface RotationForecast {
  /** Turns after the last planned one, as long as the set of validators stays as it is. */
  turns: {number: bigint; signer: Address; mine: boolean}[]
  validators: number
}

export interface SyncState {
  l1Block: bigint
  l1AgeSeconds: number
  /** The node's own account; null when the profile has none or it does not answer. */
  node: Record<string, unknown> | null
  nodeExpected: boolean
}

export interface DashboardEvent {
  /** Wall clock in milliseconds. */
  atMs: number
  level: 'info' | 'warn'
  text: string
}

export interface Dashboard {
  network: string
  profile: string | null
  slotMs: number
  respanDelaySeconds: number
  /** False: the profile names no owner, or there is no profile. */
  hasOwner: boolean
  production: Poller<Production>
  rotation: Poller<RotationForecast>
  sync: Poller<SyncState>
  money: Poller<L1Money>
  events: SnapshotStore<DashboardEvent[]>
  refresh(): void
}

const KEPT_EVENTS = 50
const RECENT_EPOCHS = 6
const MEAN_OVER_BLOCKS = 32n
const FORECAST_EPOCHS = 64

/** Starts a poller per source. Each panel lives from one of them, so a slow source slows only itself. */
export function startDashboard(context: Context, signal: AbortSignal): Dashboard {
  const {network, profileName} = context
  const events = createSnapshotStore<DashboardEvent[]>([])
  const tell = (level: DashboardEvent['level'], text: string) =>
    events.set([{atMs: Date.now(), level, text}, ...events.get()].slice(0, KEPT_EVENTS))
  const production = startPoller<Production>({
    periodMs: Math.min(1000, network.l2.slotMs),
    read: () => readProduction(context),
    onValue: (now, before) => tellProduction(now, before, tell),
    signal,
  })
  const rotation = startPoller<RotationForecast>({
    periodMs: 5000,
    read: () => readForecast(context),
    signal,
  })
  const sync = startPoller<SyncState>({periodMs: 2000, read: () => readSync(context), signal})
  const money = startPoller<L1Money>({
    periodMs: 5000,
    read: () => readMoney(context),
    onValue: (now, before) => tellMoney(now, before, tell),
    signal,
  })
  const pollers = [production, rotation, sync, money]
  return {
    network: context.networkName,
    profile: profileName,
    slotMs: network.l2.slotMs,
    respanDelaySeconds: network.l2.respanDelaySeconds,
    hasOwner: Boolean(context.profile?.owner),
    production,
    rotation,
    sync,
    money,
    events,
    refresh: () => pollers.forEach((poller) => poller.refresh()),
  }
}

async function readProduction(context: Context): Promise<Production> {
  const now = await rotationNow(context, RECENT_EPOCHS)
  return {...now, recent: now.newest, meanBlockMs: await meanBlockMs(context, now)}
}

async function meanBlockMs(context: Context, {headBlock, headTimestampSeconds}: CurrentEpoch) {
  const from = headBlock - MEAN_OVER_BLOCKS
  if (from < 1n) return null
  const block = await getBlock(context.l2().client, {blockNumber: from}).catch(() => undefined)
  if (!block) return null
  return Number(((headTimestampSeconds - block.timestamp) * 1000n) / MEAN_OVER_BLOCKS)
}

async function readForecast(context: Context): Promise<RotationForecast> {
  const pos = context.pos()
  if (!pos) return {turns: [], validators: 0}
  const [set, batch, span] = await Promise.all([
    pos.get('/staking/validator-set'),
    pos.get('/staking/current-batch'),
    pos.get('/metis/latest-span'),
  ])
  const candidates = parseCandidates(set)
  const spanId = isRecord(span) ? Number(span['span_id']) : Number.NaN
  const l1Batch = isRecord(batch) ? Number(batch['batch']) : Number.NaN
  if (!Number.isSafeInteger(spanId) || !Number.isSafeInteger(l1Batch)) {
    throw new Error('The consensus layer gave no span or no batch.')
  }
  const mine = context.profile?.signer?.toLowerCase()
  const turns = forecastProducers(BigInt(spanId) + 1n, FORECAST_EPOCHS, candidates, BigInt(l1Batch))
  return {
    validators: candidates.length,
    turns: turns.map(({spanId: number, signer}) => ({
      number,
      signer: getAddress(signer),
      mine: signer.toLowerCase() === mine,
    })),
  }
}

function parseCandidates(set: unknown): Candidate[] {
  const validators = isRecord(set) && Array.isArray(set['validators']) ? set['validators'] : []
  return validators.filter(isRecord).flatMap((validator) => {
    const {signer, power, startBatch, endBatch, jailed} = validator
    if (typeof signer !== 'string' || !isAddress(signer) || typeof power !== 'number') return []
    return [
      {
        signer: signer as Address,
        power,
        startBatch: BigInt(Number(startBatch)),
        endBatch: BigInt(Number(endBatch)),
        jailed: jailed === true,
      },
    ]
  })
}

async function readSync(context: Context): Promise<SyncState> {
  const {client} = context.l1()
  const name = context.profile?.node ? context.profileName : null
  const [block, node] = await Promise.all([
    getBlock(client),
    name ? readNodeStatus(context.home.nodeDir(name)) : null,
  ])
  return {
    l1Block: block.number,
    l1AgeSeconds: Math.max(0, Math.floor(Date.now() / 1000) - Number(block.timestamp)),
    node,
    nodeExpected: name !== null,
  }
}

type Tell = (level: DashboardEvent['level'], text: string) => void

function tellProduction(now: Production, before: Production | null, tell: Tell): void {
  if (now.epoch?.number !== before?.epoch?.number) {
    if (!now.epoch) tell('warn', 'No epoch covers the next block.')
    else {
      const who = now.epoch.mine ? 'YOU' : now.epoch.signer
      tell('info', `Epoch ${now.epoch.number} started, producer ${who}.`)
    }
  }
  if (before && now.epoch && before.epoch?.number === now.epoch.number) {
    if (before.epoch.signer !== now.epoch.signer) {
      tell('warn', `Respan: epoch ${now.epoch.number} was given to ${now.epoch.signer}.`)
    }
  }
  const planned = now.next
  const known = before?.next?.number === planned?.number && before?.next?.state === 'committed'
  if (planned?.state === 'committed' && !known) {
    tell(
      'info',
      `Epoch ${planned.number} committed, producer ${planned.mine ? 'YOU' : planned.signer}.`,
    )
  }
}

function tellMoney(now: L1Money, before: L1Money | null, tell: Tell): void {
  const was = before?.stake?.sequencer
  const is = now.stake?.sequencer
  if (!was || !is) return
  if (is.rewardMetisWei > was.rewardMetisWei) tell('info', 'A reward batch was credited.')
  if (is.rewardMetisWei < was.rewardMetisWei) tell('info', 'Rewards were claimed.')
  if (is.status !== was.status) tell('warn', `The sequencer is ${is.status}.`)
}
