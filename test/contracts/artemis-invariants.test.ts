/** 2,000 random transactions with Artemis beside a model of it: the totals agree to the wei after each, and the rules of money hold. */
import {encodeFunctionData, numberToHex, parseEther, type Abi, type Address, type Hex} from 'viem'
import {describe, expect, test} from 'vitest'

import {amtDepositPoolAbi} from '../../src/chain/abis/amt-deposit-pool.ts'
import {amtRewardPoolAbi} from '../../src/chain/abis/amt-reward-pool.ts'
import {amtWithdrawalManagerAbi} from '../../src/chain/abis/amt-withdrawal-manager.ts'
import {artMetisAbi} from '../../src/chain/abis/art-metis.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {artemisRate, harvestOf, quoteArtemisDeposit} from '../../src/protocol/lst/artemis/rates.ts'
import {type Random, randomOf} from '../helpers/rpc-fuzz.ts'
import {type Chain, connect, receiptOf} from './chain.ts'
import {startL2} from './l2-fixture.ts'
import {alice, bob, carol, governance} from './staking.ts'

const one = parseEther('1')
const DAY = 86_400n
const DELAY = 14n * DAY
const users: readonly Address[] = [alice, bob, carol]
const {artMetis, depositPool, rewardPool, withdrawalManager} = localLst.artemis

class Refused extends Error {}

function need(holds: boolean): void {
  if (!holds) throw new Refused()
}

interface Request {
  owner: Address
  owedWei: bigint
  startSeconds: bigint
  isPaid: boolean
}

/** Its state, in the terms of the contracts. */
class Model {
  deposits = 0n
  supply = 0n
  pending = 0n
  feeRate = 0n
  poolWei = 0n
  managerWei = 0n
  nextUnlock = 0
  readonly held = new Map<Address, bigint>()
  readonly requests: Request[] = []

  of(user: Address): bigint {
    return this.held.get(user) ?? 0n
  }

  get figures() {
    return {
      totalDepositsMetisWei: this.deposits,
      supplyWei: this.supply,
      pendingRewardMetisWei: this.pending,
      feeRate: this.feeRate,
    }
  }

  get owedWei(): bigint {
    return this.requests.slice(this.nextUnlock).reduce((sum, {owedWei}) => sum + owedWei, 0n)
  }

  harvest(): void {
    const reward = harvestOf(this.figures)
    this.deposits += reward
    this.poolWei += reward
    this.pending = 0n
  }

  deposit(user: Address, wei: bigint): void {
    need(wei > 0n)
    const minted = quoteArtemisDeposit(this.figures, wei)
    this.harvest()
    this.deposits += wei
    this.poolWei += wei
    this.supply += minted
    this.held.set(user, this.of(user) + minted)
  }

  withdraw(owner: Address, tokens: bigint, startSeconds: bigint): void {
    need(tokens > 0n)
    const perMetis = this.deposits === 0n ? one : (one * this.supply) / this.deposits
    need(perMetis > 0n)
    const owedWei = (tokens * one) / perMetis
    need(owedWei <= this.deposits && tokens <= this.of(owner))
    this.deposits -= owedWei
    this.supply -= tokens
    this.held.set(owner, this.of(owner) - tokens)
    this.requests.push({owner, owedWei, startSeconds, isPaid: false})
  }

  unlock(before: number): void {
    need(before > this.nextUnlock && before <= this.requests.length)
    const owed = this.requests
      .slice(this.nextUnlock, before)
      .reduce((sum, {owedWei}) => sum + owedWei, 0n)
    need(owed <= this.poolWei)
    this.poolWei -= owed
    this.managerWei += owed
    this.nextUnlock = before
  }

  complete(user: Address, now: bigint): void {
    const nonce = this.requests.findIndex(({owner, isPaid}) => owner === user && !isPaid)
    need(nonce >= 0 && nonce < this.nextUnlock)
    const request = this.requests[nonce]!
    need(request.startSeconds + DELAY <= now)
    request.isPaid = true
    this.managerWei -= request.owedWei
  }
}

interface Drawn {
  from: Address
  to: Address
  abi: Abi
  fn: string
  args: readonly unknown[]
  value?: bigint
  predict(model: Model, now: bigint): void
}

/** Mostly what a person would do; also nothing, single wei, and more than there is. */
function amount(random: Random, most: bigint): bigint {
  const kind = random.below(16)
  if (kind === 0) return 0n
  if (kind === 1) return BigInt(random.below(5))
  if (kind === 2) return most + 1n
  return (most * BigInt(1 + random.below(1_000_000))) / 1_500_000n
}

const manager = {to: withdrawalManager, abi: amtWithdrawalManagerAbi as Abi}
const pool = {to: depositPool, abi: amtDepositPoolAbi as Abi}

const draws: readonly ((random: Random, model: Model, from: Address) => Drawn)[] = [
  (random, _model, from) => {
    const value = amount(random, 5n * one)
    const call = {...pool, from, fn: 'deposit', args: [0n, ''], value}
    return {...call, predict: (it) => it.deposit(from, value)}
  },
  (random, model, from) => {
    const wei = amount(random, model.of(from))
    const call = {...manager, from, fn: 'initiateWithdrawal', args: [wei]}
    return {...call, predict: (it, now) => it.withdraw(from, wei, now)}
  },
  (_random, _model, from) => ({
    ...{...pool, from, fn: 'harvest', args: []},
    predict: (it) => it.harvest(),
  }),
  (random, model) => {
    const {nextUnlock, requests} = model
    const before = nextUnlock + random.below(requests.length - nextUnlock + 3)
    const call = {
      ...manager,
      from: governance.address,
      fn: 'unlockWithdrawal',
      args: [BigInt(before)],
    }
    return {...call, predict: (it) => it.unlock(before)}
  },
  (_random, _model, from) => ({
    ...{...manager, from, fn: 'completeWithdrawal', args: []},
    predict: (it, now) => it.complete(from, now),
  }),
  (random) => {
    const rate = BigInt(random.below(20)) * 10n ** 16n
    const to = {to: rewardPool, abi: amtRewardPoolAbi as Abi}
    const call = {...to, from: governance.address, fn: 'setFeeRate', args: [rate]}
    return {...call, predict: (it) => void (it.feeRate = rate)}
  },
  (random, model, from) => {
    const wei = amount(random, model.of(from))
    const other = random.pick(users)
    const token = {to: artMetis, abi: artMetisAbi as Abi}
    return {
      ...{...token, from, fn: 'transfer', args: [other, wei]},
      predict(it) {
        need(wei <= it.of(from))
        it.held.set(from, it.of(from) - wei)
        it.held.set(other, it.of(other) + wei)
      },
    }
  },
]

const gas = numberToHex(1_000_000)

async function mine(chain: Chain, {from, to, abi, fn, args, value = 0n}: Drawn): Promise<boolean> {
  const data = encodeFunctionData({abi, functionName: fn, args})
  const call = {from, to, data, gas, gasPrice: '0x0', value: numberToHex(value)}
  const hash = (await chain.request('eth_sendTransaction', call)) as Hex
  return (await receiptOf(chain, hash)).status === '0x1'
}

describe('Artemis, at random', () => {
  test.each([1, 2])('seed %i: 1,000 transactions', async (seed) => {
    const {anvil} = await startL2()
    await using _stop = {[Symbol.asyncDispose]: () => anvil.stop()}
    const chain = connect(anvil.rpcUrl)
    const random = randomOf(seed)
    let model = new Model()
    let now = BigInt(Math.floor(Date.now() / 1000)) + 10n * DAY
    let mined = 0
    let lastRate = 0n
    const read = (to: Address, abi: Abi, fn: string) => chain.read(to, abi, fn) as Promise<bigint>

    for (let step = 0; step < 1000; step++) {
      if (random.below(6) === 0) {
        // A reward arrives by the bridge: plain METIS.
        model.pending += BigInt(random.below(1_000_000)) * 10n ** 11n
        await chain.fund(rewardPool, model.pending)
      }
      now += BigInt(1 + random.below(2 * Number(DAY)))
      await chain.request('evm_setNextBlockTimestamp', numberToHex(now))
      const drawn = random.pick(draws)(random, model, random.pick(users))
      const next = Object.assign(new Model(), structuredClone({...model}), {
        held: new Map(model.held),
        requests: structuredClone(model.requests),
      })
      let predicted = true
      try {
        drawn.predict(next, now)
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        predicted = false
      }
      const ok = await mine(chain, drawn)
      expect({step, fn: drawn.fn, args: drawn.args, ok}).toMatchObject({ok: predicted})
      if (!ok) continue
      model = next
      mined++

      const [deposits, supply, owed] = await Promise.all([
        read(depositPool, amtDepositPoolAbi, 'totalDeposits'),
        read(artMetis, artMetisAbi, 'totalSupply'),
        chain.read(withdrawalManager, amtWithdrawalManagerAbi, 'calculateUnlockNonce', [
          BigInt(model.requests.length),
        ]),
      ])
      expect({step, deposits, supply, owed}).toEqual({
        ...{step, deposits: model.deposits, supply: model.supply, owed: model.owedWei},
      })
      // (a) Deposits, harvests and transfers never lower the rate; a withdrawal does by rounding at most.
      const {rate} = artemisRate(model.figures)
      if (drawn.fn !== 'initiateWithdrawal' && model.supply > one) {
        expect(rate, `${drawn.fn} in step ${step}`).toBeGreaterThanOrEqual(lastRate)
      }
      if (model.supply > one) lastRate = rate
    }

    // Everything that came in is in one of the contracts, and balances are as the model has them.
    expect(await chain.balance(depositPool)).toBe(model.poolWei)
    expect(await chain.balance(withdrawalManager)).toBe(model.managerWei)
    // (d) Tokens of all holders are the supply.
    const held = await Promise.all(
      users.map((user) => chain.read(artMetis, artMetisAbi, 'balanceOf', [user])),
    )
    expect(held).toEqual(users.map((user) => model.of(user)))
    expect(model.poolWei).toBeGreaterThanOrEqual(0n)
    expect(mined).toBeGreaterThan(400)
    expect(model.requests.filter(({isPaid}) => isPaid).length).toBeGreaterThan(10)
  })
})
