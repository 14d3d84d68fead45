import {type Address, parseEther} from 'viem'
import {describe, expect, test} from 'vitest'

import {localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import {
  afterBurn,
  stakelinkShares,
  stakelinkStake,
  type StakelinkPool,
} from '../../src/protocol/lst/stakelink/shares.ts'
import {finalizedWei} from '../../src/protocol/lst/stakelink/withdrawals.ts'
import {admin, NO_DATA, UPKEEP, usingStakelink} from './stakelink-fixture.ts'
import {alice, bob, stranger} from './staking.ts'

const one = parseEther('1')
const DAY = 24n * 3600n
const {priorityPool, withdrawalPool, wstMetis} = localStakelink

const at = usingStakelink()
const poolNow = async (): Promise<StakelinkPool> => ({
  totalStakedWei: await at().wei('pool', 'totalStaked'),
  totalShares: await at().wei('pool', 'totalShares'),
})
const sharesOf = (account: Address) => at().wei('pool', 'sharesOf', [account])
const moveToL1 = () => at().moveToL1()
const bringBack = (wei: bigint) => at().bringBack(wei)
const nextDay = async () => at().at((await at().now()) + DAY + 1n)
const finalize = async () => {
  await nextDay()
  return at().send(stranger, 'withdrawals', 'performUpkeep', [UPKEEP])
}

describe('the withdrawal pool', () => {
  test('finalizes from the front, in whole and in part, at the price of that moment', async () => {
    await at().deposit(alice, 20n * one)
    await at().deposit(bob, 20n * one)
    await moveToL1()
    await at().withdraw(alice, 4n * one)
    await at().withdraw(bob, 6n * one)
    // It earns while it waits.
    const l1Total = await at().wei('strategy', 'l1TotalDeposits')
    await at().answer([l1Total + 5n * one, 0n, 0n])
    await bringBack(7n * one)
    const pool = await poolNow()
    const events = await finalize()
    expect(events.at(-1)).toEqual({name: 'WithdrawalsFinalized', args: {amount: 7n * one}})
    const after = afterBurn(pool, 7n * one)
    expect(await poolNow()).toEqual(after)
    const [withdrawals] = [
      (await at().read('withdrawals', 'getWithdrawals', [[1n, 2n]])) as {
        sharesRemaining: bigint
        partiallyWithdrawableAmount: bigint
      }[],
    ]
    const shares = stakelinkShares(after, 7n * one)
    const [first, second] = withdrawals
    expect(first).toEqual({sharesRemaining: 4n * one, partiallyWithdrawableAmount: 0n})
    expect(second).toEqual({
      sharesRemaining: 6n * one - (shares - 4n * one),
      partiallyWithdrawableAmount: stakelinkStake(after, shares - 4n * one),
    })
    expect(await at().read('withdrawals', 'getBatchIds', [[1n, 2n]])).toEqual([1n, 0n])
    const price = stakelinkStake(after, one)
    const due = finalizedWei({shares: 4n * one, partWei: 0n}, price)
    expect(due > 4n * one).toBe(true)
    expect(await at().read('withdrawals', 'getFinalizedWithdrawalIdsByOwner', [alice])).toEqual([
      [1n],
      due,
    ])
    const before = await at().held('metis', alice)
    await at().send(alice, 'withdrawals', 'withdraw', [[1n], [1n]])
    expect((await at().held('metis', alice)) - before).toBe(due)
    const part = await at().held('metis', bob)
    await at().send(bob, 'withdrawals', 'withdraw', [[2n], [0n]])
    expect((await at().held('metis', bob)) - part).toBe(second!.partiallyWithdrawableAmount)
    expect(await at().read('withdrawals', 'getWithdrawalIdsByOwner', [bob])).toEqual([2n])
    expect(await at().wei('withdrawals', 'getAccountTotalQueuedWithdrawals', [bob])).toBe(
      await at().wei('withdrawals', 'getTotalQueuedWithdrawals'),
    )
  })

  test('pays nobody else, nothing twice, and only with the right batch', async () => {
    await at().deposit(alice, 20n * one)
    await moveToL1()
    await at().withdraw(alice, 2n * one)
    await at().withdraw(alice, 3n * one)
    const claim = (from: Address, ids: bigint[], batches: bigint[]) =>
      at().why(from, 'withdrawals', 'withdraw', [ids, batches])
    expect(await at().why(stranger, 'withdrawals', 'performUpkeep', [UPKEEP])).toBe(
      'NoUpkeepNeeded',
    )
    await bringBack(2n * one)
    await finalize()
    await bringBack(3n * one)
    expect(await at().why(stranger, 'withdrawals', 'performUpkeep', [UPKEEP])).toBe(
      'NoUpkeepNeeded',
    )
    await finalize()
    expect(await claim(bob, [1n], [1n])).toBe('SenderNotAuthorized')
    expect(await claim(alice, [1n], [2n])).toBe('InvalidWithdrawalId')
    expect(await claim(alice, [2n], [1n])).toBe('InvalidWithdrawalId')
    expect(await claim(alice, [1n, 1n], [1n, 1n])).toBe('SenderNotAuthorized')
    expect(await claim(alice, [1n, 2n], [1n, 2n])).toBe('ok')
    expect(await claim(alice, [1n], [1n])).toBe('SenderNotAuthorized')
    expect(await at().held('metis', withdrawalPool)).toBe(0n)
    await at().send(stranger, 'withdrawals', 'updateWithdrawalBatchIdCutoff')
    expect(await at().wei('withdrawals', 'withdrawalIdCutoff')).toBe(2n)
  })

  test('its settings and its doors belong to the owner and the priority pool', async () => {
    expect(await at().why(alice, 'withdrawals', 'queueWithdrawal', [alice, one])).toBe(
      'SenderNotAuthorized',
    )
    expect(await at().why(alice, 'withdrawals', 'deposit', [one])).toBe('SenderNotAuthorized')
    expect(await at().why(alice, 'priority', 'executeQueuedWithdrawals', [one, NO_DATA])).toBe(
      'SenderNotAuthorized',
    )
    expect(await at().why(alice, 'withdrawals', 'forceWithdraw', [[1n], [1n]])).toBe(
      'Ownable: caller is not the owner',
    )
    await at().send(admin, 'withdrawals', 'setMinWithdrawalAmount', [5n])
    expect(await at().why(priorityPool, 'withdrawals', 'queueWithdrawal', [alice, 4n])).toBe(
      'AmountTooSmall',
    )
  })
})

describe('wstMETIS', () => {
  test('is shares: wrapping and unwrapping go by the rate, down', async () => {
    await at().deposit(alice, 10n * one)
    await at().gain(one)
    await at().share()
    const pool = await poolNow()
    expect(await at().wei('wrapped', 'getUnderlyingByWrapped', [one])).toBe(
      stakelinkStake(pool, one),
    )
    await at().send(alice, 'wrapped', 'wrap', [3n * one])
    const wrapped = stakelinkShares(pool, 3n * one)
    expect(await at().held('wrapped', alice)).toBe(wrapped)
    expect(await sharesOf(wstMetis)).toBe(wrapped)
    await at().send(alice, 'pool', 'transferAndCall', [wstMetis, one, '0x'])
    expect(await at().held('wrapped', alice)).toBe(wrapped + stakelinkShares(pool, one))
    const unwraps = await at().held('wrapped', alice)
    const before = await sharesOf(alice)
    await at().send(alice, 'wrapped', 'unwrap', [unwraps])
    const back = stakelinkShares(pool, stakelinkStake(pool, unwraps))
    expect((await sharesOf(alice)) - before).toBe(back)
    expect(unwraps - back).toBeLessThanOrEqual(1n)
    expect(await at().wei('wrapped', 'totalSupply')).toBe(0n)
  })

  test('takes no other token, and no nothing', async () => {
    expect(await at().why(alice, 'wrapped', 'onTokenTransfer', [alice, 1n, '0x'])).toBe(
      'Sender must be staking derivative token',
    )
    expect(await at().why(alice, 'wrapped', 'unwrap', [0n])).toBe('Amount must be > 0')
    expect(await at().why(alice, 'wrapped', 'wrap', [0n])).toBe('Amount must be > 0')
    await at().deposit(alice, one)
    expect(await at().why(alice, 'wrapped', 'wrap', [2n * one])).toBe(
      'Transfer amount exceeds balance',
    )
  })
})
