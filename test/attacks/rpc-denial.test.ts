/** One client takes all it can get of a node's RPC; the others are served and blocks go on. */
import {once} from 'node:events'
import {readdirSync, readFileSync} from 'node:fs'
import {request} from 'node:http'
import {connect, type Socket} from 'node:net'
import {join} from 'node:path'

import {encodeFunctionData, type Address} from 'viem'
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'

import {
  HTTP_BODIES_EACH,
  HTTP_CONNECTIONS,
  HTTP_CONNECTIONS_EACH,
} from '../../src/lib/http-limits.ts'
import {descriptorPlan} from '../../src/node/descriptors.ts'
import {
  FILTERS_EACH,
  NODE_DESCRIPTORS,
  PENDING_FEEDS,
  WS_SUBSCRIPTIONS,
  WS_SUBSCRIPTIONS_EACH,
} from '../../src/node/rpc-limits.ts'
import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {CpuWait} from '../helpers/cpu-wait.ts'
import {accountOf, createTestGenesis, L2_CHAIN_ID, transfer} from '../helpers/l2-chain.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'
import {nodeOptions, testNetwork, until} from '../helpers/node-cluster.ts'
import {deployOf, modexpLoop} from '../helpers/slow-code.ts'
import {startNodeProcess} from '../helpers/node-process.ts'
import {openSocket, type RawSocket} from '../helpers/raw-socket.ts'

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

async function open(localAddress: string, text: string, at = lone.node.rpcUrl): Promise<Socket> {
  const {port} = new URL(at)
  const socket = connect({port: Number(port), host: '127.0.0.1', localAddress})
  sockets.push(socket)
  socket.on('error', () => {})
  // One that is refused at once is an outcome too.
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {})
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

function post(localAddress: string, body: object, at = lone.node.rpcUrl): Promise<Answered> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const outgoing = request(
      at,
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

/**
 * From block to block, in milliseconds without those in which the processor was with others, while `goesOn`,
 * which is asked after each.
 */
async function longestGap(
  goesOn: (count: number) => boolean | Promise<boolean>,
  {node}: LoneNode = lone,
): Promise<number> {
  const wait = new CpuWait()
  let longest = 0
  let last = performance.now()
  for (let count = 1, {number} = node.status().head; ; count++) {
    await until('the next block', () => node.status().head.number > number)
    ;({number} = node.status().head)
    longest = Math.max(longest, performance.now() - last - wait.lapMs())
    last = performance.now()
    if (!(await goesOn(count))) return longest
  }
}

/** Far below the deadlines of bodies and headers, which is how long everybody was locked out. */
const SOON_MS = 3_000

const refusedOf = (kind: string) =>
  lone.node.status().refused.find((each) => each.kind === kind)?.count ?? 0

const openNow = () => sockets.filter(({destroyed}) => !destroyed).length
const HALF =
  'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{'

describe('half-sent requests of one address', () => {
  test('300 bodies that do not come lock nobody out', async () => {
    await openMany(300, HALF)
    const {result, tookMs} = await call(OTHER, 'eth_chainId')
    expect(result).toBeDefined()
    expect(tookMs).toBeLessThan(SOON_MS)
    // The attacker's own oldest ones made room.
    await until('its share is left', () => openNow() <= HTTP_BODIES_EACH)
    expect((await call(ATTACKER, 'eth_chainId')).result).toBeDefined()
    expect(refusedOf('connections')).toBeGreaterThanOrEqual(100)
  })

  test('600 headers without an end hold a share; they and bodies end by their deadlines', async () => {
    const half = 'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: '
    await openMany(HTTP_CONNECTIONS_EACH + 100, half)
    const {result, tookMs} = await call(OTHER, 'eth_chainId')
    expect(result).toBeDefined()
    expect(tookMs).toBeLessThan(SOON_MS)
    await until('the oldest gave way', () => openNow() <= HTTP_CONNECTIONS_EACH)
    await openMany(HTTP_BODIES_EACH, HALF)
    // A byte now and then does not hold a deadline up.
    const drip = setInterval(() => {
      for (const socket of sockets) if (!socket.destroyed) socket.write('a')
    }, 1_000)
    await until('the deadlines end them', () => openNow() === 0)
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
    expect((await call(ATTACKER, 'eth_getFilterChanges', first)).error?.message).toMatch(
      /not found/,
    )
  })

  test('so do feeds of pending transactions', async () => {
    await callMany(ATTACKER, PENDING_FEEDS, 'eth_newPendingTransactionFilter')
    expect((await call(OTHER, 'eth_newPendingTransactionFilter')).result).toMatch(/^0x/)
  })
})

describe('subscriptions of one client', () => {
  test('over many sockets it gets its share; others subscribe, and what ends is given back', async () => {
    const socketOf = (from: string) => openSocket(lone.node.wsUrl, {}, from)
    const subscribe = (socket: RawSocket) => socket.call('eth_subscribe', 'newHeads')
    const held: RawSocket[] = []
    const other = await socketOf(OTHER)
    try {
      for (let count = 0; count < WS_SUBSCRIPTIONS_EACH; count += WS_SUBSCRIPTIONS) {
        const socket = await socketOf(ATTACKER)
        held.push(socket)
        for (let index = 0; index < WS_SUBSCRIPTIONS; index++) {
          expect((await subscribe(socket)).result).toMatch(/^0x/)
        }
      }
      const late = await socketOf(ATTACKER)
      held.push(late)
      const {error} = await subscribe(late)
      expect(error?.code).toBe(-32_005)
      expect(error?.message).toContain(`${WS_SUBSCRIPTIONS_EACH} subscriptions`)
      // Everything else of that client goes on, and others have their own share.
      expect((await late.call('eth_chainId')).result).toBeDefined()
      const id = String((await subscribe(other)).result)
      await until('its news come', () => (other.news.get(id)?.length ?? 0) > 0)
      await held[0]!.close()
      await until('its places are given back', async () => (await subscribe(late)).result)
    } finally {
      await Promise.all([...held, other].map((socket) => socket.close()))
    }
  })
})

describe('calls that only burn gas', () => {
  test('16 callers at once keep no block longer than a slot, are told when to come back, and others are served', async () => {
    // A machine that is busy with other things is late without them.
    const usual = await longestGap((count) => count < 10)
    let isOver = false
    const answers: Answered[] = []
    const attack = Array.from({length: 16}, async (_, index) => {
      while (!isOver) {
        const [method, data] = BURNERS[index % BURNERS.length]!
        answers.push(await call(ATTACKER, method!, {data, gas: '0x2faf080'}, 'latest'))
      }
    })
    const others: Answered[] = []
    const isRefused = () => answers.some(({error}) => error?.data?.retryAfterMs !== undefined)
    const gap = await longestGap(async (count) => {
      if (count % 5 === 0) {
        others.push(await call(OTHER, 'eth_call', {to: `0x${'11'.repeat(20)}`}, 'latest'))
      }
      return count < 20 || (count < 80 && !isRefused())
    })
    isOver = true
    await Promise.all(attack)

    expect(gap).toBeLessThan(usual + SLOT_MS + WATCH_MS)
    expect(others.map(({result}) => result)).toEqual(others.map(() => '0x'))
    const refused = answers.find(({error}) => error?.data?.retryAfterMs !== undefined)
    expect(refused?.error?.code).toBe(-32_005)
    expect(refused?.error?.data?.retryAfterMs).toBeGreaterThan(0)
    expect(refusedOf('calls')).toBeGreaterThan(0)
  })

  test('an estimate is near what is needed, however it is found', async () => {
    const to = `0x${'11'.repeat(20)}`
    expect((await call(OTHER, 'eth_estimateGas', {to})).result).toBe('0x5208')
    const withData = (await call(OTHER, 'eth_estimateGas', {to, data: `0x${'11'.repeat(100)}`}))
      .result
    const needed = 21_000 + 100 * 16
    expect(Number(withData)).toBeGreaterThanOrEqual(needed)
    expect(Number(withData)).toBeLessThan(needed * 1.02)
    // PUSH1 0, PUSH1 0, REVERT
    const {error} = await call(OTHER, 'eth_estimateGas', {data: '0x60006000fd'})
    expect(error?.message).toMatch(/revert/i)
  })
})

/** 512 bytes each of base and modulus and an exponent of 3, without end: the slowest code for its gas. */
const MODEXP = modexpLoop(512)

describe('the slowest code for its gas', () => {
  const LONG_SLOT_MS = 500
  const METHODS = ['eth_call', 'eth_estimateGas']
  const user = accountOf('user')
  let node: LoneNode
  const ask = (from: string, method: string, ...params: unknown[]) =>
    post(from, {jsonrpc: '2.0', id: 1, method, params}, node.node.rpcUrl)

  beforeAll(async () => {
    node = await startLoneNode([user.address], () => ({}), {slotMs: LONG_SLOT_MS})
  })
  afterAll(() => node.stop())

  test('from eight addresses it keeps no block longer than a slot; the consensus layer behind one of them is answered', async () => {
    let isOver = false
    const answers: Answered[] = []
    const attack = Array.from({length: 8}, async (_, index) => {
      while (!isOver) {
        const burn = {data: MODEXP, gas: '0x2faf080'}
        answers.push(await ask(`127.0.0.${index + 1}`, METHODS[index % 2]!, burn, 'latest'))
      }
    })
    const epoch = encodeFunctionData({
      abi: metisSequencerSetAbi,
      functionName: 'currentEpochNumber',
    })
    const reads: Answered[] = []
    const read = async () => {
      const set = {to: node.genesis.sequencerSet, data: epoch}
      reads.push(
        await ask(ATTACKER, 'eth_blockNumber'),
        await ask(ATTACKER, 'eth_getBlockByNumber', 'latest', false),
        await ask(ATTACKER, 'eth_call', set, 'latest'),
      )
    }
    const gap = await longestGap(async (count) => {
      await read()
      return count < 10
    }, node)
    isOver = true
    await Promise.all(attack)

    expect(gap).toBeLessThan(2 * LONG_SLOT_MS + WATCH_MS)
    expect(reads.filter(({error}) => error)).toEqual([])
    expect(Math.max(...reads.map(({tookMs}) => tookMs))).toBeLessThan(SOON_MS)
    // It runs, and is told why it ends.
    expect(answers.some(({error}) => error?.code === -32_000)).toBe(true)
  })

  test('as a transaction it makes one block late; then its contract is refused what does not fit', async () => {
    const {signTransaction} = user
    const send = async (transaction: object) => {
      const defaults = {type: 'legacy', chainId: L2_CHAIN_ID, gasPrice: 20_000_000n} as const
      const raw = await signTransaction({...defaults, ...transaction})
      return ask(OTHER, 'eth_sendRawTransaction', raw)
    }
    const isSealed = ({result}: Answered) =>
      until('it is sealed', async () => {
        const receipt = (await ask(OTHER, 'eth_getTransactionReceipt', result)).result
        return (receipt ?? undefined) as {contractAddress: Address} | undefined
      })
    const {contractAddress: to} = await isSealed(
      await send({nonce: 0, gas: 1_000_000n, data: deployOf(MODEXP)}),
    )
    await isSealed(await send({nonce: 1, gas: 6_000_000n, to}))

    expect((await send({nonce: 2, gas: 6_000_000n, to})).error).toMatchObject({
      code: -32_000,
      message: expect.stringMatching(/at \d+ gas per ms/),
      data: {reason: 'slow-code'},
    })
    const small = await send({nonce: 2, gas: 100_000n, to})
    await isSealed(small)
  })

  test('a call of a million gas at ordinary speed is executed, one that needs too much is told so', async () => {
    // Counts down from 40,000 at 26 gas each.
    const ordinary = await ask(
      '127.0.0.100',
      'eth_call',
      {data: '0x619c405b600190038060035700'},
      'latest',
    )
    expect(ordinary.result).toBe('0x')
    const {error} = await ask('127.0.0.200', 'eth_call', {data: '0x5b600056'}, 'latest')
    expect(error).toMatchObject({code: -32_000, message: expect.stringMatching(/more than .* gas/)})
  })
})

describe('descriptors', () => {
  test('under a limit of 256, 500 connections leave room for the files, and blocks and transactions go on', async () => {
    const user = accountOf('user')
    const genesis = await createTestGenesis({
      initialSigner: accountOf('alpha').address,
      rich: [user.address],
      firstEpochEndBlock: 100_000n,
    })
    const network = testNetwork({genesis, l1RpcUrl: 'http://127.0.0.1:1'})
    const options = nodeOptions('alpha', network, genesis.dir, {alone: true})
    const node = await startNodeProcess(options, 256)
    try {
      const count = () => readdirSync(`/proc/${node.pid}/fd`).length
      const quiet = count()
      const peerPort = /tcp\/(?<port>\d+)/.exec(node.peerAddress)!.groups!['port']!
      const from = (at: string, index: number) => ({at, localAddress: `127.0.0.${3 + (index % 8)}`})
      const doors = Array.from({length: 500}, (_, index) =>
        index % 5 === 0 ? from(`http://127.0.0.1:${peerPort}`, index) : from(node.rpcUrl, index),
      )
      await Promise.all(doors.map(({at, localAddress}) => open(localAddress, 'P', at)))
      let most = 0
      const head = async () => Number(await node.rpc.request('eth_blockNumber', []))
      const before = await until('it answers', head)
      const raw = await transfer(user, 0)
      const hash = await node.rpc.request('eth_sendRawTransaction', [raw])
      await until('blocks go on, with the transaction', async () => {
        most = Math.max(most, count())
        const isSealed = await node.rpc.request('eth_getTransactionReceipt', [hash])
        return isSealed !== null && (await head()) > before + 3
      })
      expect(readFileSync(join(options.dataDir, 'pool.journal'), 'utf8')).toContain(raw)
      // The attack came through, and there are descriptors left for files and for L1.
      expect(most).toBeGreaterThan(quiet + 40)
      expect(most).toBeLessThan(256 - 24)
    } finally {
      await node.stop()
      genesis[Symbol.dispose]()
    }
  })

  test.each([64, 200, 256, 1_024, 2_000])('of %i descriptors the node keeps its own', (limit) => {
    const {http, leaving, peers, isTight} = descriptorPlan(limit)
    expect(isTight).toBe(true)
    expect(peers.known).toBeGreaterThan(0)
    if (limit < NODE_DESCRIPTORS + 32) return
    expect(http + leaving + peers.known + peers.pending).toBeLessThanOrEqual(
      limit - NODE_DESCRIPTORS,
    )
  })

  test('with the usual limit nothing is cut', () => {
    expect(descriptorPlan(1_048_576)).toMatchObject({isTight: false, http: HTTP_CONNECTIONS})
  })
})
