import {
  type Address,
  type Hex,
  encodeAbiParameters,
  keccak256,
  parseAbiParameters,
  parseEther,
} from 'viem'
import {describe, expect, test} from 'vitest'

import {ccipSelectors, localCcipRouter, localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import {stakelinkFees, stakelinkShares} from '../../src/protocol/lst/stakelink/shares.ts'
import {admin, NO_DATA, usingStakelink} from './stakelink-fixture.ts'
import {alice, bob, carol, stranger} from './staking.ts'

const one = parseEther('1')
const DAY = 24n * 3600n
const {stMetis, strategy, transmitter} = localStakelink
const at = usingStakelink()
const update = (value: bigint) => at().run(alice, 'transmitter', 'executeUpdate', [], value)

/** METIS that the message asks L1 for. */
const askedOf = (events: {name: string; args: unknown}[]) => {
  const sent = events.find(({name}) => name === 'MessageSent')!.args as {message: {data: Hex}}
  return BigInt(sent.message.data)
}

describe('the update of L2', () => {
  test('sends idle METIS above the threshold to L1, once a week, and refunds the rest of the fee', async () => {
    const fee = await at().wei('transmitter', 'getExecuteUpdateFee')
    expect(fee).toBe(parseEther('0.011'))
    await at().send(admin, 'transmitter', 'setMinDepositThreshold', [10n * one])
    await at().deposit(alice, 9n * one)
    // Exactly the threshold stays, and only the message is paid for.
    const before = await at().chain.balance(alice)
    const stays = await update(fee)
    expect(stays.events.map(({name}) => name)).toEqual(['MessageSent', 'CCIPMessageSent'])
    expect(before - (await at().chain.balance(alice))).toBe(parseEther('0.01'))
    expect((await update(fee)).reason).toBe('InsufficientTimeElapsed')
    await at().at((await at().now()) + 7n * DAY)
    await at().deposit(alice, one)
    await at().at((await at().now()) + 7n * DAY)
    const leaves = await update(fee)
    expect(leaves.events.map(({name}) => name)).toContain('WithdrawalInitiated')
    expect(await at().wei('strategy', 'tokensInTransitToL1')).toBe(11n * one)
    expect(await at().wei('strategy', 'getTotalQueuedTokens')).toBe(0n)
    // What is on its way is still staked.
    expect(await at().read('strategy', 'getDepositChange')).toBe(0n)
    expect(await at().wei('pool', 'canWithdraw')).toBe(0n)
    expect(await at().wei('pool', 'totalStaked')).toBe(11n * one)
  })

  test('pays those who wait from METIS that came back, and asks L1 for the rest', async () => {
    await at().deposit(alice, 20n * one)
    await at().moveToL1()
    await at().answer([15n * one, 6n * one, 0n])
    await at().withdraw(alice, 9n * one)
    await at().chain.fund(transmitter, 6n * one)
    const fee = await at().wei('transmitter', 'getExecuteUpdateFee')
    await at().at((await at().now()) + 7n * DAY)
    const {events, reason} = await update(fee)
    expect(reason).toBe('ok')
    const finalized = events.find(({name}) => name === 'WithdrawalsFinalized')
    expect(finalized!.args).toEqual({amount: 6n * one})
    expect(askedOf(events)).toBe(3n * one)
    expect(await at().wei('withdrawals', 'getTotalQueuedWithdrawals')).toBe(3n * one)
  })

  test('takes its own fee for METIS from L1 while some is on its way, as the real contract does', async () => {
    await at().deposit(alice, 20n * one)
    await at().moveToL1()
    await at().answer([15n * one, 6n * one, 0n])
    await at().withdraw(alice, 9n * one)
    const fee = await at().wei('transmitter', 'getExecuteUpdateFee')
    await at().at((await at().now()) + 7n * DAY)
    // METIS is the coin, too: the value of the call counts as METIS that has arrived.
    expect((await update(fee)).reason).toBe('no reason')
    const {events, reason} = await update(fee + 6n * one)
    expect(reason).toBe('ok')
    expect(askedOf(events)).toBe(3n * one)
  })

  test('takes answers of the router from the transmitter on L1 alone', async () => {
    const data = encodeAbiParameters(
      parseAbiParameters('uint256, uint256, uint256, address[], uint256[]'),
      [1n, 0n, 0n, [], []],
    )
    const receive = (from: Address, selector: bigint, sender: Address) =>
      at().why(from, 'transmitter', 'ccipReceive', [
        {
          messageId: `0x${'00'.repeat(32)}`,
          sourceChainSelector: selector,
          sender: encodeAbiParameters([{type: 'address'}], [sender]),
          data,
          destTokenAmounts: [],
        },
      ])
    expect(await receive(stranger, ccipSelectors.l1, stranger)).toBe('InvalidRouter')
    expect(await receive(localCcipRouter, 7n, stranger)).toBe('InvalidSourceChain')
    expect(await receive(localCcipRouter, ccipSelectors.l1, stranger)).toBe('InvalidSender')
    expect(await at().why(admin, 'transmitter', 'setRouter', [`0x${'00'.repeat(20)}`])).toBe(
      'InvalidRouter',
    )
    const deliver = at().why(stranger, 'router', 'deliver', [
      transmitter,
      {
        messageId: `0x${'00'.repeat(32)}`,
        sourceChainSelector: ccipSelectors.l1,
        sender: '0x',
        data,
        destTokenAmounts: [],
      },
    ])
    expect(await deliver).toBe('NotFromL1Router')
  })

  test('an answer brings rewards: fees of the pool and of operators become shares', async () => {
    await at().deposit(alice, 99n * one)
    await at().send(transmitter, 'strategy', 'handleOutgoingTokensToL1', [100n * one])
    const earned = 7n * one
    const operatorWei = (earned * 600n) / 10_000n
    const events = await at().answer([107n * one, 0n, 100n * one], [operatorWei])
    const fees = stakelinkFees(earned, [300n, 600n, 300n])
    const total = fees.reduce((sum, each) => sum + each, operatorWei)
    const updated = events.find(({name}) => name === 'UpdateStrategyRewards')
    expect(updated!.args).toEqual({
      account: strategy,
      totalStaked: 107n * one,
      rewardsAmount: earned,
      totalFees: total,
    })
    const pool = {
      totalStakedWei: await at().wei('pool', 'totalStaked'),
      totalShares: await at().wei('pool', 'totalShares'),
    }
    const shares = stakelinkShares(pool, operatorWei)
    expect(await at().wei('pool', 'sharesOf', [strategy])).toBe(shares)
    const rewards = await at().wei('strategy', 'getOperatorRewards', [carol])
    expect(operatorWei - rewards).toBeLessThanOrEqual(1n)
    await at().send(carol, 'strategy', 'withdrawOperatorRewards')
    expect(await at().wei('pool', 'sharesOf', [carol])).toBe(stakelinkShares(pool, rewards))
    expect(await at().why(carol, 'strategy', 'withdrawOperatorRewards')).toBe('NoRewards')
  })

  test('the strategy listens to its pool and its transmitter', async () => {
    const why = (from: Address, fn: string, args: unknown[]) => at().why(from, 'strategy', fn, args)
    expect(await why(stranger, 'deposit', [1n, '0x'])).toBe('StakingPool only')
    expect(await why(stranger, 'onTokenTransfer', [stranger, 1n, '0x'])).toBe('SenderNotAuthorized')
    expect(await why(stranger, 'handleOutgoingTokensToL1', [1n])).toBe('SenderNotAuthorized')
    expect(await why(transmitter, 'handleIncomingTokensFromL1', [1n])).toBe(
      'ExceedsTokensInTransitFromL1',
    )
    expect(await why(stMetis, 'withdraw', [2n * one, '0x'])).toBe('InsufficientLiquidity')
    expect(await at().why(stranger, 'transmitter', 'depositTokensFromL1')).toBe('InvalidTransfer')
  })
})

describe('distributions', () => {
  const leafOf = (account: Address, amount: bigint, shares: bigint) =>
    keccak256(
      keccak256(
        encodeAbiParameters(parseAbiParameters('address, uint256, uint256'), [
          ...([account, amount, shares] as const),
        ]),
      ),
    )

  test('stMETIS of queued METIS is claimed with a proof, and those in the tree need it', async () => {
    await at().send(admin, 'strategy', 'setMaxDeposits', [one])
    await at().deposit(alice, 600n * one, true)
    await at().deposit(bob, 100n * one, true)
    await at().send(admin, 'strategy', 'setMaxDeposits', [501n * one])
    await at().send(stranger, 'priority', 'depositQueuedTokens', [0n, 500n * one, NO_DATA])
    const leaves = [leafOf(alice, 450n * one, 450n * one), leafOf(bob, 50n * one, 50n * one)]
    const [low, high] = leaves.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
    const root = keccak256(`${low!}${high!.slice(2)}`)
    expect(await at().why(stranger, 'priority', 'pauseForUpdate')).toBe('SenderNotAuthorized')
    await at().send(admin, 'priority', 'pauseForUpdate')
    expect(await at().why(alice, 'priority', 'unqueueTokens', [one, 0n, 0n, []])).toBe(
      'Pausable: paused',
    )
    await at().send(admin, 'priority', 'updateDistribution', [
      ...[root, `0x${'01'.repeat(32)}`, 500n * one, 500n * one],
    ])
    const claim = (proof: Hex[], amount = 450n * one) =>
      at().why(alice, 'priority', 'claimLSDTokens', [amount, amount, proof])
    expect(await claim([])).toBe('InvalidProof')
    expect(await claim([leaves[1]!], 451n * one)).toBe('InvalidProof')
    expect(await at().wei('priority', 'getLSDTokens', [alice, 450n * one])).toBe(450n * one)
    expect(await claim([leaves[1]!])).toBe('ok')
    expect(await claim([leaves[1]!])).toBe('NothingToClaim')
    expect(await at().held('pool', alice)).toBe(450n * one)
    expect(await at().wei('priority', 'getQueuedTokens', [alice, 450n * one])).toBe(150n * one)
    // Without a proof the contract cannot tell how much of it was staked.
    const unqueue = (proof: Hex[], amount: bigint) =>
      at().why(alice, 'priority', 'unqueueTokens', [one, amount, amount, proof])
    expect(await unqueue([], 0n)).toBe('InvalidProof')
    expect(await unqueue([leaves[1]!], 450n * one)).toBe('ok')
    const args = [one, 0n, 0n, [], true, true, NO_DATA]
    expect(await at().why(alice, 'priority', 'withdraw', args)).toBe('InvalidProof')
  })
})
