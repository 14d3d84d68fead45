import type {Address, Hash} from 'viem'
import {expect} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import type {LstPlan, LstProvider} from '../../src/services/lst/provider.ts'
import type {Rule} from './contract.ts'

/** A provider on a chain, and an account that may deposit with it. */
export interface LstScene {
  provider: LstProvider
  account: Address
  /** Rewards come in, so that a token is worth more after the next harvest. */
  earn(wei: bigint): Promise<void>
  /** Sends the calls of a plan. Null: the chain refuses one. */
  carryOut(plan: LstPlan): Promise<{hash: Hash; blockNumber: bigint} | null>
}

const METIS = 10n ** 18n
const ask = (amountMetisWei: bigint, slippageBasisPoints = 50) => ({
  amountMetisWei,
  slippageBasisPoints,
})

const codeOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'nothing',
    (error: unknown) => (error instanceof MetisSeqError ? error.code : String(error)),
  )

async function deposit(
  {provider, account, carryOut}: LstScene,
  wei: bigint,
): Promise<{plan: LstPlan; mined: {hash: Hash; blockNumber: bigint}}> {
  const plan = await provider.plan(account, ask(wei))
  const mined = await carryOut(plan)
  expect(mined, 'the chain takes a deposit that was planned').not.toBeNull()
  return {plan, mined: mined!}
}

export const lstContract: readonly Rule<LstScene>[] = [
  {
    rule: 'it says who it is, and that it is there',
    async holds({provider}) {
      const {id, name, token, kind} = provider.about
      expect(await provider.describe()).toMatchObject({id, name, token, kind, state: 'live'})
      expect(provider.capabilities.deposits).toBe(true)
    },
  },
  {
    rule: 'a quote is what the deposit gives, also while rewards wait to be harvested',
    async holds(scene) {
      const {provider} = scene
      await deposit(scene, 10n * METIS)
      await scene.earn(3n * METIS)
      const {plan, mined} = await deposit(scene, 7n * METIS)
      expect((await provider.verify(plan, mined)).receivedWei).toBe(plan.quote.expectedWei)
    },
  },
  {
    rule: 'the least it may give is the slippage below the quote',
    async holds({provider}) {
      const {expectedWei} = await provider.quote(ask(METIS, 0))
      expect(await provider.quote(ask(METIS, 0))).toEqual({expectedWei, minOutWei: expectedWei})
      const minOutWei = (expectedWei * 9900n) / 10_000n
      expect(await provider.quote(ask(METIS, 100))).toEqual({expectedWei, minOutWei})
    },
  },
  {
    rule: 'what is signed holds the least it may give',
    async holds(scene) {
      await deposit(scene, 10n * METIS)
      const plan = await scene.provider.plan(scene.account, ask(METIS, 100))
      // A token is worth twice as much before the deposit arrives.
      await scene.earn(10n * METIS)
      expect(await scene.carryOut(plan)).toBeNull()
    },
  },
  {
    rule: 'a plan names the sender, L2, the amount, conditions that hold and figures',
    async holds({provider, account}) {
      const plan = await provider.plan(account, ask(2n * METIS))
      expect(plan).toMatchObject({action: 'lst deposit', chain: 'L2', from: account})
      expect(plan.calls.reduce((sum, {valueWei}) => sum + valueWei, 0n)).toBe(2n * METIS)
      expect(plan.conditions.length).toBeGreaterThan(0)
      expect(plan.conditions.every(({ok}) => ok)).toBe(true)
      expect(plan.figures.map(({id}) => id)).toContain(provider.about.fields.held)
    },
  },
  {
    rule: 'the figures are what the chain shows at the block of the deposit',
    async holds(scene) {
      const {provider} = scene
      const {plan, mined} = await deposit(scene, 4n * METIS)
      const {position} = await provider.verify(plan, mined)
      const figure = plan.figures.find(({id}) => id === provider.about.fields.held)
      expect(figure?.after).toBe(`${position.heldWei}`)
    },
  },
  {
    rule: 'a deposit of nothing, and of more than there is, is refused before it is sent',
    async holds({provider, account}) {
      const {liquidMetisWei} = await provider.position(account)
      expect(await codeOf(provider.plan(account, ask(0n)))).toBe('AMOUNT_OUT_OF_RANGE')
      expect(await codeOf(provider.plan(account, ask(liquidMetisWei + 1n)))).toBe(
        'METIS_BALANCE_LOW',
      )
    },
  },
  {
    rule: 'a deposit that gave less than the least is not verified',
    async holds(scene) {
      const {plan, mined} = await deposit(scene, METIS)
      const more = {...plan, quote: {...plan.quote, minOutWei: plan.quote.expectedWei + 1n}}
      expect(await codeOf(scene.provider.verify(more, mined))).toBe('POST_STATE')
    },
  },
  {
    rule: 'verification looks at the block of the deposit, whatever came later',
    async holds(scene) {
      const {provider} = scene
      const first = await deposit(scene, METIS)
      const second = await deposit(scene, 5n * METIS)
      const verified = await provider.verify(first.plan, first.mined)
      expect(verified.receivedWei).toBe(first.plan.quote.expectedWei)
      const {heldWei} = await provider.position(scene.account, second.mined)
      expect(verified.position.heldWei).toBe(heldWei - second.plan.quote.expectedWei)
    },
  },
  {
    rule: 'a state is read at the block that is asked for',
    async holds(scene) {
      const {mined} = await deposit(scene, METIS)
      const before = await scene.provider.read(mined)
      await deposit(scene, METIS)
      expect(await scene.provider.read(mined)).toEqual(before)
      const {totalDepositsMetisWei} = await scene.provider.read()
      expect(totalDepositsMetisWei).toBe(before.totalDepositsMetisWei + METIS)
    },
  },
]
