import type {Address, Hash} from 'viem'
import {expect} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {differencesOf} from '../../src/services/lst/verify.ts'
import type {LstBlocker, LstPlan, LstProvider, LstRequest} from '../../src/services/lst/provider.ts'
import {decodePlanned} from '../../src/services/sending/planned-call.ts'
import type {Rule} from './contract.ts'

/** A provider on a chain, and an account that may deposit with it. */
export interface LstScene {
  provider: LstProvider
  account: Address
  /** False: the call of a deposit has no argument for the least it may give. */
  holdsLeast: boolean
  /** Rewards come in, so that a token is worth more after the next harvest. */
  earn(wei: bigint): Promise<void>
  /**
   * The gates between a request and its METIS, closed by a withdrawal after `starve`, in the order
   * in which they are named. Each opens one.
   */
  gates: Readonly<Partial<Record<LstBlocker, () => Promise<void>>>>
  /** Takes the METIS away that would pay requests. */
  starve(): Promise<void>
  /** Makes a deposit give less than its quote. */
  worsen(): Promise<void>
  /** Wei by which a balance that is counted in shares may differ from what was moved. */
  roundsBy: bigint
  /** Sends the calls of a plan. Null: the chain refuses one. */
  carryOut(plan: LstPlan): Promise<{hash: Hash; blockNumber: bigint} | null>
  /** METIS that the account received in a block, without its gas. */
  paid(mined: {hash: Hash; blockNumber: bigint}): Promise<bigint>
}

const METIS = 10n ** 18n
const ask = (amountMetisWei: bigint, slippageBasisPoints = 50) => ({
  kind: 'deposit' as const,
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

async function withdraw(
  {provider, account, carryOut}: LstScene,
  amountWei: bigint,
): Promise<{plan: LstPlan; mined: {hash: Hash; blockNumber: bigint}}> {
  const request = {kind: 'withdraw', amountWei, slippageBasisPoints: 0} as const
  const plan = await provider.plan(account, request)
  const mined = await carryOut(plan)
  expect(mined, 'the chain takes a withdrawal that was planned').not.toBeNull()
  return {plan, mined: mined!}
}

export const lstContract: readonly Rule<LstScene>[] = [
  {
    rule: 'it says who it is, and that it is there',
    async holds({provider}) {
      const {id, name, token, kind} = provider.about
      expect(await provider.describe()).toMatchObject({id, name, token, kind, state: 'live'})
      expect(provider.capabilities).toContain('deposit')
    },
  },
  {
    rule: 'a quote is what the deposit gives, also while rewards wait to be harvested',
    async holds(scene) {
      const {provider} = scene
      await deposit(scene, 10n * METIS)
      await scene.earn(3n * METIS)
      const {plan, mined} = await deposit(scene, 7n * METIS)
      expect((await provider.verify(plan, mined)).receivedWei).toBe(plan.quote!.expectedWei)
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
      await scene.worsen()
      const mined = await scene.carryOut(plan)
      if (scene.holdsLeast) expect(mined).toBeNull()
      // Mined it is, and told: fewer tokens came.
      else expect(await codeOf(scene.provider.verify(plan, mined!))).toBe('POST_STATE')
    },
  },
  {
    rule: 'a plan names the sender, L2, the amount, conditions that hold and figures',
    async holds({provider, account}) {
      const plan = await provider.plan(account, ask(2n * METIS))
      expect(plan).toMatchObject({action: 'lst deposit', chain: 'L2', from: account})
      expect(plan.request).toMatchObject({kind: 'deposit', amountMetisWei: 2n * METIS})
      // METIS goes as the coin with the call, or as the token by an exact approval.
      const valueWei = plan.calls.reduce((sum, call) => sum + call.valueWei, 0n)
      const args = plan.calls.flatMap((call) => decodePlanned(call).args.map(({value}) => value))
      expect(valueWei === 2n * METIS || args.includes(`${2n * METIS}`)).toBe(true)
      expect(plan.conditions.length).toBeGreaterThan(0)
      expect(plan.conditions.every(({ok}) => ok)).toBe(true)
      expect(plan.figures.map(({id}) => id)).toContain('heldWei')
    },
  },
  {
    rule: 'the figures are what the chain shows at the block of the deposit',
    async holds(scene) {
      const {provider} = scene
      const {plan, mined} = await deposit(scene, 4n * METIS)
      const {position} = await provider.verify(plan, mined)
      const figure = plan.figures.find(({id}) => id === 'heldWei')
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
      const more = {...plan, quote: {...plan.quote!, minOutWei: plan.quote!.expectedWei + 1n}}
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
      expect(verified.receivedWei).toBe(first.plan.quote!.expectedWei)
      const {heldWei} = await provider.position(scene.account, second.mined)
      expect(verified.position.heldWei).toBe(heldWei - second.plan.quote!.expectedWei)
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
  {
    rule: 'a withdrawal takes the tokens at once and owes what was quoted, also while rewards wait',
    async holds(scene) {
      const {provider, account} = scene
      await deposit(scene, 20n * METIS)
      await scene.earn(2n * METIS)
      const before = await provider.position(account)
      const {plan, mined} = await withdraw(scene, before.heldWei / 3n)
      const {receivedWei, position} = await provider.verify(plan, mined)
      expect(receivedWei).toBe(plan.quote!.expectedWei)
      const expectedWei = before.heldWei - before.heldWei / 3n
      const offWei = position.heldWei - expectedWei
      expect(offWei <= scene.roundsBy && -offWei <= scene.roundsBy, `${offWei}`).toBe(true)
      expect(position.owedMetisWei - before.owedMetisWei).toBe(receivedWei)
      expect(differencesOf(plan, position)).toEqual([])
      const [request, ...others] = await provider.requests(account)
      expect(others).toEqual([])
      expect(request).toMatchObject({metisWei: receivedWei})
      if (request!.token === provider.about.token) {
        expect(before.heldWei / 3n - request!.amountWei).toBeLessThanOrEqual(scene.roundsBy)
      }
    },
  },
  {
    rule: 'every gate blocks a request until it opens, and then the claim pays to the wei',
    async holds(scene) {
      const {provider, account, gates} = scene
      await deposit(scene, 20n * METIS)
      await withdraw(scene, 5n * METIS)
      await scene.starve()
      const blocked = async () => (await provider.requests(account))[0]!.blockedBy
      const closed = Object.keys(gates) as LstBlocker[]
      expect(closed.length).toBeGreaterThan(0)
      while (closed.length > 0) {
        expect((await blocked()).toSorted()).toEqual(closed.toSorted())
        expect(await codeOf(provider.plan(account, {kind: 'claim'}))).toBe('NOTHING_CLAIMABLE')
        await gates[closed.shift()!]!()
      }
      expect(await blocked()).toEqual([])
      const {owedMetisWei, claimableMetisWei} = await provider.position(account)
      expect(claimableMetisWei).toBe(owedMetisWei)
      const plan = await provider.plan(account, {kind: 'claim'})
      const mined = await scene.carryOut(plan)
      const {receivedWei, position} = await provider.verify(plan, mined!)
      expect(receivedWei).toBe(owedMetisWei)
      expect(position).toMatchObject({openRequests: 0n, owedMetisWei: 0n})
      expect(await scene.paid(mined!)).toBe(owedMetisWei)
    },
  },
  {
    rule: 'more tokens than are held, and none, are refused before anything is sent',
    async holds(scene) {
      const {provider, account} = scene
      await deposit(scene, METIS)
      const {heldWei} = await provider.position(account)
      const ask = (amountWei: bigint) =>
        codeOf(provider.plan(account, {kind: 'withdraw', amountWei, slippageBasisPoints: 50}))
      expect(await ask(heldWei + 1n)).toBe('LST_BALANCE_LOW')
      expect(await ask(0n)).toBe('AMOUNT_OUT_OF_RANGE')
    },
  },
  {
    rule: 'it owes no more than it has on L2, and the queue counts what is owed',
    async holds(scene) {
      const {provider} = scene
      await deposit(scene, 20n * METIS)
      const [before, queue] = [await provider.balance(), await provider.queue()]
      expect(before.idleMetisWei).toBeGreaterThanOrEqual(before.liabilitiesMetisWei)
      const {plan, mined} = await withdraw(scene, 5n * METIS)
      const {receivedWei} = await provider.verify(plan, mined)
      const [after, longer] = [await provider.balance(), await provider.queue()]
      expect(longer.owedMetisWei - queue.owedMetisWei).toBe(receivedWei)
      // A request changes what is owed to whom, not how much.
      expect(after.liabilitiesMetisWei).toBe(before.liabilitiesMetisWei)
    },
  },
  {
    rule: 'an operation that it does not have is refused',
    async holds({provider, account}) {
      const requests: LstRequest[] = [
        {kind: 'cancel', id: '0'},
        {kind: 'speed-up', id: '0', lpToken: account, lpWei: 1n},
        {kind: 'vest', step: 'claim'},
      ]
      for (const request of requests.filter(({kind}) => !provider.capabilities.has(kind))) {
        expect(await codeOf(provider.plan(account, request))).toBe('LST_CANNOT')
      }
    },
  },
]
