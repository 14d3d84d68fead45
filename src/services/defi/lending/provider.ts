import type {Address, Log} from 'viem'

import type {AtBlock} from '../../../chain/at-block.ts'
import type {LendAction, LendHealth, LendLine} from '../../../protocol/defi/lending/line.ts'
import type {LendingId} from '../../../protocol/defi/markets.ts'
import type {Condition} from '../../sending/check.ts'
import type {PlannedCall} from '../../sending/plan.ts'

/** An action by an account, with what its call needs to know. */
export interface LendCall extends LendAction {
  from: Address
  /** Everything that was supplied, or is owed: interest until the block included. */
  isAll: boolean
  /** The most that is pulled or sent: with everything, the interest of a day on top. */
  atMost: bigint
}

/**
 * A lending market on one network. Everything specific to a product is behind it, in its own folder.
 */
export interface LendingProvider {
  readonly id: LendingId
  readonly name: string
  /** Every token of the market, with what an account has of it. */
  lines(account: Address | null, at?: AtBlock): Promise<LendLine[]>
  /** Pure: as the contracts compute it. */
  health(lines: readonly LendLine[]): LendHealth
  /** Pure: the lines after an action. */
  after(lines: readonly LendLine[], action: LendAction): LendLine[]
  /** Preconditions of the contracts, apart from balances and allowances. Pure. */
  conditions(lines: readonly LendLine[], action: LendAction): Condition[]
  /** Pure: a loan that the contracts would accept. */
  covers(lines: readonly LendLine[], action: LendAction): boolean
  /** The contract that takes a token, and its name; null where it is paid as native METIS. */
  spender(line: LendLine): {address: Address; name: string} | null
  calls(action: LendCall, line: LendLine): PlannedCall[]
  /** Pure: a repayment of everything leaves no debt, whatever the interest until the block. */
  repaysAll(line: LendLine): boolean
  /** A refusal that a mined action tells with its events or its effect alone; null without one. */
  refusal(
    logs: readonly Log[],
    action: LendCall,
    lines: {before: LendLine; after: LendLine},
  ): string | null
  /** Amount of a mined action, from its events. */
  moved(logs: readonly Log[], action: LendCall, line: LendLine): bigint
}
