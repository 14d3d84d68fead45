/** Tickets and vesting of Enki by the commands, to the wei: cancelled, sped up, claimed in two runs, vested. */
import type {Abi, Address} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {enkiRedemptionQueueAbi} from '../../src/chain/abis/enki-redemption-queue.ts'
import {enkiVestingAbi} from '../../src/chain/abis/enki-vesting.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {METIS} from '../helpers/l2-chain.ts'
import * as lst from '../helpers/lst-life.ts'
import {runCli} from '../helpers/run-cli.ts'
import {diesAfterFirst, feesOf, holding, owner, wei, type LstLife} from '../helpers/lst-life.ts'

const DAY = 86_400n
const {redemptionQueue, vesting, eMetis, enki} = localEnki
/** Any token that the provider names may be locked; this one is at hand. */
const LP = enki
const VESTING_SECONDS = 90n * DAY

let life: LstLife

beforeAll(async () => {
  life = await lst.startLstLife([])
  await life.actOnL2(redemptionQueue, enkiRedemptionQueueAbi, 'setLpFactor', [LP, 4n * DAY])
  await life.actOnL2(enki, erc20Abi, 'transfer', [owner, 1_000n * METIS])
  await life.ask('lst deposit enki 400 --yes')
})
afterAll(() => life[Symbol.asyncDispose]())

const ask: LstLife['ask'] = (...args) => life.ask(...args)
const positionNow = () => lst.positionOf(life, 'enki')
const eMetisNow = async () => holding(await positionNow(), 'eMETIS', 'held')
const vestsNow = async () => holding(await positionNow(), 'eMETIS', 'vesting')
const onL2 = (to: Address, abi: Abi, fn: string, args: unknown[] = []) =>
  life.read('l2', to, abi, fn, args)
const held = async (token: Address, account: Address) =>
  wei(await onL2(token, erc20Abi, 'balanceOf', [account]))

interface Ticket {
  id: string
  metisWei: string
  claimableAtSeconds: string
  blockedBy: string[]
}
async function tickets(): Promise<Ticket[]> {
  const {requests} = await ask('lst requests enki')
  return (requests as {requests: Ticket[]}[])[0]!.requests
}

/** The fees that the queue has kept. */
async function keptByQueue(): Promise<bigint> {
  const accounting = await onL2(
    ...([redemptionQueue, enkiRedemptionQueueAbi, 'redemptionQueueAccounting'] as const),
  )
  return (accounting as [bigint, bigint])[1]
}

/** Time of the block in which the only transaction of a document was mined. */
async function timeOf({transactions}: Record<string, unknown>): Promise<bigint> {
  const {hash} = (transactions as {hash: string}[]).at(-1)!
  const receipt = await life.chain.l2.request('eth_getTransactionReceipt', [hash])
  const {blockNumber} = receipt as {blockNumber: string}
  const block = await life.chain.l2.request('eth_getBlockByNumber', [blockNumber, false])
  return BigInt((block as {timestamp: string}).timestamp)
}

test('a cancelled ticket gives its eMETIS back less one per cent, which the queue keeps', async () => {
  const kept = await keptByQueue()
  await ask('lst withdraw enki 10 --yes')
  const [ticket] = await tickets()
  // 30 % vest, and nothing is taken for the queue.
  expect(ticket).toMatchObject({id: '0', metisWei: `${7n * METIS}`})
  const cancelled = await ask('lst cancel enki 0 --yes')
  const fee = (7n * METIS * 10_000n) / 1_000_000n
  expect(wei(cancelled['receivedWei'])).toBe(7n * METIS - fee)
  expect(await eMetisNow()).toBe(7n * METIS - fee)
  expect((await keptByQueue()) - kept).toBe(fee)
  expect(await held(eMetis, redemptionQueue)).toBe(kept + fee)
  expect(await tickets()).toEqual([])
  expect((await life.refusal('lst cancel enki 0 --yes')).code).toBe('TICKET_USED')
})

test('a ticket is sped up by exactly what the locked tokens give, and they come back', async () => {
  await ask('lst withdraw enki 6.93 --token eMETIS --yes')
  expect(await eMetisNow()).toBe(0n)
  const [before] = await tickets()
  const owed = wei(before!.metisWei)
  expect(owed).toBe((693n * METIS) / 100n)
  const lpWei = 9n * METIS
  const seconds = (4n * DAY * lpWei) / owed
  const lpBefore = await held(LP, owner)
  await ask(`lst speed-up enki 1 --lp ${LP} --amount 9 --yes`)
  const [after] = await tickets()
  expect(wei(before!.claimableAtSeconds) - wei(after!.claimableAtSeconds)).toBe(seconds)
  expect(await held(LP, owner)).toBe(lpBefore - lpWei)
  expect(await held(LP, redemptionQueue)).toBe(lpWei)
  const again = await life.refusal(`lst speed-up enki 1 --lp ${LP} --amount 1 --yes`)
  expect(again.code).toBe('TICKET_USED')

  await life.setBalance(redemptionQueue, owed)
  await life.later(Number(20n * DAY - seconds))
  const liquid = await life.balance(owner)
  const claimed = await ask('lst claim enki --yes')
  expect(wei(claimed['receivedWei'])).toBe(owed)
  expect((await life.balance(owner)) - liquid).toBe(owed - feesOf(claimed))
  // Paid, while the tokens stay locked for 30 days from the speed-up.
  const named = await life.refusal('lst claim enki --id 1 --yes')
  expect(named).toMatchObject({code: 'NOTHING_CLAIMABLE'})
  expect(named.message).toContain('ticket 1')
  await life.later(Number(30n * DAY))
  await ask('lst claim enki --yes')
  expect(await held(LP, owner)).toBe(lpBefore)
  expect(await held(LP, redemptionQueue)).toBe(0n)
})

test('a claim of several tickets goes on after some of them, and says which were paid', async () => {
  for (let index = 0; index < 3; index++) await ask('lst withdraw enki 10 --yes')
  await life.setBalance(redemptionQueue, 21n * METIS)
  await life.later(Number(20n * DAY))
  await ask('lst claim enki --id 3 --yes')
  const liquid = await life.balance(owner)
  const rest = await ask('lst claim enki --id 2 --id 3 --yes')
  expect(wei(rest['receivedWei'])).toBe(7n * METIS)
  expect((await life.balance(owner)) - liquid).toBe(7n * METIS - feesOf(rest))
  expect(JSON.stringify(rest)).toContain('ticket 3, paid or cancelled earlier')
  expect(await tickets()).toMatchObject([{id: '4'}])
  const all = await life.refusal('lst claim enki --id 2 --id 3 --yes')
  expect(all.code).toBe('NOTHING_CLAIMABLE')
  expect(all.message).toContain('tickets 2, 3')
  // One that never was is no one that was paid.
  expect((await life.refusal('lst claim enki --id 3 --id 99 --yes')).code).toBe(
    'NO_WITHDRAW_REQUEST',
  )
  expect(wei((await ask('lst claim enki --id 4 --yes'))['receivedWei'])).toBe(7n * METIS)
})

test('a claim that died after its first ticket is told, and the next run claims the second', async () => {
  for (let index = 0; index < 2; index++) await ask('lst withdraw enki 10 --yes')
  await life.setBalance(redemptionQueue, 14n * METIS)
  await life.later(Number(20n * DAY))
  await using died = await diesAfterFirst(life, 'lst claim enki --id 5 --id 6')
  const line = 'lst claim enki --id 5 --id 6 --yes --json'.split(' ')
  const liquid = await life.balance(owner)
  const {json} = await runCli(line, {home: died.home.root})
  expect(json).toMatchObject({ok: true, data: {receivedWei: `${7n * METIS}`}})
  expect((await life.balance(owner)) - liquid).toBe(7n * METIS - feesOf(json!.data))
  const earlier = json!.warnings.filter(({code}) => code === 'EARLIER_SETTLED')
  expect(earlier.map(({message}) => message).join()).toMatch(/Redeem ticket 5: .*by an earlier run/)
  expect(JSON.stringify(json!.data)).toContain('ticket 5, paid or cancelled earlier')
  expect(await tickets()).toEqual([])
  const again = await runCli(line, {home: died.home.root})
  expect(again.json?.error?.code).toBe('NOTHING_CLAIMABLE')
})

test('half of the time vests half, nothing is forfeited, and the rest vests with the next stake', async () => {
  // 3 of each of six withdrawals of 10.
  const all = 18n * METIS
  expect(await vestsNow()).toBe(all)
  expect(await held(eMetis, vesting)).toBe(all)
  const start = await eMetisNow()
  const enkiWei = await held(enki, owner)
  const staked = await ask('lst vest enki stake --amount 180 --yes')
  const from = await timeOf(staked)
  expect(await held(enki, vesting)).toBe(180n * METIS)
  await life.later(Number(VESTING_SECONDS / 2n))
  const unstaked = await ask('lst vest enki unstake --yes')
  const half = (all * ((await timeOf(unstaked)) - from)) / VESTING_SECONDS
  expect(half).toBeGreaterThanOrEqual(all / 2n)
  expect(wei(unstaked['receivedWei'])).toBe(half)
  expect(await eMetisNow()).toBe(start + half)
  expect(await held(enki, owner)).toBe(enkiWei)
  // It waits in the vesting contract for its owner, and does not move without ENKI.
  expect(await vestsNow()).toBe(all - half)
  expect(await held(eMetis, vesting)).toBe(all - half)
  await life.later(Number(VESTING_SECONDS))
  expect(await life.refusal('lst vest enki claim --yes')).toMatchObject({
    code: 'NOTHING_TO_CLAIM',
    hints: [
      expect.stringMatching(
        /^Nothing vests without staked ENKI: run `metis-seq lst vest enki stake --amount \d+(\.\d+)?`/,
      ),
    ],
  })

  await ask('lst vest enki stake --amount 180 --yes')
  await life.later(Number(VESTING_SECONDS))
  const claimed = await ask('lst vest enki claim --yes')
  expect(wei(claimed['receivedWei'])).toBe(all - half)
  expect(await eMetisNow()).toBe(start + all)
  expect(await vestsNow()).toBe(0n)
  expect(await held(eMetis, vesting)).toBe(0n)
  await ask('lst vest enki unstake --yes')
  expect(await held(enki, owner)).toBe(enkiWei)
})

test('too little ENKI vests for what it covers alone', async () => {
  await ask('lst withdraw enki 10 --yes')
  const staked = await ask('lst vest enki stake --amount 10 --yes')
  const from = await timeOf(staked)
  await life.later(Number(VESTING_SECONDS))
  // Ten ENKI cover one of three eMETIS, and three durations are needed.
  const claimed = await ask('lst vest enki claim --yes')
  const seconds = (await timeOf(claimed)) - from
  const vested = (METIS * seconds) / VESTING_SECONDS
  expect(wei(claimed['receivedWei'])).toBe(vested)
  expect(await vestsNow()).toBe(3n * METIS - vested)
  const info = await onL2(vesting, enkiVestingAbi, 'userInfos', [owner])
  expect(info).toMatchObject([10n * METIS, vested, vested, from + seconds, 3n * METIS - vested])
})
