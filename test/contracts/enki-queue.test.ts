import {type Address, parseEther, zeroAddress} from 'viem'
import {describe, expect, test} from 'vitest'

import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {enkiCancel, enkiReduceSeconds, enkiTicket} from '../../src/protocol/lst/enki/queue.ts'
import {admin, noRole, usingEnki} from './enki-fixture.ts'
import {alice, bob, carol} from './staking.ts'

const one = parseEther('1')
const DAY = 24n * 3600n
const {redemptionQueue} = localEnki

describe('the redemption queue of Enki', () => {
  const enki = usingEnki()

  test('a ticket fixes what is owed, the fees and the maturity', async () => {
    await enki().mint(alice, 100n * one)
    await enki().set('redemptionFee', 1_234n)
    const amount = 7n * one + 77_777n
    const {owedWei, feeWei} = enkiTicket(amount, 1_234n)
    expect(feeWei).toBe((amount * 1_234n) / 1_000_000n)
    const time = (await enki().now()) + 50n
    await enki().at(time)
    const events = await enki().send(alice, 'queue', 'enterRedemptionQueue', [bob, amount])
    expect(events.find(({name}) => name === 'EnterRedemptionQueue')?.args).toEqual({
      nftId: 0n,
      sender: alice,
      recipient: bob,
      amountEMetisRedeemed: amount,
      redemptionFeeAmount: feeWei,
      maturityTimestamp: time + 20n * DAY,
      cancelRedemptionFee: 10_000n,
    })
    expect(await enki().ticket(0n)).toEqual([
      ...[false, time + 20n * DAY, owedWei, 10_000n, 0n, zeroAddress, 0n, false],
    ])
    expect(await enki().accounting()).toEqual([owedWei, feeWei])
    expect(await enki().held('eMetis', redemptionQueue)).toBe(amount)
    expect(await enki().read('queue', 'ownerOf', [0n])).toBe(bob)
    expect(await enki().why(alice, 'queue', 'enterRedemptionQueue', [zeroAddress, 1n])).toBe(
      'RedemptionQueue: zero address',
    )
    expect(await enki().why(alice, 'queue', 'enterRedemptionQueue', [alice, 0n])).toBe(
      'RedemptionQueue: amount is zero',
    )
  })

  test('a contract that takes no NFT cannot get a ticket', async () => {
    await enki().mint(alice, one)
    expect(await enki().why(alice, 'queue', 'enterRedemptionQueue', [localEnki.eMetis, one])).toBe(
      'ERC721: transfer to non ERC721Receiver implementer',
    )
  })

  test('pays after maturity and with liquidity, and burns what it pays', async () => {
    await enki().mint(alice, 10n * one)
    const id = await enki().enter(alice, 4n * one)
    const [, maturity] = (await enki().ticket(id)) as [boolean, bigint]
    const redeem = (from: Address, to = from) =>
      enki().run(from, 'queue', 'redeemRedemptionTicketNft', [id, to])
    await enki().at(maturity - 1n)
    expect((await redeem(alice)).reason).toBe('NotMatureYet')
    await enki().at(maturity)
    expect((await redeem(alice)).reason).toBe('ERC20: transfer amount exceeds balance')
    await enki().send(admin, 'minter', 'depositToRedemptionQueue', [4n * one])
    expect((await redeem(bob)).reason).toBe('Erc721CallerNotOwnerOrApproved')
    expect((await redeem(alice, zeroAddress)).reason).toBe('RedemptionQueue: zero address')
    const held = await enki().held('metis', carol)
    const {events} = await redeem(alice, carol)
    expect(events.at(-1)).toEqual({
      name: 'RedeemRedemptionTicketNft',
      args: {nftId: id, sender: alice, recipient: carol, amountOut: 4n * one},
    })
    expect((await enki().held('metis', carol)) - held).toBe(4n * one)
    expect(await enki().read('eMetis', 'totalSupply')).toBe(7n * one)
    expect(await enki().accounting()).toEqual([0n, 0n])
    expect((await redeem(alice)).reason).toBe('ERC721: invalid token ID')
  })

  test('cancel returns eMETIS less the fee of the day the ticket was made', async () => {
    await enki().mint(alice, 10n * one)
    const id = await enki().enter(alice, 4n * one + 99n)
    await enki().set('cancelRedemptionFee', 500_000n)
    const {returnedWei, feeWei} = enkiCancel(4n * one + 99n, 10_000n)
    expect(feeWei).toBe(((4n * one + 99n) * 10_000n) / 1_000_000n)
    expect(await enki().why(bob, 'queue', 'cancelRedemptionTicketNft', [bob, id])).toBe(
      'Erc721CallerNotOwnerOrApproved',
    )
    const events = await enki().send(alice, 'queue', 'cancelRedemptionTicketNft', [bob, id])
    expect(events).toContainEqual({
      name: 'CancelRedemptionTicketNft',
      args: {
        nftId: id,
        sender: alice,
        recipient: bob,
        eMetisOut: returnedWei,
        cancelRedemptionFee: feeWei,
      },
    })
    expect(await enki().held('eMetis', bob)).toBe(returnedWei)
    expect(await enki().accounting()).toEqual([0n, feeWei])
    const collect = (wei: bigint) => enki().why(admin, 'queue', 'collectRedemptionFees', [wei])
    expect(await collect(0n)).toBe('RedemptionQueue: amount is zero')
    expect(await collect(feeWei + 1n)).toBe('ExceedsCollectedFees')
    expect(await collect(feeWei)).toBe('ok')
    expect(await enki().held('eMetis', admin)).toBe(feeWei)
  })

  test('LP tokens shorten the wait once, and come back after their own', async () => {
    await enki().mint(alice, 10n * one)
    const id = await enki().enter(alice, 4n * one)
    const lp = localEnki.enki
    const reduce = (wei: bigint, token: Address = lp) =>
      enki().why(alice, 'queue', 'reduceRedemptionMaturity', [id, token, wei])
    const [, maturity] = (await enki().ticket(id)) as [boolean, bigint]
    const time = maturity - 20n * DAY + 1_000n
    await enki().send(admin, 'queue', 'setLpFactor', [lp, 4n * DAY])
    expect(await reduce(one, zeroAddress)).toBe('RedemptionQueue: zero address')
    expect(await reduce(0n)).toBe('RedemptionQueue: amount is zero')
    // 12 LP would be exactly the 12 days between 20 and 8, of which 1,000 seconds are gone.
    await enki().at(time)
    expect(await reduce(12n * one)).toBe('ReduceTimeExceedsLimit')
    const wei = 5n * one + 12_345n
    const seconds = enkiReduceSeconds(4n * one, wei, 4n * DAY)
    expect(seconds).toBe((4n * DAY * wei) / (4n * one))
    expect(await enki().read('queue', 'getReduceTime', [lp, wei, 4n * one])).toBe(seconds)
    await enki().at(time + 60n)
    const events = await enki().send(alice, 'queue', 'reduceRedemptionMaturity', [id, lp, wei])
    expect(events.at(-1)).toEqual({
      name: 'ReduceRedemptionMaturity',
      args: {
        ...{nftId: id, lpLockToken: lp, lpLockAmount: wei, reduceTime: seconds},
        newMaturityTimestamp: maturity - seconds,
      },
    })
    expect(await enki().ticket(id)).toEqual([
      ...[false, maturity - seconds, 4n * one, 10_000n, time + 60n + 30n * DAY, lp, wei, false],
    ])
    expect(await reduce(1n)).toBe('AlreadyReducedMaturity')
    expect(await enki().why(alice, 'queue', 'unlockLpToken', [id])).toBe('NotMatureYet')

    // Redeemed while LP is locked, the ticket stays until the LP is unlocked.
    await enki().send(admin, 'minter', 'depositToRedemptionQueue', [4n * one])
    await enki().at(maturity - seconds)
    await enki().send(alice, 'queue', 'redeemRedemptionTicketNft', [id, alice])
    expect(await enki().read('queue', 'ownerOf', [id])).toBe(alice)
    expect(await enki().why(alice, 'queue', 'redeemRedemptionTicketNft', [id, alice])).toBe(
      'AlreadyRedeemed',
    )
    const before = await enki().held('enki', alice)
    await enki().at(time + 60n + 30n * DAY)
    await enki().send(alice, 'queue', 'unlockLpToken', [id])
    expect((await enki().held('enki', alice)) - before).toBe(wei)
    expect(await enki().why(alice, 'queue', 'unlockLpToken', [id])).toBe('ERC721: invalid token ID')
  })

  test('a ticket without LP has none to unlock, and an LP token without a factor saves nothing', async () => {
    await enki().mint(alice, one)
    const id = await enki().enter(alice, one)
    expect(await enki().why(alice, 'queue', 'unlockLpToken', [id])).toBe('LpTokenNotLocked')
    expect(await enki().read('queue', 'getReduceTime', [carol, one, one])).toBe(0n)
    expect(await enki().why(alice, 'queue', 'estimateLpAmount', [carol, DAY, one])).toBe('Panic 18')
  })

  test('an estimate names the LP and the reserves behind it', async () => {
    const pair = '0x000000000000000000000000000000000000bad1' as const
    const word = (value: bigint) => value.toString(16).padStart(64, '0')
    // Answers every call with the words 400, 900 and 0: its reserves, and 400 as its supply.
    const code = `0x7f${word(400n)}5f527f${word(900n)}60205260605ff3`
    await enki().chain.request('anvil_setCode', pair, code)
    await enki().send(admin, 'queue', 'setLpFactor', [pair, 7n])
    const lp = (10n ** 6n * DAY) / 7n
    expect(await enki().read('queue', 'estimateLpAmount', [pair, DAY, 10n ** 6n])).toEqual([
      ...[lp, (lp * 400n) / 400n, (lp * 900n) / 400n],
    ])
  })

  test('the real contract cancels a redeemed ticket and pays it again; the switch stops it', async () => {
    await enki().mint(alice, 10n * one)
    await enki().mint(bob, 10n * one)
    const lp = localEnki.enki
    await enki().send(admin, 'queue', 'setLpFactor', [lp, 1n])
    const id = await enki().enter(alice, 2n * one)
    await enki().enter(bob, 5n * one)
    await enki().send(alice, 'queue', 'reduceRedemptionMaturity', [id, lp, one])
    await enki().send(admin, 'minter', 'depositToRedemptionQueue', [2n * one])
    await enki().at((await enki().now()) + 20n * DAY)
    await enki().send(alice, 'queue', 'redeemRedemptionTicketNft', [id, alice])
    expect(await enki().accounting()).toEqual([5n * one, 0n])
    const cancel = () => enki().why(alice, 'queue', 'cancelRedemptionTicketNft', [alice, id])

    const redeemed = await enki().chain.request('evm_snapshot')
    const held = await enki().held('eMetis', alice)
    expect(await cancel()).toBe('ok')
    // Paid 2 METIS and got 1.98 eMETIS more: the liabilities to others no longer add up.
    expect((await enki().held('eMetis', alice)) - held).toBe(parseEther('1.98'))
    expect(await enki().accounting()).toEqual([3n * one, parseEther('0.02')])
    await enki().chain.request('evm_revert', redeemed)

    expect(await enki().why(alice, 'queue', 'setRefusesSpentTickets', [true])).toBe(
      noRole(alice, 'OPERATOR_ROLE'),
    )
    await enki().send(admin, 'queue', 'setRefusesSpentTickets', [true])
    expect(await cancel()).toBe('AlreadyRedeemed')
  })

  test('the real contract sends unlocked LP again on a cancel; the switch stops it', async () => {
    await enki().mint(alice, 10n * one)
    const lp = localEnki.enki
    await enki().send(admin, 'queue', 'setLpFactor', [lp, 1n])
    await enki().set('reduceMaturityStakeSecs', 60n)
    const id = await enki().enter(alice, 2n * one)
    const other = await enki().enter(alice, 2n * one)
    for (const each of [id, other]) {
      await enki().send(alice, 'queue', 'reduceRedemptionMaturity', [each, lp, one])
    }
    await enki().at((await enki().now()) + 60n)
    await enki().send(alice, 'queue', 'unlockLpToken', [id])
    const unlocked = await enki().chain.request('evm_snapshot')
    const held = await enki().held('enki', alice)
    await enki().send(alice, 'queue', 'cancelRedemptionTicketNft', [alice, id])
    expect((await enki().held('enki', alice)) - held).toBe(one)
    expect(await enki().held('enki', redemptionQueue)).toBe(0n)
    await enki().chain.request('evm_revert', unlocked)
    await enki().send(admin, 'queue', 'setRefusesSpentTickets', [true])
    expect(await enki().why(alice, 'queue', 'cancelRedemptionTicketNft', [alice, id])).toBe(
      'LpTokenNotLocked',
    )
  })
})
