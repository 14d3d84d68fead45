import {type Abi, type Address, type Hex, encodeFunctionData, parseEther, sliceHex} from 'viem'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {discountOracleAbi} from '../../src/chain/abis/discount-oracle.ts'
import {eMetisMinterAbi} from '../../src/chain/abis/e-metis-minter.ts'
import {enkiDealerAbi} from '../../src/chain/abis/enki-dealer.ts'
import {enkiRewardDispatcherAbi} from '../../src/chain/abis/enki-reward-dispatcher.ts'
import {enkiSequencerAgentAbi} from '../../src/chain/abis/enki-sequencer-agent.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1MessengerAbi} from '../../src/chain/abis/l1-messenger.ts'
import {l1StandardBridgeAbi} from '../../src/chain/abis/l1-standard-bridge.ts'
import {l2MessengerAbi} from '../../src/chain/abis/l2-messenger.ts'
import {l2StandardBridgeAbi} from '../../src/chain/abis/l2-standard-bridge.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {seMetisAbi} from '../../src/chain/abis/se-metis.ts'
import {l2Addresses, l2Messenger} from '../../src/local/l2-plan.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'
import {type Chain, connect, eventsOf} from './chain.ts'

const admin = governance.address
const relayer = accountOf('relayer').address
const signer = accountOf('signer of Enki')
const stranger = accountOf('stranger').address
const metis = (amount: number | string) => parseEther(String(amount))
/** 200,000 gas at a discount of 1 gwei. */
const feeWei = 200_000_000_000_000n
const rewardPerBlock = 761_000n * 10n ** 9n

interface DepositQueued {
  queueIndex: bigint
  l2Token: Address
  from: Address
  to: Address
  amount: bigint
}
interface SentMessage {
  target: Address
  sender: Address
  message: Hex
  messageNonce: bigint
}

describe('Enki on L1', () => {
  let both: TestChain
  let l1: Chain
  let l2: Chain
  let dealer: Address
  let agent: Address
  beforeAll(async () => {
    both = await startTestChain({with: ['lst']})
    l1 = connect(both.network.l1.rpcUrls[0]!)
    l2 = connect(both.network.l2.rpcUrls[0]!)
    dealer = both.at.lst!.enki.dealer
    agent = both.at.lst!.enki.agent
    await l2.fund(stranger, metis(10))
    await l2.fund(relayer, metis(10))
    await l2.fund(admin, metis(10))
    await l1.send(on(both.at.metis, erc20Abi, 'transfer', [dealer, metis(30_000)]))
    await l1.send(on(dealer, enkiDealerAbi, 'lockFor', lockArgs(metis(25_000))))
    await both.keep()
  })
  afterAll(() => both[Symbol.asyncDispose]())
  beforeEach(() => both.reset())

  const lockArgs = (wei: bigint) => [0, signer.address, wei, sliceHex(signer.publicKey, 1)]
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
  const dealt = (fn: string, args: unknown[] = [], value = 0n) =>
    l1.send(on(dealer, enkiDealerAbi, fn, args, value))
  const read = (fn: string, args: unknown[] = []) => l1.read(dealer, enkiDealerAbi, fn, args)
  const sequencer = async () => {
    const {amount, reward, owner, rewardRecipient, status} = (await read('sequencerData', [0])) as {
      amount: bigint
      reward: bigint
      owner: Address
      rewardRecipient: Address
      status: number
    }
    return {amount, reward, owner, rewardRecipient, status}
  }
  const held = (account: Address) =>
    l2.read(localEnki.eMetis, erc20Abi, 'balanceOf', [account]) as Promise<bigint>

  /** What a node does with the deposits of these logs. */
  const relayDeposits = async (logs: Parameters<typeof eventsOf>[1]) => {
    const finalized: ReturnType<typeof eventsOf> = []
    for (const {name, args} of eventsOf(l1StandardBridgeAbi, logs)) {
      if (name !== 'DepositQueued') continue
      const {queueIndex, l2Token, from, to, amount} = args as DepositQueued
      const values = [queueIndex, both.at.metis, l2Token, from, to, amount]
      const mined = await l2.send(
        on(l2Addresses.bridge, l2StandardBridgeAbi, 'finalizeDeposit', values, 0n, relayer),
      )
      finalized.push(...eventsOf(l2StandardBridgeAbi, mined.logs))
    }
    return finalized
  }
  const messageOf = (logs: Parameters<typeof eventsOf>[1]) =>
    eventsOf(l1MessengerAbi, logs).find(({name}) => name === 'SentMessage')!.args as SentMessage
  const relayCall = ({target, sender, message, messageNonce}: SentMessage) => {
    const args = [target, sender, message, messageNonce]
    return on(l2Messenger, l2MessengerAbi, 'relayMessage', args, 0n, stranger)
  }

  test('the agent owns the sequencer, and the minter on L2 gets what is withdrawn', async () => {
    const id = await l1.read(both.at.lockingPool, lockingPoolAbi, 'seqOwners', [agent])
    expect(id).toBe(1n)
    expect(await sequencer()).toEqual({
      ...{amount: metis(25_000), reward: 0n, owner: agent, rewardRecipient: localEnki.minter},
      status: 2,
    })
    expect(await read('totalLocked')).toBe(metis(25_000))
    expect(await read('activeSequencerCount')).toBe(1)
    expect(await read('activeSequencerIds', [0n])).toBe(0)
    expect(await l1.read(agent, enkiSequencerAgentAbi, 'dealer')).toBe(dealer)
    expect(await l1.read(agent, enkiSequencerAgentAbi, 'active')).toBe(true)
    expect(await read('implementation')).toBe(await read('sequencerAgentTemplate'))
    expect(await l1.attempt(on(dealer, enkiDealerAbi, 'lockFor', lockArgs(metis(1))))).toBe(
      'SequencerAgent: sequencer already locked',
    )
  })

  test('only the roles of the dealer move anything', async () => {
    const by = (fn: string, args: unknown[] = []) =>
      l1.attempt(on(dealer, enkiDealerAbi, fn, args, 0n, stranger))
    const missing = /^AccessControl: account 0x[\da-f]{40} is missing role 0x[\da-f]{64}$/
    for (const [fn, args] of [
      ['addAgent', []],
      ['lockFor', lockArgs(1n)],
      ['relock', []],
      ['unlock', [0]],
      ['unlockClaim', [0]],
      ['withdrawLocking', [0, 1n]],
      ['depositToRedemptionQueue', [1n]],
      ['setActive', [0, false]],
      ['setSequencerAgentTemplate', [stranger]],
      ['setL2Gas', [1]],
      ['setWithdrawRewards', [true]],
    ] as [string, unknown[]][]) {
      expect(await by(fn, args), fn).toMatch(missing)
    }
    const direct = on(agent, enkiSequencerAgentAbi, 'withdrawLocking', [1n])
    expect(await l1.attempt(direct)).toBe('SequencerAgent: only dealer')
  })

  test('a reward batch is locked, counted, and minted as eMETIS on L2', async () => {
    await both.submitRewards(signer.address, 12_345n)
    const reward = 12_345n * rewardPerBlock
    expect((await sequencer()).reward).toBe(reward)
    const short = await l1.attempt(on(dealer, enkiDealerAbi, 'relock', [], feeWei - 1n))
    expect(short).toBe(`insufficient fee supplied. send at least ${feeWei}`)
    const {logs} = await dealt('relock', [], feeWei)
    expect(eventsOf(enkiDealerAbi, logs)).toEqual([
      {name: 'SequencerRelocked', args: {index: 0, amount: metis(5_000), reward}},
      {name: 'L2MetisMinted', args: {amount: reward}},
    ])
    expect(await read('sumRewards')).toBe(reward)
    expect(await sequencer()).toMatchObject({amount: metis(30_000) + reward, reward: 0n})

    const message = messageOf(logs)
    expect(message).toMatchObject({target: localEnki.minter, sender: dealer, messageNonce: 0n})
    expect(await l2.attempt(relayCall(message))).toBe('message not accepted')
    await relayDeposits(logs)
    const other = {...message, sender: stranger}
    expect(await l2.attempt(relayCall(other))).toBe('message not accepted')
    await l2.send(relayCall(message))
    expect(await held(localEnki.rewardDispatcher)).toBe(reward)
    expect(await l2.attempt(relayCall(message))).toBe('message already relayed')

    await l2.send(on(localEnki.rewardDispatcher, enkiRewardDispatcherAbi, 'dispatch'))
    const toVault = reward - reward / 10n
    expect(await l2.read(localEnki.seMetis, seMetisAbi, 'totalAssets')).toBe(metis(1) + toVault)

    // A second batch adds to the sum, and its message is another one.
    await both.submitRewards(signer.address, 55n)
    const again = await dealt('relock', [], feeWei)
    expect(await read('sumRewards')).toBe(reward + 55n * rewardPerBlock)
    await relayDeposits(again.logs)
    await l2.send(relayCall(messageOf(again.logs)))
    expect(await held(localEnki.rewardDispatcher)).toBe(reward / 10n + 55n * rewardPerBlock)
  })

  test('a message calls nobody when it arrives, whatever is at the address of its hash', async () => {
    await both.submitRewards(signer.address, 1n)
    const {logs} = await dealt('relock', [], feeWei)
    const [deposited] = eventsOf(l1StandardBridgeAbi, logs).filter(
      ({name}) => name === 'DepositQueued',
    )
    const {from, to, amount} = deposited!.args as DepositQueued
    expect({from, amount}).toEqual({from: both.at.messenger, amount: 0n})
    // Refuses every call.
    await l2.request('anvil_setCode', to, '0x60006000fd')
    const [finalized] = await relayDeposits(logs)
    expect(finalized).toMatchObject({name: 'DepositFinalized', args: {_to: to, _paid: true}})
    await l2.send(relayCall(messageOf(logs)))
  })

  test('mintFromL1 is for the messenger, on the order of the dealer alone', async () => {
    const direct = on(localEnki.minter, eMetisMinterAbi, 'mintFromL1', [1n])
    expect(await l2.attempt(direct)).toBe('EMetisMinter: caller is not the crossDomainMessenger')
    const accept = on(l2Messenger, l2MessengerAbi, 'acceptMessage', [stranger])
    expect(await l2.attempt(accept)).toBe('only bridge')
    const idle = l2.read(l2Messenger, l2MessengerAbi, 'xDomainMessageSender')
    await expect(idle).rejects.toThrow('xDomainMessageSender is not set')

    const mint = encodeFunctionData({abi: eMetisMinterAbi, functionName: 'mintFromL1', args: [5n]})
    const send = on(both.at.messenger!, l1MessengerAbi, 'sendMessageViaChainId', [
      ...[both.network.l2.chainId, localEnki.minter, mint, 200_000],
    ])
    const {logs} = await l1.send({...send, value: feeWei})
    await relayDeposits(logs)
    expect(await l2.attempt(relayCall(messageOf(logs)))).toBe(
      'EMetisMinter: caller is not the l1Dealer',
    )
    // It changes nothing: the next deposit is paid, and the message may still succeed one day.
    const next = await l1.send({...send, value: feeWei})
    await relayDeposits(next.logs)
    expect(await held(localEnki.rewardDispatcher)).toBe(0n)
  })

  test('rewards above the maximum, or on demand, go to the minter on L2 instead', async () => {
    await both.submitRewards(signer.address, 1_000n)
    const reward = 1_000n * rewardPerBlock
    await dealt('setWithdrawRewards', [true])
    // The agent sends no value along, so the bridge has to be free.
    expect(await l1.attempt(on(dealer, enkiDealerAbi, 'relock', [], feeWei))).toMatch(
      /^insufficient fee supplied/,
    )
    await l1.send(on(both.at.discountOracle, discountOracleAbi, 'setDiscount', [0n]))
    const {logs} = await dealt('relock')
    expect(await sequencer()).toMatchObject({amount: metis(30_000), reward: 0n})
    expect(await read('sumRewards')).toBe(reward)
    const before = await l2.balance(localEnki.minter)
    await relayDeposits(logs)
    expect((await l2.balance(localEnki.minter)) - before).toBe(reward)
    await l2.send(relayCall(messageOf(logs)))
    expect(await held(localEnki.rewardDispatcher)).toBe(reward)

    await dealt('setWithdrawRewards', [false])
    await l1.send(on(both.at.metis, erc20Abi, 'transfer', [dealer, metis(70_000)]))
    await both.submitRewards(signer.address, 1_000n)
    await dealt('relock')
    // Full to the brim, the reward does not fit any more.
    expect(await sequencer()).toMatchObject({amount: metis(100_000), reward: 0n})
    expect(await read('sumRewards')).toBe(2n * reward)
  })

  test('a partial exit ends in the redemption queue', async () => {
    await both.submitRewards(signer.address, 1n)
    await dealt('withdrawLocking', [0, metis(2_000)])
    expect(await sequencer()).toMatchObject({amount: metis(23_000)})
    const balance = () => l1.read(both.at.metis, erc20Abi, 'balanceOf', [dealer])
    expect(await balance()).toBe(metis(7_000))
    const {logs} = await dealt('depositToRedemptionQueue', [metis(2_000)], feeWei)
    expect(eventsOf(enkiDealerAbi, logs)).toEqual([
      {name: 'DepositToRedemptionQueue', args: {amount: metis(2_000)}},
    ])
    expect(await balance()).toBe(metis(5_000))
    await relayDeposits(logs)
    expect(await l2.balance(localEnki.minter)).toBe(metis(2_001))
    const args = [metis(2_000)]
    await l2.send(on(localEnki.minter, eMetisMinterAbi, 'depositToRedemptionQueue', args))
    expect(await l2.balance(localEnki.redemptionQueue)).toBe(metis(2_000))
  })

  test('a full exit brings the principal back to the dealer after the delay', async () => {
    await both.submitRewards(signer.address, 10n)
    // BFT: one of one may not leave, so two others are there.
    for (const name of ['second', 'third', 'fourth']) {
      await both.lock(accountOf(`${name} owner`).address, accountOf(`${name} signer`), '20000')
    }
    await dealt('unlock', [0], feeWei)
    expect(await read('activeSequencerCount')).toBe(0)
    expect(await l1.attempt(on(dealer, enkiDealerAbi, 'relock'))).toBe(
      'Dealer: no active sequencer',
    )
    expect(await l1.attempt(on(dealer, enkiDealerAbi, 'setActive', [0, false]))).toBe(
      'Dealer: not active',
    )
    const claim = on(dealer, enkiDealerAbi, 'unlockClaim', [0], feeWei)
    expect(await l1.attempt(claim)).toBe('Not allowed to cliam')
    await l1.warp(21 * 24 * 3600)
    await l1.send(claim)
    expect(await l1.read(both.at.metis, erc20Abi, 'balanceOf', [dealer])).toBe(metis(30_000))
  })

  test('an agent is in the active list once', async () => {
    expect(await l1.attempt(on(dealer, enkiDealerAbi, 'setActive', [0, true]))).toBe(
      'Dealer: already active',
    )
    const {logs} = await dealt('addAgent')
    const added = eventsOf(enkiDealerAbi, logs).find(({name}) => name === 'SequencerAgentAdded')
    expect(added?.args).toMatchObject({index: 1})
    expect(await read('sequencerAgentCount')).toBe(2)
    await dealt('setActive', [1, true])
    await dealt('setActive', [0, false])
    expect(await read('activeSequencerIds', [0n])).toBe(1)
  })
})
