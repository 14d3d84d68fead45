/**
 * Endpoints that limit, fall silent, lie, live in the past or contradict each other: the outcome is known, or the
 * exit code says that it is not and the hint names the command that finds out. Never a wrong "done".
 */
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {startChaosEndpoint, type ChaosEndpoint} from '../helpers/chaos-endpoint.ts'
import {forgetJournal, statusesIn} from '../helpers/journal.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli, type CliResult} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const recipient = accountOf('recipient').address
const line = `sequencer set-recipient 1 --recipient ${recipient} --yes --json`.split(' ')

let chain: TestChain
let first: ChaosEndpoint
let second: ChaosEndpoint
/** One home reaches the chain through the first endpoint alone, the other through both. */
let alone: TempHome
let both: TempHome
let nonceAtStart: number

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.lock(owner, accountOf('signer'))
  await chain.l1.request('anvil_mine', ['0x5'])
  await chain.keep()
  const retry = {'retry-after': '1'}
  first = await startChaosEndpoint(() => chain.l1.url, retry)
  second = await startChaosEndpoint(() => chain.l1.url, retry)
  const homeWith = (l1Urls: string[], staleAfterSeconds?: number) =>
    makeOperator(
      {
        ...chain.network,
        l1: {
          ...chain.network.l1,
          rpcUrls: l1Urls,
          explorerUrl: 'https://scan.example/',
          ...(staleAfterSeconds === undefined ? {} : {staleAfterSeconds}),
        },
      },
      {owner: 'owner', signer: 'signer'},
    )
  alone = await homeWith([first.url], 600)
  both = await homeWith([first.url, second.url])
  nonceAtStart = await nonce()
})
afterAll(async () => {
  for (const temp of [alone, both]) temp[Symbol.dispose]()
  await first[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await chain.reset()
  for (const temp of [alone, both]) forgetJournal(temp)
  for (const endpoint of [first, second]) endpoint.reset()
})

const nonce = async () =>
  Number(await chain.l1.request('eth_getTransactionCount', [owner, 'latest']))
const sentTransactions = async () => (await nonce()) - nonceAtStart
const send = (temp: TempHome, ...more: string[]): Promise<CliResult> =>
  runCli([...line, ...more], {home: temp.root})

/** Fails the first calls of a method, then lets everything pass. */
function atFirst(times: number, method: string, fate: 'too many' | 'silence' | 'deaf') {
  let left = times
  return (call: {method: string}) => (call.method === method && left-- > 0 ? fate : 'pass')
}

test('limited on a read and on the broadcast: waited out, sent once', async () => {
  const limitRead = atFirst(2, 'eth_call', 'too many')
  const limitSend = atFirst(1, 'eth_sendRawTransaction', 'too many')
  first.decide((call) => (limitSend(call) === 'pass' ? limitRead(call) : 'too many'))

  const {json} = await send(alone)

  expect(json?.error).toBeNull()
  expect(await sentTransactions()).toBe(1)
  expect(statusesIn(alone)).toEqual(['mined'])
  expect(json?.data['transactions']).toMatchObject([
    {explorerUrl: expect.stringMatching(/^https:\/\/scan\.example\/tx\/0x[0-9a-f]{64}$/)},
  ])
})

test('limited for good: exit 8 with its own code, and nothing is sent', async () => {
  first.decide(() => 'too many')

  const {json} = await send(alone, '--timeout', '1')

  expect(json?.error).toMatchObject({code: 'ENDPOINT_RATE_LIMITED', exitCode: 8, retryable: true})
  expect(json?.error?.facts).toMatchObject({retryAfterSeconds: '1'})
  expect(await sentTransactions()).toBe(0)
})

test('one endpoint limits, the other does not: the other is asked, without a wait', async () => {
  first.decide(() => 'too many')

  const {json} = await send(both)

  expect(json?.error).toBeNull()
  expect(json?.sources[0]).toMatchObject({endpoint: first.url, state: 'rate-limited'})
  expect(await sentTransactions()).toBe(1)
})

test('silent while it is read: exit 8, and nothing is sent', async () => {
  first.decide(atFirst(100, 'eth_estimateGas', 'silence'))

  const {json} = await send(alone, '--timeout', '1')

  expect(json?.error).toMatchObject({code: 'ENDPOINT_UNREACHABLE', exitCode: 8})
  expect(await sentTransactions()).toBe(0)
  expect(statusesIn(alone)).toEqual([])
})

test('the chain has it and nobody heard so: exit 7 with the hash, and the same command tells the rest', async () => {
  first.decide(atFirst(100, 'eth_sendRawTransaction', 'deaf'))

  const {json} = await send(alone, '--timeout', '1')
  first.decide(() => 'pass')
  const again = await send(alone)

  expect(json?.error).toMatchObject({code: 'TX_UNKNOWN', exitCode: 7})
  expect(json?.error?.facts['hash']).toMatch(/^0x[0-9a-f]{64}$/)
  expect(json?.error?.hints.join()).toContain('same command')
  expect(again.json?.error).toMatchObject({code: 'DONE_EARLIER'})
  expect(await sentTransactions()).toBe(1)
})

test('a receipt that vanishes after it was seen is waited for: done only when it is there again', async () => {
  let given = 0
  first.decide(({method}) => {
    if (method !== 'eth_getTransactionReceipt') return 'pass'
    return (receipt) => (receipt !== null && ++given > 1 && given < 5 ? null : receipt)
  })

  const {json} = await send(alone)

  expect(json?.error).toBeNull()
  expect(given).toBeGreaterThanOrEqual(5)
  expect(json?.data).toMatchObject({sequencer: {rewardRecipient: recipient}})
  expect(await sentTransactions()).toBe(1)
})

test('another chain behind the address: exit 8, named, and nothing is sent', async () => {
  first.decide(({method}) => (method === 'eth_chainId' ? () => '0x1' : 'pass'))

  const {json} = await send(both)

  expect(json?.error).toMatchObject({
    code: 'WRONG_CHAIN',
    exitCode: 8,
    facts: {actualChainId: '1', endpoint: first.url},
  })
  expect(await sentTransactions()).toBe(0)
})

/** Changes what an endpoint says of blocks. */
function blocksOf(
  endpoint: ChaosEndpoint,
  change: (block: Record<string, unknown>, asked: unknown) => object,
) {
  endpoint.decide(({method, params}) =>
    method === 'eth_getBlockByNumber'
      ? (block) => (block === null ? null : change(block as Record<string, unknown>, params[0]))
      : 'pass',
  )
}

test('two endpoints that name different blocks: exit 8 with both hashes, and nothing is sent', async () => {
  blocksOf(second, (block) => ({...block, hash: `0x${'ab'.repeat(32)}`}))

  const {json} = await send(both)
  const check = await runCli(['network', 'check', '--network', 'test', '--json'], {home: both.root})

  expect(json?.error).toMatchObject({code: 'ENDPOINTS_DISAGREE', exitCode: 8})
  expect(json?.error?.facts[second.url]).toBe(`0x${'ab'.repeat(32)}`)
  expect(json?.error?.facts[first.url]).toMatch(/^0x[0-9a-f]{64}$/)
  expect(json?.sources.map(({state}) => state)).toEqual(['disagrees', 'disagrees'])
  expect(await sentTransactions()).toBe(0)
  expect(JSON.stringify(check.json?.data)).toContain('have different blocks')
})

/** As if the endpoint had stopped minutes ago. */
const longAgo = (block: Record<string, unknown>) => ({
  ...block,
  number: '0x1',
  timestamp: `0x${(Math.floor(Date.now() / 1000) - 3600).toString(16)}`,
})

test('one of two is behind: it is not asked, a remark says so, and the rest is as always', async () => {
  blocksOf(first, longAgo)

  const {json} = await send(both)

  expect(json?.error).toBeNull()
  expect(json?.warnings).toContainEqual(
    expect.objectContaining({code: 'ENDPOINT_BEHIND', message: expect.stringContaining(first.url)}),
  )
  expect(first.asked).not.toContain('eth_sendRawTransaction')
  expect(await sentTransactions()).toBe(1)
})

test('one that is behind is not asked either when the other limits', async () => {
  blocksOf(first, longAgo)
  const limit = atFirst(1, 'eth_estimateGas', 'too many')
  second.decide(limit)

  const {json} = await send(both)

  expect(json?.error).toBeNull()
  expect(first.asked).not.toContain('eth_estimateGas')
  expect(await sentTransactions()).toBe(1)
})

test('a fork that runs ahead does not make the honest one mute: exit 8, and nothing is sent', async () => {
  blocksOf(second, (block, asked) => ({
    ...block,
    hash: `0x${'cd'.repeat(32)}`,
    number:
      asked === 'latest' ? `0x${(Number(block['number']) + 5).toString(16)}` : block['number'],
    timestamp: `0x${(Number(block['timestamp']) + 600).toString(16)}`,
  }))

  const {json} = await send(both)

  expect(json?.error).toMatchObject({code: 'ENDPOINTS_DISAGREE', exitCode: 8})
  expect(await sentTransactions()).toBe(0)
})

test('the only endpoint lives in the future: exit 16, and nothing is sent', async () => {
  blocksOf(first, (block) => ({
    ...block,
    timestamp: `0x${(Math.floor(Date.now() / 1000) + 3600).toString(16)}`,
  }))

  const {json} = await send(alone)

  expect(json?.error).toMatchObject({code: 'ENDPOINT_AHEAD', exitCode: 16})
  expect(await sentTransactions()).toBe(0)
})

test('the only endpoint lives in the past: exit 16, and nothing is sent', async () => {
  blocksOf(first, longAgo)

  const {json} = await send(alone)

  expect(json?.error).toMatchObject({code: 'ENDPOINT_STALE', exitCode: 16, retryable: true})
  expect(await sentTransactions()).toBe(0)
})

test('the first endpoint is gone: the second serves everything, and the first is asked once only', async () => {
  first.decide(() => 'silence')

  const {json} = await send(both, '--timeout', '1')

  expect(json?.error).toBeNull()
  expect(json?.sources[0]).toMatchObject({endpoint: first.url, state: 'down'})
  expect(first.asked).not.toContain('eth_sendRawTransaction')
  expect(await sentTransactions()).toBe(1)
})
