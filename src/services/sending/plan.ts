import type {Address, Hex} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import type {Check} from './check.ts'

/** One contract call of a plan. Its function and arguments are in its bytes alone: see `decodePlanned`. */
export interface PlannedCall {
  /** Human-readable description: `Approve 50,000 METIS for LockingInfo`. */
  label: string
  /** Name of the called contract. */
  contract: string
  to: Address
  data: Hex
  /** ETH on L1, METIS on L2. */
  valueWei: bigint
  /**
   * It moves value of its own, although later calls of the plan follow: a run that ended after it
   * must not make it again. Approvals and harvests are only steps.
   *
   * - `rest`: the command that does what follows, with its amounts: `metis-seq cdp adjust 1 --borrow 50`.
   */
  moves?: {rest: string}
  /** METIS of the sender that an L2 call takes as a token: the same balance pays for gas. */
  pullsWei?: bigint
  /** Upper bound of its gas, for pricing a plan in which an earlier call must be mined first. */
  gasAtMost?: bigint
  /** It answers with a code: anything but 0 is a refusal, although the transaction would succeed. */
  answersWithCode?: CodeAnswer
}

/** How a call answers with codes. */
export interface CodeAnswer {
  /** Names of the codes, in order; the first is that of success. */
  names: readonly string[]
  /** One code for each element of a list. */
  isList?: true
}

/** `COMPTROLLER_REJECTION (error 3)`. */
export function codeText(code: bigint, names: readonly string[]): string {
  const name = code < BigInt(names.length) ? names[Number(code)] : undefined
  return name === undefined ? `error ${code}` : `${name} (error ${code})`
}

/** Known ways to lose money or an epoch. Each is explained in `docs/traps.md`. */
export const trapIds = [
  'absurd-fee',
  'bridge-fee',
  'claim-at-a-loss',
  'fee-spike',
  'health-floor',
  'new-owner-not-ready',
  'no-borrowing-power',
  'no-reward-recipient',
  'other-network',
  'owner-locked-out',
  'price-impact',
  'producing',
  'ratio-floor',
  'recipient-without-code',
  'shared-throttle',
  'signer-is-owner',
  'unknown-call',
  'unknown-chain',
  'unknown-recipient',
  'unknown-spender',
  'unlimited-approval',
  'unpaid-blocks',
] as const

export type TrapId = (typeof trapIds)[number]

/** A known way to lose money or an epoch. Only `--override ID` gets past it. */
export interface Trap {
  id: TrapId
  message: string
}

/**
 * @throws {MetisSeqError} TRAP, for one that was not overridden
 */
export function assertNoTrap(traps: readonly Trap[], overrides: readonly string[]): void {
  const left = traps.filter(({id}) => !overrides.includes(id))
  const [trap] = left
  if (!trap) return
  const names = [...new Set(left.map(({id}) => id))]
  throw new MetisSeqError({
    code: 'TRAP',
    message: trap.message,
    facts: {trap: trap.id},
    hints: [`Pass \`${names.map((id) => `--override ${id}`).join(' ')}\` if you mean it.`],
  })
}

/** Maximum gas cost of any of our operations, whatever price an endpoint or a file reports. */
export const DEAR_GAS_WEI = 250_000_000_000_000_000n

/** A number that changes, before and after. */
export interface Effect {
  label: string
  before: string
  after: string
}

/** A value of the chain that the operation changes, exactly: wei as digits, addresses, words. */
export interface Figure {
  /** Name of the value: `lockedMetisWei`. */
  id: string
  before: string
  after: string
}

/** The plan of an operation. Created from reads only; nothing is sent. */
export interface Plan {
  /** Words of the command: `stake increase`. */
  action: string
  title: string
  chain: 'L1' | 'L2'
  from: Address
  role: 'owner' | 'signer'
  calls: PlannedCall[]
  /** Preconditions checked before anything is sent; all are met. */
  conditions: Check[]
  effects: Effect[]
  /** Predicted values once everything is mined, to be compared with the chain. */
  figures: Figure[]
  traps: Trap[]
  /** Text to be typed before an irreversible operation: the id of the sequencer. */
  irreversible?: string
}

/**
 * A recreated plan still does what the operator confirmed.
 *
 * @throws {MetisSeqError} PLAN_CHANGED; nothing was sent
 */
export function assertSamePlan(shown: Plan, now: Plan): void {
  const essence = ({calls, figures, traps}: Plan) =>
    JSON.stringify([
      calls.map(({to, data, valueWei}) => [to, data, `${valueWei}`]),
      figures.filter(({id}) => !MOVES_BY_ITSELF.includes(id)),
      traps.map(({id}) => id),
    ])
  if (essence(shown) === essence(now)) return
  throw new MetisSeqError({
    code: 'PLAN_CHANGED',
    message: 'The chain state changed after the preview, so nothing was sent.',
    facts: {action: shown.action},
    hints: ['Run the same command again to see the new preview.'],
  })
}

/** Values that change over time or by others without affecting the agreement. */
const MOVES_BY_ITSELF: readonly string[] = ['unlockClaimTimeSeconds', 'totalLockedMetisWei']
