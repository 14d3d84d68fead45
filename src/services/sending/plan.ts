import type {Address, Hex} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import type {Check} from './check.ts'

/** One contract call of a plan. Its function and arguments are in its bytes alone: see `decodePlanned`. */
export interface PlannedCall {
  /** What it does, for people: `Approve 50,000 METIS for LockingInfo`. */
  label: string
  /** Name of the called contract. */
  contract: string
  to: Address
  data: Hex
  /** ETH on L1, METIS on L2. */
  valueWei: bigint
  /** Gas it takes at most, for the price of a plan in which another call has to be mined before it. */
  gasAtMost?: bigint
}

/** Known ways to lose money or a turn. Each is told in `docs/traps.md`. */
export const trapIds = [
  'absurd-fee',
  'bridge-fee',
  'claim-at-a-loss',
  'fee-spike',
  'new-owner-not-ready',
  'no-reward-recipient',
  'other-network',
  'owner-locked-out',
  'producing',
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

/** A known way to lose money or a turn. Only `--override ID` gets past it. */
export interface Trap {
  id: TrapId
  message: string
}

/**
 * @throws {MetisSeqError} TRAP, for one that was not named
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

/** More than any operation of ours is worth in gas, whatever an endpoint or a file calls the price. */
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

/** What an operation would do. Made by reading only; nothing is sent while it is made. */
export interface Plan {
  /** Words of the command: `stake increase`. */
  action: string
  title: string
  chain: 'L1' | 'L2'
  from: Address
  role: 'owner' | 'signer'
  calls: PlannedCall[]
  /** What was checked before anything is sent; all of them hold. */
  conditions: Check[]
  effects: Effect[]
  /** What the chain shows when all of it is mined; compared with the chain then. */
  figures: Figure[]
  traps: Trap[]
  /** What has to be typed before it is sent, since nothing brings it back: the id of the sequencer. */
  irreversible?: string
}

/**
 * A plan that was made again still does what the operator said yes to.
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

/** Figures that time or others change without touching what was agreed to. */
const MOVES_BY_ITSELF: readonly string[] = ['unlockClaimTimeSeconds', 'totalLockedMetisWei']
