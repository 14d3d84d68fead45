import {parseEther} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {connectChain, type Connection} from '../../src/chain/connect.ts'
import {findStakelink} from '../../src/chain/lst/stakelink/discover.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {localStakelink} from '../../src/local/lst/stakelink/plan.ts'
import {rateBefore} from '../../src/protocol/lst/yield.ts'
import type {LstPlan, LstProvider, LstRequest} from '../../src/services/lst/provider.ts'
import {openProviders} from '../../src/services/lst/providers.ts'
import {differencesOf} from '../../src/services/lst/verify.ts'
import {decodePlanned} from '../../src/services/sending/planned-call.ts'
import {
  admin,
  type StakelinkChain,
  stakelinkParts,
  startStakelink,
  UPKEEP,
} from '../contracts/stakelink-fixture.ts'
import {alice, bob, carol} from '../contracts/staking.ts'
import {actionsOn} from '../seams/lst-chain.ts'

const one = parseEther('1')

let chain: StakelinkChain
let connection: Connection
let provider: LstProvider
let act: ReturnType<typeof actionsOn>
let snapshot: unknown

const open = () => openProviders(connection.client, {stakelink: localLst.stakelink})[0]!

beforeAll(async () => {
  chain = await startStakelink()
  await chain.prepare()
  // Of Alice's, every allowance is to come from a plan.
  for (const part of ['metis', 'pool'] as const) {
    await chain.send(alice, part, 'approve', [localStakelink.priorityPool, 0n])
  }
  connection = connectChain({name: 'L2', chainId: 1088, urls: [chain.anvil.rpcUrl]})
  act = actionsOn(chain.anvil, connection.client)
})
afterAll(async () => {
  connection.close()
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  snapshot = await chain.chain.request('evm_snapshot')
  provider = open()
})
afterEach(() => chain.chain.request('evm_revert', snapshot))

const codeOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'nothing',
    (error: unknown) => (error instanceof MetisSeqError ? error.code : String(error)),
  )
const ask = (request: LstRequest) => codeOf(provider.plan(alice, request))

/** Plans, sends and verifies; nothing comes out otherwise than it was planned. */
async function carryOut(request: LstRequest, from = alice) {
  const plan = await provider.plan(from, request)
  const mined = await act.carryOut(plan)
  expect(mined, `the chain takes "${plan.title}"`).not.toBeNull()
  const verified = await provider.verify(plan, mined!)
  expect(differencesOf(plan, verified.position), plan.title).toEqual([])
  return {plan, ...verified}
}
const depositOf = (metis: string): LstRequest => ({
  ...{kind: 'deposit', amountMetisWei: parseEther(metis), slippageBasisPoints: 0},
})
const withdrawOf = (amountWei: bigint, token?: string): LstRequest => ({
  ...{kind: 'withdraw', amountWei, token, slippageBasisPoints: 0},
})
const effect = ({effects}: LstPlan, label: string) =>
  effects.find((each) => each.label === label)?.after
const labels = ({calls}: LstPlan) => calls.map(({label}) => label)
const leaveRoom = async (room: bigint) => {
  const most = (await chain.wei('pool', 'totalStaked')) + room
  await chain.send(admin, 'strategy', 'setMaxDeposits', [most])
}
const setStatus = (status: number) => chain.send(admin, 'priority', 'setPoolStatus', [status])
const finalize = async () => {
  await act.warp(86_401)
  await chain.send(bob, 'withdrawals', 'performUpkeep', [UPKEEP])
}

test('the amounts of each call are shown in its own token', async () => {
  await carryOut(depositOf('10'))
  await chain.send(alice, 'pool', 'transferAndCall', [localStakelink.wstMetis, one, '0x'])
  const shown = async (request: LstRequest) =>
    (await provider.plan(alice, request)).calls.map(
      (call) => decodePlanned(call).args.find(({display}) => display !== undefined)?.display,
    )
  expect(await shown(depositOf('1'))).toEqual(['1 METIS', '1 METIS'])
  expect(await shown(withdrawOf(one))).toEqual(['1 stMETIS', '1 stMETIS'])
  expect(await shown(withdrawOf(one / 2n, 'wstMETIS'))).toEqual([
    ...['0.5 wstMETIS', '0.5 stMETIS', '0.5 stMETIS'],
  ])
})

describe('discovery', () => {
  test('finds every contract through the priority pool', async () => {
    expect(await findStakelink(connection.client, localLst.stakelink)).toEqual({
      ...{kind: 'found', contracts: localStakelink, metis: stakelinkParts.metis.to},
      strategies: 1,
    })
  })

  test('a contract of another pool, or without code, is told, and nothing is planned', async () => {
    await chain.send(admin, 'pool', 'setPriorityPool', [bob])
    expect(await provider.describe()).toMatchObject({
      state: 'mismatch',
      warnings: ['The contract stMetis is missing, or belongs to another stMETIS.'],
    })
    provider = openProviders(connection.client, {
      stakelink: {...localLst.stakelink, wstMetis: bob},
    })[0]!
    expect(await provider.describe()).toMatchObject({state: 'no-code'})
    expect(await ask(depositOf('1'))).toBe('CONTRACT_MISCONFIGURED')
  })
})

describe('the state of the provider', () => {
  test('draining and closed pools take no deposits, and say what still works', async () => {
    await setStatus(1)
    expect(await provider.describe()).toMatchObject({
      state: 'closed',
      warnings: ['The pool is draining; withdrawals go on.'],
    })
    expect(await ask(depositOf('1'))).toBe('LST_PAUSED')
    await setStatus(2)
    expect((await provider.describe()).warnings[0]).toMatch(/closed in both directions/)
    expect(await ask(withdrawOf(one))).toBe('LST_BALANCE_LOW')
  })

  test('a full pool is live while its queue is open, and closed when that is paused', async () => {
    await leaveRoom(0n)
    expect(await provider.describe()).toMatchObject({
      state: 'live',
      warnings: ['The pool has no room: deposits wait in its queue.'],
    })
    await chain.send(admin, 'priority', 'pauseForUpdate')
    expect(await provider.describe()).toMatchObject({
      state: 'closed',
      warnings: ['The pool has no room, and its queue is paused.'],
    })
    expect(await ask(depositOf('1'))).toBe('LST_PAUSED')
  })

  test('the rate of stMETIS stays one; the rate of a share grows with rewards less fees', async () => {
    await carryOut(depositOf('99'))
    await chain.gain(10n * one)
    expect(await provider.read()).toMatchObject({pendingRewardMetisWei: 10n * one, rate: one})
    await chain.share()
    const {shareRate, feeRate, ...state} = await provider.read()
    expect(state).toMatchObject({rate: one, rateAfterHarvest: one, pendingRewardMetisWei: 0n})
    expect(shareRate).toBe(await chain.wei('wrapped', 'getUnderlyingByWrapped', [one]))
    expect(shareRate > one + (88n * one) / 1000n - 10n && shareRate < one + one / 11n).toBe(true)
    expect(feeRate).toBe((12n * one) / 100n)
    expect((await provider.position(alice)).heldWei).toBe(await chain.held('pool', alice))
  })

  test('earlier rates follow from the events since', async () => {
    const marks: {blockNumber: bigint; shareRate: bigint}[] = []
    const mark = async () => {
      const blockNumber = BigInt((await chain.chain.request('eth_blockNumber')) as string)
      marks.push({blockNumber, shareRate: (await provider.read({blockNumber})).shareRate})
    }
    await carryOut(depositOf('50'))
    await mark()
    await chain.gain(3n * one)
    await chain.share()
    await mark()
    await carryOut(withdrawOf(7n * one))
    await chain.send(carol, 'pool', 'donateTokens', [one])
    await mark()
    await chain.send(alice, 'pool', 'burn', [2n * one])
    await carryOut(depositOf('11'))
    await mark()
    const last = marks.at(-1)!
    const {totalDepositsMetisWei} = await provider.read({blockNumber: last.blockNumber})
    const supplyWei = await chain.wei('pool', 'totalShares')
    const changes = await provider.changes(marks[0]!.blockNumber + 1n, last.blockNumber)
    expect(changes.length).toBe(5)
    for (const {blockNumber, shareRate} of marks) {
      const rate = rateBefore({totalDepositsMetisWei, supplyWei}, changes, blockNumber)!
      const off = rate - shareRate
      expect(off < 10n && off > -10n, `${blockNumber}: ${rate}, not ${shareRate}`).toBe(true)
    }
  })
})

describe('deposits', () => {
  test('are approved exactly, and say how much is taken at once and how much is queued', async () => {
    await leaveRoom(4n * one)
    const {plan, receivedWei, position} = await carryOut(depositOf('10'))
    expect(labels(plan)).toEqual([
      'Approve 10 METIS for the priority pool',
      'Deposit 10 METIS with stake.link, queue what finds no room',
    ])
    expect(decodePlanned(plan.calls[0]!).args.map(({value}) => value)).toContain(`${10n * one}`)
    expect(effect(plan, 'taken at once')).toBe(
      '4 METIS: 4 staked, 0 swapped with those who withdraw',
    )
    expect(effect(plan, 'METIS in the queue')).toMatch(/^6; it earns nothing/)
    expect(receivedWei).toBe(4n * one)
    expect(position.holdings).toContainEqual({
      ...{token: 'METIS', state: 'queued', wei: 6n * one, valueMetisWei: 6n * one},
    })
    expect(await chain.wei('metis', 'allowance', [alice, localStakelink.priorityPool])).toBe(0n)
  })

  test('that find no room at all are queued, with nothing to compare', async () => {
    await leaveRoom(0n)
    const {plan, receivedWei, position} = await carryOut(depositOf('3'))
    expect(plan.quote).toBeNull()
    expect([receivedWei, position.heldWei]).toEqual([0n, 0n])
    // Behind them everything queues, whatever room there is.
    await leaveRoom(100n * one)
    const later = await carryOut(depositOf('2'))
    expect(effect(later.plan, 'METIS in the queue')).toMatch(/^5; /)
    expect(later.position.valueMetisWei).toBe(5n * one)
  })

  test('with room queue nothing: where it is taken meanwhile, the METIS comes back and is told', async () => {
    await leaveRoom(5n * one)
    const plan = await provider.plan(alice, depositOf('5'))
    expect(labels(plan)[1]).toBe('Deposit 5 METIS with stake.link')
    await chain.deposit(bob, 3n * one)
    const mined = await act.carryOut(plan)
    expect(await codeOf(provider.verify(plan, mined!))).toBe('POST_STATE')
    expect(await chain.held('pool', alice)).toBe(2n * one)
    expect(await chain.wei('priority', 'totalQueued')).toBe(0n)
  })

  test('are swapped with those who withdraw first', async () => {
    await chain.deposit(bob, 10n * one)
    await chain.moveToL1()
    await chain.withdraw(bob, 4n * one)
    const {plan, receivedWei} = await carryOut(depositOf('6'))
    expect(effect(plan, 'taken at once')).toBe(
      '6 METIS: 2 staked, 4 swapped with those who withdraw',
    )
    expect(receivedWei).toBe(6n * one)
  })
})

describe('withdrawals', () => {
  test('say what is swapped, paid by the pool and left waiting', async () => {
    await carryOut(depositOf('30'))
    await chain.moveToL1()
    await chain.deposit(carol, 5n * one)
    await leaveRoom(0n)
    await chain.deposit(bob, 3n * one, true)
    const {plan, receivedWei, position} = await carryOut(withdrawOf(20n * one))
    expect(labels(plan)).toEqual([
      'Approve 20 stMETIS for the priority pool',
      'Withdraw 20 stMETIS from stake.link',
    ])
    expect(effect(plan, 'paid at once')).toBe(
      '8 METIS: 3 swapped with queued deposits, 5 from the pool',
    )
    expect(effect(plan, 'METIS owed by open requests')).toMatch(/^12; it earns until/)
    expect([receivedWei, position.owedMetisWei]).toEqual([20n * one, 12n * one])
    const [request] = await provider.requests(alice)
    expect(request).toMatchObject({id: '1', metisWei: 12n * one})
    expect(request!.blockedBy).toContain('liquidity')
  })

  test('that are paid at once join no queue, and revert where that has changed', async () => {
    await carryOut(depositOf('10'))
    const plan = await provider.plan(alice, withdrawOf(6n * one))
    await chain.moveToL1()
    expect(await act.carryOut(plan)).toBeNull()
    expect(await chain.held('pool', alice)).toBe(10n * one)
  })

  test('too small for the queue are refused, and a small rest is handed back', async () => {
    await carryOut(depositOf('10'))
    await chain.moveToL1()
    expect(await ask(withdrawOf(one - 1n))).toBe('AMOUNT_OUT_OF_RANGE')
    await leaveRoom(0n)
    await chain.deposit(bob, 2n * one, true)
    const {plan, receivedWei} = await carryOut(withdrawOf(2n * one + one / 2n))
    expect(effect(plan, 'handed back')).toBe('0.5 stMETIS, too little for the queue')
    expect(receivedWei).toBe(2n * one)
  })

  test('of wstMETIS unwrap it first', async () => {
    await carryOut(depositOf('10'))
    await chain.gain(one)
    await chain.share()
    await chain.send(alice, 'wrapped', 'wrap', [4n * one])
    const wrapped = await chain.held('wrapped', alice)
    const {plan, receivedWei} = await carryOut(withdrawOf(wrapped, 'wstMETIS'))
    expect(labels(plan)[0]).toMatch(/^Unwrap 3\.\d+ wstMETIS to stMETIS$/)
    expect(4n * one - receivedWei).toBeLessThanOrEqual(1n)
    expect(await chain.held('wrapped', alice)).toBe(0n)
    expect(await ask(withdrawOf(1n, 'wstMETIS'))).toBe('LST_BALANCE_LOW')
    expect(await ask(withdrawOf(1n, 'eMETIS'))).toBe('AMOUNT_OUT_OF_RANGE')
  })

  test('of METIS take queued METIS back, not from a distribution, nor while the queue is paused', async () => {
    await leaveRoom(0n)
    await carryOut(depositOf('5'))
    const {receivedWei} = await carryOut(withdrawOf(2n * one, 'METIS'))
    expect(receivedWei).toBe(2n * one)
    expect(await ask(withdrawOf(4n * one, 'METIS'))).toBe('LST_BALANCE_LOW')
    await chain.send(admin, 'priority', 'pauseForUpdate')
    expect(await ask(withdrawOf(one, 'METIS'))).toBe('LST_PAUSED')
    const root = `0x${'01'.repeat(32)}`
    await chain.send(admin, 'priority', 'updateDistribution', [root, root, 0n, 0n])
    expect(await ask(withdrawOf(one, 'METIS'))).toBe('LST_REFUSES')
    const {holdings} = await provider.position(alice)
    expect(holdings.at(-1)).toMatchObject({token: 'METIS, at most', wei: 3n * one})
  })
})

describe('claims', () => {
  test('pay what is finalized, in whole and in part, in one call', async () => {
    await carryOut(depositOf('30'))
    await chain.moveToL1()
    await carryOut(withdrawOf(4n * one))
    await carryOut(withdrawOf(6n * one))
    await chain.bringBack(7n * one)
    await finalize()
    const requests = await provider.requests(alice)
    expect(requests.map(({id, metisWei, blockedBy}) => [id, metisWei, blockedBy.length])).toEqual([
      ['1', 4n * one, 0],
      ['2-part', 3n * one, 0],
      ['2', 3n * one, 3],
    ])
    const {plan, receivedWei} = await carryOut({kind: 'claim'})
    expect(labels(plan)).toEqual(['Claim withdrawals 1, 2'])
    expect(receivedWei).toBe(7n * one)
    expect(await ask({kind: 'claim', ids: ['2']})).toBe('WITHDRAW_NOT_READY')
    await chain.bringBack(3n * one)
    await finalize()
    expect((await carryOut({kind: 'claim', ids: ['2']})).receivedWei).toBe(3n * one)
    expect(await ask({kind: 'claim'})).toBe('NOTHING_CLAIMABLE')
  })

  test('at different prices add up to what the contract says', async () => {
    await carryOut(depositOf('30'))
    await chain.moveToL1()
    await carryOut(withdrawOf(4n * one))
    await carryOut(withdrawOf(6n * one))
    await chain.bringBack(4n * one)
    await finalize()
    const total = await chain.wei('strategy', 'l1TotalDeposits')
    await chain.answer([total + 2n * one, 0n, 0n])
    await chain.bringBack(7n * one)
    await finalize()
    const {claimableMetisWei} = await provider.position(alice)
    const plan = await provider.plan(alice, {kind: 'claim', ids: ['1']})
    expect(plan.quote).toMatchObject({minOutWei: 0n})
    const {receivedWei} = await carryOut({kind: 'claim'})
    expect(receivedWei).toBe(claimableMetisWei)
    expect(receivedWei > 10n * one).toBe(true)
  })

  test('wait for those before them, for METIS, and for the weekly update that asks for it', async () => {
    await carryOut(depositOf('30'))
    await chain.moveToL1()
    await chain.deposit(bob, 4n * one)
    await chain.send(admin, 'priority', 'setAllowInstantWithdrawals', [false])
    await chain.withdraw(bob, 3n * one)
    await carryOut(withdrawOf(5n * one))
    // Four METIS are here: enough for Bob, not for both.
    const [request] = await provider.requests(alice)
    expect(request!.blockedBy).toContain('liquidity')
    const fee = await chain.wei('transmitter', 'getExecuteUpdateFee')
    await chain.send(admin, 'withdrawals', 'setMinTimeBetweenWithdrawals', [10n ** 10n])
    await chain.send(admin, 'transmitter', 'executeUpdate', [], fee)
    await chain.send(admin, 'withdrawals', 'setMinTimeBetweenWithdrawals', [86_400n])
    const [later] = await provider.requests(alice)
    expect(later!.blockedBy).toEqual(['time', 'liquidity', 'admin'])
    const updated = await chain.wei('transmitter', 'timeOfLastUpdate')
    expect(later!.claimableAtSeconds).toBe(updated + 7n * 86_400n)
    await chain.deposit(bob, 4n * one)
    const paid = await provider.requests(alice)
    expect(paid.map(({id}) => id)).toEqual(['2-part', '2'])
  })
})
