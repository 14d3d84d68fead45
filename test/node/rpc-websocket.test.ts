import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import type {Hex} from 'viem'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import {WS_PER_CLIENT, WS_SUBSCRIPTIONS} from '../../src/node/rpc-limits.ts'
import {EVENT_TOPIC, eventContract, word} from '../helpers/event-contract.ts'
import {accountOf, transfer} from '../helpers/l2-chain.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'
import {until, type TestNode} from '../helpers/node-cluster.ts'
import {openSocket, type RawSocket} from '../helpers/raw-socket.ts'

const user = accountOf('user')
let lone: LoneNode
let node: TestNode
let nonce = 0

beforeAll(async () => {
  lone = await startLoneNode([user.address])
  node = lone.node
})

afterAll(async () => {
  await lone.stop()
})

interface Receipt {
  contractAddress: Hex
  blockNumber: Hex
}

async function send(overrides: {to?: Hex; data?: Hex; gas?: bigint}): Promise<Hex> {
  const raw = await transfer(user, nonce++, {value: 0n, gas: 200_000n, ...overrides})
  return (await node.rpc.request('eth_sendRawTransaction', [raw])) as Hex
}

async function receiptOf(hash: Hex): Promise<Receipt> {
  return until('it is sealed', async () => {
    const receipt = await node.rpc.request('eth_getTransactionReceipt', [hash])
    return (receipt as Receipt | null) ?? undefined
  })
}

async function deploy(): Promise<Hex> {
  const raw = await user.signTransaction({
    ...{type: 'legacy', chainId: 108_800, nonce: nonce++, gas: 200_000n, gasPrice: 20_000_000n},
    data: eventContract,
  })
  const hash = (await node.rpc.request('eth_sendRawTransaction', [raw])) as Hex
  return (await receiptOf(hash)).contractAddress
}

test('the same answers as by POST: batches, notifications, errors, ids', async () => {
  const socket = await openSocket(node.wsUrl)
  const ask = async (text: string) => {
    const before = socket.texts.length
    socket.socket.send(text)
    return until('an answer', () => socket.texts[before])
  }
  const good = '{"jsonrpc":"2.0","id":"é","method":"eth_chainId"}'
  expect(await ask(`[${good},7]`)).toBe(
    '[{"jsonrpc":"2.0","id":"é","result":"0x1a900"},' +
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}}]',
  )
  expect(await ask('{')).toContain('"code":-32700')
  expect(await ask('[]')).toContain('"code":-32600')
  expect(await ask('{"jsonrpc":"2.0","id":1.5,"method":"eth_chainId"}')).toContain('"id":1.5')
  expect(await ask('{"jsonrpc":"2.0","id":null,"method":"eth_chainId"}')).toContain('"id":null')
  const silent = socket.texts.length
  socket.socket.send('{"jsonrpc":"2.0","method":"eth_chainId"}')
  socket.socket.send('[{"jsonrpc":"2.0","method":"eth_chainId"}]')
  await socket.call('net_version')
  expect(socket.texts).toHaveLength(silent + 1)
  await socket.close()
})

test('a subscription by POST, of an unknown kind, or ended twice is an error', async () => {
  await expect(node.rpc.request('eth_subscribe', ['newHeads'])).rejects.toMatchObject({
    code: -32_000,
    message: 'Subscriptions need a WebSocket connection.',
  })
  const socket = await openSocket(node.wsUrl)
  expect((await socket.call('eth_subscribe', 'syncing')).error?.code).toBe(-32_602)
  expect((await socket.call('eth_subscribe', 'logs', {address: 'x'})).error?.code).toBe(-32_602)
  const {result} = await socket.call('eth_subscribe', 'newHeads')
  expect((await socket.call('eth_unsubscribe', result)).result).toBe(true)
  expect((await socket.call('eth_unsubscribe', result)).error?.message).toBe(
    'subscription not found',
  )
  await socket.close()
})

test('logs by address and topics, pending transactions as hashes and whole', async () => {
  const address = await deploy()
  const socket = await openSocket(node.wsUrl)
  const subscribe = async (...params: unknown[]) =>
    String((await socket.call('eth_subscribe', ...params)).result)
  const all = await subscribe('logs', {address})
  const seven = await subscribe('logs', {topics: [null, [word(7), word(8)]]})
  const none = await subscribe('logs', {address: user.address})
  const pending = await subscribe('newPendingTransactions')
  const whole = await subscribe('newPendingTransactions', true)
  const hashes = [
    await send({to: address, data: word(7)}),
    await send({to: address, data: word(6)}),
  ]
  const six = await until('both logs came', () => socket.news.get(all)?.[1])
  expect(six).toMatchObject({
    address: address.toLowerCase(),
    topics: [EVENT_TOPIC, word(6)],
    removed: false,
  })
  expect(socket.news.get(seven)).toMatchObject([{topics: [EVENT_TOPIC, word(7)]}])
  expect(socket.news.get(none)).toBeUndefined()
  expect(socket.news.get(pending)).toEqual(hashes)
  expect(socket.news.get(whole)).toMatchObject(hashes.map((hash) => ({hash, blockHash: null})))
  await socket.close()
})

test('an engine that is killed is not seen: every head and every log comes exactly once', async () => {
  const address = await deploy()
  const socket = await openSocket(node.wsUrl)
  const heads = String((await socket.call('eth_subscribe', 'newHeads')).result)
  const logs = String((await socket.call('eth_subscribe', 'logs', {address})).result)
  const sent: number[] = []
  for (let round = 0; round < 3; round++) {
    const before = socket.news.get(heads)?.length ?? 0
    sent.push(round + 1)
    await send({to: address, data: word(round + 1)})
    const file = join(node.options.dataDir, 'engine/engine.pid')
    process.kill((JSON.parse(readFileSync(file, 'utf8')) as {pid: number}).pid, 'SIGKILL')
    // What is durable is read without an engine.
    const first = (await socket.call('eth_getBlockByNumber', '0x65', true)).result
    expect(first).toMatchObject({number: '0x65'})
    await until('blocks go on', () => (socket.news.get(heads)?.length ?? 0) > before + 3)
  }
  await until('all logs came', () => socket.news.get(logs)?.length === 3)
  const told = (socket.news.get(heads) ?? []) as {number: Hex; hash: Hex; parentHash: Hex}[]
  const numbers = told.map(({number}) => Number(number))
  expect(numbers).toEqual(numbers.map((_number, index) => numbers[0]! + index))
  expect(told.slice(1).map(({parentHash}) => parentHash)).toEqual(
    told.slice(0, -1).map(({hash}) => hash),
  )
  const topics = ((socket.news.get(logs) ?? []) as {topics: Hex[]}[]).map((log) => log.topics[1])
  expect(topics).toEqual(sent.map(word))
  await socket.close()
})

describe('limits of a connection', () => {
  test('subscriptions', async () => {
    const socket = await openSocket(node.wsUrl)
    for (let count = 0; count < WS_SUBSCRIPTIONS; count++) {
      expect((await socket.call('eth_subscribe', 'newHeads')).result).toBeDefined()
    }
    expect((await socket.call('eth_subscribe', 'newHeads')).error?.code).toBe(-32_005)
    await socket.close()
  })

  test('connections of one client', async () => {
    const sockets: RawSocket[] = []
    for (let count = 0; count < WS_PER_CLIENT; count++) sockets.push(await openSocket(node.wsUrl))
    await expect(openSocket(node.wsUrl)).rejects.toThrow('503')
    await Promise.all(sockets.map((socket) => socket.close()))
    const socket = await until('there is room again', () => openSocket(node.wsUrl))
    await socket.close()
  })

  test('a message that is too large, and frames that are none, end it and nothing else', async () => {
    const socket = await openSocket(node.wsUrl)
    socket.socket.send(' '.repeat(5_000_001))
    expect(await socket.closed).toBe(1009)
    const other = await openSocket(node.wsUrl)
    const {_socket: stream} = other.socket as unknown as {_socket: {write(bytes: Buffer): void}}
    stream.write(Buffer.from('ff'.repeat(64), 'hex'))
    expect(await other.closed).toBeGreaterThan(1000)
    expect(await node.rpc.request('eth_chainId')).toBe('0x1a900')
  })

  test('one that asks and never reads is not read any more', async () => {
    const socket = await openSocket(node.wsUrl)
    const {_socket: stream} = socket.socket as unknown as {_socket: {pause(): void; resume(): void}}
    stream.pause()
    const ask = `[${Array.from({length: 200}, (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"eth_getBlockRange","params":["0x64","0x74",false]}`).join()}]`
    const before = process.memoryUsage().rss
    for (let count = 0; count < 100; count++) socket.socket.send(ask)
    await until(
      'the node answers others',
      async () => (await node.rpc.request('eth_chainId')) === '0x1a900',
    )
    // 100 batches of 6 MB would be 600 MB.
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000)
    socket.socket.terminate()
    await socket.closed
  })
})
