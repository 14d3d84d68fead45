import {keccak256, type Hex} from 'viem'
import {afterEach, expect, test} from 'vitest'

import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import type {ExchangeHandlers} from '../../src/node/peers/exchange.ts'
import {HttpExchange} from '../../src/node/peers/http-exchange.ts'
import {RequestVerifier, signRequest} from '../../src/node/peers/signed-message.ts'
import {signBlock, type SealedBlock} from '../../src/protocol/block.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {until} from '../helpers/node-cluster.ts'

const CHAIN = 108_800
const fingerprint = keccak256('0x01')
const started: HttpExchange[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((exchange) => exchange.stop()))
})

const sample: SealedBlock = signBlock(
  {
    ...{number: 101, hash: keccak256('0x02'), parentHash: keccak256('0x03')},
    ...{stateRoot: keccak256('0x04'), timestamp: 1, transactions: ['0xaabb']},
  },
  CHAIN,
  accountOf('a'),
)

interface Seen {
  blocks: SealedBlock[]
  transactions: string[]
}

async function start(
  name: string,
  bootnodes: string[],
  changed: {
    fingerprint?: Hex
    isMember?: ExchangeHandlers['isMember']
    openToFollowers?: boolean
  } = {},
) {
  const seen: Seen = {blocks: [], transactions: []}
  const exchange = new HttpExchange({
    ...{host: '127.0.0.1', port: 0, bootnodes, chainId: CHAIN, key: accountOf(name)},
    fingerprint: changed.fingerprint ?? fingerprint,
    openToFollowers: changed.openToFollowers ?? false,
    ...{pollMs: 30, clock: systemClock, logger: silentLogger},
  })
  await exchange.start({
    head: () => ({number: 100, hash: keccak256('0x05')}),
    blocks: (from) => (from === 101 ? [sample] : []),
    onBlock: (block) => seen.blocks.push(block),
    onPeers() {},
    onTransactions: async (raws) => void seen.transactions.push(...raws),
    isMember: changed.isMember ?? (() => Promise.resolve(true)),
  })
  started.push(exchange)
  return {exchange, seen}
}

const names = (exchange: HttpExchange) => exchange.peers().map(({address}) => address)
const addressOf = (name: string) => accountOf(name).address.toLowerCase()

test('nodes find each other through one bootnode, and blocks and transactions travel', async () => {
  const one = await start('one', [])
  const two = await start('two', [one.exchange.url])
  const three = await start('three', [one.exchange.url])
  await until('all know all', () =>
    [one, two, three].every(({exchange}) => exchange.peers().length === 2),
  )
  expect(names(one.exchange).sort()).toEqual([addressOf('two'), addressOf('three')].sort())

  one.exchange.announce(sample)
  await until('the block arrives', () => [two, three].every(({seen}) => seen.blocks.length === 1))
  expect(two.seen.blocks).toEqual([sample])
  const peer = two.exchange.peers().find(({address}) => address === addressOf('three'))!
  await two.exchange.sendTransactions(peer, ['0x01', '0x02'])
  expect(three.seen.transactions).toEqual(['0x01', '0x02'])
  expect(await two.exchange.fetchBlocks(peer, 101, 10)).toEqual([sample])
  expect(await two.exchange.fetchBlocks(peer, 102, 10)).toEqual([])
})

test('another genesis, a stranger, and our own key are no peers', async () => {
  const stranger = addressOf('stranger')
  const isMember = (address: string) => Promise.resolve(address !== stranger)
  const one = await start('one', [], {isMember})
  const other = await start('two', [one.exchange.url], {fingerprint: keccak256('0x09')})
  const foreign = await start('stranger', [one.exchange.url])
  const twin = await start('one', [one.exchange.url])
  const good = await start('three', [one.exchange.url])
  await until('the good one is there', () => good.exchange.peers().length === 1)
  expect(names(one.exchange)).toEqual([addressOf('three')])
  for (const {exchange} of [other, foreign, twin]) {
    await until('it has tried', () => exchange.hasGreeted)
    expect(exchange.peers()).toEqual([])
  }
})

test('where anyone may follow, a stranger gets blocks, and nothing it says counts', async () => {
  const one = await start('one', [], {
    isMember: () => Promise.resolve(false),
    openToFollowers: true,
  })
  const follower = await start('stranger', [one.exchange.url])
  await until('it follows', () => follower.exchange.peers().length === 1)
  const peer = follower.exchange.peers()[0]!
  expect(await follower.exchange.fetchBlocks(peer, 101, 10)).toEqual([sample])
  expect(one.exchange.peers()).toEqual([])
})

test('requests need a fresh signature of their own', async () => {
  const {exchange} = await start('one', [])
  const key = accountOf('two')
  const path = '/p2p/transactions'
  const body = '{"transactions":["0x01"]}'
  const bytes = Buffer.from(body)
  const post = async (headers: Record<string, string>, text = body) =>
    (await fetch(new URL(path, exchange.url), {method: 'POST', headers, body: text})).status
  const signed = (nowMs = Date.now(), chainId = CHAIN) =>
    signRequest({chainId, method: 'POST', path, body: bytes}, key, nowMs)

  const once = signed()
  expect(await post(once)).toBe(200)
  expect(await post(once)).toBe(401)
  expect(await post({})).toBe(401)
  expect(await post(signed(), '{"transactions":["0x02"]}')).toBe(401)
  expect(await post(signed(Date.now() - 31_000))).toBe(401)
  expect(await post(signed(Date.now() + 31_000))).toBe(401)
  expect(await post(signed(Date.now(), 1088))).toBe(401)
  expect(await post({...signed(), 'x-metis-address': addressOf('three')})).toBe(401)
  expect(await post({...signed(), 'x-metis-nonce': '00'.repeat(16)})).toBe(401)
})

test.each([
  ['POST', '/p2p/block', '{'],
  ['POST', '/p2p/block', '{"number":1}'],
  ['POST', '/p2p/transactions', '{"transactions":7}'],
  [
    'POST',
    '/p2p/transactions',
    JSON.stringify({transactions: Array.from({length: 301}, () => '0x')}),
  ],
  ['POST', '/p2p/hello', '[]'],
  ['POST', '/p2p/hello', 'null'],
  ['GET', '/p2p/blocks?from=-1&count=1', ''],
  ['GET', '/p2p/blocks?from=x', ''],
])('nonsense from a member is answered with 400: %s %s %s', async (method, path, body) => {
  const {exchange, seen} = await start('one', [])
  const bytes = Buffer.from(body)
  const headers = signRequest(
    {chainId: CHAIN, method, path, body: bytes},
    accountOf('two'),
    Date.now(),
  )
  const options = body === '' ? {method, headers} : {method, headers, body}
  expect((await fetch(new URL(path, exchange.url), options)).status).toBe(400)
  expect(seen).toEqual({blocks: [], transactions: []})
})

test('a nonce is remembered for as long as its request could be valid', () => {
  const verifier = new RequestVerifier(CHAIN)
  const request = {method: 'GET', path: '/x', body: Buffer.alloc(0)}
  const key = accountOf('two')
  const headers = signRequest({chainId: CHAIN, ...request}, key, 1_000_000)
  expect(verifier.verify({...request, headers}, 1_000_000)).toBe(key.address.toLowerCase())
  // Others come in between, and the clock moves to the last moment it counts.
  const next = signRequest({chainId: CHAIN, ...request}, key, 1_030_000)
  expect(verifier.verify({...request, headers: next}, 1_030_000)).toBe(key.address.toLowerCase())
  expect(verifier.verify({...request, headers}, 1_030_000)).toBeUndefined()
})
