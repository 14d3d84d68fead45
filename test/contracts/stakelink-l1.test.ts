import {type Abi, type Address, type Hex, parseEther, sliceHex} from 'viem'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {ccipL1RouterAbi} from '../../src/chain/abis/ccip-l1-router.ts'
import {ccipL2RouterAbi} from '../../src/chain/abis/ccip-l2-router.ts'
import {discountOracleAbi} from '../../src/chain/abis/discount-oracle.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1MessengerAbi} from '../../src/chain/abis/l1-messenger.ts'
import {l1StandardBridgeAbi} from '../../src/chain/abis/l1-standard-bridge.ts'
import {l1StrategyAbi} from '../../src/chain/abis/l1-strategy.ts'
import {l1TransmitterAbi} from '../../src/chain/abis/l1-transmitter.ts'
import {l2MessengerAbi} from '../../src/chain/abis/l2-messenger.ts'
import {l2StandardBridgeAbi} from '../../src/chain/abis/l2-standard-bridge.ts'
import {l2StrategyAbi} from '../../src/chain/abis/l2-strategy.ts'
import {l2TransmitterAbi} from '../../src/chain/abis/l2-transmitter.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {priorityPoolAbi} from '../../src/chain/abis/priority-pool.ts'
import {sequencerVaultAbi} from '../../src/chain/abis/sequencer-vault.ts'
import {stakingPoolAbi} from '../../src/chain/abis/staking-pool.ts'
import {withdrawalPoolAbi} from '../../src/chain/abis/withdrawal-pool.ts'
import {l2Addresses, l2Messenger} from '../../src/local/l2-plan.ts'
import {lockPartsOf} from '../../src/local/lst/providers.ts'
import {localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import {afterRewards, stakelinkFees} from '../../src/protocol/lst/stakelink/shares.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {sendMined} from '../helpers/send-mined.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'
import {type Chain, connect, eventsOf} from './chain.ts'

const admin = governance.address
const relayer = accountOf('relayer').address
const signer = accountOf('signer of stake.link')
const operator = accountOf('operator').address
const stranger = accountOf('stranger').address
const metis = (amount: number | string) => parseEther(String(amount))
const WEEK = 7 * 24 * 3600
/** 200,000 gas at a discount of 1 gwei. */
const feeWei = 200_000_000_000_000n
const rewardPerBlock = 761_000n * 10n ** 9n
const {stMetis, strategy: l2Strategy, transmitter: l2Transmitter, withdrawalPool} = localStakelink

interface Deposit {
  queueIndex: bigint
  l2Token: Address
  from: Address
  to: Address
  amount: bigint
}
interface Sent {
  target: Address
  sender: Address
  message: Hex
  messageNonce: bigint
}
type Logs = Parameters<typeof eventsOf>[1]

describe('stake.link on L1', () => {
  let both: TestChain
  let l1: Chain
  let l2: Chain
  let at: NonNullable<TestChain['at']['lst']>['stakelink']
  beforeAll(async () => {
    both = await startTestChain({with: ['lst']})
    l1 = connect(both.network.l1.rpcUrls[0]!)
    l2 = connect(both.network.l2.rpcUrls[0]!)
    at = both.at.lst!.stakelink
    for (const account of [stranger, relayer]) await l2.fund(account, metis(10))
    await l2.fund(admin, metis(2_000))
    // The METIS that left L2 in its genesis arrives, and is locked.
    const {holder, lock} = lockPartsOf(both.at.lst!).stakelink
    await l1.send(on(both.at.metis, erc20Abi, 'transfer', [holder, metis(20_000)]))
    const publicKey = sliceHex(signer.publicKey, 1)
    const parts = {signer: signer.address, publicKey, amountWei: metis(20_000), operator}
    for (const {to, data = '0x', valueWei = 0n} of lock(parts)) {
      const value = `0x${valueWei.toString(16)}`
      const call = {from: admin, to, data, value, gas: '0x4c4b40'}
      await sendMined((method, params) => l1.request(method, ...params), call)
    }
    await both.keep()
  })
  afterAll(() => both[Symbol.asyncDispose]())
  beforeEach(() => both.reset())

  const on = (
    to: Address,
    abi: Abi,
    fn: string,
    args: unknown[] = [],
    value = 0n,
    from = admin,
  ) => ({
    ...{from, to, abi, fn, args, value},
  })
  const onL1 = (to: Address, abi: Abi, fn: string, args: unknown[] = []) =>
    l1.read(to, abi, fn, args) as Promise<bigint>
  const onL2 = (to: Address, abi: Abi, fn: string, args: unknown[] = []) =>
    l2.read(to, abi, fn, args) as Promise<bigint>
  const poolNow = async () => ({
    totalStakedWei: await onL2(stMetis, stakingPoolAbi, 'totalStaked'),
    totalShares: await onL2(stMetis, stakingPoolAbi, 'totalShares'),
  })

  /** What a node does with the deposits of these logs. */
  const relayDeposits = async (logs: Logs) => {
    for (const {name, args} of eventsOf(l1StandardBridgeAbi, logs)) {
      if (name !== 'DepositQueued') continue
      const {queueIndex, l2Token, from, to, amount} = args as Deposit
      const values = [queueIndex, both.at.metis, l2Token, from, to, amount]
      await l2.send(
        on(l2Addresses.bridge, l2StandardBridgeAbi, 'finalizeDeposit', values, 0n, relayer),
      )
    }
  }
  const relayMessages = async (logs: Logs) => {
    const result: Logs[] = []
    for (const {name, args} of eventsOf(l1MessengerAbi, logs)) {
      if (name !== 'SentMessage') continue
      const {target, sender, message, messageNonce} = args as Sent
      const values = [target, sender, message, messageNonce]
      const call = on(l2Messenger, l2MessengerAbi, 'relayMessage', values, 0n, stranger)
      result.push((await l2.send(call)).logs)
    }
    return result.flat()
  }
  /** L2 speaks to L1: what the transmitter sends, as the router on L1 is told of it. */
  const ask = async () => {
    const block = (await l2.request('eth_getBlockByNumber', 'latest', false)) as {timestamp: Hex}
    await l2.request('evm_setNextBlockTimestamp', Number(BigInt(block.timestamp)) + WEEK)
    const fee = await onL2(l2Transmitter, l2TransmitterAbi, 'getExecuteUpdateFee')
    const {logs} = await l2.send(on(l2Transmitter, l2TransmitterAbi, 'executeUpdate', [], fee))
    const sent = eventsOf(ccipL2RouterAbi, logs).find(({name}) => name === 'MessageSent')
    return sent!.args as {receiver: Address; message: {messageId: Hex; data: Hex}}
  }
  const deliver = ({receiver, message}: Awaited<ReturnType<typeof ask>>) =>
    on(at.router, ccipL1RouterAbi, 'deliver', [receiver, message])
  /** A whole update: to L1, and the answer back. */
  const update = async () => {
    const {logs} = await l1.send(deliver(await ask()))
    await relayDeposits(logs)
    return {logs, answer: await relayMessages(logs)}
  }

  test('the vault owns the sequencer, and rewards go to the transmitter on L2', async () => {
    expect(await onL1(both.at.lockingPool, lockingPoolAbi, 'seqOwners', [at.vault])).toBe(1n)
    expect(await l1.read(at.strategy, l1StrategyAbi, 'getVaults')).toEqual([at.vault])
    expect(await l1.read(at.strategy, l1StrategyAbi, 'getVaultDeposits')).toEqual([metis(20_000)])
    expect(await onL1(at.strategy, l1StrategyAbi, 'getTotalDeposits')).toBe(metis(20_000))
    const record = (await l1.read(both.at.lockingPool, lockingPoolAbi, 'sequencers', [
      1n,
    ])) as unknown[]
    expect(record[11]).toBe(l2Transmitter)
    expect(await l1.read(at.vault, sequencerVaultAbi, 'rewardsReceiver')).toBe(operator)
    expect(await onL1(at.transmitter, l1TransmitterAbi, 'depositsSinceLastUpdate')).toBe(
      metis(20_000),
    )
  })

  test('L2 has the same METIS in its books, and the first answer settles it', async () => {
    expect(await poolNow()).toEqual({totalStakedWei: metis(20_001), totalShares: metis(20_001)})
    expect(await onL2(l2Strategy, l2StrategyAbi, 'tokensInTransitToL1')).toBe(metis(20_000))
    const {answer} = await update()
    expect(eventsOf(l2TransmitterAbi, answer).map(({name}) => name)).toContain(
      'CCIPMessageReceived',
    )
    expect(await onL2(l2Strategy, l2StrategyAbi, 'tokensInTransitToL1')).toBe(0n)
    expect(await onL2(l2Strategy, l2StrategyAbi, 'l1TotalDeposits')).toBe(metis(20_000))
    expect(await poolNow()).toEqual({totalStakedWei: metis(20_001), totalShares: metis(20_001)})
  })

  test('a reward batch raises what is staked by exactly its amount, less no wei', async () => {
    const before = await poolNow()
    await both.submitRewards(signer.address, 12_345n)
    const reward = 12_345n * rewardPerBlock
    const operatorWei = (reward * 600n) / 10_000n
    expect(await onL1(at.strategy, l1StrategyAbi, 'getDepositChange')).toBe(reward)
    expect(await onL1(at.vault, sequencerVaultAbi, 'getPendingRewards')).toBe(operatorWei)
    const {answer} = await update()
    const fees = stakelinkFees(reward, [300n, 600n, 300n])
    const total = fees.reduce((sum, each) => sum + each, operatorWei)
    const shared = eventsOf(stakingPoolAbi, answer).find(
      ({name}) => name === 'UpdateStrategyRewards',
    )
    expect(shared!.args).toEqual({
      account: l2Strategy,
      totalStaked: before.totalStakedWei + reward,
      rewardsAmount: reward,
      totalFees: total,
    })
    const {feeShares, ...after} = afterRewards(before, reward, total)
    expect(feeShares > 0n).toBe(true)
    expect(await poolNow()).toEqual(after)
    const owed = await onL2(l2Strategy, l2StrategyAbi, 'getOperatorRewards', [operator])
    expect(operatorWei - owed).toBeLessThanOrEqual(1n)
    // Below the minimum they stay where they are.
    expect(await onL1(at.vault, sequencerVaultAbi, 'getRewards')).toBe(reward)
  })

  test('rewards above the minimum are locked, or go to L2 where they no longer fit', async () => {
    await l1.send(on(at.strategy, l1StrategyAbi, 'setMinRewardsToClaim', [1n]))
    await both.submitRewards(signer.address, 1_000n)
    const reward = 1_000n * rewardPerBlock
    await update()
    expect(await onL1(at.vault, sequencerVaultAbi, 'getRewards')).toBe(0n)
    expect(await onL1(at.vault, sequencerVaultAbi, 'getPrincipalDeposits')).toBe(
      metis(20_000) + reward,
    )
    const rest = metis(80_000) - reward
    await l1.send(on(both.at.metis, erc20Abi, 'transfer', [at.transmitter, rest]))
    const queued = [[0n], [rest]]
    await l1.send(on(at.transmitter, l1TransmitterAbi, 'depositQueuedTokens', queued))
    await both.submitRewards(signer.address, 1_000n)
    await update()
    expect(await onL1(at.vault, sequencerVaultAbi, 'getPrincipalDeposits')).toBe(metis(100_000))
    expect(await onL1(at.vault, sequencerVaultAbi, 'getRewards')).toBe(0n)
    expect(await onL2(l2Strategy, l2StrategyAbi, 'tokensInTransitFromL1')).toBe(reward)
    expect(await l2.balance(l2Transmitter)).toBe(reward)
    await l2.send(on(l2Transmitter, l2TransmitterAbi, 'depositTokensFromL1'))
    expect(await onL2(l2Strategy, l2StrategyAbi, 'tokensInTransitFromL1')).toBe(0n)
    expect(await onL2(l2Strategy, l2StrategyAbi, 'getTotalQueuedTokens')).toBe(metis(1) + reward)
  })

  test('what depositors want back is asked for, withdrawn on L1 and paid on L2', async () => {
    await update()
    await both.submitRewards(signer.address, 1n)
    await l1.send(on(both.at.metis, erc20Abi, 'transfer', [at.transmitter, metis(1_000)]))
    const queued = [[0n], [metis(1_000)]]
    await l1.send(on(at.transmitter, l1TransmitterAbi, 'depositQueuedTokens', queued))
    const {priorityPool} = localStakelink
    await l2.send(on(stMetis, stakingPoolAbi, 'approve', [priorityPool, metis(700)]))
    const args = [metis(700), 0n, 0n, [], false, true, ['0x']]
    await l2.send(on(priorityPool, priorityPoolAbi, 'withdraw', args))
    const due = () => onL2(withdrawalPool, withdrawalPoolAbi, 'getTotalQueuedWithdrawals')
    const asked = await due()
    expect(asked).toBe(metis(699))
    const {logs} = await update()
    const left = eventsOf(l1StandardBridgeAbi, logs).find(
      ({name, args: each}) => name === 'DepositQueued' && (each as Deposit).amount > 0n,
    )
    expect((left!.args as Deposit).to).toBe(l2Transmitter)
    expect((left!.args as Deposit).amount).toBe(asked)
    expect(await onL1(at.vault, sequencerVaultAbi, 'getPrincipalDeposits')).toBe(
      metis(21_000) - asked,
    )
    expect(await onL2(l2Strategy, l2StrategyAbi, 'tokensInTransitFromL1')).toBe(asked)
    await l2.send(on(l2Transmitter, l2TransmitterAbi, 'depositTokensFromL1'))
    await l2.send(on(l2Transmitter, l2TransmitterAbi, 'executeQueuedWithdrawals'))
    const [ids, total] = (await l2.read(
      ...([
        withdrawalPool,
        withdrawalPoolAbi,
        'getFinalizedWithdrawalIdsByOwner',
        [admin],
      ] as const),
    )) as [bigint[], bigint]
    expect(ids).toEqual([1n])
    // Shares earned until they were finalized, the reward of one block and a gift of 1,000 METIS.
    expect(total > 0n && total <= asked + metis(40)).toBe(true)
    // Once for a reward batch.
    expect(await onL1(at.vault, sequencerVaultAbi, 'canWithdraw')).toBe(0n)
  })

  test('messages are delivered once, by the owner of the router, and paid for', async () => {
    const message = await ask()
    expect(await l1.attempt({...deliver(message), from: stranger})).toBe(
      'Ownable: caller is not the owner',
    )
    const direct = on(at.transmitter, l1TransmitterAbi, 'ccipReceive', [message.message])
    expect(await l1.attempt(direct)).toBe('InvalidRouter')
    const held = await l1.balance(at.transmitter)
    await l1.send(on(at.transmitter, l1TransmitterAbi, 'withdrawETH', [held]))
    expect(await l1.attempt(deliver(message))).not.toBe('ok')
    await l1.fund(at.transmitter, feeWei * 2n)
    await l1.send(deliver(message))
    // The vault sent nothing to L2 and gave its fee back: only the message was paid for.
    expect(await l1.balance(at.transmitter)).toBe(feeWei)
    expect(await l1.attempt(deliver(message))).toBe('AlreadyDelivered')
  })

  test('a vault exits after the delay, with its rewards claimed first', async () => {
    for (const name of ['second', 'third', 'fourth']) {
      await both.lock(accountOf(`${name} owner`).address, accountOf(`${name} signer`), '20000')
    }
    await l1.send(on(both.at.discountOracle, discountOracleAbi, 'setDiscount', [0n]))
    await both.submitRewards(signer.address, 5n)
    const abi = [...l1StrategyAbi, ...sequencerVaultAbi.filter(({type}) => type === 'error')]
    const exit = (fn: string) => on(at.strategy, abi, fn, [0n])
    expect(await l1.attempt(exit('initiateExit'))).toBe('UnclaimedRewards')
    await l1.send(on(at.strategy, l1StrategyAbi, 'setMinRewardsToClaim', [1n]))
    await update()
    await l1.send(exit('initiateExit'))
    expect(await l1.attempt(exit('initiateExit'))).toBe('SequencerStopped')
    expect(await l1.attempt(exit('finalizeExit'))).toBe('ExitDelayTimeNotElapsed')
    await l1.warp(21 * 24 * 3600 + 1)
    await l1.send(exit('finalizeExit'))
    expect(await l1.read(at.strategy, l1StrategyAbi, 'getVaults')).toEqual([])
    expect(await onL1(at.strategy, l1StrategyAbi, 'getTotalQueuedTokens')).toBe(
      metis(20_000) + 5n * rewardPerBlock,
    )
  })

  test('only its own contracts and its owner move anything', async () => {
    const by = (to: Address, abi: Abi, fn: string, args: unknown[] = []) =>
      l1.attempt(on(to, abi, fn, args, 0n, stranger))
    for (const [fn, args] of [
      ['deposit', [1n]],
      ['withdraw', [1n]],
      ['depositQueuedTokens', [[0n], [1n]]],
      ['updateDeposits', [1, 1n]],
    ] as [string, unknown[]][]) {
      expect(await by(at.strategy, l1StrategyAbi, fn, args), fn).toBe('SenderNotAuthorized')
    }
    expect(await by(at.vault, sequencerVaultAbi, 'withdraw', [1n])).toBe('SenderNotAuthorized')
    expect(await by(at.vault, sequencerVaultAbi, 'setRewardsReceiver', [stranger])).toBe(
      'SenderNotAuthorized',
    )
    expect(await by(at.transmitter, l1TransmitterAbi, 'depositQueuedTokens', [[], []])).toBe(
      'SenderNotAuthorized',
    )
    expect(await by(at.transmitter, l1TransmitterAbi, 'depositTokensFromL2')).toBe(
      'NoTokensAvailable',
    )
    const owned = 'Ownable: caller is not the owner'
    expect(await by(at.strategy, l1StrategyAbi, 'initiateExit', [0n])).toBe(owned)
    expect(await by(at.strategy, l1StrategyAbi, 'setVaultImplementation', [stranger])).toBe(owned)
    const zero = on(at.strategy, l1StrategyAbi, 'setVaultImplementation', [stranger])
    expect(await l1.attempt(zero)).toBe('AddressNotContract')
    const much = on(at.strategy, l1StrategyAbi, 'setOperatorRewardPercentage', [3001n])
    expect(await l1.attempt(much)).toBe('FeesTooLarge')
  })
})
