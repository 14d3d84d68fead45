/** Hostile requests from a seed, and the connections that send them. */
import {request} from 'node:http'

import type {Hex} from 'viem'
import {WebSocket} from 'ws'

import {hostileMethods} from './engine-methods.ts'

export interface Random {
  /** A whole number below `limit`. */
  below(limit: number): number
  pick<T>(items: readonly T[]): T
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const below = (limit: number) => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return Math.floor((((value ^ (value >>> 14)) >>> 0) / 4_294_967_296) * limit)
  }
  return {below, pick: (items) => items[below(items.length)]!}
}

/** Nobody owns it, and nothing may ever happen to it. */
export const victim: Hex = `0x${'5e'.repeat(20)}`

const prototypeNames = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  '',
]
const offered = [
  ...[
    'eth_call',
    'eth_estimateGas',
    'eth_getLogs',
    'eth_getBalance',
    'eth_getStorageAt',
    'eth_getCode',
  ],
  ...['eth_getBlockByNumber', 'eth_getBlockByHash', 'eth_getTransactionReceipt'],
  ...[
    'eth_getTransactionByHash',
    'eth_sendRawTransaction',
    'eth_getBlockReceipts',
    'eth_newFilter',
  ],
  ...['eth_getBlockRange', 'eth_getTransactionCount', 'eth_getFilterChanges', 'eth_subscribe'],
  ...[
    'eth_unsubscribe',
    'rollup_addSequencerInfo',
    'rollupbridge_setPreRespan',
    'txpool_contentFrom',
  ],
  ...['web3_sha3', 'eth_uninstallFilter', 'eth_getTransactionByBlockNumberAndIndex'],
]
const values: readonly unknown[] = [
  ...[
    null,
    true,
    -1,
    0,
    1e308,
    1.5,
    '',
    '0x',
    '0x0',
    'latest',
    'pending',
    'Pending',
    'safe',
    'earliest',
  ],
  ...[
    '0xffffffffffffffff',
    '0x-1',
    '0x'.padEnd(67, 'f'),
    `0x${'ff'.repeat(32)}`,
    victim,
    [],
    {},
    [[[]]],
  ],
  ...[
    '\u0000',
    '\ud800',
    '💣'.repeat(50),
    '0'.repeat(5000),
    {blockNumber: 'pending'},
    {toString: 1},
  ],
  {data: '0x5b600056', gas: '0xffffffffffffff'},
  {to: victim, data: '0x', gas: '0x1', from: victim, value: '0xffffffffffffffffffff'},
  {fromBlock: '0x0', toBlock: '0xffffff', address: [], topics: [[[[]]]]},
  {fromBlock: 'earliest', toBlock: 'latest', topics: [null, null, null, null]},
  {__proto__: null, constructor: {prototype: {isTrusted: true}}},
]

/** A spelling that a careless comparison could take for the method. */
function spelled(method: string, random: Random): unknown {
  const wide = [...method].map((char) => (char === '_' ? '＿' : char)).join('')
  return random.pick<unknown>([
    method,
    method.toUpperCase(),
    method.replace(/^./, (first) => first.toUpperCase()),
    ` ${method}`,
    `${method}\u0000`,
    `${method}\n`,
    wide,
    method.replace('a', 'а'),
    [method],
    {method, toString: method},
    method.replace('_', '.'),
    `eth_call\u0000${method}`,
  ])
}

function hostileCall(random: Random): Record<string, unknown> {
  const kind = random.below(10)
  const method =
    kind < 6
      ? spelled(random.pick(hostileMethods), random)
      : kind < 9
        ? random.pick(offered)
        : random.pick(prototypeNames)
  const params = random.pick<unknown>([
    [victim, '0xffffffffffffffff'],
    [{from: victim, to: victim, value: '0x1'}],
    Array.from({length: random.below(4)}, () => random.pick(values)),
    Array.from({length: random.below(4)}, () => random.pick(values)),
    random.pick(values),
    [1],
  ])
  const id = random.pick<unknown>([1, 'a', null, 1.5, -1, {}, [], true, '\u0000', 2 ** 53])
  return random.pick([
    {jsonrpc: '2.0', id, method, params},
    {jsonrpc: '2.0', id, method, params},
    {jsonrpc: '2.0', method, params},
    {jsonrpc: random.pick(['1.0', 2, null]), id, method, params},
    {id, method, params, jsonrpc: '2.0', extra: random.pick(values)},
  ])
}

/** One body: a call, a batch, or something that is not JSON-RPC at all. */
export function hostileBody(random: Random): string {
  const kind = random.below(100)
  if (kind < 60) return JSON.stringify(hostileCall(random))
  if (kind < 85) {
    const calls = Array.from({length: 1 + random.below(12)}, () => hostileCall(random))
    return JSON.stringify(random.pick<unknown>([calls, [calls], [...calls, calls]]))
  }
  const text = JSON.stringify(hostileCall(random))
  return random.pick([
    () => text.slice(0, random.below(text.length)),
    () => text + text,
    () => '['.repeat(random.below(50_000)),
    () => `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    () => `${'{"params":'.repeat(2_000)}1${'}'.repeat(2_000)}`,
    () => `{"jsonrpc":"2.0","id":1,"method":"eth_chainId","method":"anvil_mine"}`,
    () => `{"jsonrpc":"2.0","id":1e999,"method":"evm_mine","params":[]}`,
    () => `{"__proto__":{"method":"evm_mine"},"jsonrpc":"2.0","id":1}`,
    () => ' '.repeat(random.below(100_000)),
    () => JSON.stringify(Array.from({length: 300}, () => 7)),
    () => '\u0000\u0001\ufeff{}',
    () => `"${'x'.repeat(random.below(200_000))}"`,
  ])()
}

export interface HttpAnswer {
  status: number
  text: string
}

export function post(url: string, body: string, headers: Record<string, string> = {}) {
  return new Promise<HttpAnswer>((resolve, reject) => {
    const outgoing = request(
      url,
      {method: 'POST', headers: {'content-type': 'application/json', ...headers}},
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => (text += chunk))
        incoming.on('end', () => resolve({status: incoming.statusCode ?? 0, text}))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Sends bodies over one WebSocket after the other; a connection that the node ends is opened again. */
export async function pour(url: string, bodies: readonly string[]): Promise<void> {
  const socket = new WebSocket(url, {perMessageDeflate: false})
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.on('error', () => {})
  const opened = new Promise<boolean>((resolve) => {
    socket.on('open', () => resolve(true))
    socket.on('close', () => resolve(false))
  })
  if (!(await opened)) return
  const end = '{"jsonrpc":"2.0","id":"the end","method":"eth_chainId"}'
  const answered = new Promise<void>((resolve) =>
    socket.on('message', (data: Buffer) => {
      if (data.toString('utf8').includes('"the end"')) resolve()
    }),
  )
  for (const body of bodies) socket.send(body)
  socket.send(end)
  await Promise.race([answered, closed])
  socket.terminate()
  await closed
}
