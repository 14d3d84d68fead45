import type {Address} from 'viem'
import {expect} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import type {
  BackendOperation,
  BackendPlan,
  LstBackend,
} from '../../src/services/lst/backend-port.ts'
import {decodePlanned} from '../../src/services/sending/planned-call.ts'
import type {Rule} from './contract.ts'

/** The side of a provider that holders of its roles operate, on both chains. */
export interface BackendScene {
  backend: LstBackend
  /** Has every role. */
  office: Address
  /** Has none. */
  stranger: Address
  /** Operations that need a role. */
  gated: readonly BackendOperation[]
  /** Gives an operation something to do. */
  prepare(operation: BackendOperation): Promise<void>
  /** Sends the calls of a plan; answers the block of the last one. Null: the chain refuses one. */
  carryOut(plan: BackendPlan): Promise<bigint | null>
}

const codeOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'nothing',
    (error: unknown) => (error instanceof MetisSeqError ? error.code : String(error)),
  )

async function done(scene: BackendScene, operation: BackendOperation): Promise<BackendPlan> {
  const plan = await scene.backend.plan(scene.office, operation)
  const blockNumber = await scene.carryOut(plan)
  expect(blockNumber, `the chain takes "${plan.title}"`).not.toBeNull()
  const found = await plan.readFigures(blockNumber!)
  const after = Object.fromEntries(plan.figures.map((figure) => [figure.id, figure.after]))
  expect(found, operation).toMatchObject(after)
  return plan
}

export const backendContract: readonly Rule<BackendScene>[] = [
  {
    rule: 'its status names each value once, METIS as digits',
    async holds({backend}) {
      const facts = await backend.status()
      expect(facts.length).toBeGreaterThan(3)
      expect(new Set(facts.map(({id}) => id)).size).toBe(facts.length)
      for (const {id, value, unit} of facts) {
        expect(value, id).toMatch(unit === 'word' ? /./ : /^\d+$/)
      }
    },
  },
  {
    rule: 'a plan names the sender and the chain, its calls, conditions that hold and what changes',
    async holds(scene) {
      const {backend, office, prepare} = scene
      for (const [operation, chain] of backend.operations) {
        await prepare(operation)
        const plan = await backend.plan(office, operation)
        expect(plan).toMatchObject({action: `lst provider ${operation}`, chain, from: office})
        expect(plan.calls.map((call) => decodePlanned(call)).length).toBeGreaterThan(0)
        expect(plan.conditions.every(({ok}) => ok)).toBe(true)
        expect(plan.figures.some(({before, after}) => before !== after)).toBe(true)
      }
    },
  },
  {
    rule: 'what is planned comes out to the wei, and is not done again where a run continues',
    async holds(scene) {
      for (const operation of scene.backend.operations.keys()) {
        await scene.prepare(operation)
        await done(scene, operation)
        if (scene.backend.once?.has(operation)) continue
        const again = await codeOf(scene.backend.plan(scene.office, operation))
        expect(again, operation).toBe('NOTHING_TO_CHANGE')
      }
    },
  },
  {
    rule: 'who lacks the role is refused before anything is sent, and everybody else is not',
    async holds({backend, gated, prepare, stranger}) {
      for (const operation of backend.operations.keys()) {
        await prepare(operation)
        const code = await codeOf(backend.plan(stranger, operation))
        const refusals = gated.includes(operation)
          ? ['ROLE_MISSING', 'NOT_CONTRACT_OWNER']
          : ['nothing']
        expect(refusals, operation).toContain(code)
      }
    },
  },
]
