import {afterAll, beforeAll, expect, test} from 'vitest'

import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import {hostileMethods} from '../helpers/engine-methods.ts'
import {accountOf, transfer} from '../helpers/l2-chain.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'
import {until, type TestNode} from '../helpers/node-cluster.ts'
import {hostileBody, post, pour, randomOf, victim} from '../helpers/rpc-fuzz.ts'

const user = accountOf('user')
let lone: LoneNode
let node: TestNode
/** Every method that anyone asked the engine to read. */
const reached = new Set<string>()
const original = {read: AnvilEngine.prototype.read, readAll: AnvilEngine.prototype.readAll}

beforeAll(async () => {
  AnvilEngine.prototype.read = function (method, params, at) {
    reached.add(method)
    return original.read.call(this, method, params, at)
  }
  AnvilEngine.prototype.readAll = function (calls) {
    for (const {method} of calls) reached.add(method)
    return original.readAll.call(this, calls)
  }
  lone = await startLoneNode([user.address])
  node = lone.node
})

afterAll(async () => {
  Object.assign(AnvilEngine.prototype, original)
  await lone.stop()
})

test('every method of the engine that is not meant for clients is unknown, also inside a batch', async () => {
  expect(hostileMethods.length).toBeGreaterThan(150)
  for (let from = 0; from < hostileMethods.length; from += 100) {
    const batch = hostileMethods
      .slice(from, from + 100)
      .map((method, id) => ({jsonrpc: '2.0', id, method, params: [victim, '0xff']}))
    const {text} = await post(node.rpcUrl, JSON.stringify(batch))
    const answers = JSON.parse(text) as {id: number; error: {code: number}}[]
    expect(answers.map(({error}) => error.code)).toEqual(
      batch.map(({method}) =>
        // l2geth knows these two and refuses them.
        ['eth_sign', 'eth_sendTransaction'].includes(method) ? -32_000 : -32_601,
      ),
    )
  }
})

test('3,000 hostile bodies over HTTP and WebSocket reach nothing, and blocks go on', async () => {
  const random = randomOf(7)
  const before = node.status().head
  const tasks = Array.from({length: 6}, async (_, worker) => {
    for (let round = 0; round < 25; round++) {
      const bodies = Array.from({length: 20}, () => hostileBody(random))
      if (worker % 2 === 0) await pour(node.wsUrl, bodies)
      else {
        const answers = await Promise.all(bodies.map((body) => post(node.rpcUrl, body)))
        for (const {status, text} of answers) {
          expect([200, 204, 413, 503]).toContain(status)
          expect(text).not.toContain('Internal error')
        }
      }
    }
  })
  await Promise.all(tasks)
  const allowed = [
    ...['eth_call', 'eth_estimateGas', 'eth_getBalance', 'eth_getCode', 'eth_getStorageAt'],
    ...[
      'eth_getTransactionCount',
      'eth_getBlockByNumber',
      'eth_getBlockReceipts',
      'eth_blockNumber',
    ],
  ]
  expect([...reached].filter((method) => !allowed.includes(method))).toEqual([])
  expect(await node.rpc.request('eth_getBalance', [victim, 'latest'])).toBe('0x0')
  expect(await node.rpc.request('eth_getTransactionCount', [victim, 'latest'])).toBe('0x0')
  expect(await node.rpc.request('eth_getCode', [victim, 'latest'])).toBe('0x')
  const hash = await node.rpc.request('eth_sendRawTransaction', [await transfer(user, 0)])
  await until('it is sealed', async () =>
    Boolean(await node.rpc.request('eth_getTransactionReceipt', [hash])),
  )
  expect(node.status().head.number).toBeGreaterThan(before.number)
  // Nothing listens where L1 should be.
  expect(Object.keys(node.status().lastError)).toEqual(['confirm'])
})
