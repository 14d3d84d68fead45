import type {CurrentEpoch, EpochView} from '../../src/services/rotation/epochs.ts'
import type {Feed} from '../../src/services/live/feeds.ts'
import type {RotationNow} from '../../src/services/rotation/epochs.ts'
import type {PosLook} from '../../src/services/health/consensus.ts'
import type {L1Money} from '../../src/services/health/money.ts'
import type {Feeds} from '../../src/services/live/live.ts'
import type {MachineFacts, NodeLook, Setting} from '../../src/health/snapshot.ts'
import type {NodeStatus} from '../../src/protocol/node-status.ts'
import type {Sequencer} from '../../src/protocol/sequencer.ts'
import type {PoolSettings} from '../../src/chain/actions/locking-pool/read-pool.ts'
import type {Address} from 'viem'

import {scoreOf} from '../../src/protocol/rotation/duty.ts'
import type {DutyHistory} from '../../src/services/duty/history.ts'
import type {ExtraFeeds} from '../../src/services/live/extras.ts'
import {composeForecast, type RotationForecast} from '../../src/services/rotation/forecast.ts'
import type {RotationLook} from '../../src/services/rotation/look.ts'
import type {PlanLook} from '../../src/services/rotation/plan.ts'
import {composeSuccessor} from '../../src/services/rotation/successor.ts'
import {toStakeView} from '../../src/services/staking/stake.ts'
import type {DashboardSnapshot, Now} from '../../src/ui/dashboard/model.ts'

const METIS = 10n ** 18n
export const ME: Address = '0x1111111111111111111111111111111111111111'
export const OTHER: Address = '0x2222222222222222222222222222222222222222'
export const RECIPIENT: Address = '0x3333333333333333333333333333333333333333'

/** 12:00:00 UTC; the last block is 1 s old. */
export const NOW: Now = {wallMs: Date.UTC(2026, 0, 1, 12), monotonicMs: 100_000}
const headTimestampSeconds = BigInt(NOW.wallMs / 1000 - 1)

/** A value that was read this very moment. */
export function fresh<T>(value: T, periodMs = 1000): Feed<T> {
  return {value, atMs: NOW.monotonicMs, error: null, tookMs: 12, periodMs}
}

/** A source that has not answered. */
export function nothing<T>(reason: string | null = null, code = 'DOWN'): Feed<T> {
  const error = reason === null ? null : {...failure(reason), code}
  return {value: null, atMs: null, error, tookMs: null, periodMs: 1000}
}

/** A source that the profile or the network does not have. */
export function absent<T>(): Feed<T> {
  return {value: null, atMs: null, error: null, tookMs: null, periodMs: 0}
}

function failure(reason: string, sinceMs = NOW.monotonicMs) {
  return {code: 'DOWN', reason, isSilent: false, sinceMs}
}

/** The last good value of `ageMs` ago, and a failure since then. */
export function failing<T>(value: T, ageMs: number, reason: string): Feed<T> {
  const atMs = NOW.monotonicMs - ageMs
  return {value, atMs, error: failure(reason, atMs), tookMs: 12, periodMs: 1000}
}

/** An answer of `ageMs` ago, and none since then: the source hangs. */
export function silent<T>(value: T, ageMs: number): Feed<T> {
  return {value, atMs: NOW.monotonicMs - ageMs, error: null, tookMs: 12, periodMs: 1000}
}

export function epochView(overrides: Partial<EpochView> = {}): EpochView {
  return {
    number: 42n,
    signer: OTHER,
    startBlock: 1000n,
    endBlock: 1199n,
    state: 'current',
    mine: false,
    ...overrides,
  }
}

export function currentEpoch(overrides: Partial<CurrentEpoch> = {}): CurrentEpoch {
  return {
    headBlock: 1149n,
    headTimestampSeconds,
    epoch: epochView(),
    blocksLeft: 50n,
    ...overrides,
  }
}

export function rotation(overrides: Partial<RotationNow> = {}): RotationNow {
  return {
    ...currentEpoch(),
    next: epochView({number: 43n, startBlock: 1200n, endBlock: 1399n, state: 'committed'}),
    newest: [
      epochView({number: 41n, state: 'past'}),
      epochView(),
      epochView({number: 43n, startBlock: 1200n, endBlock: 1399n, state: 'committed'}),
    ],
    epochLength: 200n,
    ...overrides,
  }
}

/** Draws epoch 45 for ME, and 44, 46 and 47 for others. */
const power = (signer: Address, of: number) => ({
  ...{signer, power: of, startBatch: 0n, endBatch: 0n, jailed: false},
})

export function planLook(overrides: Partial<PlanLook> = {}): PlanLook {
  return {
    latest: {number: 43n, signer: OTHER, startBlock: 1200n, endBlock: 1399n},
    latestNumber: 43n,
    unreadValidators: 0,
    candidates: [power(ME, 20_000), power(OTHER, 40_000), power(RECIPIENT, 20_000)],
    l1Batch: 0n,
    syncing: false,
    ...overrides,
  }
}

export function posLook(overrides: Partial<PosLook> = {}): PosLook {
  return {
    latestSpan: 43n,
    height: 4711n,
    validators: 3,
    syncing: false,
    troubles: null,
    planned: null,
    plan: planLook(),
    ...overrides,
  }
}

export const sequencer: Sequencer = {
  sequencerId: 7n,
  amountMetisWei: 20_000n * METIS,
  rewardMetisWei: (3n * METIS) / 2n,
  activationBatch: 3n,
  updatedBatch: 4n,
  deactivationBatch: 0n,
  unlockClaimTimeSeconds: 0n,
  operationNonce: 1n,
  owner: ME,
  signer: ME,
  publicKey: `0x${'ab'.repeat(64)}`,
  rewardRecipient: RECIPIENT,
  status: 'active',
}

export const pool: PoolSettings = {
  minLockMetisWei: 20_000n * METIS,
  maxLockMetisWei: 100_000n * METIS,
  totalLockedMetisWei: 80_000n * METIS,
  rewardPerBlockMetisWei: 761_000_000_000_000n,
  exitDelaySeconds: 1_814_400n,
  rewardBatchId: 9n,
  rewardedUntilEpoch: 40n,
  signerUpdateThrottle: 1n,
  totalSequencers: 4n,
  activeSequencers: 3n,
  exitingSequencers: 0n,
  paused: false,
}

export const money: L1Money = {
  stake: toStakeView(sequencer, pool),
  ownerMetisWei: 1_234n * METIS,
  ownerEthWei: METIS / 2n,
  ownerIsWhitelisted: true,
  paused: false,
  minLockMetisWei: pool.minLockMetisWei,
  rewardBatchId: pool.rewardBatchId,
  rewardedUntilEpoch: pool.rewardedUntilEpoch,
  claimCostEthWei: METIS / 2000n,
  l1Block: 20_000_000n,
  l1TimeSeconds: headTimestampSeconds,
}

/** The same with another record of the sequencer. */
export function moneyWith(changes: Partial<Sequencer>, rest: Partial<L1Money> = {}): L1Money {
  return {...money, stake: toStakeView({...sequencer, ...changes}, pool), ...rest}
}

export const setting: Setting = {
  network: 'andromeda',
  kind: 'main',
  profile: 'main',
  hasOwner: true,
  signer: ME,
  lstProvider: null,
  nodeRuntime: null,
  nodesAreBundled: false,
  slotMs: 2000,
  emptyBlocks: true,
  respanDelaySeconds: 180,
  l1StaleAfterSeconds: 120,
}

/** Everything answers, another sequencer produces, nothing is wrong. */
export const feeds: Feeds = {
  l2: fresh(rotation()),
  l1: fresh({block: 20_000_000n, timestampSeconds: headTimestampSeconds - 3n}),
  money: fresh(money),
  lst: absent(),
  pos: fresh(posLook()),
  node: absent(),
  machine: fresh(machineWith()),
  endpoints: absent(),
}

const day = (date: string, metis: bigint) => ({day: date, metisWei: metis * METIS})

/** One draw that nobody would have guessed: it proves the replay at once. */
export const provingSpan = {
  ...{producer: OTHER, drawn: OTHER, isDrawn: true},
  powers: new Map([
    [OTHER, 40],
    [ME, 60_000],
  ]),
}

/** What the slower sources say of the same network. */
export function rotationLook(overrides: Partial<RotationForecast> = {}): RotationLook {
  const records = {
    records: [],
    epochLength: 200n,
    spans: new Map([[41n, provingSpan]]),
    respans: [],
  }
  const drawing = {plan: planLook(), missing: null, pending: null, active: null}
  const forecast = composeForecast(
    {rotation: rotation(), records, drawing, blockMs: 2000, stallSeconds: 7},
    {count: 65, signer: ME, nowMs: NOW.wallMs},
  )
  const successor = composeSuccessor(
    {signer: ME, respanDelaySeconds: 180},
    {rotation: rotation(), drawing, respans: [], respanState: null, nowMs: NOW.wallMs},
  )
  const past = [39n, 40n, 41n].map((number) => ({
    ...{number, signer: number === 40n ? ME : OTHER, startBlock: 0n, endBlock: 199n},
    ...{drawn: null, isRespanned: number === 41n, silent: null, isCut: false},
    replaced: number === 41n ? ('unknown' as const) : null,
  }))
  return {forecast: {...forecast, ...overrides}, successor, past}
}

const fullDuty = {
  ...{number: 40n, outcome: 'full' as const, startBlock: 600n, endBlock: 799n},
  ...{made: 200n, expected: 200n},
}

export const duty: DutyHistory = {
  signer: ME,
  headBlock: 1149n,
  duties: [{...fullDuty, startSeconds: Number(headTimestampSeconds) - 1000}],
  periods: [7, 30].map((days) => ({
    ...{days, fromBlock: 1n, isWhole: true},
    luck: {epochs: 40, drawn: 11, expected: 10, unknown: 0},
    score: scoreOf([fullDuty], true),
  })),
  knowsMissed: true,
}

/** The same where the consensus layer does not tell who was drawn or silent. */
export const dutyUnknown: DutyHistory = {
  ...duty,
  periods: duty.periods.map((period) => ({
    ...period,
    luck: period.luck && {...period.luck, epochs: 30, unknown: 10},
    score: scoreOf([fullDuty], false),
  })),
  knowsMissed: false,
}

export const extras: ExtraFeeds = {
  rotation: fresh(rotationLook(), 10_000),
  duty: fresh(duty, 60_000),
  rewards: fresh(
    {
      days: [day('2025-12-31', 2n), day('2026-01-01', 1n)],
      perDayMetisWei: (3n * METIS) / 2n,
      lastBatch: {batchId: 9n, metisWei: METIS, atSeconds: NOW.wallMs / 1000 - 3600},
      unknown: 0,
    },
    600_000,
  ),
  wallets: fresh(
    {
      allowanceMetisWei: 0n,
      signerL2MetisWei: 5n * METIS,
      mpc: {address: RECIPIENT, l1EthWei: METIS, l2MetisWei: 9n * METIS},
    },
    60_000,
  ),
  host: fresh(
    {
      ...{cpuShare: 0.25, cores: 4, load: 1.5, memoryUsedBytes: 4 * 1024 ** 3},
      ...{memoryBytes: 16 * 1024 ** 3, diskUsedBytes: 100 * 1024 ** 3},
      ...{diskBytes: 200 * 1024 ** 3, diskDaysLeft: null},
    },
    5000,
  ),
}

export function snapshot(
  changes: Partial<Feeds> = {},
  overrides: Partial<Omit<DashboardSnapshot, 'feeds'>> = {},
): DashboardSnapshot {
  return {
    setting,
    feeds: {...feeds, ...changes},
    heads: {l1: {state: 'none'}, l2: {state: 'none'}},
    health: null,
    blockMs: 2000,
    moved: null,
    yields: new Map(),
    extras,
    series: {blockMs: [], lag: []},
    events: [],
    ...overrides,
  }
}

/** What a healthy node that follows tells of itself. */
export const nodeStatus: NodeStatus = {
  name: 'main',
  version: '0.1.0',
  pid: 4242,
  chainId: 1088,
  address: ME,
  phase: 'following',
  phaseSinceMs: NOW.wallMs - 3_600_000,
  halted: null,
  waitingFor: null,
  diverged: null,
  l1Divergence: null,
  twin: null,
  turn: 'other',
  producer: OTHER,
  epoch: {number: 42, startBlock: 1000, endBlock: 1199, signer: OTHER},
  head: {number: 1149, hash: `0x${'ab'.repeat(32)}`, timestamp: Number(headTimestampSeconds)},
  safe: 1100,
  finalized: 1000,
  headAgeMs: 900,
  pool: {pending: 3, queued: 1, limit: 10_000, full: false, late: 0},
  peers: [
    {address: OTHER, peerAddress: '/ip4/192.0.2.1/tcp/30303', head: 1149, lagBlocks: 0, ageMs: 500},
  ],
  bestPeerHead: 1149,
  syncing: false,
  sync: null,
  blocksSealed: 7,
  lastError: {},
  engine: {
    version: 'anvil/1.7.1',
    lastExecuteMs: 12,
    busyMs: null,
    restarts: 0,
    restartingSinceMs: null,
    isolation: 'namespace',
    outsideChanges: 0,
    state: {leaves: 10, limit: 1000, rootMs: 1},
  },
  l1: {head: 20_000_000, ageMs: 4000, reachable: true, trouble: null},
  batches: {landedBlock: 1100, oldestAgeMs: 90_000, sends: false, stuck: null},
  guard: {floor: 0, signedUpTo: 900, trusted: true},
  clockSkewMs: 100,
  wallets: [],
  descriptors: {limit: 1_048_576, wanted: 2480, isTight: false, connections: 2000},
  refused: [],
  disk: {freeBytes: 100 * 1024 ** 3, totalBytes: 200 * 1024 ** 3},
}

/** A profile with a node of ours. */
export const nodeSetting: Setting = {
  ...setting,
  nodeRuntime: 'bundled',
  nodesAreBundled: true,
}

export function nodeLook(
  changes: Partial<NodeStatus> | null = {},
  rest: Partial<NodeLook> = {},
): NodeLook {
  return {
    external: null,
    process: {pid: 4242, isStopped: false},
    status: changes && {...nodeStatus, ...changes},
    halt: null,
    ...rest,
  }
}

export function machineWith(changes: Partial<MachineFacts> = {}): MachineFacts {
  return {homeDir: '/home/me', diskFreeBytes: 100 * 1024 ** 3, signerKey: 'ready', ...changes}
}
