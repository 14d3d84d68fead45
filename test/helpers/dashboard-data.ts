import type {CurrentEpoch, EpochView} from '../../src/services/epochs.ts'
import type {Production} from '../../src/services/dashboard.ts'
import type {Feed} from '../../src/services/feeds.ts'
import type {L1Money} from '../../src/services/status.ts'
import type {Sequencer} from '../../src/protocol/sequencer.ts'
import type {PoolSettings} from '../../src/chain/actions/locking-pool/read-pool.ts'
import {toStakeView} from '../../src/services/stake.ts'
import type {DashboardSnapshot, Now} from '../../src/ui/dashboard/model.ts'

const METIS = 10n ** 18n
export const ME = '0x1111111111111111111111111111111111111111'
export const OTHER = '0x2222222222222222222222222222222222222222'
export const RECIPIENT = '0x3333333333333333333333333333333333333333'

/** 12:00:00 UTC; the last block is 1 s old. */
export const NOW: Now = {wallMs: Date.UTC(2026, 0, 1, 12), monotonicMs: 100_000}
const headTimestampSeconds = BigInt(NOW.wallMs / 1000 - 1)

/** A value that was read this very moment. */
export function fresh<T>(value: T, periodMs = 1000): Feed<T> {
  return {value, atMs: NOW.monotonicMs, error: null, periodMs}
}

/** A source that has not answered. */
export function nothing<T>(error: string | null = null): Feed<T> {
  return {value: null, atMs: null, error, periodMs: 1000}
}

/** The last good value of `ageMs` ago, and a failure since then. */
export function failing<T>(value: T, ageMs: number, error: string): Feed<T> {
  return {value, atMs: NOW.monotonicMs - ageMs, error, periodMs: 1000}
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

export function production(overrides: Partial<Production> = {}): Production {
  return {
    ...currentEpoch(),
    meanBlockMs: 2000,
    next: epochView({number: 43n, startBlock: 1200n, endBlock: 1399n, state: 'committed'}),
    recent: [epochView({number: 41n, state: 'past'})],
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
}

/** Everything answers, another sequencer produces, rewards wait. */
export function snapshot(overrides: Partial<DashboardSnapshot> = {}): DashboardSnapshot {
  return {
    network: 'andromeda',
    profile: 'main',
    slotMs: 2000,
    respanDelaySeconds: 180,
    hasOwner: true,
    production: fresh(production()),
    rotation: fresh({
      validators: 3,
      turns: [
        {number: 44n, signer: OTHER, mine: false},
        {number: 45n, signer: ME, mine: true},
        {number: 46n, signer: RECIPIENT, mine: false},
      ],
    }),
    sync: fresh({l1Block: 20_000_000n, l1AgeSeconds: 4, node: null, nodeExpected: false}),
    money: fresh(money),
    events: [],
    ...overrides,
  }
}

/** What a healthy node tells of itself. */
export const nodeStatus = {
  phase: 'standing-by',
  syncing: false,
  head: {number: 1149},
  safe: {number: 1100},
  finalized: {number: 1000},
  peers: [{address: OTHER, lagBlocks: 0}],
  pool: {pending: 3, queued: 1},
}
