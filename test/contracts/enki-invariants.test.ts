import {type Address, keccak256, parseEther, toBytes, zeroAddress} from 'viem'
import {describe, expect, test} from 'vitest'

import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {type Random, randomOf} from '../helpers/rpc-fuzz.ts'
import {admin, type EnkiChain, type EnkiPart, startEnki} from './enki-fixture.ts'
import {EnkiModel, type ModelSettings, Refused} from './enki-model.ts'
import {alice, bob, carol} from './staking.ts'

const one = parseEther('1')
const DAY = 24n * 3600n
const LP_FACTOR = 2n * DAY
const users: readonly Address[] = [alice, bob, carol]

interface Operation {
  from: Address
  part: EnkiPart
  fn: string
  args: readonly unknown[]
  predict(model: EnkiModel): void
}

/** Mostly what a person would do; also nothing, single wei, and more than there is. */
function amount(random: Random, most: bigint): bigint {
  const kind = random.below(20)
  if (kind === 0) return 0n
  if (kind === 1) return BigInt(random.below(5))
  if (kind === 2) return most + 1n
  if (kind === 3) return most
  return (most * BigInt(1 + random.below(1_000_000))) / 2_500_000n
}

type Draw = (random: Random, model: EnkiModel, user: Address) => Operation

const ticketOf = (random: Random, {tickets}: EnkiModel, user: Address): number => {
  const own = tickets.flatMap(({owner}, id) => (owner === user ? [id] : []))
  // Now and then somebody else's, a spent one, or one that never was.
  if (own.length === 0 || random.below(10) === 0) return random.below(tickets.length + 1)
  return random.pick(own)
}

const operations: readonly Draw[] = [
  (random, model, from) => {
    const wei = amount(random, 20n * one)
    const stake = random.below(2) === 0
    const args = [from, wei, stake, zeroAddress]
    return {from, part: 'minter', fn: 'mint', args, predict: (it) => it.mint(from, wei, stake)}
  },
  (random, model, from) => {
    const wei = amount(random, model.eMetis.of(from))
    return {
      from,
      part: 'seMetis',
      fn: 'deposit',
      args: [wei, from],
      predict: (it) => it.deposit(from, wei),
    }
  },
  (random, model, from) => {
    const wei = amount(random, model.shares.of(from))
    const args = [wei, from, from]
    return {from, part: 'seMetis', fn: 'redeem', args, predict: (it) => it.redeem(from, wei)}
  },
  (random, model, from) => {
    const wei = amount(random, model.shares.of(from))
    const args = [wei, from, from]
    return {from, part: 'seMetis', fn: 'withdraw', args, predict: (it) => it.withdraw(from, wei)}
  },
  (random, model, from) => {
    const wei = amount(random, model.eMetis.of(from))
    const args = [from, wei]
    return {
      from,
      part: 'queue',
      fn: 'enterRedemptionQueue',
      args,
      predict: (it) => it.enter(from, wei),
    }
  },
  (random, model, from) => {
    const id = ticketOf(random, model, from)
    const args = [BigInt(id), from]
    const fn = 'redeemRedemptionTicketNft'
    return {from, part: 'queue', fn, args, predict: (it) => it.redeemTicket(from, id)}
  },
  (random, model, from) => {
    const id = ticketOf(random, model, from)
    const args = [from, BigInt(id)]
    const fn = 'cancelRedemptionTicketNft'
    return {from, part: 'queue', fn, args, predict: (it) => it.cancel(from, id)}
  },
  (random, model, from) => {
    const id = ticketOf(random, model, from)
    const wei = amount(random, (model.tickets[id]?.owedWei ?? one) * 5n)
    const args = [BigInt(id), localEnki.enki, wei]
    const fn = 'reduceRedemptionMaturity'
    return {from, part: 'queue', fn, args, predict: (it) => it.reduce(from, id, wei)}
  },
  (random, model, from) => {
    const id = ticketOf(random, model, from)
    const fn = 'unlockLpToken'
    return {from, part: 'queue', fn, args: [BigInt(id)], predict: (it) => it.unlockLp(from, id)}
  },
  (random, model, from) => {
    const wei = amount(random, 100n * one)
    return {from, part: 'vesting', fn: 'stake', args: [wei], predict: (it) => it.stake(from, wei)}
  },
  (_random, _model, from) => {
    return {from, part: 'vesting', fn: 'claim', args: [], predict: (it) => it.claim(from)}
  },
  (_random, _model, from) => {
    return {from, part: 'vesting', fn: 'unstake', args: [], predict: (it) => it.unstake(from)}
  },
  (random) => {
    const wei = amount(random, one)
    const args = [localEnki.rewardDispatcher, wei]
    return {from: admin, part: 'eMetis', fn: 'minter_mint', args, predict: (it) => it.earn(wei)}
  },
  () => {
    return {
      from: admin,
      part: 'dispatcher',
      fn: 'dispatch',
      args: [],
      predict: (it) => it.dispatch(),
    }
  },
  (random, model) => {
    const wei = amount(random, model.treasuryWei)
    const redeem = random.below(2) === 0
    const args = [wei, redeem]
    const predict = (it: EnkiModel) => it.withdrawTreasury(wei, redeem)
    return {from: admin, part: 'dispatcher', fn: 'withdrawTreasury', args, predict}
  },
  (random, model) => {
    const wei = amount(random, model.metis.of('minter'))
    const fn = 'depositToRedemptionQueue'
    return {from: admin, part: 'minter', fn, args: [wei], predict: (it) => it.fundQueue(wei)}
  },
  (random, model) => {
    const wei = amount(random, model.feesWei)
    const fn = 'collectRedemptionFees'
    return {from: admin, part: 'queue', fn, args: [wei], predict: (it) => it.collectFees(wei)}
  },
  (random) => {
    const name = random.pick(['redemptionFee', 'cancelRedemptionFee', 'vestingRatio'] as const)
    const value = BigInt(random.pick([0, 1, 999, 30_000, 300_000]))
    const predict = (it: EnkiModel) => {
      it.settings[name] = value
    }
    return {from: admin, part: 'config', fn: 'setValue', args: [name, value], predict}
  },
]

/** Tickets have the longest lives, so what happens to them is drawn twice as often. */
const draws = [...operations, ...operations.slice(5, 9)]

/** What the chain shows of everything that the model knows about these users. */
async function chainState(enki: EnkiChain): Promise<Record<string, unknown>> {
  const {seMetis, vesting, redemptionQueue, rewardDispatcher, minter} = localEnki
  const [totals, ...accounts] = await Promise.all([
    Promise.all([
      enki.read('seMetis', 'totalAssets'),
      enki.read('seMetis', 'totalSupply'),
      enki.read('eMetis', 'totalSupply'),
      enki.read('queue', 'redemptionQueueAccounting'),
      enki.read('dispatcher', 'treasuryBalance'),
      enki.held('metis', minter),
      enki.held('metis', redemptionQueue),
      enki.held('enki', redemptionQueue),
      enki.held('enki', vesting),
      ...[seMetis, vesting, redemptionQueue, rewardDispatcher].map((at) => enki.held('eMetis', at)),
    ]),
    ...users.map((user) =>
      Promise.all([
        enki.held('metis', user),
        enki.held('eMetis', user),
        enki.held('seMetis', user),
        enki.held('enki', user),
        enki.read('vesting', 'userInfos', [user]),
      ]),
    ),
  ])
  return {totals, accounts}
}

function modelState(model: EnkiModel): Record<string, unknown> {
  const {metis, eMetis, shares, lp} = model
  const holders = ['vault', 'vesting', 'queue', 'dispatcher']
  return {
    totals: [
      ...[model.totalAssetsWei, model.supplyWei, model.eMetisSupplyWei],
      ...[[model.liabilitiesWei, model.feesWei], model.treasuryWei],
      ...[metis.of('minter'), metis.of('queue'), lp.of('queue'), lp.of('vesting')],
      ...holders.map((holder) => eMetis.of(holder)),
    ],
    accounts: users.map((user) => {
      const it = model.account(user)
      const {stakedEnkiWei, cumulativeClaimWei, claimedWei, lastVestingTime, unvestedWei} = it
      return [
        ...[metis.of(user), eMetis.of(user), shares.of(user), lp.of(user)],
        [stakedEnkiWei, cumulativeClaimWei, claimedWei, lastVestingTime, unvestedWei],
      ]
    }),
  }
}

/** What has to hold whatever happened. With spent tickets accepted, the queue owes more than it has. */
function assertInvariants(model: EnkiModel): void {
  const open = model.tickets.filter(({redeemed}) => !redeemed)
  const sum = (list: readonly bigint[]) => list.reduce((total, each) => total + each, 0n)
  // Everything in the vault's books is there; more may be, by a transfer.
  expect(model.totalAssetsWei <= model.eMetis.of('vault')).toBe(true)
  // Nobody's vesting can be paid out of another's.
  const vesting = users.map((user) => {
    const {unvestedWei, cumulativeClaimWei, claimedWei} = model.account(user)
    return unvestedWei + cumulativeClaimWei - claimedWei
  })
  expect(sum(vesting)).toBe(model.eMetis.of('vesting'))
  expect(sum([...model.eMetis.values()])).toBe(model.eMetisSupplyWei)
  if (!model.strict) return
  expect(sum(open.map(({owedWei}) => owedWei))).toBe(model.liabilitiesWei)
  // Every open ticket and every fee is covered, and all LP can go back: so no way through the queue
  // and back, however often, ends in a claim above what was put in.
  expect(model.eMetis.of('queue')).toBe(model.liabilitiesWei + model.feesWei)
  const locked = model.tickets.filter(
    ({owner, lpClaimed, lpWei}) => owner !== null && !lpClaimed && lpWei > 0n,
  )
  expect(sum(locked.map(({lpWei}) => lpWei))).toBe(model.lp.of('queue'))
}

async function openModel(enki: EnkiChain, strict: boolean): Promise<EnkiModel> {
  await enki.prepare()
  await enki.send(admin, 'eMetis', 'addMinter', [admin])
  await enki.send(admin, 'queue', 'setLpFactor', [localEnki.enki, LP_FACTOR])
  if (strict) await enki.send(admin, 'queue', 'setRefusesSpentTickets', [true])
  await enki.set('queueLengthSecs', 20n * DAY)
  const names = [
    ...['vestingRatio', 'vestingDuration', 'redemptionFee', 'cancelRedemptionFee'],
    ...['queueLengthSecs', 'minQueueLengthSecs', 'reduceMaturityStakeSecs'],
    'protocolTreasuryRatio',
  ]
  const read = async (name: string) => [
    name,
    await enki.read('config', 'configMap', [BigInt(keccak256(toBytes(name)))]),
  ]
  const settings = Object.fromEntries(await Promise.all(names.map(read))) as ModelSettings
  const model = new EnkiModel(settings, LP_FACTOR, strict)
  // The first deposit, which stays.
  model.totalAssetsWei = model.supplyWei = model.eMetisSupplyWei = one
  model.eMetis.add('vault', one)
  model.shares.add(admin, one)
  model.metis.add('minter', one)
  for (const user of users) {
    model.metis.add(user, await enki.held('metis', user))
    model.lp.add(user, await enki.held('enki', user))
  }
  model.now = await enki.now()
  return model
}

/** @returns how often each reason was met, `ok` included */
async function play(
  enki: EnkiChain,
  model: EnkiModel,
  {seed, rounds}: {seed: number; rounds: number},
): Promise<Map<string, number>> {
  const random = randomOf(seed)
  const met = new Map<string, number>()
  for (let round = 0; round < rounds; round++) {
    const seconds = random.below(4) === 0 ? random.below(6 * 86_400) : random.below(3_600)
    model.now += BigInt(1 + seconds)
    const operation = random.pick(draws)(random, model, random.pick(users))
    const {from, part, fn, args} = operation
    let predicted = 'ok'
    try {
      operation.predict(model)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      predicted = error.message
    }
    await enki.at(model.now)
    const {reason} = await enki.run(from, part, fn, args)
    const where = `seed ${seed}, round ${round}: ${part}.${fn}(${args.join(', ')})`
    expect(reason, where).toBe(predicted)
    expect(await chainState(enki), where).toEqual(modelState(model))
    assertInvariants(model)
    met.set(reason, (met.get(reason) ?? 0) + 1)
  }
  return met
}

describe('Enki follows the model', () => {
  test.each([
    {seed: 7, rounds: 1_200, strict: true},
    {seed: 21, rounds: 1_200, strict: false},
  ])(
    'in $rounds random transactions, spent tickets refused: $strict',
    async ({seed, rounds, strict}) => {
      await using enki = await startEnki()
      const model = await openModel(enki, strict)
      const met = await play(enki, model, {seed, rounds})
      // A run in which nothing happens, or in which nothing is refused, would prove little.
      expect(met.get('ok')).toBeGreaterThan(rounds / 2)
      expect(met.size).toBeGreaterThan(10)
      expect(model.tickets.length).toBeGreaterThan(30)
      expect(model.paidTwice > 0).toBe(!strict)
      expect(model.tickets.some(({lpClaimed}) => lpClaimed)).toBe(true)
      expect(model.tickets.filter(({redeemed}) => redeemed).length).toBeGreaterThan(20)
    },
    600_000,
  )
})
