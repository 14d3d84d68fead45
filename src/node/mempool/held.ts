import type {SignedTransaction} from '../../protocol/transaction.ts'
import type {TransactionKind} from './classify.ts'
import type {Cost} from './cost-model.ts'

export interface AccountState {
  accountNonce: number
  balanceWei: bigint
}

export interface HeldTransaction extends SignedTransaction {
  lane: TransactionKind
  arrivedAtMs: number
  /** Its cost as counted on arrival. */
  cost: Cost
}
