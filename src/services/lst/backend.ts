import {MetisSeqError} from '../../lib/errors.ts'
import type {LstRegistration} from '../../protocol/lst/about.ts'
import {lstName, type LstId} from '../../protocol/lst/providers.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import type {Context} from '../context.ts'
import type {Operation, Shown, Verification} from '../sending/run-operation.ts'
import {requireOwner} from '../staking/sequencers.ts'
import {blockKnown} from '../staking/verify.ts'
import {sequencersOf} from './backing.ts'
import {openBackends} from './backends.ts'
import type {BackendFact, BackendOperation, BackendPlan, LstBackend} from './backend-port.ts'

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
    ...{chain, from, isRepeatable: backend.once?.has(operation) !== true},
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
    done: ({differences}, plan) => ({...done(plan), data: {differences}}),
  }
}

function requireBackend(
  context: Context,
  id: LstId,
): {backend: LstBackend; registration: LstRegistration} {
  const registration = context.network.lstRegistry?.[id]
  const backend = registration && openBackends({context, registration})[id]
  if (registration && backend) return {backend, registration}
  if (registration) {
    throw new MetisSeqError({
      code: 'LST_CANNOT',
      message: `The operations of ${lstName(id)}'s own operator are not part of this program.`,
      facts: {provider: id, operation: 'provider'},
      hints: [`Run \`metis-seq lst backing ${id}\` to see its sequencers.`],
    })
  }
  throw new MetisSeqError({
    code: 'LST_UNKNOWN',
    message: `${lstName(id)} is not registered on ${context.networkName}, so its contracts on L1 are not known.`,
    facts: {network: context.networkName},
    hints: ['Run `metis-seq lst list` to see what is registered.'],
  })
}
