import {getBalance, getBlockNumber, sendRawTransaction} from 'viem/actions'
import {expect, test} from 'vitest'

import {connectChain} from '../../src/chain/connect.ts'
import {toErrorReport} from '../../src/cli/error-report.ts'
import {
  deadUrl,
  htmlAnswer,
  noAnswer,
  rpcAnswer,
  startHttpStub,
  type Call,
} from '../helpers/http-stub.ts'

const SOMEONE = '0x1111111111111111111111111111111111111111'
const healthy = rpcAnswer({
  eth_chainId: () => '0x7a69',
  eth_blockNumber: () => '0x10',
  eth_getBalance: () => '0x5',
})

function connect(urls: string[], timeoutMs = 2000) {
  return connectChain({name: 'L1', chainId: 31_337, urls, timeoutMs})
}

/** What an operator sees of the failure of one read. */
async function reportOf(urls: string[], timeoutMs?: number) {
  const connection = connect(urls, timeoutMs)
  try {
    await getBlockNumber(connection.client)
  } catch (error) {
    return {...toErrorReport(error, 'metis-seq status'), sources: connection.sources()}
  } finally {
    connection.close()
  }
  throw new Error('It did not fail.')
}

test('the chain id is proven once, before the first answer is believed', async () => {
  await using rpc = await startHttpStub(healthy)
  const connection = connect([rpc.url])

  expect(await getBlockNumber(connection.client)).toBe(16n)
  expect(await getBalance(connection.client, {address: SOMEONE})).toBe(5n)

  const asked = rpc.bodies.flatMap((body) => JSON.parse(body) as Call | Call[])
  expect(rpc.bodies).toHaveLength(2)
  expect(asked.map(({method}) => method)).toEqual([
    'eth_chainId',
    'eth_blockNumber',
    'eth_getBalance',
  ])
  expect(connection.sources()).toEqual([
    {name: 'L1', endpoint: rpc.url, state: 'fresh', latencyMs: expect.any(Number)},
  ])
  connection.close()
})

test('while a screen is open, each request proves the chain id, and only right answers count', async () => {
  let [id, height] = ['0x7a69', '0x10']
  await using rpc = await startHttpStub(
    rpcAnswer({eth_chainId: () => id, eth_blockNumber: () => height, eth_getBalance: () => '0x5'}),
  )
  let isLive = false
  const connection = connectChain({
    ...{name: 'L1', chainId: 31_337, urls: [rpc.url], timeoutMs: 2000},
    isLive: () => isLive,
  })
  const {client} = connection
  await getBlockNumber(client, {cacheTime: 0})
  isLive = true
  for (let round = 0; round < 3; round++) {
    rpc.bodies.length = 0
    await Promise.all([
      getBlockNumber(client, {cacheTime: 0}),
      getBalance(client, {address: SOMEONE}),
    ])
    const [calls] = rpc.bodies.map((body) => JSON.parse(body) as Call[])
    expect(rpc.bodies).toHaveLength(1)
    expect(calls!.filter(({method}) => method === 'eth_chainId')).toHaveLength(1)
  }

  ;[id, height] = ['0x1', '0x99']
  await expect(getBlockNumber(client, {cacheTime: 0})).rejects.toThrow(/serves chain 1/)
  expect(connection.sources()[0]).toMatchObject({state: 'wrong-chain'})
  ;[id, height] = ['0x7a69', '0x11']
  expect(await getBlockNumber(client, {cacheTime: 0})).toBe(17n)
  expect(connection.sources()[0]).toMatchObject({state: 'fresh'})
  connection.close()
})

test('calls of one moment travel in one HTTP request', async () => {
  await using rpc = await startHttpStub(healthy)
  const {client, close} = connect([rpc.url])
  await getBlockNumber(client)
  rpc.bodies.length = 0

  const reads = Array.from({length: 20}, () => getBalance(client, {address: SOMEONE}))
  expect(await Promise.all(reads)).toHaveLength(20)

  expect(rpc.bodies).toHaveLength(1)
  expect(JSON.parse(rpc.bodies[0]!)).toHaveLength(20)
  close()
})

test('answers of a batch reach their own callers when the server answers out of order', async () => {
  await using rpc = await startHttpStub((body, _request, response) => {
    const calls = [JSON.parse(body) as Call | Call[]].flat()
    const answers = calls.map(({id, method, params}) => ({
      jsonrpc: '2.0',
      id,
      result: method === 'eth_chainId' ? '0x7a69' : `0x${String(params[0]).slice(-1)}`,
    }))
    response.end(JSON.stringify(answers.length === 1 ? answers[0] : answers.toReversed()))
  })
  const {client, close} = connect([rpc.url])
  const addresses = ['1', '2', '3'].map((digit) => `0x${digit.repeat(40)}` as const)

  const balances = await Promise.all(addresses.map((address) => getBalance(client, {address})))

  expect(balances).toEqual([1n, 2n, 3n])
  close()
})

test('one error in a batch does not fail the others', async () => {
  await using rpc = await startHttpStub(
    rpcAnswer({eth_chainId: () => '0x7a69', eth_blockNumber: () => '0x1'}),
  )
  const {client, close} = connect([rpc.url])
  await getBlockNumber(client)

  const results = await Promise.allSettled([
    getBlockNumber(client, {cacheTime: 0}),
    getBalance(client, {address: SOMEONE}),
  ])

  expect(results.map(({status}) => status)).toEqual(['fulfilled', 'rejected'])
  close()
})

test('wrong chain: both ids are named, and the read that travelled with the proof is not believed', async () => {
  await using rpc = await startHttpStub(rpcAnswer({eth_chainId: () => '0x1'}))

  const report = await reportOf([rpc.url])

  expect(report).toMatchObject({
    code: 'WRONG_CHAIN',
    exit: 'unreachable',
    facts: {expectedChainId: '31337', actualChainId: '1', endpoint: rpc.url},
    sources: [{state: 'wrong-chain'}],
  })
  expect(rpc.bodies).toHaveLength(1)
})

test('wrong chain: a transaction is not even sent there', async () => {
  await using rpc = await startHttpStub(
    rpcAnswer({eth_chainId: () => '0x1', eth_sendRawTransaction: () => '0x1234'}),
  )
  const {client, close} = connect([rpc.url])
  await expect(sendRawTransaction(client, {serializedTransaction: '0x02'})).rejects.toThrow()
  expect(rpc.bodies.join()).not.toContain('eth_sendRawTransaction')
  close()
})

test('wrong chain: a later call asks again, so a repaired endpoint is believed', async () => {
  let id = '0x1'
  await using rpc = await startHttpStub(
    rpcAnswer({eth_chainId: () => id, eth_blockNumber: () => '0x2'}),
  )
  const {client, close} = connect([rpc.url])
  await expect(getBlockNumber(client)).rejects.toThrow()

  id = '0x7a69'
  expect(await getBlockNumber(client)).toBe(2n)
  close()
})

test('dead endpoint: unreachable, retryable, with the host', async () => {
  const url = await deadUrl()

  expect(await reportOf([url])).toMatchObject({
    code: 'ENDPOINT_UNREACHABLE',
    exit: 'unreachable',
    retryable: true,
    facts: {chain: 'L1', endpoints: url, reason: 'refused'},
    sources: [{state: 'down', latencyMs: null}],
  })
})

test('HTML answer: it does not speak JSON-RPC', async () => {
  await using portal = await startHttpStub(htmlAnswer)

  expect(await reportOf([portal.url])).toMatchObject({
    code: 'ENDPOINT_NOT_JSON_RPC',
    exit: 'unreachable',
    retryable: false,
    facts: {reason: 'not-json'},
  })
})

test.each([500, 403, 429, 404])('HTTP status %i without JSON is named', async (status) => {
  await using broken = await startHttpStub((_body, _request, response) => {
    response.statusCode = status
    response.end('no')
  })

  const report = await reportOf([broken.url])

  expect(report.exit).toBe('unreachable')
  expect(report.message).toContain(`HTTP status ${status}`)
})

test.each(['null', '1', '"text"', '[]', '{}', '{"result"}', ''])(
  'an answer of %j is no JSON-RPC answer, and no fault of ours',
  async (text) => {
    await using odd = await startHttpStub((_body, _request, response) => void response.end(text))

    expect(await reportOf([odd.url])).toMatchObject({exit: 'unreachable'})
  },
)

test('hanging endpoint: the time limit holds', async () => {
  await using mute = await startHttpStub(noAnswer)
  const started = performance.now()

  const report = await reportOf([mute.url], 200)

  expect(report).toMatchObject({code: 'ENDPOINT_UNREACHABLE', facts: {reason: 'timeout'}})
  expect(report.message).toContain('200 ms')
  expect(performance.now() - started).toBeLessThan(5000)
})

test('an endpoint that sends a piece and then hangs is given up as well', async () => {
  await using slow = await startHttpStub((_body, _request, response) => {
    response.write('{"jsonrpc":"2.0",')
  })

  expect(await reportOf([slow.url], 200)).toMatchObject({code: 'ENDPOINT_UNREACHABLE'})
})

test('the second URL answers while the first is down, and both states are told', async () => {
  await using rpc = await startHttpStub(healthy)
  const connection = connect([await deadUrl(), rpc.url])

  expect(await getBlockNumber(connection.client)).toBe(16n)

  expect(connection.sources().map(({state}) => state)).toEqual(['down', 'fresh'])
  connection.close()
})

test('one that hangs is waited for once, and is still the first to get a transaction', async () => {
  await using hung = await startHttpStub(noAnswer)
  await using second = await startHttpStub(healthy)
  const {client, close} = connect([hung.url, second.url], 300)

  expect(await getBlockNumber(client)).toBe(16n)
  const asked = hung.bodies.length
  for (let count = 0; count < 3; count++)
    expect(await getBalance(client, {address: SOMEONE})).toBe(5n)
  expect(hung.bodies).toHaveLength(asked)
  expect(second.bodies).toHaveLength(4)

  await expect(sendRawTransaction(client, {serializedTransaction: '0x02'})).rejects.toThrow()
  expect(hung.bodies.length).toBeGreaterThan(asked)
  close()
})

test('the second URL also proves its chain id', async () => {
  await using rpc = await startHttpStub(rpcAnswer({eth_chainId: () => '0x1'}))

  expect(await reportOf([await deadUrl(), rpc.url])).toMatchObject({code: 'WRONG_CHAIN'})
})

test('an answer that is an error is not asked of the next URL', async () => {
  const answer = ({id, method}: Call) =>
    method === 'eth_chainId'
      ? {id, result: '0x7a69'}
      : {id, error: {code: -32_000, message: 'missing trie node'}}
  await using first = await startHttpStub((body, _request, response) => {
    const asked = JSON.parse(body) as Call | Call[]
    response.end(JSON.stringify(Array.isArray(asked) ? asked.map(answer) : answer(asked)))
  })
  await using second = await startHttpStub(healthy)

  const report = await reportOf([first.url, second.url])

  expect(second.bodies).toEqual([])
  expect(report).toMatchObject({code: 'ENDPOINT_ERROR', exit: 'unreachable'})
  expect(report.message).toContain('missing trie node')
})

test('one that does not offer a method says nothing of the chain: the next one is asked', async () => {
  await using first = await startHttpStub(rpcAnswer({eth_chainId: () => '0x7a69'}))
  await using second = await startHttpStub(healthy)
  const connection = connect([first.url, second.url])

  expect(await getBlockNumber(connection.client)).toBe(16n)

  connection.close()
})

test('secrets of a URL are in no part of a report', async () => {
  const url = (await deadUrl()).replace('http://', 'http://user:SECRET1@')

  const report = await reportOf([`${url}/v3/SECRET2?key=SECRET3`])

  expect(JSON.stringify(report)).not.toMatch(/SECRET|user/)
})
