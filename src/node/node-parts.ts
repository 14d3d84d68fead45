import type {History} from './history/history.ts'
import type {ChainReader} from './history/reader.ts'
import type {Hash} from 'viem'
import type {Clock} from '../lib/clock.ts'
import type {Refusals} from '../lib/refusals.ts'
import type {SignGuard} from '../store/sign-guard.ts'
import type {ChainState} from './chain-state.ts'
import type {DescriptorPlan} from './descriptors.ts'
import type {Genesis} from './engine/genesis.ts'
import type {Heads} from './heads/heads.ts'
import type {L1Loop} from './l1-loop.ts'
import type {Mempool} from './mempool/mempool.ts'
import type {Metrics} from './metrics.ts'
import type {BlockExchange} from './peers/exchange.ts'
import type {Driver} from './sequencing/driver.ts'
import type {StartGate} from './sequencing/start-gate.ts'
import type {SyncWatch} from './sequencing/sync-watch.ts'
import type {NodeOptions} from './node-options.ts'
import type {RefusedKind} from '../protocol/node-status.ts'
import type {NodeEvents} from './node-events.ts'

export type Closer = () => Promise<void> | void

/** The parts of a running node, for observers. */
export interface NodeParts {
  options: NodeOptions
  genesis: Genesis
  chain: ChainState
  guard: SignGuard
  gate: StartGate
  mempool: Mempool
  exchange: BlockExchange
  driver: Driver
  heads: Heads
  l1Loop: L1Loop
  metrics: Metrics
  clock: Clock
  sync: SyncWatch
  watch: NodeEvents
  descriptors: DescriptorPlan
  /** Clients turned away by the public RPC. */
  refusals: Refusals<RefusedKind>
  accept(raw: string): Promise<Hash>
  clientVersion: string
}

/** Events, for readers. */
export interface OpenHistory {
  history: History
  reader: ChainReader
}
