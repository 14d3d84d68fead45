import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {aliceLosesHerPlace, ladders} from './ladders.ts'
import {type Staking, alice, bob, governance, metis, startStaking, stranger} from './staking.ts'

describe.each(['mainnet', 'head'] as const)('the order of conditions, %s rules', (rules) => {
  let staking: Staking
  let snapshot: unknown

  beforeAll(async () => {
    staking = await startStaking(rules === 'mainnet')
    await staking.lock(alice, 1)
    await staking.lock(bob, 2)
  })
  afterAll(() => staking[Symbol.asyncDispose]())
  beforeEach(async () => (snapshot = await staking.chain.request('evm_snapshot')))
  afterEach(() => staking.chain.request('evm_revert', snapshot))

  const ours = ladders.filter((ladder) => !ladder.rules || ladder.rules === rules)
  test.each(ours)('$fn meets its conditions one after the other', async (ladder) => {
    await ladder.prepare?.(staking)
    await aliceLosesHerPlace(staking)
    const attempt = {from: ladder.start.from, args: [...ladder.start.args]}
    const met: string[] = []
    for (const [, change] of ladder.rungs) {
      met.push(await staking.attempt(attempt.from, 'lockingPool', ladder.fn, attempt.args))
      await change?.(attempt, staking)
    }
    expect(met).toEqual(ladder.rungs.map(([revert]) => revert))
  })
})

describe('owner and manager functions', () => {
  let staking: Staking
  beforeAll(async () => (staking = await startStaking(false)))
  afterAll(() => staking[Symbol.asyncDispose]())

  /** Function, arguments with which the owner meets a revert, and that revert. */
  const ownerOnly: ['lockingPool' | 'lockingInfo', string, unknown[], string][] = [
    ['lockingPool', 'setWhitelist', [alice, true], 'ok'],
    ['lockingPool', 'updateMpc', [alice], 'ok'],
    ['lockingPool', 'setPause', [false], 'Pausable: not paused'],
    ['lockingPool', 'updateBlockReward', [0n], 'invalid newReward'],
    ['lockingPool', 'updateWithdrawDelayTimeValue', [0n], 'dalayTime==0'],
    ['lockingPool', 'setSignerUpdateThrottle', [0n], 'ok'],
    ['lockingPool', 'initialize', [alice], 'Initializable: contract is already initialized'],
    ['lockingInfo', 'setMinLock', [0n], '_minLock=0'],
    ['lockingInfo', 'setMinLock', [metis(1_000_000)], 'ok'],
    ['lockingInfo', 'setMaxLock', [metis(20_000) - 1n], 'maxLock<minLock'],
    ['lockingInfo', 'setRewardPayer', [alice], 'ok'],
    ['lockingInfo', 'initManager', [alice], 'manager has been initialized'],
  ]

  test.each(ownerOnly)('%s.%s is for the owner only (%#)', async (part, fn, args, revert) => {
    expect(await staking.attempt(governance.address, part, fn, args)).toBe(revert)
    const expected = fn === 'initialize' ? revert : 'Ownable: caller is not the owner'
    expect(await staking.attempt(stranger, part, fn, args)).toBe(expected)
  })

  const record = {
    amount: 0n,
    reward: 0n,
    activationBatch: 0n,
    updatedBatch: 0n,
    deactivationBatch: 0n,
    deactivationTime: 0n,
    unlockClaimTime: 0n,
    nonce: 0n,
    owner: alice,
    signer: alice,
    pubkey: '0x',
    rewardRecipient: alice,
    status: 2,
  }
  const managerOnly: [string, unknown[]][] = [
    ['newSequencer', [1, alice, alice, 1n, 1n, '0x']],
    ['increaseLocked', [1, 1, alice, 1n, 1n, 0n]],
    ['withdrawLocking', [1, alice, 1, 1n, 1n]],
    ['liquidateReward', [1, 1n, alice, 0]],
    ['initializeUnlock', [1, 1n, 0, record]],
    ['finalizeUnlock', [alice, 1, 1n, 0n, alice, 0]],
    ['logSignerChange', [1, alice, alice, 1, '0x']],
    ['distributeReward', [1, 1n]],
  ]

  test.each(managerOnly)('LockingInfo.%s is for the pool only', async (fn, args) => {
    const owner = governance.address
    expect(await staking.attempt(owner, 'lockingInfo', fn, args)).toBe('Not manager')
  })
})
