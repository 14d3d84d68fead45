import type {Address, LocalAccount} from 'viem'

import type {Clock} from '../lib/clock.ts'
import type {Logger} from '../lib/log.ts'
import type {Network} from '../protocol/network.ts'
import type {Endpoints} from './endpoints.ts'
import type {PosStore} from './store.ts'

export interface HostOptions {
  network: Network
  account: LocalAccount
  l1: Endpoints
  l2: Endpoints
  store: PosStore
  logger: Logger
  clock: Clock
  pollMs: number
  rewardBatchEpochs: number
  respanExtension: bigint
}

/** Observed values that no decision depends on; lost at a restart. */
export interface Observations {
  l1Head: bigint | null
  l1CaughtUp: boolean
  l2Head: bigint | null
  /** Newest epoch of the contract. */
  committedEpoch: bigint | null
  epochLength: bigint | null
  /** Time since the L2 head last moved. */
  stalledForMs: number
  /**
   * How the L2 head was determined; null before the first poll. `one-endpoint`: there is nothing to
   * agree on. `agreeing`: how many of the responding endpoints have it. `beyond`: endpoints with
   * blocks above it that the others lack, which is normal for a moment.
   */
  heads: {
    rule: 'majority' | 'one-endpoint'
    asked: number
    answered: number
    agreeing: number
    beyond: string[]
  } | null
  /** Producers whose blocks the other nodes rejected: they are excluded from respans. */
  distrusted: Address[]
}
