/** One client takes all it can get of a node's RPC; the others are served and blocks go on. */
import {once} from 'node:events'
import {request} from 'node:http'
import {connect, type Socket} from 'node:net'

import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'

import {FILTERS_EACH, HTTP_BODIES_EACH, HTTP_CONNECTIONS_EACH, PENDING_FEEDS} from '../../src/node/rpc-limits.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'
import {until} from '../helpers/node-cluster.ts'

const ATTACKER = '127.0.0.1'
const OTHER = '127.0.0.2'
const SLOT_MS = 250
/** How often a test looks at the head, and a machine that is busy. */
const WATCH_MS = 100
let lone: LoneNode
const sockets: Socket[] = []

beforeAll(async () => {
  lone = await startLoneNode([], () => ({}), {slotMs: SLOT_MS})
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})
afterAll(() => lone.stop())

async function open(localAddress: string, text: string): Promise<Socket> {
  const {port} = new URL(lone.node.rpcUrl)
  const socket = connect({port: Number(port), host: '127.0.0.1', localAddress})
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  if (text !== '') socket.write(text)
  return socket
}

const openMany = (count: number, text: string) =>
  Promise.all(Array.from({length: count}, () => open(ATTACKER, text)))

interface Answered {
  result?: unknown
  error?: {code: number; message: string; data?: {retryAfterMs?: number}}
  tookMs: number
}

const call = (localAddress: string, method: string, ...params: unknown[]) =>
  post(localAddress, {jsonrpc: '2.0', id: 1, method, params})

/** Method, and code that runs without end, or counts down from 1,700,000 or 500,000 at 26 gas each. */
const BURNERS = [
  ['eth_call', '0x5b600056'],
  ['eth_estimateGas', '0x630019f0a05b600190038060055700'],
  ['eth_estimateGas', '0x630007a1205b600190038060055700'],
]

/** A batch. */
const callMany = (localAddress: string, count: number, method: string) =>
  post(
    localAddress,
    Array.from({length: count}, (_, id) => ({jsonrpc: '2.0', id, method, params: []})),
  )

function post(localAddress: string, body: object): Promise<Answered> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const outgoing = request(
      lone.node.rpcUrl,
      {method: 'POST', localAddress, agent: false, headers: {'content-type': 'application/json'}},
      (incoming) => {
        let text = ''
        incoming.on('data', (chunk: Buffer) => (text += chunk.toString()))
        incoming.on('end', () => {
          const answer = JSON.parse(text) as Omit<Answered, 'tookMs'>
          resolve({...answer, tookMs: performance.now() - started})
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify(body))
  })
}

const openNow = () => sockets.filter(({destroyed}) => !destroyed).length
const HALF =
  'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{'

describe('half-sent requests of one address', () => {
  test('300 bodies that do not come lock nobody out, and end by their deadline', async () => {
    await openMany(300, HALF)
    const {result, tookMs} = await call(OTHER, 'eth_chainId')
    expect(result).toBeDefined()
    expect(tookMs).toBeLessThan(1_000)
    // The attacker's own oldest ones made room.
    await until('its share is left', () => openNow() <= HTTP_BODIES_EACH)
    expect((await call(ATTACKER, 'eth_chainId')).result).toBeDefined()
    await until('the deadline ends the rest', () => openNow() === 0, 15_000)
  })

  test('600 headers without an end hold a share, one by one and at once, and end', async () => {
    const half = 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: '
    await openMany(HTTP_CONNECTIONS_EACH + 100, half)
    const {result, tookMs} = await call(OTHER, 'eth_chainId')
    expect(result).toBeDefined()
    expect(tookMs).toBeLessThan(1_000)
    await until('the oldest gave way', () => openNow() <= HTTP_CONNECTIONS_EACH)
    // A byte now and then does not hold the deadline up.
    const drip = setInterval(() => {
      for (const socket of sockets) if (!socket.destroyed) socket.write('a')
    }, 1_000)
    await until('the deadline ends them', () => openNow() === 0, 10_000)
    clearInterval(drip)
  })
})

describe('filters of one client', () => {
  test('1,200 filters take its own share; others make theirs and keep them', async () => {
    const kept = (await call(OTHER, 'eth_newBlockFilter')).result
    const first = (await call(ATTACKER, 'eth_newBlockFilter')).result
    for (let sent = 0; sent < 1_200; sent += 200) {
      await callMany(ATTACKER, 200, 'eth_newBlockFilter')
    }
    const used = (await call(ATTACKER, 'eth_newBlockFilter')).result
    await callMany(ATTACKER, FILTERS_EACH - 1, 'eth_newBlockFilter')

    expect((await call(OTHER, 'eth_newBlockFilter')).result).toMatch(/^0x/)
    expect((await call(OTHER, 'eth_getFilterChanges', kept)).error).toBeUndefined()
    expect((await call(ATTACKER, 'eth_getFilterChanges', used)).error).toBeUndefined()
    expect((await call(ATTACKER, 'eth_getFilterChanges', first)).error?.message).toMatch(/not found/)
  })

  test('so do feeds of pending transactions', async () => {
    await callMany(ATTACKER, PENDING_FEEDS, 'eth_newPendingTransactionFilter')
    expect((await call(OTHER, 'eth_newPendingTransactionFilter')).result).toMatch(/^0x/)
  })
})

describe('calls that only burn gas', () => {
  test('16 callers at once keep no block longer than a slot, are told when to come back, and others are served', async () => {
    const {node} = lone
    let isOver = false
    const answers: Answered[] = []
    const attack = Array.from({length: 16}, async (_, index) => {
      while (!isOver) {
        const [method, data] = BURNERS[index % BURNERS.length]!
        answers.push(await call(ATTACKER, method!, {data, gas: '0x2faf080'}, 'latest'))
      }
    })
    const times = [performance.now()]
    let {number} = node.status().head
    const others: Answered[] = []
    const isRefused = () => answers.some(({error}) => error?.data?.retryAfterMs !== undefined)
    while (times.length < 20 || (times.length < 80 && !isRefused())) {
      await until('the next block', () => node.status().head.number > number)
      number = node.status().head.number
      times.push(performance.now())
      if (times.length % 5 === 0) {
        others.push(await call(OTHER, 'eth_call', {to: `0x${'11'.repeat(20)}`}, 'latest'))
      }
    }
    isOver = true
    await Promise.all(attack)

    // One slot from block to block, and one at most that it is late.
    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    expect(Math.max(...gaps)).toBeLessThan(2 * SLOT_MS + WATCH_MS)
    expect(others.map(({result}) => result)).toEqual(others.map(() => '0x'))
    const refused = answers.find(({error}) => error?.data?.retryAfterMs !== undefined)
    expect(refused?.error?.code).toBe(-32_005)
    expect(refused?.error?.data?.retryAfterMs).toBeGreaterThan(0)
  }, 30_000)

  test('an estimate is near what is needed, however it is found', async () => {
    const to = `0x${'11'.repeat(20)}`
    expect((await call(OTHER, 'eth_estimateGas', {to})).result).toBe('0x5208')
    const withData = (await call(OTHER, 'eth_estimateGas', {to, data: `0x${'11'.repeat(100)}`})).result
    const needed = 21_000 + 100 * 16
    expect(Number(withData)).toBeGreaterThanOrEqual(needed)
    expect(Number(withData)).toBeLessThan(needed * 1.02)
    // PUSH1 0, PUSH1 0, REVERT
    const {error} = await call(OTHER, 'eth_estimateGas', {data: '0x60006000fd'})
    expect(error?.message).toMatch(/revert/i)
  })
})
