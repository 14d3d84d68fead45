/** The port of a provider's own side, and what all of them share. */
import type {Address} from 'viem'

import {quoteBridgeFee} from '../../chain/actions/bridge/quote-bridge-fee.ts'
import type {LstAbout, LstRegistration} from '../../protocol/lst/about.ts'
import type {Context} from '../context.ts'
import {ourOwn, requireAll, type Condition} from '../sending/check.ts'
import type {Plan} from '../sending/plan.ts'

export const backendOperations = ['relock', 'claim-rewards', 'unlock-withdrawals'] as const
/**
 * `relock`: idle METIS goes into locks on L1. `claim-rewards`: rewards go from L1 to the holders.
 * `unlock-withdrawals`: requests are released for which the METIS is on L2.
 */
export type BackendOperation = (typeof backendOperations)[number]

/** An operation of the provider itself, with a function to read what it changes. */
export interface BackendPlan extends Plan {
  readFigures(blockNumber: bigint): Promise<Record<string, string>>
}

/** The side of a provider that holders of its roles operate. Everything specific is in its folder. */
export interface LstBackend {
  readonly about: LstAbout
  /** Its operations, and the chain of each. */
  readonly operations: ReadonlyMap<BackendOperation, 'L1' | 'L2'>
  /** Those that do something again when they are made again, so that no run continues an earlier one. */
  readonly once?: ReadonlySet<BackendOperation>
  /** Values that its operator looks at, by name: wei as digits, counts, words. */
  status(): Promise<BackendFact[]>
  /**
   * @throws {MetisSeqError} the code of the first precondition that is not met; NOTHING_TO_CHANGE
   */
  plan(from: Address, operation: BackendOperation): Promise<BackendPlan>
}

export interface BackendFact {
  id: string
  label: string
  value: string
  /** `wei`: METIS as digits. */
  unit: 'wei' | 'count' | 'word'
}

/** The parts of a context that a backend needs. */
export interface BackendSite {
  context: Context
  registration: LstRegistration
}

/** @throws {MetisSeqError} the code of the first precondition that is not met */
export function toBackendPlan({
  conditions,
  subject,
  ...plan
}: Omit<BackendPlan, 'role' | 'traps'> & {
  conditions: Condition[]
  subject: string
}): BackendPlan {
  requireAll(conditions, subject, {account: plan.from})
  return {...plan, conditions, role: 'owner', traps: []}
}

export function hasRole(role: string, ok: boolean, from: Address): Condition {
  return ourOwn('has-role', 'ROLE_MISSING', {
    label: `the account has the role ${role}`,
    ok,
    seen: ok ? 'it has' : `${from} has not`,
    remedy: 'Use the profile of an account that has the role: `--profile NAME`.',
  })
}

export function somethingToDo(label: string, ok: boolean, seen: string): Condition {
  const remedy = 'Nothing needs to be done.'
  return ourOwn('changes-something', 'NOTHING_TO_CHANGE', {label, ok, seen, remedy})
}

/** ETH that a bridge call of the provider carries. */
export async function bridgeFeeOf({l1, network}: Context) {
  const {addressManager} = network.l1.contracts
  return quoteBridgeFee(l1().client, {addressManager})
}
