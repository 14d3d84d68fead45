import type {Address} from 'viem'

import {quoteBridgeFee} from '../../chain/actions/bridge/quote-bridge-fee.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {LstAbout, LstRegistration} from '../../protocol/lst/about.ts'
import {lstName, type LstId} from '../../protocol/lst/providers.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import type {Context} from '../context.ts'
import {ourOwn, requireAll, type Condition} from '../sending/check.ts'
import type {Plan} from '../sending/plan.ts'
import type {Operation, Shown, Verification} from '../sending/run-operation.ts'
import {requireOwner} from '../staking/sequencers.ts'
import {blockKnown} from '../staking/verify.ts'
import {sequencersOf} from './backing.ts'
import {openBackends} from './backends.ts'

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

export interface BackendStatus {
  provider: LstId
  operations: BackendOperation[]
  sequencers: Sequencer[]
  facts: BackendFact[]
}

/** @throws {MetisSeqError} LST_UNKNOWN where governance has not registered it on L1 */
export async function readBackend(context: Context, id: LstId): Promise<BackendStatus> {
  const {backend, registration} = requireBackend(context, id)
  const [facts, sequencers] = await Promise.all([
    backend.status(),
    sequencersOf(context, registration.l1Owners),
  ])
  return {provider: id, operations: [...backend.operations.keys()], sequencers, facts}
}

/**
 * An operation of a provider, signed by the owner of the profile, who needs the provider's role.
 *
 * @throws {MetisSeqError} LST_UNKNOWN, LST_CANNOT, OWNER_UNKNOWN
 */
export function backendOperation(
  context: Context,
  id: LstId,
  operation: BackendOperation,
  done: (plan: BackendPlan) => Shown,
): Operation<BackendPlan> {
  const from = requireOwner(context)
  const {backend} = requireBackend(context, id)
  const chain = backend.operations.get(operation)
  if (!chain) {
    throw new MetisSeqError({
      code: 'LST_CANNOT',
      message: `${lstName(id)} has no operation "${operation}".`,
      facts: {provider: id, operation},
      hints: [`Run \`metis-seq lst provider status ${id}\`.`],
    })
  }
  return {
    action: `lst provider ${operation}`,
    ...{chain, from, isRepeatable: true},
    plan: () => backend.plan(from, operation),
    async verify(plan, {blockNumber}): Promise<Verification> {
      const {client} = chain === 'L1' ? context.l1() : context.l2()
      await blockKnown(client, blockNumber)
      const found = await plan.readFigures(blockNumber)
      const differences = plan.figures.flatMap(({id: figure, after}) => {
        const actual = found[figure] ?? 'unknown'
        return actual === after ? [] : [{id: figure, expected: after, actual}]
      })
      return {differences}
    },
    done: (_verified, plan) => done(plan),
  }
}

function requireBackend(
  context: Context,
  id: LstId,
): {backend: LstBackend; registration: LstRegistration} {
  const registration = context.network.lstRegistry?.[id]
  const backend = registration && openBackends({context, registration})[id]
  if (registration && backend) return {backend, registration}
  throw new MetisSeqError({
    code: 'LST_UNKNOWN',
    message: `${lstName(id)} is not registered on ${context.networkName}, so its contracts on L1 are not known.`,
    facts: {network: context.networkName},
    hints: ['Run `metis-seq lst list` to see what is registered.'],
  })
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
