import type {Hex} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import type {Logger} from '../../lib/log.ts'
import type {BlockSigner} from '../../protocol/block-signer.ts'
import type {SignGuard} from '../../store/sign-guard.ts'
import type {ChainState} from '../chain-state.ts'
import type {L1Divergence} from '../heads/heads.ts'
import type {Accounts} from '../mempool/accounts.ts'
import type {CostModel} from '../mempool/cost-model.ts'
import type {Mempool} from '../mempool/mempool.ts'
import type {AdmissionControl} from '../mempool/admission-control.ts'
import type {SlowCode} from '../mempool/slow-code.ts'
import type {Metrics} from '../metrics.ts'
import type {BlockExchange} from '../peers/exchange.ts'
import type {BlockRules} from './check-block.ts'
import type {StartGate} from './start-gate.ts'

export interface DriverOptions {
  chain: ChainState
  guard: SignGuard
  mempool: Mempool
  accounts: Accounts
  admission: AdmissionControl
  costs: CostModel
  slowCode: SlowCode
  exchange: BlockExchange
  rules: BlockRules
  signer: BlockSigner
  slotMs: number
  emptyBlocks: boolean
  gate: StartGate
  clock: Clock
  logger: Logger
  metrics: Metrics
  /** Blocks up to here are never reverted. */
  reorgFloor(): number
  /** The L1 divergence: confirmed blocks that our chain does not have. */
  l1Divergence(): L1Divergence | undefined
  /**
   * Records the transactions of a branch that is about to be abandoned, so that a crash cannot lose
   * them.
   */
  keep(transactions: readonly Hex[]): void
  /** Checks the transactions of an abandoned branch and requeues them. */
  reaccept(transactions: readonly Hex[]): Promise<void>
  /** The head or the producer changed. */
  onHead(): void
  /** Called periodically for cleanup. */
  onTidied(): void
  onHalt(error: unknown): void
}
