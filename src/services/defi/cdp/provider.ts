import type {Address, Log} from 'viem'

import type {AtBlock} from '../../../chain/at-block.ts'
import type {
  CdpChange,
  CdpHealth,
  CdpPosition,
  CdpTerms,
} from '../../../protocol/defi/cdp/position.ts'
import type {CdpId} from '../../../protocol/defi/markets.ts'
import type {Condition} from '../../sending/check.ts'
import type {PlannedCall} from '../../sending/plan.ts'
import type {Token} from '../tokens.ts'

/** Everything that figures depend on, at one block. */
export interface CdpState {
  terms: CdpTerms
  collateral: Token
  debt: Token
  /** Positions of the account. */
  positions: CdpPosition[]
}

/**
 * A stablecoin that is borrowed against collateral, on one network. Everything specific to a product
 * is behind it, in its own folder.
 */
export interface CdpProvider {
  readonly id: CdpId
  readonly name: string
  /** @param account null for none */
  read(account: Address | null, at?: AtBlock): Promise<CdpState>
  /** Pure. */
  health(state: CdpState, position: CdpPosition): CdpHealth
  /** Pure: a position after a change, fees included. */
  after(state: CdpState, position: CdpPosition, change: CdpChange): CdpPosition
  /** Pure: preconditions of the contracts, apart from balances and allowances. */
  conditions(state: CdpState, position: CdpPosition, change: CdpChange): Condition[]
  /** The contract that takes both tokens, and its name. */
  readonly spender: {address: Address; name: string}
  /** Repaid debt is burned, without an allowance. */
  readonly burnsDebt: boolean
  /** The revert of a repayment that the account cannot pay. */
  readonly cannotPay: string
  /** Pure: what closing a position takes and gives back, and what stands in its way. */
  closing(state: CdpState, position: CdpPosition): CdpClosing
  /** Creates an empty position; its id is known once it is mined. Null where an account has one position. */
  createCall(): PlannedCall | null
  /** Id of the position that a mined `createCall` made for an account. */
  created(logs: readonly Log[], account: Address): bigint | undefined
  /** A change that repays the whole debt includes the interest until the call. */
  changeCalls(
    state: CdpState,
    position: CdpPosition,
    change: CdpChange,
    deadlineSeconds: bigint,
  ): Promise<PlannedCall[]>
  /** Repays everything and returns the collateral. */
  closeCalls(state: CdpState, position: CdpPosition, deadlineSeconds: bigint): PlannedCall[]
}

export interface CdpClosing {
  /** Debt that the owner repays. */
  repay: bigint
  /** Collateral that comes back. */
  back: bigint
  conditions: Condition[]
}
