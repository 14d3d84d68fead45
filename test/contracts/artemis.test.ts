import {type Abi, type Address, keccak256, parseEther, toBytes, zeroAddress} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {amtConfigAbi} from '../../src/chain/abis/amt-config.ts'
import {amtDepositPoolAbi} from '../../src/chain/abis/amt-deposit-pool.ts'
import {amtRewardPoolAbi} from '../../src/chain/abis/amt-reward-pool.ts'
import {amtWithdrawalManagerAbi} from '../../src/chain/abis/amt-withdrawal-manager.ts'
import {artMetisAbi} from '../../src/chain/abis/art-metis.ts'
import {l2StandardBridgeAbi} from '../../src/chain/abis/l2-standard-bridge.ts'
import {l2Addresses} from '../../src/local/l2-plan.ts'
import type {Anvil} from '../helpers/anvil.ts'
import {type Chain, connect, eventsOf} from './chain.ts'
import {startL2} from './l2-fixture.ts'
import {alice, bob, carol, governance, stranger} from './staking.ts'

const admin = governance.address
const {config, artMetis, depositPool, rewardPool, withdrawalManager} = l2Addresses.lst.artemis
const delaySeconds = 14 * 24 * 3600
const one = parseEther('1')

const parts: Record<string, {to: Address; abi: Abi}> = {
  config: {to: config, abi: amtConfigAbi},
  token: {to: artMetis, abi: artMetisAbi},
  pool: {to: depositPool, abi: amtDepositPoolAbi},
  rewards: {to: rewardPool, abi: amtRewardPoolAbi},
  manager: {to: withdrawalManager, abi: amtWithdrawalManagerAbi},
}
const allEvents = Object.values(parts).flatMap(({abi}) => abi)

describe('Artemis', () => {
  let anvil: Anvil
  let chain: Chain
  let snapshot: unknown
  beforeAll(async () => {
    anvil = (await startL2()).anvil
    chain = connect(anvil.rpcUrl)
    await chain.fund(stranger, one)
  })
  afterAll(() => anvil.stop())
  beforeEach(async () => (snapshot = await chain.request('evm_snapshot')))
  afterEach(() => chain.request('evm_revert', snapshot))

  const call = (
    from: Address,
    part: string,
    fn: string,
    args: readonly unknown[] = [],
    value = 0n,
  ) => ({
    from,
    fn,
    args,
    value,
    ...parts[part]!,
  })
  const attempt = (...of: Parameters<typeof call>) => chain.attempt(call(...of))
  const send = async (...of: Parameters<typeof call>) =>
    eventsOf(allEvents, (await chain.send(call(...of))).logs)
  const read = (part: string, fn: string, args: unknown[] = []) => {
    const {to, abi} = parts[part]!
    return chain.read(to, abi, fn, args)
  }
  const deposit = (from: Address, wei: bigint) => send(from, 'pool', 'deposit', [0n, ''], wei)
  /** Rewards land on the reward pool as plain METIS. */
  const earn = async (wei: bigint) => {
    const before = await chain.balance(rewardPool)
    await chain.fund(rewardPool, before + wei)
  }
  const supply = () => read('token', 'totalSupply') as Promise<bigint>
  const deposits = () => read('pool', 'totalDeposits') as Promise<bigint>
  const named = (events: {name: string}[]) => events.map(({name}) => name)

  test('the config leads to every part', async () => {
    const at = (key: string) => read('config', 'getContract', [keccak256(toBytes(key))])
    expect(await at('ART_METIS')).toBe(artMetis)
    expect(await at('AMT_REWARD_POOL')).toBe(rewardPool)
    expect(await at('AMT_DEPOSIT_POOL')).toBe(depositPool)
    expect(await at('AMT_WITHDRAWAL_MANAGER')).toBe(withdrawalManager)
    expect(await at('METIS')).toBe('0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000')
    expect(await at('L1_STAKING_POOL')).toBe(zeroAddress)
    expect(await read('token', 'symbol')).toBe('artMETIS')
    expect(await read('manager', 'withdrawDelay')).toBe(BigInt(delaySeconds))
    expect(await read('rewards', 'feeRate')).toBe(0n)
    const change = [
      'config',
      'setContract',
      [keccak256(toBytes('METIS')), bob] as unknown[],
    ] as const
    expect(await attempt(stranger, ...change)).toBe('Ownable: caller is not the owner')
    expect(await attempt(admin, ...change)).toBe('ok')
  })

  test('the first deposit is one to one, later ones follow the rate after a harvest', async () => {
    expect(await deposit(alice, parseEther('100'))).toMatchObject([
      {name: 'Transfer'},
      {name: 'MetisDeposited', args: {_user: alice, _artMetisAmount: parseEther('100')}},
    ])
    await earn(parseEther('10'))
    // The quote before the harvest is too high, as the pending reward is not in it yet.
    expect(await read('pool', 'getArtMetisAmountToMint', [parseEther('11')])).toBe(parseEther('11'))
    const events = await send(bob, 'pool', 'deposit', [0n, 'friend'], parseEther('11'))
    expect(named(events)).toEqual(['RewardClaimed', 'Harvested', 'Transfer', 'MetisDeposited'])
    expect(events[1]?.args).toEqual({_user: bob, _amount: parseEther('10')})
    expect(events[3]?.args).toEqual({
      _user: bob,
      _amount: parseEther('11'),
      _artMetisAmount: parseEther('10'),
      _referralId: 'friend',
    })
    expect(await deposits()).toBe(parseEther('121'))
    expect(await supply()).toBe(parseEther('110'))
    expect(await chain.balance(depositPool)).toBe(parseEther('121'))
  })

  test('a deposit below its minimum, or of nothing, is refused', async () => {
    await deposit(alice, 3n)
    await earn(1n)
    // 10 * 3 / 4 is 7 after rounding down.
    expect(await attempt(bob, 'pool', 'deposit', [8n, ''], 10n)).toBe(
      'AMTDepositPool: artMetis is too high',
    )
    expect(await attempt(bob, 'pool', 'deposit', [7n, ''], 10n)).toBe('ok')
    expect(await attempt(bob, 'pool', 'deposit', [0n, ''])).toBe('AMTDepositPool: INVALID_AMOUNT')
  })

  test('a harvest pays the fee and raises the rate; anybody may call it', async () => {
    await deposit(alice, parseEther('100'))
    await send(admin, 'rewards', 'setFeeRate', [one / 10n])
    await send(admin, 'rewards', 'setFeeReceiver', [carol])
    await earn(parseEther('10'))
    const before = await chain.balance(carol)
    const events = await send(stranger, 'pool', 'harvest')
    expect(events).toEqual([
      {name: 'FeeSent', args: {receiver: carol, amount: one}},
      {name: 'RewardClaimed', args: {user: depositPool, amount: parseEther('9')}},
      {name: 'Harvested', args: {_user: stranger, _amount: parseEther('9')}},
    ])
    expect((await chain.balance(carol)) - before).toBe(one)
    expect(await deposits()).toBe(parseEther('109'))
    expect(await send(stranger, 'pool', 'harvest')).toEqual([])
  })

  test('only the right contract or person may do the inner steps', async () => {
    const notManager = 'AMTDepositPool: only withdrawal manager'
    const notOwner = 'Ownable: caller is not the owner'
    expect(await attempt(admin, 'rewards', 'claimReward')).toBe('AMTRewardPool: only deposit pool')
    expect(await attempt(admin, 'pool', 'adminWithdrawMetis', [1n])).toBe(notManager)
    expect(await attempt(admin, 'pool', 'initiateWithdrawalFor', [alice, 1n, 1n])).toBe(notManager)
    expect(await attempt(stranger, 'pool', 'bridgeMetisToL1', [0])).toBe(notOwner)
    expect(await attempt(stranger, 'manager', 'unlockWithdrawal', [1n])).toBe(notOwner)
    expect(await attempt(stranger, 'manager', 'setWithdrawDelay', [1n])).toBe(notOwner)
    expect(await attempt(stranger, 'rewards', 'setFeeRate', [1n])).toBe(notOwner)
    expect(await attempt(admin, 'rewards', 'setFeeRate', [one])).toBe('ok')
    expect(await attempt(admin, 'rewards', 'setFeeRate', [one + 1n])).toBe(
      'AMTRewardPool: INVALID_FEE_RATE',
    )
    expect(await attempt(admin, 'token', 'mint', [alice, 1n])).toMatch(/^AccessControl: account/)
    expect(await attempt(admin, 'token', 'burn', [alice, 1n])).toMatch(/^AccessControl: account/)
  })

  test('a withdrawal burns without approval and fixes what is owed', async () => {
    await deposit(alice, parseEther('100'))
    await earn(parseEther('25'))
    await send(alice, 'pool', 'harvest')
    // 1 METIS mints 0.8 artMETIS, so 8 artMETIS are worth 10 METIS.
    const events = await send(alice, 'manager', 'initiateWithdrawal', [parseEther('8')])
    const startTime = BigInt(
      ((await chain.request('eth_getBlockByNumber', 'latest', false)) as {timestamp: string})
        .timestamp,
    )
    const request = {
      artMetisAmount: parseEther('8'),
      expectedAmount: parseEther('10'),
      startTime,
    }
    expect(events).toMatchObject([
      {name: 'Transfer', args: {from: alice, to: zeroAddress, value: parseEther('8')}},
      {name: 'InitiateWithdrawalFor', args: {_user: alice, _depositAmount: parseEther('10')}},
      {
        name: 'WithdrawRequestInitiated',
        args: {_user: alice, _nonce: 0n, _expectedAmount: parseEther('10')},
      },
      {name: 'UserWithdrawRequestQueued', args: {_user: alice, _request: request}},
      {name: 'NextWithdrawNonceSet', args: {_nextWithdrawNonce: 1n}},
    ])
    expect(await deposits()).toBe(parseEther('115'))
    expect(await read('manager', 'getUserWithdrawRequest', [alice, 0n])).toEqual(request)
    expect(await read('manager', 'withdrawRequests', [0n])).toEqual(Object.values(request))
    expect(await attempt(alice, 'manager', 'getUserWithdrawRequest', [alice, 1n])).toBe(
      'AMTWithdrawalManager: INVALID_INDEX',
    )
    expect(await attempt(alice, 'manager', 'initiateWithdrawal', [0n])).toBe(
      'AMTWithdrawalManager: INVALID_AMOUNT',
    )
    expect(await attempt(bob, 'manager', 'initiateWithdrawal', [1n])).toBe(
      'ERC20: burn amount exceeds balance',
    )
  })

  test('requests unlock in order, wait for the delay and are paid oldest first', async () => {
    const complete = (from: Address) => attempt(from, 'manager', 'completeWithdrawal')
    const ask = (from: Address, metis: string) =>
      send(from, 'manager', 'initiateWithdrawal', [parseEther(metis)])
    await deposit(alice, parseEther('10'))
    await deposit(bob, parseEther('10'))
    expect(await complete(alice)).toBe('AMTWithdrawalManager: no withdraw request')
    await ask(alice, '1')
    await ask(bob, '2')
    await ask(alice, '3')
    expect(await read('manager', 'calculateUnlockNonce', [3n])).toBe(parseEther('6'))
    const unlock = (nonce: bigint) => attempt(admin, 'manager', 'unlockWithdrawal', [nonce])
    expect(await unlock(0n)).toBe('AMTWithdrawalManager: invalid first exclude nonce')
    expect(await unlock(4n)).toBe('AMTWithdrawalManager: INVALID_NONCE')

    const notYet = 'AMTWithdrawalManager: withdraw request has not unlocked yet'
    const notReady = 'AMTWithdrawalManager: withdraw request is not ready to complete'
    expect(await complete(alice)).toBe(notYet)
    expect(await send(admin, 'manager', 'unlockWithdrawal', [2n])).toEqual([
      {name: 'NextUnlockNonceSet', args: {_nextUnlockNonce: 2n}},
      {name: 'AdminWithdrawnMetis', args: {_user: withdrawalManager, _amount: parseEther('3')}},
    ])
    expect(await complete(alice)).toBe(notReady)
    await chain.warp(delaySeconds)
    const before = await chain.balance(alice)
    const paid = await chain.send(call(alice, 'manager', 'completeWithdrawal'))
    expect(eventsOf(amtWithdrawalManagerAbi, paid.logs)).toEqual([
      {name: 'WithdrawRequestCompleted', args: {_user: alice, _nonce: 0n}},
    ])
    const spent = paid.gasUsed * paid.gasPrice
    expect((await chain.balance(alice)) - before + spent).toBe(one)
    // Her second request is not unlocked, and is now the first of her list.
    expect(await complete(alice)).toBe(notYet)
    expect(await read('manager', 'getUserWithdrawRequestLength', [alice])).toBe(1n)
    expect(await read('manager', 'calculateUnlockNonce', [3n])).toBe(parseEther('3'))
    expect(await complete(bob)).toBe('ok')
  })

  test('unlocking fails while the METIS is still on L1', async () => {
    await deposit(alice, parseEther('10'))
    await send(alice, 'manager', 'initiateWithdrawal', [parseEther('4')])
    const cost = 1_000_000_000_000_000n
    const bridge = (value: bigint) => attempt(admin, 'pool', 'bridgeMetisToL1', [0], value)
    expect(await bridge(cost)).toBe('AMTDepositPool: no L1 staking pool')
    await send(admin, 'config', 'setContract', [keccak256(toBytes('L1_STAKING_POOL')), carol])
    expect(await bridge(cost - 1n)).toBe('insufficient value: send the amount and the bridge cost')
    const {logs} = await chain.send(call(admin, 'pool', 'bridgeMetisToL1', [0], cost))
    expect(eventsOf(l2StandardBridgeAbi, logs)).toMatchObject([
      {name: 'WithdrawalInitiated', args: {_from: depositPool, _to: carol}},
    ])
    expect(await chain.balance(depositPool)).toBe(0n)
    expect(await attempt(admin, 'manager', 'unlockWithdrawal', [1n])).toBe(
      'Address: insufficient balance',
    )
  })

  test('the last holder cannot leave with more than is there', async () => {
    await deposit(alice, 3n)
    await earn(one)
    await send(alice, 'pool', 'harvest')
    // Two divisions round in favour of the leaver, which the whole supply cannot afford.
    expect(await attempt(alice, 'manager', 'initiateWithdrawal', [3n])).toBe('Panic 17')
  })
})
