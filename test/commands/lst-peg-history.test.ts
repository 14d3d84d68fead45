import {parseEther} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {netswapPairAbi} from '../../src/chain/abis/netswap-pair.ts'
import {netswapRouterAbi} from '../../src/chain/abis/netswap-router.ts'
import {localNetswap} from '../../src/local/defi/pools/netswap/plan.ts'
import {startHttpStub, type Call, type HttpStub} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {marketScene, type MarketScene} from '../helpers/markets.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const HISTORY = 'lst history artemis --days 1 --points 8'

interface Sample {
  blockNumber: string
  rate: string
  poolPrice: string | null
  discountBasisPoints: number | null
}

let chain: TestChain
let stub: HttpStub
/** Calls that the endpoint refuses: a node keeps only so much. */
let isLost: (call: Call) => boolean
let temp: TempHome
let scene: MarketScene
let pair: string
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner], with: ['lst', 'defi']})
  stub = await startHttpStub(
    (body, _request, response) => void forward(body).then((text) => response.end(text)),
  )
  const l2 = {...chain.network.l2, rpcUrls: [stub.url]}
  temp = await makeOperator({...chain.network, l2}, {owner: 'owner', signer: 'signer'})
  scene = marketScene(chain, temp)
  isLost = () => false
  const shown = await scene.ask('pool show artMETIS METIS')
  ;[pair] = (shown.data['pools'] as {address: string}[]).map(({address}) => address) as [string]
  await moves()
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await stub[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(() => (isLost = () => false))

async function forward(body: string): Promise<string> {
  const asked = JSON.parse(body) as Call | Call[]
  const calls = Array.isArray(asked) ? asked : [asked]
  const answer = await fetch(chain.l2.url, {
    ...{method: 'POST', headers: {'content-type': 'application/json'}},
    body: JSON.stringify(calls),
  })
  const lost = new Set(calls.filter((call) => isLost(call)).map(({id}) => id))
  const answers = ((await answer.json()) as {id: number}[]).map((each) =>
    lost.has(each.id)
      ? {jsonrpc: '2.0', id: each.id, error: {code: -32_000, message: 'missing trie node'}}
      : each,
  )
  return JSON.stringify(Array.isArray(asked) ? answers : answers[0])
}

/** Swaps in both directions, liquidity in and out, an hour apart. */
async function moves(): Promise<void> {
  const {artMetis} = chain.network.lst.artemis!
  const hour = async () => {
    await chain.l2.request('evm_increaseTime', [3600])
    await chain.l2.request('evm_mine')
  }
  const steps = [
    'pool swap 300 METIS artMETIS --slippage 1000 --yes',
    'pool add 50 artMETIS METIS --yes',
    'pool swap 120 artMETIS METIS --slippage 1000 --yes',
    'pool remove 50% artMETIS METIS --yes',
    'pool swap 40 METIS artMETIS --slippage 1000 --yes',
  ]
  for (const line of steps) {
    await hour()
    expect((await scene.ask(`${line} --override price-impact`)).error, line).toBeNull()
  }
  await hour()
  await scene.act(owner, artMetis, erc20Abi, 'approve', [localNetswap.router, parseEther('10')])
  await scene.act(owner, localNetswap.router, netswapRouterAbi, 'swapExactTokensForMetis', [
    ...[parseEther('10'), 0n, [artMetis, chain.network.l2.contracts.metis], owner, 2n ** 60n],
  ])
  await hour()
}

const isOld = ({method, params}: Call) => method === 'eth_call' && params[1] !== 'latest'
const samplesOf = (data: Record<string, unknown>) => data['samples'] as Sample[]

test('the price of each sample is that of the pool at its block', async () => {
  const {data} = await scene.ask(HISTORY)
  expect(data['peg']).toEqual({
    ...{token: 'artMETIS', exchange: 'netswap', pool: pair, method: 'state', unknown: []},
  })
  const samples = samplesOf(data)
  expect(new Set(samples.map(({poolPrice}) => poolPrice)).size).toBeGreaterThan(4)
  const last = samples.at(-1)!
  const [reserve0, reserve1] = (await scene.read(
    pair as `0x${string}`,
    netswapPairAbi,
    'getReserves',
  )) as [bigint, bigint]
  const isFirst =
    BigInt(chain.network.lst.artemis!.artMetis) < BigInt(chain.network.l2.contracts.metis)
  const [token, metis] = isFirst ? [reserve0, reserve1] : [reserve1, reserve0]
  expect(BigInt(last.poolPrice!)).toBe((metis * 10n ** 18n) / token)
  expect(last.discountBasisPoints).toBe(
    Number(((BigInt(last.rate) - BigInt(last.poolPrice!)) * 10_000n) / BigInt(last.rate)),
  )
})

test('without earlier states the events of the pool give the same prices, to the wei', async () => {
  const known = samplesOf((await scene.ask(HISTORY)).data)
  const head = known.at(-1)!.blockNumber
  isLost = (call) => isOld(call) && BigInt(call.params[1] as string) < BigInt(head)
  const {data} = await scene.ask(HISTORY)
  expect(data['peg']).toMatchObject({method: 'events', unknown: []})
  expect(samplesOf(data).map(({blockNumber, poolPrice}) => [blockNumber, poolPrice])).toEqual(
    known.map(({blockNumber, poolPrice}) => [blockNumber, poolPrice]),
  )
  const {stdout} = await scene.run(HISTORY)
  expect(stdout).toContain('Pool price of artMETIS on Netswap, from the events of the pool.')
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('with neither, the price is unknown, and the reason is said', async () => {
  const head = samplesOf((await scene.ask(HISTORY)).data).at(-1)!.blockNumber
  const of = (address: string, value: unknown) =>
    JSON.stringify(value).toLowerCase().includes(address.toLowerCase())
  isLost = (call) =>
    (isOld(call) &&
      BigInt(call.params[1] as string) < BigInt(head) &&
      (of(localNetswap.factory, call.params[0]) || of(pair, call.params[0]))) ||
    (call.method === 'eth_getLogs' && of(pair, call.params))
  const {data} = await scene.ask(HISTORY)
  const reason = 'The endpoint has neither the state of earlier blocks nor the events of the pool.'
  expect(data['peg']).toMatchObject({method: 'state', unknown: [reason]})
  const samples = samplesOf(data)
  expect(samples.slice(0, -1).map(({poolPrice}) => poolPrice)).toEqual(
    samples.slice(0, -1).map(() => null),
  )
  expect(samples.at(-1)!.poolPrice).not.toBeNull()
  const {stdout} = await scene.run(HISTORY)
  expect(stdout).toMatch(/ unknown +unknown\n/)
  expect(stdout).toContain(reason)
})

test('a token without a pool has a rate and no price', async () => {
  const {data} = await scene.ask('lst history enki --days 1 --points 2')
  expect(data['peg']).toMatchObject({
    ...{token: 'seMETIS', exchange: null, pool: null, method: null},
    unknown: ['No pool of seMETIS and METIS is known.'],
  })
  expect(samplesOf(data)[0]).toMatchObject({poolPrice: null, discountBasisPoints: null})
})
