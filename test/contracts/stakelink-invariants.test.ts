import {type Address, parseEther, zeroAddress} from 'viem'
import {describe, expect, test} from 'vitest'

import {localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import {stakelinkStake} from '../../src/protocol/lst/stakelink/shares.ts'
import {type Random, randomOf} from '../helpers/rpc-fuzz.ts'
import {
  admin,
  NO_DATA,
  type StakelinkChain,
  type StakelinkPart,
  startStakelink,
  UPKEEP,
} from './stakelink-fixture.ts'
import {Refused, StakelinkModel} from './stakelink-model.ts'
import {alice, bob, carol, stranger} from './staking.ts'

const one = parseEther('1')
const users: readonly Address[] = [alice, bob, carol]
const {priorityPool, stMetis, withdrawalPool, wstMetis, strategy} = localStakelink
const holders: readonly [Address, string][] = [
  [priorityPool, 'priority'],
  [withdrawalPool, 'withdrawals'],
  [wstMetis, 'wrapped'],
  [stMetis, 'pool'],
  [admin, 'admin'],
]

interface Operation {
  name: string
  /** Refused where the contract refuses. */
  predict(model: StakelinkModel): void
  /** @returns `ok`, or the reason of the revert */
  act(chain: StakelinkChain): Promise<string>
  /** Account that must not gain by it. */
  user?: Address
}

/** Mostly what a person would do; also nothing, single wei, and more than there is. */
function amount(random: Random, most: bigint): bigint {
  const kind = random.below(20)
  if (kind === 0) return 0n
  if (kind === 1) return BigInt(random.below(5))
  if (kind === 2) return most + 1n
  if (kind === 3) return most
  return (most * BigInt(1 + random.below(1_000_000))) / 2_000_000n
}

function call(
  from: Address,
  [part, fn, args]: [StakelinkPart, string, readonly unknown[]],
  predict: Operation['predict'],
): Operation {
  const act = (chain: StakelinkChain) => chain.why(from, part, fn, args)
  const byUser = users.includes(from) ? {user: from} : {}
  return {name: `${part}.${fn}(${args.join(', ')})`, predict, act, ...byUser}
}

type Draw = (random: Random, model: StakelinkModel, user: Address) => Operation

const deposit: Draw = (random, _model, user) => {
  const wei = amount(random, 20n * one)
  const queues = random.below(3) > 0
  return call(user, ['priority', 'deposit', [wei, queues, NO_DATA]], (it) =>
    it.deposit(user, wei, queues),
  )
}

const withdraw: Draw = (random, model, user) => {
  const wei = amount(random, model.balance(user))
  const flags = {unqueues: random.below(3) === 0, queues: random.below(4) > 0}
  const args = [wei, 0n, 0n, [], flags.unqueues, flags.queues, NO_DATA]
  return call(user, ['priority', 'withdraw', args], (it) => it.withdraw(user, wei, flags))
}

const claim: Draw = (_random, model, user) => {
  const {ids, batches} = model.claimable(user)
  return call(user, ['withdrawals', 'withdraw', [ids, batches]], (it) => it.claim(user))
}

const leave: Draw = () => ({
  name: 'move to L1',
  predict: (it) => it.moveToL1(),
  act: async (chain) => {
    await chain.moveToL1()
    return 'ok'
  },
})

const operations: readonly Draw[] = [
  ...[deposit, deposit, withdraw, withdraw, claim],
  (random, model, user) => {
    const wei = amount(random, model.queuedOf.of(user))
    return call(user, ['priority', 'unqueueTokens', [wei, 0n, 0n, []]], (it) =>
      it.unqueue(user, wei),
    )
  },
  (random, model, user) => {
    const wei = amount(random, model.balance(user))
    return call(user, ['wrapped', 'wrap', [wei]], (it) => it.wrap(user, wei))
  },
  (random, model, user) => {
    const wei = amount(random, model.wrapped.of(user))
    return call(user, ['wrapped', 'unwrap', [wei]], (it) => it.unwrap(user, wei))
  },
  (random, model, user) => {
    const wei = amount(random, model.balance(user))
    const to = random.pick(users)
    return call(user, ['pool', 'transfer', [to, wei]], (it) => it.transfer(user, to, wei))
  },
  () => call(stranger, ['withdrawals', 'performUpkeep', [UPKEEP]], (it) => it.upkeep()),
  () =>
    call(stranger, ['priority', 'depositQueuedTokens', [0n, 10n ** 30n, NO_DATA]], (it) =>
      it.stakeQueued(),
    ),
  (random, model) => {
    const kind = random.below(4)
    const extra = kind === 0 ? 0n : kind === 1 ? 1000n * one : BigInt(random.below(30)) * one
    const most = kind === 0 ? one : model.totalStakedWei + extra
    return call(admin, ['strategy', 'setMaxDeposits', [most]], (it) => {
      it.mostWei = most
    })
  },
  (random, model) => {
    const idle = model.metis.of('strategy')
    const lost = random.below(5) === 0
    const wei = lost ? -(idle / 50n) : amount(random, one)
    return {
      name: `earn ${wei}`,
      predict: (it) => it.earn(wei),
      act: async (chain) => {
        await chain.gain(wei)
        return chain.why(admin, 'pool', 'updateStrategyRewards', [[0n], '0x'])
      },
    }
  },
  ...[leave, leave],
  (random, model) => {
    const wei = (model.l1Wei * BigInt(1 + random.below(1000))) / 1000n
    return {
      name: `bring back ${wei}`,
      predict: (it) => it.bringBack(wei),
      act: async (chain) => {
        if (wei > 0n) await chain.bringBack(wei)
        return 'ok'
      },
    }
  },
]

/** What the chain shows of everything that the model knows. */
async function chainState(chain: StakelinkChain) {
  const {wei, held} = chain
  const [totals, shares, metis, accounts] = await Promise.all([
    Promise.all([
      wei('pool', 'totalStaked'),
      wei('pool', 'totalShares'),
      wei('strategy', 'getTotalDeposits'),
      wei('strategy', 'l1TotalDeposits'),
      wei('priority', 'totalQueued'),
      wei('withdrawals', 'getTotalQueuedWithdrawals'),
      wei('withdrawals', 'indexOfNextWithdrawal'),
    ]),
    Promise.all(holders.map(([at]) => wei('pool', 'sharesOf', [at]))),
    Promise.all([strategy, priorityPool, withdrawalPool].map((at) => held('metis', at))),
    Promise.all(
      users.map((user) =>
        Promise.all([
          held('metis', user),
          wei('pool', 'sharesOf', [user]),
          held('wrapped', user),
          wei('priority', 'getQueuedTokens', [user, 0n]),
        ]),
      ),
    ),
  ])
  return {totals, shares, metis, accounts}
}

function modelState(it: StakelinkModel) {
  return {
    totals: [
      ...[it.totalStakedWei, it.totalShares, it.totalStakedWei, it.l1Wei],
      ...[it.totalQueuedWei, it.queuedWithdrawalsWei, BigInt(it.next)],
    ],
    shares: holders.map(([, name]) => it.shares.of(name)),
    metis: ['strategy', 'priority', 'withdrawals'].map((name) => it.metis.of(name)),
    accounts: users.map((user) => [
      ...[it.metis.of(user), it.shares.of(user), it.wrapped.of(user), it.queuedOf.of(user)],
    ]),
  }
}

const sum = (list: Iterable<bigint>) => [...list].reduce((total, each) => total + each, 0n)

/** What has to hold whatever happened. */
function assertInvariants(it: StakelinkModel): void {
  expect(sum(it.shares.values())).toBe(it.totalShares)
  expect(it.metis.of('strategy') + it.l1Wei).toBe(it.totalStakedWei)
  // METIS of the queue is there, and nobody can unqueue more than that.
  expect(it.metis.of('priority')).toBe(it.totalQueuedWei)
  const waiting = it.withdrawals.slice(it.next).map(({shares}) => shares)
  expect(sum(waiting)).toBe(it.queuedShares)
  expect(it.shares.of('withdrawals') >= it.queuedShares).toBe(true)
  const supply = sum(users.map((user) => it.wrapped.of(user)))
  expect(it.shares.of('wrapped') >= supply).toBe(true)
}

async function openModel(chain: StakelinkChain): Promise<StakelinkModel> {
  await chain.prepare()
  const it = new StakelinkModel()
  it.totalStakedWei = it.totalShares = one
  it.shares.add('admin', one - 1000n)
  it.shares.add(zeroAddress, 1000n)
  it.metis.add('strategy', one)
  it.mostWei = 100_000n * one
  for (const user of users) it.metis.add(user, await chain.held('metis', user))
  it.now = await chain.now()
  it.lastBatch = await chain.wei('withdrawals', 'timeOfLastWithdrawal')
  return it
}

/** @returns how often each reason was met, `ok` included */
async function play(
  chain: StakelinkChain,
  model: StakelinkModel,
  {seed, rounds}: {seed: number; rounds: number},
): Promise<Map<string, number>> {
  const random = randomOf(seed)
  const met = new Map<string, number>()
  for (let round = 0; round < rounds; round++) {
    const operation = random.pick(operations)(random, model, random.pick(users))
    const where = `seed ${seed}, round ${round}: ${operation.name}`
    const {user} = operation
    const before = user ? model.worth(user) : 0n
    model.now += BigInt(10 + random.below(20_000))
    await chain.at(model.now)
    const saved = structuredClone(modelState(model))
    let predicted = 'ok'
    const trial = copyOf(model)
    try {
      operation.predict(trial)
      Object.assign(model, trial)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      predicted = error.message
      expect(modelState(model), where).toEqual(saved)
    }
    expect(await operation.act(chain), where).toBe(predicted)
    expect(await chainState(chain), where).toEqual(modelState(model))
    assertInvariants(model)
    // Every division rounds by less than a share; a call has a few of them.
    const known = 4n * (stakelinkStake(model, 1n) + 1n)
    if (user && !operation.name.includes('transfer')) {
      expect(model.worth(user) - before <= known, where).toBe(true)
    }
    met.set(predicted, (met.get(predicted) ?? 0) + 1)
    model.now = await chain.now()
  }
  return met
}

/** A refused call leaves nothing behind, on the chain as in the model. */
function copyOf(model: StakelinkModel): StakelinkModel {
  const copy = new StakelinkModel()
  Object.assign(copy, model, {
    withdrawals: model.withdrawals.map((each) => ({...each})),
    batches: [...model.batches],
  })
  for (const name of ['shares', 'wrapped', 'metis', 'queuedOf'] as const) {
    const ledger = new (model[name].constructor as new (short: string) => typeof model.shares)(
      model[name].short,
    )
    for (const [holder, wei] of model[name]) ledger.set(holder, wei)
    Object.assign(copy, {[name]: ledger})
  }
  return copy
}

describe('stake.link follows the model', () => {
  test.each([
    {seed: 11, rounds: 1_000},
    {seed: 23, rounds: 1_000},
  ])(
    'in $rounds random operations from seed $seed',
    async ({seed, rounds}) => {
      await using chain = await startStakelink()
      const model = await openModel(chain)
      const met = await play(chain, model, {seed, rounds})
      // A run in which nothing happens, or in which nothing is refused, would prove little.
      expect(met.get('ok')).toBeGreaterThan(rounds / 2)
      expect(met.size).toBeGreaterThan(8)
      expect(model.withdrawals.length).toBeGreaterThan(10)
      expect(model.batches.length).toBeGreaterThan(10)
    },
    600_000,
  )
})
