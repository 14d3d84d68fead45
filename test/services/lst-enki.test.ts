import {encodeFunctionData, parseEther, type Address} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {connectChain, type Connection} from '../../src/chain/connect.ts'
import {findEnki} from '../../src/chain/lst/enki/discover.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {openEnki} from '../../src/services/lst/enki/enki.ts'
import {openProviders} from '../../src/services/lst/providers.ts'
import {decodePlanned} from '../../src/services/sending/planned-call.ts'
import type {LstPlan, LstProvider, LstRequest} from '../../src/services/lst/provider.ts'
import {admin, type EnkiChain, enkiParts, startEnki} from '../contracts/enki-fixture.ts'
import {alice, bob} from '../contracts/staking.ts'
import {actionsOn} from '../seams/lst-chain.ts'

const one = parseEther('1')
const DAY = 24n * 3600n

let enki: EnkiChain
let connection: Connection
let provider: LstProvider
let act: ReturnType<typeof actionsOn>
let snapshot: unknown

const open = () => openProviders(connection.client, {enki: localLst.enki})[0]!

beforeAll(async () => {
  enki = await startEnki()
  connection = connectChain({name: 'L2', chainId: 1088, urls: [enki.anvil.rpcUrl]})
  act = actionsOn(enki.anvil, connection.client)
})
afterAll(async () => {
  connection.close()
  await enki[Symbol.asyncDispose]()
})
beforeEach(async () => {
  snapshot = await enki.chain.request('evm_snapshot')
  provider = open()
})
afterEach(() => enki.chain.request('evm_revert', snapshot))

const codeOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'nothing',
    (error: unknown) => (error instanceof MetisSeqError ? error.code : String(error)),
  )
const ask = (request: LstRequest, from = alice) => codeOf(provider.plan(from, request))

/** Plans, sends and verifies; the endpoint never refuses what was planned. */
async function carryOut(request: LstRequest, from = alice) {
  const plan = await provider.plan(from, request)
  const mined = await act.carryOut(plan)
  expect(mined, `the chain takes "${plan.title}"`).not.toBeNull()
  return {plan, ...(await provider.verify(plan, mined!))}
}
const deposit = (metis: string, stake = true, from = alice) =>
  carryOut(
    {kind: 'deposit', amountMetisWei: parseEther(metis), slippageBasisPoints: 0, stake},
    from,
  )
const withdraw = (wei: bigint, token?: string) =>
  carryOut({kind: 'withdraw', amountWei: wei, token, slippageBasisPoints: 0})
const labels = ({calls}: LstPlan) => calls.map(({label}) => label)
const lp = localEnki.enki
const give = (wei: bigint) => enki.send(admin, 'enki', 'transfer', [alice, wei])

describe('discovery', () => {
  test('finds every contract through the vault', async () => {
    expect(await findEnki(connection.client, localLst.enki)).toEqual({
      ...{kind: 'found', contracts: localEnki},
      metis: enkiParts.metis.to,
    })
    expect(await provider.describe()).toMatchObject({
      ...{state: 'live', entry: localEnki.minter, warnings: []},
    })
  })

  test('a contract without code, or of another token, is told, and nothing is planned', async () => {
    await enki.set('redemptionQueue', BigInt(bob))
    provider = open()
    expect(await provider.describe()).toMatchObject({
      ...{state: 'no-code', entry: localEnki.seMetis},
      warnings: ['There is no contract at the address of redemptionQueue.'],
    })
    expect(await ask({kind: 'claim'})).toBe('CONTRACT_MISCONFIGURED')

    // A contract, but not one that pays for this token.
    await enki.set('redemptionQueue', BigInt(localEnki.vesting))
    provider = open()
    expect(await provider.describe()).toMatchObject({state: 'mismatch'})
    await enki.set('redemptionQueue', BigInt(localEnki.redemptionQueue))
    await enki.set('vesting', 0n)
    provider = open()
    expect((await provider.describe()).warnings).toEqual([
      'The contract vesting is missing, or belongs to another eMETIS.',
    ])
  })

  test('a document with another token than the vault has is told', async () => {
    const found = await findEnki(connection.client, {...localLst.enki, eMetis: lp})
    expect(found).toMatchObject({kind: 'mismatch'})
    const [wrong] = openProviders(connection.client, {enki: {...localLst.enki, seMetis: alice}})
    expect(await wrong!.describe()).toMatchObject({state: 'no-code'})
  })

  test('a config of an older revision lacks getters: reads go on, plans that need them do not', async () => {
    await deposit('10')
    // Its code with another selector where that of a getter is compared, as in a revision before it.
    const implementation = '0x4200000000000000000000000000000000002111'
    const lose = async (functionName: string) => {
      const code = String(await enki.chain.request('eth_getCode', implementation, 'latest'))
      const selector = encodeFunctionData({abi: enkiParts.config.abi, functionName}).slice(2)
      const older = code.replaceAll(`8063${selector}14`, '80630000000014')
      expect(older).not.toBe(code)
      await enki.chain.request('anvil_setCode', implementation, older)
    }
    await lose('vestingRatio')
    expect(await provider.read()).toMatchObject({totalDepositsMetisWei: 11n * one})
    expect(await provider.describe()).toMatchObject({state: 'live'})
    const request = {kind: 'withdraw', amountWei: one, slippageBasisPoints: 0} as const
    expect(await ask(request)).toBe('CONTRACT_MISCONFIGURED')
    expect(await codeOf(provider.queue())).toBe('nothing')
    // What is unknown is told, and never taken for zero.
    await lose('redemptionFee')
    expect(await codeOf(provider.queue())).toBe('CONTRACT_MISCONFIGURED')
  })
})

describe('deposits and withdrawals', () => {
  test('METIS is approved exactly, and staked or kept as the receipt', async () => {
    const staked = await deposit('10')
    expect(labels(staked.plan)).toEqual([
      'Approve 10 METIS for the Enki minter',
      'Deposit 10 METIS with Enki for seMETIS',
    ])
    expect(staked.position.heldWei).toBe(10n * one)
    const kept = await deposit('4', false)
    expect(kept.receivedWei).toBe(4n * one)
    expect(kept.position.holdings).toEqual([
      {token: 'seMETIS', state: 'held', wei: 10n * one, valueMetisWei: 10n * one},
      {token: 'eMETIS', state: 'held', wei: 4n * one, valueMetisWei: 4n * one},
      {token: 'eMETIS', state: 'vesting', wei: 0n, valueMetisWei: 0n},
    ])
    const allowance = await enki.read('metis', 'allowance', [alice, localEnki.minter])
    expect(allowance).toBe(0n)
  })

  test('shares are redeemed, a part vests, and the rest waits as a ticket less the fee', async () => {
    await deposit('10')
    await enki.set('redemptionFee', 10_000n)
    const {plan, receivedWei, position} = await withdraw(5n * one)
    expect(labels(plan)).toEqual([
      'Redeem 5 seMETIS for eMETIS',
      'Approve 3.5 eMETIS for the redemption queue',
      'Queue 3.5 eMETIS for redemption',
    ])
    expect(receivedWei).toBe(parseEther('3.465'))
    expect(position).toMatchObject({heldWei: 5n * one, openRequests: 1n, claimableMetisWei: 0n})
    expect(position.holdings[2]).toMatchObject({state: 'vesting', wei: parseEther('1.5')})
    expect(position.valueMetisWei).toBe(parseEther('6.5'))
  })

  test('the receipt goes into the queue as it is, also while the vault is closed', async () => {
    await deposit('10', false)
    await deposit('10')
    await enki.set('isPublic', 0n)
    expect(await provider.describe()).toMatchObject({
      state: 'closed',
      warnings: [
        'The vault is open to beta users only.',
        'seMETIS cannot be redeemed either; eMETIS still can, and vested eMETIS can be claimed.',
      ],
    })
    const shares = {kind: 'withdraw', amountWei: one, slippageBasisPoints: 0} as const
    expect(await ask(shares)).toBe('ROLE_MISSING')
    expect((await withdraw(4n * one, 'eMETIS')).receivedWei).toBe(4n * one)
    await enki.set('isPublic', 1n)
    await enki.set('isPaused', 1n)
    expect(await ask(shares)).toBe('LST_PAUSED')
    expect(await ask({...shares, token: 'METIS'})).toBe('AMOUNT_OUT_OF_RANGE')
    expect((await withdraw(one, 'eMETIS')).receivedWei).toBe(one)
  })

  test('dust whose vested part rounds to zero is refused before anything is sent', async () => {
    await deposit('1')
    const dust = (amountWei: bigint) => ask({kind: 'withdraw', amountWei, slippageBasisPoints: 0})
    expect(await dust(3n)).toBe('AMOUNT_OUT_OF_RANGE')
    expect(await dust(4n)).toBe('nothing')
  })
})

test('the amounts of each call are shown in its own token', async () => {
  await deposit('10')
  const shown = (plan: LstPlan) =>
    plan.calls.map((call) =>
      decodePlanned(call).args.flatMap(({display}) => (display === undefined ? [] : [display])),
    )
  const request = {kind: 'deposit', amountMetisWei: one, slippageBasisPoints: 0} as const
  expect(shown(await provider.plan(alice, request))).toEqual([['1 METIS'], ['1 METIS']])
  const back = {kind: 'withdraw', amountWei: one, slippageBasisPoints: 0} as const
  expect(shown(await provider.plan(alice, back))).toEqual([
    ['1 seMETIS'],
    ['0.7 eMETIS'],
    ['0.7 eMETIS'],
  ])
  await give(one)
  const stake = {kind: 'vest', step: 'stake', amountWei: one} as const
  expect(shown(await provider.plan(alice, stake))).toEqual([['1 ENKI'], ['1 ENKI']])
})

describe('tickets', () => {
  test('those of an account are found among others, transferred ones too', async () => {
    await deposit('100', false)
    await deposit('100', false, bob)
    await enki.send(bob, 'eMetis', 'approve', [localEnki.redemptionQueue, 100n * one])
    for (let index = 0; index < 60; index++) {
      await enki.send(bob, 'queue', 'enterRedemptionQueue', [bob, one])
    }
    await withdraw(2n * one, 'eMETIS')
    await enki.send(bob, 'queue', 'transferFrom', [bob, alice, 3n])
    await enki.send(bob, 'queue', 'cancelRedemptionTicketNft', [bob, 4n])
    expect((await provider.requests(alice)).map(({id}) => id)).toEqual(['3', '60'])
    expect((await provider.requests(bob)).length).toBe(58)
    expect(await provider.requests(admin)).toEqual([])
    expect(await provider.queue()).toEqual({
      ...{requests: null, owedMetisWei: 61n * one, liquidityMetisWei: 0n},
      ...{minimumWaitSeconds: 20n * DAY, exitFeeRate: 0n},
    })
  })

  test('those too old for the search are told, and a named one is claimed all the same', async () => {
    await deposit('10', false)
    await withdraw(2n * one, 'eMETIS')
    await deposit('10', false, bob)
    await enki.send(bob, 'eMetis', 'approve', [localEnki.redemptionQueue, 10n * one])
    for (let index = 0; index < 3; index++) {
      await enki.send(bob, 'queue', 'enterRedemptionQueue', [bob, one])
    }
    await withdraw(3n * one, 'eMETIS')
    await enki.send(admin, 'minter', 'depositToRedemptionQueue', [9n * one])
    await act.warp(Number(20n * DAY))
    const open = (mostSearched: bigint) =>
      openEnki(connection.client, localLst.enki, {mostSearched})
    expect((await open(5n).requests(alice)).map(({id}) => id)).toEqual(['0', '4'])
    expect(await open(1n).requests(admin)).toEqual([])
    provider = open(4n)
    const facts = {account: alice, held: '2', found: '1', searchedFrom: '1', searchedUntil: '5'}
    const unknown = {code: 'TICKETS_NOT_FOUND', facts}
    await expect(provider.requests(alice)).rejects.toMatchObject(unknown)
    await expect(provider.position(alice)).rejects.toMatchObject(unknown)
    await expect(provider.plan(alice, {kind: 'claim'})).rejects.toMatchObject(unknown)
    // Another account's stays out of reach.
    expect(await ask({kind: 'claim', ids: ['0', '1']})).toBe('NO_WITHDRAW_REQUEST')
    expect((await carryOut({kind: 'claim', ids: ['0']})).receivedWei).toBe(2n * one)
    expect(await enki.held('metis', localEnki.redemptionQueue)).toBe(7n * one)
    expect((await provider.requests(alice)).map(({id}) => id)).toEqual(['4'])
  })

  test('METIS that pays one of two tickets is offered for one of two', async () => {
    await deposit('100', false)
    await withdraw(2n * one, 'eMETIS')
    await withdraw(3n * one, 'eMETIS')
    await act.warp(Number(20n * DAY))
    await enki.send(admin, 'minter', 'depositToRedemptionQueue', [4n * one])
    const requests = await provider.requests(alice)
    expect(requests.map(({blockedBy}) => blockedBy)).toEqual([[], ['liquidity']])
    expect(await ask({kind: 'claim', ids: ['1']})).toBe('LIQUIDITY_LOW')
    const {receivedWei, position} = await carryOut({kind: 'claim'})
    expect(receivedWei).toBe(2n * one)
    expect(position).toMatchObject({openRequests: 1n, owedMetisWei: 3n * one})
  })

  test('cancel returns the receipt less the fee, for an open ticket of the account alone', async () => {
    await deposit('10', false)
    await withdraw(4n * one, 'eMETIS')
    expect(await ask({kind: 'cancel', id: '7'})).toBe('NO_WITHDRAW_REQUEST')
    expect(await ask({kind: 'cancel', id: 'x'})).toBe('NO_WITHDRAW_REQUEST')
    expect(await ask({kind: 'cancel', id: '0'}, bob)).toBe('TICKET_NOT_YOURS')
    const {receivedWei, position} = await carryOut({kind: 'cancel', id: '0'})
    expect(receivedWei).toBe(parseEther('3.96'))
    expect(position).toMatchObject({openRequests: 0n, owedMetisWei: 0n})
    expect(await ask({kind: 'cancel', id: '0'})).toBe('TICKET_USED')
  })

  test('a speed-up shortens once, keeps the minimum, and its LP tokens come back with a claim', async () => {
    await deposit('10', false)
    await withdraw(4n * one, 'eMETIS')
    await give(100n * one)
    const speedUp = (lpWei: bigint, lpToken: Address = lp, id = '0') =>
      ({kind: 'speed-up', id, lpToken, lpWei}) as const
    expect(await ask(speedUp(one))).toBe('LST_REFUSES')
    await enki.send(admin, 'queue', 'setLpFactor', [lp, 4n * DAY])
    expect(await ask(speedUp(101n * one))).toBe('LST_BALANCE_LOW')
    expect(await ask(speedUp(1n))).toBe('AMOUNT_OUT_OF_RANGE')
    // 13 LP are 13 days, of which 12 may go.
    expect(await ask(speedUp(13n * one))).toBe('LST_REFUSES')
    const error: unknown = await provider.plan(alice, speedUp(13n * one)).catch((each) => each)
    // Of the twelve days a second or two may be gone.
    expect((error as MetisSeqError).hints.join()).toMatch(/Lock at most (?:12|11\.99\d*) of/)
    const [before] = await provider.requests(alice)
    const {plan} = await carryOut(speedUp(5n * one))
    expect(labels(plan)).toEqual([
      'Approve 5 liquidity tokens for the redemption queue',
      'Lock 5 liquidity tokens to speed up ticket 0',
    ])
    const [after] = await provider.requests(alice)
    expect(before!.claimableAtSeconds! - after!.claimableAtSeconds!).toBe(5n * DAY)
    expect(await ask(speedUp(one))).toBe('TICKET_USED')

    await enki.send(admin, 'minter', 'depositToRedemptionQueue', [4n * one])
    await act.warp(Number(15n * DAY))
    expect((await carryOut({kind: 'claim'})).receivedWei).toBe(4n * one)
    expect(await provider.requests(alice)).toEqual([])
    // Paid, and kept for the LP: the contract would cancel it and pay it again.
    expect(await ask({kind: 'cancel', id: '0'})).toBe('TICKET_USED')
    expect(await ask({kind: 'claim'})).toBe('NOTHING_CLAIMABLE')
    await act.warp(Number(30n * DAY))
    const {plan: last} = await carryOut({kind: 'claim'})
    expect(labels(last)).toEqual(['Unlock the liquidity tokens of ticket 0'])
    expect(await enki.held('enki', alice)).toBe(100n * one)
  })

  test('a ticket whose LP tokens came back can no longer be cancelled', async () => {
    await deposit('10', false)
    await enki.send(admin, 'queue', 'setLpFactor', [lp, DAY])
    await enki.set('reduceMaturityStakeSecs', 60n)
    await give(one)
    await withdraw(one, 'eMETIS')
    await carryOut({kind: 'speed-up', id: '0', lpToken: lp, lpWei: one})
    await act.warp(60)
    const {plan} = await carryOut({kind: 'claim'})
    expect(labels(plan)).toEqual(['Unlock the liquidity tokens of ticket 0'])
    expect(await ask({kind: 'cancel', id: '0'})).toBe('TICKET_USED')
    expect(await provider.requests(alice)).toHaveLength(1)
  })
})

describe('vesting', () => {
  test('ENKI is staked, what has vested is claimed, and all ENKI comes back', async () => {
    await deposit('100')
    await withdraw(10n * one)
    await give(30n * one)
    const step = (name: 'stake' | 'claim' | 'unstake', amountWei?: bigint) =>
      ({kind: 'vest', step: name, amountWei}) as const
    expect(await ask(step('stake'))).toBe('AMOUNT_OUT_OF_RANGE')
    expect(await ask(step('stake', 31n * one))).toBe('LST_BALANCE_LOW')
    expect(await ask(step('claim'))).toBe('NOTHING_TO_CLAIM')
    expect(await ask(step('unstake'))).toBe('NOTHING_TO_WITHDRAW')
    const {plan} = await carryOut(step('stake', 30n * one))
    expect(labels(plan)).toEqual(['Approve 30 ENKI for the vesting contract', 'Stake 30 ENKI'])
    await act.warp(Number(45n * DAY))
    const predicted = (await provider.plan(alice, step('claim'))).quote!.expectedWei
    const {receivedWei} = await carryOut(step('claim'))
    expect(receivedWei).toBeGreaterThanOrEqual(predicted)
    expect(predicted).toBeGreaterThanOrEqual(parseEther('1.5'))
    // Claims stay open while the vault is not, stakes do not.
    await enki.set('isPaused', 1n)
    await act.warp(3600)
    expect(await ask(step('claim'))).toBe('nothing')
    expect(await ask(step('unstake'))).toBe('LST_PAUSED')
    await enki.set('isPaused', 0n)
    await carryOut(step('unstake'))
    expect(await enki.held('enki', alice)).toBe(30n * one)
    const [, , vesting] = (await provider.position(alice)).holdings
    expect(vesting!.wei).toBeGreaterThan(0n)
    expect(vesting!.wei).toBeLessThan(parseEther('1.5'))
  })
})

describe('rates', () => {
  test('they are those of the vault, and of the next dispatch', async () => {
    await deposit('9')
    await enki.send(admin, 'eMetis', 'addMinter', [admin])
    await enki.send(admin, 'eMetis', 'minter_mint', [localEnki.rewardDispatcher, 5n * one])
    const state = await provider.read()
    expect(state).toMatchObject({
      ...{totalDepositsMetisWei: 10n * one, supplyWei: 10n * one, rate: one},
      ...{pendingRewardMetisWei: 5n * one, feeRate: one / 10n},
    })
    await enki.send(admin, 'dispatcher', 'dispatch')
    const after = await provider.read()
    expect(after.rate).toBe(state.rateAfterHarvest)
    expect(after.rate).toBe(await enki.read('seMetis', 'convertToAssets', [one]))
  })
})
