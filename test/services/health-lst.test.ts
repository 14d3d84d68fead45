/** What health is told about liquid staking, and how often it asks. */
import {parseEther} from 'viem'
import {afterAll, afterEach, beforeAll, expect, test, vi} from 'vitest'

import {eMetisMinterAbi} from '../../src/chain/abis/e-metis-minter.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {createSnapshotStore} from '../../src/lib/snapshot-store.ts'
import {localEnki} from '../../src/local/lst/enki/plan.ts'
import {l2Metis} from '../../src/local/placement.ts'
import type {LstRegistration} from '../../src/protocol/lst/about.ts'
import type {Network} from '../../src/protocol/network.ts'
import {openContext, type Context} from '../../src/services/context.ts'
import {lookOnce} from '../../src/services/health/look-once.ts'
import {lstReader, type LstLook} from '../../src/services/health/lst.ts'
import {watchStatus} from '../../src/services/health/status.ts'
import type {Feed} from '../../src/services/live/feeds.ts'
import {watchYields} from '../../src/services/live/yields.ts'
import {fresh} from '../helpers/dashboard-data.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {marketScene} from '../helpers/markets.ts'
import {makeOperator} from '../helpers/operator.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const nobody = accountOf('nobody').address
const DEAD = 'http://127.0.0.1:9'

let chain: TestChain
const open: (() => void)[] = []

beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner], with: ['lst', 'defi']})
  const temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
  const {act} = marketScene(chain, temp)
  temp[Symbol.dispose]()
  // Markets count blocks from those in which they were made.
  await chain.l2.request('anvil_mine', ['0x400'])
  // eMETIS, which stays where it is when the vault is gone.
  await act(owner, l2Metis, erc20Abi, 'approve', [localEnki.minter, parseEther('5')])
  const minted = [owner, parseEther('5'), false, '0x0000000000000000000000000000000000000000']
  await act(owner, localEnki.minter, eMetisMinterAbi, 'mint', minted)
})
afterEach(() => open.splice(0).forEach((close) => close()))
afterAll(() => chain[Symbol.asyncDispose]())

/** The operator on a network that differs from the one of the chain. */
async function contextOn(changes: Partial<Network> = {}, who = 'owner'): Promise<Context> {
  const temp = await makeOperator({...chain.network, ...changes}, {owner: who, signer: 'signer'})
  const context = openContext({home: temp.home, timeoutSeconds: 2})
  open.push(() => {
    context.close()
    temp[Symbol.dispose]()
  })
  return context
}
const ofNobody = (): LstRegistration => ({
  ...{status: 'none', vote: null, l1Owners: [nobody], l1Holders: []},
})
const look = async (changes?: Partial<Network>, who?: string): Promise<LstLook> =>
  lstReader(await contextOn(changes, who))!()

test('only the providers that the owner depends on are in it', async () => {
  const {providers, loans, unread} = await look()
  expect(providers).toMatchObject([
    {
      ...{id: 'enki', hasPosition: true, hasSequencer: false},
      ...{description: {state: 'live'}, position: {valueMetisWei: parseEther('5')}},
      ...{state: {feeRate: expect.any(BigInt)}, queue: {owedMetisWei: 0n}, pegs: []},
    },
  ])
  expect({loans, unread}).toEqual({loans: [], unread: []})
  expect((await look({}, 'nobody')).providers).toEqual([])
  expect((await look({lstRegistry: {artemis: ofNobody()}}, 'nobody')).providers).toMatchObject([
    {id: 'artemis', hasPosition: false, hasSequencer: true},
  ])
})

test('a network without providers, and a profile of nobody, are not read at all', async () => {
  expect(lstReader(await contextOn({lst: {}}))).toBeNull()
  const context = await contextOn()
  expect(lstReader({...context, profile: null})).toBeNull()
  expect((await lookOnce({...context, profile: null})).lst).toEqual({state: 'absent'})
})

test('a provider whose contracts are gone counts while the owner holds its tokens', async () => {
  const lst = {...chain.network.lst, enki: {...chain.network.lst.enki!, seMetis: nobody}}
  const {providers, unread} = await look({lst})
  expect(providers).toMatchObject([
    {id: 'enki', description: {state: 'no-code'}, hasPosition: true, position: null, backing: null},
  ])
  expect(unread).toEqual([])
  expect((await look({lst}, 'nobody')).providers).toEqual([])
})

test('without L1 the backing is unknown, and the rest is not', async () => {
  const l1 = {...chain.network.l1, rpcUrls: [DEAD]}
  const {providers, unread} = await look({l1, lstRegistry: {enki: ofNobody()}})
  expect(providers).toMatchObject([{id: 'enki', backing: null, queue: {owedMetisWei: 0n}}])
  expect(unread).toMatchObject([{part: 'the backing of Enki', chain: 'l1'}])
  expect(unread[0]!.reason).not.toBe('')
})

test('a market that cannot be read is named, and hides no position', async () => {
  const defi = chain.network.defi!
  const aave = {...defi.lending.aave!, pool: nobody}
  const {providers, unread} = await look({defi: {...defi, lending: {aave}}})
  expect(providers).toMatchObject([{id: 'enki', position: {valueMetisWei: parseEther('5')}}])
  expect(unread).toMatchObject([{part: 'the loan with Aave v3', chain: 'l2'}])
})

test('a market that cannot be read is nothing to an operator without positions', async () => {
  const defi = chain.network.defi!
  const aave = {...defi.lending.aave!, pool: nobody}
  const found = await look({defi: {...defi, lending: {aave}}}, 'nobody')
  expect(found).toEqual({providers: [], loans: [], unread: []})
})

test('without L2 nothing is known, which is a failure and not an empty answer', async () => {
  await expect(look({l2: {...chain.network.l2, rpcUrls: [DEAD]}})).rejects.toThrow()
})

test('pages of one watch read liquid staking once in two minutes', async () => {
  const context = await contextOn()
  let asked = 0
  const l2 = () => {
    asked++
    return context.l2()
  }
  const read = watchStatus({...context, l2})
  const askedFor = async () => {
    asked = 0
    expect((await read()).health.unknown).toEqual([])
    return asked
  }
  const first = await askedFor()
  const second = await askedFor()
  const now = performance.now.bind(performance)
  const later = vi.spyOn(performance, 'now').mockImplementation(() => now() + 121_000)
  const third = await askedFor()
  later.mockRestore()
  expect(second).toBeLessThan(first)
  expect(third).toBe(first)
})

test('yields come after the reading, and one that fails is left out', async () => {
  const context = await contextOn()
  const stop = new AbortController()
  const none: Feed<LstLook> = {value: null, atMs: null, error: null, tookMs: null, periodMs: 1000}
  const store = createSnapshotStore<Feed<LstLook>>(none)
  const yields = watchYields(context, store, stop.signal)
  expect(yields.get().size).toBe(0)
  store.set(fresh(await lstReader(context)!()))
  await vi.waitFor(() => expect(yields.get().has('enki')).toBe(true), {timeout: 30_000})
  expect([...yields.get().keys()]).toEqual(['enki'])
  stop.abort()
})

test('a yield that cannot be read any more stays for three readings, and no longer', async () => {
  const context = await contextOn()
  const stop = new AbortController()
  const feed = fresh(await lstReader(context)!())
  const store = createSnapshotStore<Feed<LstLook>>({...feed, value: null})
  const MINUTE = 60_000
  let nowMs = 0
  const yields = watchYields(context, store, stop.signal, () => nowMs)
  store.set(feed)
  await vi.waitFor(() => expect(yields.get().has('enki')).toBe(true), {timeout: 30_000})
  let failed = 0
  vi.spyOn(context, 'l2').mockImplementation(() => {
    failed++
    throw new Error('The endpoint is gone.')
  })
  const readAgain = async (atMs: number) => {
    nowMs = atMs
    const before = failed
    await vi.waitFor(() => {
      store.set({...feed})
      expect(failed).toBeGreaterThan(before)
    })
  }
  await readAgain(15 * MINUTE)
  await readAgain(31 * MINUTE)
  expect(yields.get().has('enki')).toBe(true)
  await readAgain(47 * MINUTE)
  await vi.waitFor(() => expect(yields.get().has('enki')).toBe(false))
  stop.abort()
})
