/** Pushed heads: a reason to read and nothing else, whatever the address that announces them sends. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {afterEach, beforeEach, expect, test} from 'vitest'

import {watchHeads} from '../../src/chain/watch-heads.ts'
import type {Network} from '../../src/protocol/network.ts'
import {startPoller, type Poller} from '../../src/services/live/feeds.ts'
import {startHeads, type Heads} from '../../src/services/live/heads.ts'
import {headUrlsOf} from '../../src/services/network/head-urls.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import type {Profile} from '../../src/store/config.ts'
import {startHeadsStub, type HeadsManner, type HeadsStub} from '../helpers/heads-stub.ts'
import {deadUrl} from '../helpers/http-stub.ts'
import {tlsDir} from '../helpers/web3signer-stub.ts'

const PERIOD_MS = 40
const soon = {timeout: 60_000, interval: 5}
const often = {timeout: 60_000, interval: 1}
const andromeda = builtInNetworks[0]!

let stop: AbortController
let announcing: NodeJS.Timeout | undefined
/** The head that a read finds. */
let head: bigint
/** Monotonic times of the reads. */
let reads: number[]
beforeEach(() => {
  stop = new AbortController()
  head = 100n
  reads = []
})
afterEach(() => {
  clearInterval(announcing)
  stop.abort()
})

/** L2 has a block every slot: one without a head for 1 s and 3 slots is silent. */
function networkWith(wsUrl: string | undefined, slotMs = 50): Network {
  const ws = wsUrl === undefined ? {} : {wsUrl}
  const l2 = {...andromeda.l2, ...ws, chainId: 31_337, slotMs, emptyBlocks: true}
  return {...andromeda, l2}
}

function start(
  wsUrl: string | undefined,
  {
    timeoutMs = 20_000,
    periodMs = PERIOD_MS,
    slotMs = 50,
    profile = null as Profile | null,
    ca = undefined as string | undefined,
  } = {},
): {heads: Heads; poller: Poller<bigint>} {
  const tls = () => (ca === undefined ? {} : {ca: [ca]})
  const context = {network: networkWith(wsUrl, slotMs), profile, timeoutMs, tls}
  const heads = startHeads(context, stop.signal).l2
  const poller = startPoller<bigint>({
    periodMs,
    read: async () => {
      reads.push(performance.now())
      return head
    },
    onValue: (value) => heads.saw(value),
    heads: {of: heads, blockOf: (value) => value},
    signal: stop.signal,
  })
  return {heads, poller}
}

const lookOf = (heads: Heads) => expect.poll(() => heads.look.get(), soon)

async function pushed(stub: HeadsStub, heads: Heads): Promise<void> {
  await expect.poll(() => stub.subscribed, soon).toBe(1)
  stub.announce(Number(head))
  await lookOf(heads).toEqual({state: 'pushed', endpoint: stub.url})
}

/** Times between reads that have begun since. */
async function gapsOf(count: number): Promise<number[]> {
  const from = reads.length
  await expect.poll(() => reads.length - from, soon).toBeGreaterThan(count)
  return reads
    .slice(from, from + count + 1)
    .flatMap((time, at, all) => (at ? [time - all[at - 1]!] : []))
}

/** No more reads than polls: one may be early, and makes the next one late. */
async function isPaced(count: number, periodMs = PERIOD_MS): Promise<void> {
  const gaps = await gapsOf(count)
  expect(gaps.reduce((sum, gap) => sum + gap, 0)).toBeGreaterThanOrEqual((count - 1) * periodMs - 2)
}

test('an announced head is read at once, and between heads there is only a slow poll', async () => {
  await using stub = await startHeadsStub()
  const periodMs = 400
  const {heads, poller} = start(stub.url, {periodMs, slotMs: 5000})
  await lookOf(heads).toMatchObject({state: 'polled', code: 'waiting'})
  await pushed(stub, heads)
  await expect.poll(() => poller.store.get().periodMs, soon).toBe(5 * periodMs)
  const [gap] = await gapsOf(1)
  expect(gap).toBeGreaterThanOrEqual(5 * periodMs - 2)

  head = 101n
  const told = performance.now()
  stub.announce(101)
  await expect.poll(() => poller.store.get().value, soon).toBe(101n)
  expect(performance.now() - told).toBeLessThan(3 * periodMs)
})

test('heads that come as often as polls would, and irregularly, are each read in time', async () => {
  await using stub = await startHeadsStub()
  const periodMs = 200
  const {heads, poller} = start(stub.url, {periodMs, slotMs: 5000})
  await pushed(stub, heads)
  const from = performance.now()
  const waits: number[] = []
  for (const [index, lateMs] of [0, 0, 150, 0, 0, 0].entries()) {
    const due = from + index * periodMs + lateMs
    await expect.poll(() => performance.now(), often).toBeGreaterThan(due)
    head++
    const told = performance.now()
    stub.announce(Number(head))
    await expect.poll(() => poller.store.get().value, often).toBe(head)
    waits.push(performance.now() - told)
  }
  // What came late once is not late for ever.
  expect(Math.min(...waits.slice(-3))).toBeLessThan(periodMs / 2)
})

test('a burst of heads is one early read, and after it no more than polls', async () => {
  await using stub = await startHeadsStub()
  const periodMs = 100
  const {heads} = start(stub.url, {periodMs})
  await pushed(stub, heads)
  announcing = setInterval(() => stub.announce(Number(++head)), 20)
  await isPaced(8, periodMs)
  clearInterval(announcing)
  expect(heads.look.get().state).toBe('pushed')
})

test('what is announced is not believed: the value is what was read', async () => {
  await using stub = await startHeadsStub()
  const {heads, poller} = start(stub.url)
  await pushed(stub, heads)

  const before = reads.length
  stub.announce(101)
  await expect.poll(() => reads.length - before, soon).toBeGreaterThan(3)

  expect(poller.store.get().value).toBe(100n)
  // The endpoint does not have the block yet, so it is polled as ever until it has.
  expect(heads.look.get().state).toBe('pushed')
})

test.each([
  ['far ahead', 2 ** 50],
  ['far behind', 1],
])('heads that are %s of what is read are not waited for', async (_name, block) => {
  await using stub = await startHeadsStub()
  const {heads, poller} = start(stub.url)
  await pushed(stub, heads)
  announcing = setInterval(() => stub.announce(block), 5)

  await lookOf(heads).toMatchObject({state: 'polled', code: 'out-of-step'})
  await expect.poll(() => poller.store.get().periodMs, soon).toBe(PERIOD_MS)
  // Ten times as many heads as polls: the endpoint is asked no more often.
  await isPaced(6)
  clearInterval(announcing)
  stub.announce(100)
  await lookOf(heads).toMatchObject({state: 'pushed'})
})

const faults: [HeadsManner, string, RegExp][] = [
  ['mute', 'timeout', /did not respond within/],
  ['silent', 'silent', /announced no head for/],
  ['garbage', 'not-json-rpc', /not a JSON-RPC answer/],
  ['binary', 'not-json-rpc', /not a JSON-RPC answer/],
  ['other-subscription', 'not-json-rpc', /not a JSON-RPC answer/],
  ['no-number', 'not-json-rpc', /not a JSON-RPC answer/],
  ['huge', 'too-large', /more than 64 KB/],
  ['flood', 'flood', /more than 100 messages in a second/],
  ['closes', 'closed', /closed the connection/],
  ['closes-later', 'closed', /closed the connection \(1001\)/],
  ['refuses', 'http-status', /HTTP status 403/],
  ['other-chain', 'wrong-chain', /serves chain 1, but this network needs chain 31337/],
  ['no-subscriptions', 'unsupported', /does not exist; see https:\/\/a\.example$/],
]
test.each(faults)(
  'an address that is %s: polled as ever, and told why',
  async (manner, code, reason) => {
    await using stub = await startHeadsStub(manner)
    const {heads, poller} = start(stub.url, {timeoutMs: manner === 'mute' ? 300 : 20_000})

    await lookOf(heads).toMatchObject({state: 'polled', code, endpoint: stub.url})

    expect(heads.look.get()).toMatchObject({reason: expect.stringMatching(reason)})
    await expect.poll(() => poller.store.get().periodMs, soon).toBe(PERIOD_MS)
    await isPaced(4)
    expect(stub.requests.length, 'it is not connected to again and again').toBeLessThan(4)
  },
)

test.each([
  ['honest', ['open']],
  ['no-pong', ['open', 'silent']],
] as const)(
  'where blocks come on demand, pings tell a quiet address from a dead one: %s',
  async (manner, told) => {
    await using stub = await startHeadsStub(manner)
    const heard: string[] = []
    let pings = 0
    stub.onPing = () => pings++
    void watchHeads({
      ...{chainId: 31_337, urls: [stub.url], timeoutMs: 20_000, silentMs: null, pingMs: 20},
      ...{tls: () => ({}), signal: stop.signal},
      onOpen: () => heard.push('open'),
      onHead: (number) => heard.push(`head ${number}`),
      onDown: (_endpoint, {code}) => heard.push(code),
    })
    await expect.poll(() => pings > (manner === 'honest' ? 4 : 0), soon).toBe(true)
    await expect.poll(() => heard, soon).toEqual(told)
  },
)

test('a subscription that ends is noticed at once, and made again', async () => {
  const first = await startHeadsStub()
  const {heads, poller} = start(first.url)
  await pushed(first, heads)
  await expect.poll(() => poller.store.get().periodMs, soon).toBe(5 * PERIOD_MS)
  await first[Symbol.asyncDispose]()

  await lookOf(heads).toMatchObject({
    state: 'polled',
    code: expect.stringMatching(/closed|refused/),
  })
  await expect.poll(() => poller.store.get().periodMs, soon).toBe(PERIOD_MS)

  await using again = await startHeadsStub('honest', {port: Number(new URL(first.url).port)})
  await pushed(again, heads)
  stop.abort()
  await expect.poll(() => again.subscribed, soon).toBe(0)
})

test('an endpoint that is down is not asked more often because of heads', async () => {
  await using stub = await startHeadsStub()
  const heads = startHeads(
    {network: networkWith(stub.url), profile: null, timeoutMs: 20_000, tls: () => ({})},
    stop.signal,
  ).l2
  startPoller<bigint>({
    periodMs: PERIOD_MS,
    read: () => {
      reads.push(performance.now())
      return Promise.reject(new Error('down'))
    },
    heads: {of: heads, blockOf: (value) => value},
    signal: stop.signal,
  })
  await pushed(stub, heads)
  let block = 100
  announcing = setInterval(() => stub.announce(++block), 20)
  await expect.poll(() => reads.length, soon).toBeGreaterThan(3)
  const gaps = await gapsOf(3)
  clearInterval(announcing)
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(4 * PERIOD_MS - 2)
})

test('secrets in an address are sent and never shown', async () => {
  await using stub = await startHeadsStub('refuses')
  const {port} = new URL(stub.url)
  const {heads} = start(`ws://me:SECRET%25@127.0.0.1:${port}/SECRET?key=SECRET`)

  await lookOf(heads).toMatchObject({code: 'http-status', endpoint: stub.url})

  const [{url, headers}] = stub.requests as [(typeof stub.requests)[number]]
  expect(url).toBe('/SECRET?key=SECRET')
  const basic = String(headers.authorization).replace('Basic ', '')
  expect(Buffer.from(basic, 'base64').toString()).toBe('me:SECRET%')
  expect(JSON.stringify(heads.look.get())).not.toContain('SECRET')
})

test('the next address is tried when the first is down', async () => {
  await using stub = await startHeadsStub()
  const dead = new URL(await deadUrl())
  const profile = {
    ...{endpoints: {l1: [], l2: [], pos: null}},
    node: {host: '0.0.0.0', rpcPort: Number(dead.port)},
  } as unknown as Profile
  const {heads} = start(stub.url, {profile})
  await lookOf(heads).toMatchObject({state: 'polled', endpoint: `ws://127.0.0.1:${dead.port}`})
  await pushed(stub, heads)
})

test('an address with TLS is reached with the authority of the endpoints, and not without', async () => {
  const pem = (name: string) => readFileSync(join(tlsDir, name), 'utf8')
  const tls = {cert: pem('server.pem'), key: pem('server.key')}
  await using stub = await startHeadsStub('honest', {tls})
  const stranger = start(stub.url)
  await lookOf(stranger.heads).toMatchObject({
    code: 'network',
    reason: expect.stringMatching(/^The connection failed \([A-Z_]+\)\.$/),
  })
  const known = start(stub.url, {ca: pem('ca.pem')})
  await pushed(stub, known.heads)
})

test('without an address nothing is connected to, and nothing is missing', async () => {
  const {heads, poller} = start(undefined)
  await gapsOf(2)
  expect(heads.look.get()).toEqual({state: 'none'})
  expect(poller.store.get().periodMs).toBe(PERIOD_MS)
})

test('addresses: the own one, else the node and the network, never the network of other endpoints', () => {
  const network = networkWith('wss://network.example')
  const profile = (endpoints: Partial<Profile['endpoints']>, node: object | null = null) =>
    ({endpoints: {l1: [], l2: [], pos: null, ...endpoints}, node}) as unknown as Profile
  const l2 = (of: Profile | null) => headUrlsOf(network, of).l2
  const node = {host: '::1', rpcPort: 8545}
  expect(l2(null)).toEqual(['wss://network.example'])
  expect(l2(profile({}))).toEqual(['wss://network.example'])
  expect(l2(profile({}, node))).toEqual(['ws://[::1]:8545', 'wss://network.example'])
  expect(l2(profile({l2Ws: 'ws://own.example'}, node))).toEqual(['ws://own.example'])
  expect(l2(profile({l2: ['https://own.example']}, node))).toEqual(['ws://[::1]:8545'])
  expect(l2(profile({l2: ['https://own.example']}))).toEqual([])
  expect(headUrlsOf(network, null).l1).toEqual([])
})
