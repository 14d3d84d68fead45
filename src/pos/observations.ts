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

/** Numbers that are seen and not decided on; lost at a restart. */
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
   * How the L2 head was found; null before the first look. `one-endpoint`: there is nobody to agree with.
   * `agreeing`: how many of those that answered hold it. `beyond`: endpoints with blocks above it that
   * the others do not hold, which is normal for a moment.
   */
  heads: {
    rule: 'majority' | 'one-endpoint'
    asked: number
    answered: number
    agreeing: number
    beyond: string[]
  } | null
  /** Producers whose blocks the others did not take: no takeover goes to them. */
  distrusted: Address[]
}
