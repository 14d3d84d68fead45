import {type Address, encodeAbiParameters, parseAbiParameters, parseEther, zeroAddress} from 'viem'
import {describe, expect, test} from 'vitest'

import {localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import {
  afterBurn,
  afterRewards,
  afterStake,
  stakelinkFees,
  stakelinkShares,
  stakelinkStake,
  type StakelinkPool,
} from '../../src/protocol/lst/stakelink/shares.ts'
import {admin, NO_DATA, UPKEEP, usingStakelink} from './stakelink-fixture.ts'
import {alice, bob, carol, stranger} from './staking.ts'

const one = parseEther('1')
const DAY = 24n * 3600n
const metisAt: Address = '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000'
const {priorityPool, stMetis, withdrawalPool, strategy, transmitter} = localStakelink

const at = usingStakelink()
const poolNow = async (): Promise<StakelinkPool> => ({
  totalStakedWei: await at().wei('pool', 'totalStaked'),
  totalShares: await at().wei('pool', 'totalShares'),
})
const sharesOf = (account: Address) => at().wei('pool', 'sharesOf', [account])
const queued = (account: Address) => at().wei('priority', 'getQueuedTokens', [account, 0n])
/** No room beyond what is staked and this. */
const leaveRoom = async (room: bigint) => {
  const most = (await at().wei('pool', 'totalStaked')) + room
  await at().send(admin, 'strategy', 'setMaxDeposits', [most])
}
const moveToL1 = () => at().moveToL1()
const bringBack = (wei: bigint) => at().bringBack(wei)
describe('places and seeds', () => {
  test('everything points at everything else', async () => {
    const pointers: [Parameters<ReturnType<typeof at>['read']>[0], string, unknown][] = [
      ['pool', 'token', metisAt],
      ['pool', 'priorityPool', priorityPool],
      ['pool', 'getStrategies', [strategy]],
      ['priority', 'token', metisAt],
      ['priority', 'stakingPool', stMetis],
      ['priority', 'withdrawalPool', withdrawalPool],
      ['priority', 'sdlPool', zeroAddress],
      ['withdrawals', 'lst', stMetis],
      ['withdrawals', 'priorityPool', priorityPool],
      ['wrapped', 'sdToken', stMetis],
      ['strategy', 'stakingPool', stMetis],
      ['strategy', 'l2Transmitter', transmitter],
      ['transmitter', 'l2Strategy', strategy],
      ['transmitter', 'withdrawalPool', withdrawalPool],
      ['pool', 'owner', admin],
    ]
    for (const [part, fn, value] of pointers) {
      expect([part, fn, await at().read(part, fn)]).toEqual([part, fn, value])
    }
  })

  test('the numbers are those of the real deployment, but for the limit of deposits', async () => {
    const numbers: [Parameters<ReturnType<typeof at>['read']>[0], string, unknown][] = [
      ['pool', 'symbol', 'stMETIS'],
      ['pool', 'unusedDepositLimit', 1000n * one],
      ['priority', 'queueDepositMin', 500n * one],
      ['priority', 'queueDepositMax', 100_000n * one],
      ['priority', 'allowInstantWithdrawals', true],
      ['priority', 'poolStatus', 0],
      ['withdrawals', 'minWithdrawalAmount', one],
      ['withdrawals', 'minTimeBetweenWithdrawals', DAY],
      ['strategy', 'getMaxDeposits', 100_000n * one],
      ['transmitter', 'minDepositThreshold', 5000n * one],
      ['transmitter', 'minTimeBetweenUpdates', 7n * DAY],
      ['transmitter', 'l1ChainSelector', 5_009_297_550_715_157_269n],
    ]
    for (const [part, fn, value] of numbers) {
      expect([part, fn, await at().read(part, fn)]).toEqual([part, fn, value])
    }
    expect(await at().read('pool', 'getFees')).toEqual(
      [300n, 600n, 300n].map((basisPoints) => ({receiver: admin, basisPoints})),
    )
  })

  test('the first deposit left 1,000 shares to nobody', async () => {
    expect(await poolNow()).toEqual({totalStakedWei: one, totalShares: one})
    expect(await sharesOf(admin)).toBe(one - 1000n)
    expect(await sharesOf(zeroAddress)).toBe(1000n)
    expect(await at().held('metis', strategy)).toBe(one)
  })
})

describe('deposits', () => {
  test('fill the pool while there is room', async () => {
    const before = await at().held('metis', alice)
    const events = await at().deposit(alice, 10n * one)
    expect(events.at(-1)).toEqual({
      name: 'Deposit',
      args: {account: alice, instantAmount: 10n * one, queueAmount: 0n},
    })
    expect(before - (await at().held('metis', alice))).toBe(10n * one)
    expect(await at().held('pool', alice)).toBe(10n * one)
    expect(await at().held('metis', strategy)).toBe(11n * one)
  })

  test('without room the rest is refunded, and nothing reverts', async () => {
    await leaveRoom(3n * one)
    const before = await at().held('metis', alice)
    const events = await at().deposit(alice, 10n * one)
    expect(events.at(-1)!.args).toMatchObject({instantAmount: 3n * one, queueAmount: 0n})
    expect(before - (await at().held('metis', alice))).toBe(3n * one)
    const none = await at().deposit(alice, one)
    expect(none.at(-1)!.args).toMatchObject({instantAmount: 0n, queueAmount: 0n})
    expect(await at().held('pool', alice)).toBe(3n * one)
  })

  test('or queued, and then everybody queues behind it', async () => {
    await leaveRoom(3n * one)
    const events = await at().deposit(alice, 10n * one, true)
    expect(events.at(-1)!.args).toMatchObject({instantAmount: 3n * one, queueAmount: 7n * one})
    expect(await queued(alice)).toBe(7n * one)
    // There is room again, and those who queued come first.
    await leaveRoom(100n * one)
    const later = await at().deposit(bob, 2n * one, true)
    expect(later.at(-1)!.args).toMatchObject({instantAmount: 0n, queueAmount: 2n * one})
    const refunded = await at().deposit(carol, one)
    expect(refunded.at(-1)!.args).toMatchObject({instantAmount: 0n, queueAmount: 0n})
    expect(await at().wei('priority', 'totalQueued')).toBe(9n * one)
    expect(await at().read('priority', 'getAccounts')).toEqual([zeroAddress, alice, bob])
    expect(await at().read('priority', 'getAccountData')).toEqual([
      [zeroAddress, alice, bob],
      [0n, 0n, 0n],
      [0n, 7n * one, 2n * one],
    ])
  })

  test('pay withdrawals that wait first, then fill the pool', async () => {
    await at().deposit(alice, 10n * one)
    await moveToL1()
    await at().withdraw(alice, 4n * one)
    expect(await at().wei('withdrawals', 'getTotalQueuedWithdrawals')).toBe(4n * one)
    await leaveRoom(2n * one)
    const events = await at().deposit(bob, 10n * one, true)
    expect(events.at(-1)!.args).toMatchObject({instantAmount: 6n * one, queueAmount: 4n * one})
    expect(await at().held('pool', bob)).toBe(6n * one)
    expect(await at().held('metis', withdrawalPool)).toBe(4n * one)
    expect(await at().read('withdrawals', 'getFinalizedWithdrawalIdsByOwner', [alice])).toEqual([
      [1n],
      4n * one,
    ])
  })

  test('refuse nothing, a closed pool, and a queue that is paused', async () => {
    const deposit = (queue = true, amount = one) =>
      at().why(alice, 'priority', 'deposit', [amount, queue, NO_DATA])
    expect(await deposit(true, 0n)).toBe('InvalidAmount')
    for (const status of [1, 2]) {
      await at().send(admin, 'priority', 'setPoolStatus', [status])
      expect(await deposit()).toBe('DepositsDisabled')
    }
    await at().send(admin, 'priority', 'setPoolStatus', [0])
    await leaveRoom(0n)
    await at().send(admin, 'priority', 'pauseForUpdate')
    expect(await deposit()).toBe('Pausable: paused')
    // Only the queue is paused.
    expect(await deposit(false)).toBe('ok')
  })

  test('queued METIS is staked when there is room, within limits', async () => {
    await leaveRoom(0n)
    await at().deposit(alice, 700n * one, true)
    const stake = (min: bigint, max: bigint) =>
      at().why(stranger, 'priority', 'depositQueuedTokens', [min, max, NO_DATA])
    expect(await stake(0n, 1000n * one)).toBe('InsufficientDepositRoom')
    await leaveRoom(600n * one)
    expect(await stake(601n * one, 1000n * one)).toBe('InsufficientDepositRoom')
    expect(await at().read('priority', 'checkUpkeep', ['0x'])).toEqual([
      true,
      encodeAbiParameters([{type: 'uint256'}], [600n * one]),
    ])
    const events = await at().send(stranger, 'priority', 'performUpkeep', [UPKEEP])
    expect(events.at(-1)).toEqual({
      name: 'DepositTokens',
      args: {unusedTokensAmount: 0n, queuedTokensAmount: 600n * one},
    })
    expect(await at().wei('priority', 'totalQueued')).toBe(100n * one)
    expect(await at().read('priority', 'getDepositsSinceLastUpdate')).toEqual([
      600n * one,
      600n * one,
    ])
    await leaveRoom(500n * one)
    expect(await at().why(stranger, 'priority', 'performUpkeep', [UPKEEP])).toBe(
      'InsufficientQueuedTokens',
    )
  })

  test('shares round down, so nobody gets more than was given', async () => {
    await at().deposit(alice, 10n * one)
    await at().gain(one / 3n)
    await at().share()
    const before = await poolNow()
    const shares = await sharesOf(bob)
    await at().deposit(bob, 7n)
    expect((await sharesOf(bob)) - shares).toBe(stakelinkShares(before, 7n))
    expect(await poolNow()).toEqual(afterStake(before, 7n))
    // Below 100 wei the token shows nothing.
    expect(await at().held('pool', bob)).toBe(0n)
  })
})

describe('rewards', () => {
  test('are shared by the computed amounts, fees as new shares', async () => {
    await at().deposit(alice, 10n * one)
    const before = await poolNow()
    const adminShares = await sharesOf(admin)
    const rewards = 1_234_567_890_123_456_789n
    await at().gain(rewards)
    expect(await at().read('pool', 'getStrategyRewards', [[0n]])).toBe(rewards)
    expect(await at().wei('pool', 'totalStaked')).toBe(before.totalStakedWei)
    const [updated] = (await at().share()).filter(({name}) => name === 'UpdateStrategyRewards')
    const fees = stakelinkFees(rewards, [300n, 600n, 300n])
    const total = fees.reduce((sum, each) => sum + each, 0n)
    expect(updated!.args).toEqual({
      account: admin,
      totalStaked: before.totalStakedWei + rewards,
      rewardsAmount: rewards,
      totalFees: total,
    })
    const {feeShares, ...after} = afterRewards(before, rewards, total)
    expect(await poolNow()).toEqual(after)
    // The last transfer takes what rounding left, up to the dust that no balance shows.
    const paid = (await sharesOf(admin)) - adminShares
    expect(feeShares - paid).toBe(await sharesOf(stMetis))
    expect(feeShares - paid < 3n).toBe(true)
    const aliceWei = await at().held('pool', alice)
    expect(aliceWei).toBe(stakelinkStake(after, 10n * one))
    const net = ((rewards - total) * 10n) / 11n
    expect(aliceWei - 10n * one - net).toBeLessThanOrEqual(1n)
    expect(aliceWei - 10n * one - net).toBeGreaterThanOrEqual(-1n)
  })

  test('a loss makes every balance smaller and pays no fees', async () => {
    await at().deposit(alice, 9n * one)
    await at().chain.fund(strategy, 8n * one)
    const before = await poolNow()
    const events = await at().share()
    expect(events.at(-1)!.args).toMatchObject({rewardsAmount: -2n * one, totalFees: 0n})
    expect(await poolNow()).toEqual({...before, totalStakedWei: 8n * one})
    expect(await at().held('pool', alice)).toBe((9n * one * 8n) / 10n)
  })

  test('can be given by anyone, as METIS or as stake', async () => {
    await at().deposit(alice, 9n * one)
    await at().send(bob, 'pool', 'donateTokens', [10n * one])
    expect(await at().held('pool', alice)).toBe(18n * one)
    await at().send(alice, 'pool', 'burn', [2n * one])
    expect(await at().held('pool', alice)).toBe((8n * 20n * one) / 9n)
  })

  test('are distributed by the controller and the strategies alone; fees have a limit', async () => {
    const update = (from: Address) => at().why(from, 'pool', 'updateStrategyRewards', [[0n], '0x'])
    expect(await update(stranger)).toBe('SenderNotAuthorized')
    expect(await update(strategy)).toBe('ok')
    expect(await at().why(stranger, 'pool', 'addFee', [bob, 1n])).toBe(
      'Ownable: caller is not the owner',
    )
    expect(await at().why(admin, 'pool', 'addFee', [bob, 2801n])).toBe('Total fees must be <= 40%')
    expect(await at().why(admin, 'strategy', 'addFee', [bob, 3001n])).toBe('FeesTooLarge')
    await at().send(admin, 'pool', 'updateFee', [1n, zeroAddress, 0n])
    expect(await at().read('pool', 'getFees')).toHaveLength(2)
    expect(await at().why(admin, 'pool', 'updateFee', [2n, bob, 1n])).toBe('Fee does not exist')
  })
})

describe('withdrawals', () => {
  test('are swapped against queued METIS first, then paid by the pool', async () => {
    await at().deposit(alice, 10n * one)
    await leaveRoom(0n)
    await at().deposit(bob, 3n * one, true)
    const before = await at().held('metis', alice)
    const events = await at().withdraw(alice, 5n * one, {queue: false})
    expect(events.at(-2)).toEqual({name: 'Withdraw', args: {account: alice, amount: 5n * one}})
    expect((await at().held('metis', alice)) - before).toBe(5n * one)
    expect(await at().held('pool', alice)).toBe(5n * one)
    expect(await at().wei('priority', 'totalQueued')).toBe(0n)
    // Bob's share waits in the priority pool for the next distribution.
    expect(await at().held('pool', priorityPool)).toBe(3n * one)
    expect(await at().held('metis', strategy)).toBe(9n * one)
    expect(await at().wei('priority', 'depositsSinceLastUpdate')).toBe(3n * one)
  })

  test('what is not here waits, or the whole call reverts', async () => {
    await at().deposit(alice, 10n * one)
    await moveToL1()
    await at().deposit(bob, 2n * one)
    const ask = (queue: boolean) =>
      at().why(alice, 'priority', 'withdraw', [5n * one, 0n, 0n, [], false, queue, NO_DATA])
    expect(await ask(false)).toBe('InsufficientLiquidity')
    const events = await at().withdraw(alice, 5n * one)
    expect(events.map(({name}) => name)).toContain('QueueWithdrawal')
    expect(await at().wei('withdrawals', 'getTotalQueuedWithdrawals')).toBe(3n * one)
    expect(await at().read('withdrawals', 'getWithdrawalIdsByOwner', [alice])).toEqual([1n])
    expect(await at().read('withdrawals', 'getWithdrawals', [[1n]])).toEqual([
      {sharesRemaining: 3n * one, partiallyWithdrawableAmount: 0n},
    ])
    // While somebody waits, nobody is paid at once.
    await bringBack(2n * one)
    await at().withdraw(bob, one)
    expect(await at().read('withdrawals', 'getWithdrawalIdsByOwner', [bob])).toEqual([2n])
  })

  test('a rest below the minimum of the queue is handed back', async () => {
    await at().deposit(alice, 10n * one)
    await moveToL1()
    const tiny = one - 1n
    expect(
      await at().why(alice, 'priority', 'withdraw', [tiny, 0n, 0n, [], false, true, NO_DATA]),
    ).toBe('WithdrawFailed')
    await leaveRoom(0n)
    await at().deposit(bob, 2n * one, true)
    await at().withdraw(alice, 2n * one + tiny)
    expect(await at().held('pool', alice)).toBe(8n * one)
  })

  test('may use up the own queued METIS first', async () => {
    await leaveRoom(2n * one)
    await at().deposit(alice, 5n * one, true)
    const events = await at().withdraw(alice, 4n * one, {unqueue: true, queue: false})
    expect(events.find(({name}) => name === 'UnqueueTokens')!.args).toEqual({
      account: alice,
      amount: 3n * one,
    })
    expect(await queued(alice)).toBe(0n)
    expect(await at().held('pool', alice)).toBe(one)
    await at().deposit(alice, 2n * one, true)
    const unqueue = (amount: bigint) =>
      at().why(alice, 'priority', 'unqueueTokens', [amount, 0n, 0n, []])
    expect(await unqueue(0n)).toBe('InvalidAmount')
    const all = await queued(alice)
    expect(await unqueue(all + 1n)).toBe('InsufficientQueuedTokens')
    expect(await unqueue(all)).toBe('ok')
    await at().deposit(bob, 101n * one, true)
    await at().deposit(carol, 101n * one, true)
    expect(await unqueue(1n)).toBe('InsufficientBalance')
  })

  test('can be sent along with stMETIS in one call', async () => {
    await at().deposit(alice, 10n * one)
    const data = encodeAbiParameters(parseAbiParameters('bool, bytes[]'), [true, ['0x']])
    const before = await at().held('metis', alice)
    await at().send(alice, 'pool', 'transferAndCall', [priorityPool, 3n * one, data])
    expect((await at().held('metis', alice)) - before).toBe(3n * one)
    const direct = ['onTokenTransfer', [alice, 1n, data]] as const
    expect(await at().why(alice, 'priority', ...direct)).toBe('UnauthorizedToken')
    expect(await at().why(alice, 'priority', 'onTokenTransfer', [alice, 0n, data])).toBe(
      'InvalidValue',
    )
  })

  test('stop when the pool is closed, not while it drains', async () => {
    await at().deposit(alice, 10n * one)
    const ask = () =>
      at().why(alice, 'priority', 'withdraw', [one, 0n, 0n, [], false, true, NO_DATA])
    await at().send(admin, 'priority', 'setPoolStatus', [1])
    expect(await ask()).toBe('ok')
    await at().send(admin, 'priority', 'setPoolStatus', [2])
    expect(await ask()).toBe('WithdrawalsDisabled')
    expect(await at().wei('priority', 'canWithdraw', [alice, 0n])).toBe(0n)
    expect(await at().why(admin, 'priority', 'setPoolStatus', [2])).toBe('StatusAlreadySet')
    expect(await at().why(stranger, 'priority', 'setPoolStatus', [0])).toBe('SenderNotAuthorized')
    expect(
      await at().why(alice, 'priority', 'withdraw', [0n, 0n, 0n, [], false, true, NO_DATA]),
    ).toBe('InvalidAmount')
  })

  test('one wei at most is lost by rounding, and never gained', async () => {
    await at().deposit(alice, 10n * one)
    await at().gain(one / 7n)
    await at().share()
    const before = await poolNow()
    const amount = 3_333_333_333_333_333_333n
    const held = await at().held('pool', alice)
    await at().withdraw(alice, amount)
    expect(await poolNow()).toEqual(afterBurn(before, amount))
    const left = await at().held('pool', alice)
    expect(held - amount - left).toBeGreaterThanOrEqual(-1n)
    expect(held - amount - left).toBeLessThanOrEqual(1n)
  })
})
