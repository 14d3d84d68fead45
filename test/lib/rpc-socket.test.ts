import {mkdtempSync, rmSync} from 'node:fs'
import {createServer, type Server, type Socket} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterEach, beforeEach, expect, test} from 'vitest'

import type {RpcClient} from '../../src/lib/json-rpc.ts'
import {createSocketClient} from '../../src/lib/rpc-socket.ts'

let dir: string
let path: string
let server: Server
let sockets: Socket[]
/** Methods that arrived, with their ids. */
let asked: {method: string; id: number}[]
let client: RpcClient

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-socket-'))
  path = join(dir, 'a.sock')
  sockets = []
  asked = []
  server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (data) => asked.push(JSON.parse(data.toString())))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  client = createSocketClient(path, {timeoutMs: 20_000, maxAnswer: 1000})
})

afterEach(async () => {
  client.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
  rmSync(dir, {recursive: true, force: true})
})

const arrived = (count: number) => expect.poll(() => asked.length).toBe(count)
const answer = (index: number, result: string, socket = sockets[0]!) =>
  socket.write(Buffer.from(`${JSON.stringify({jsonrpc: '2.0', id: asked[index]!.id, result})}\n`))

test('a request leaves when the one before it is answered, and an answer may come in any pieces', async () => {
  const answers = ['one', 'two'].map((method) => client.request(method))
  await arrived(1)
  const text = JSON.stringify({jsonrpc: '2.0', id: asked[0]!.id, result: 'drei ä'})
  for (const byte of Buffer.from(`${text}\n`)) sockets[0]!.write(Buffer.from([byte]))
  expect(await answers[0]).toBe('drei ä')
  await arrived(2)
  expect(asked.map(({method}) => method)).toEqual(['one', 'two'])
  answer(1, 'zwei')
  expect(await answers[1]).toBe('zwei')
  expect(sockets).toHaveLength(1)
})

test('several connections answer side by side, and no more than allowed are made', async () => {
  client.close()
  client = createSocketClient(path, {timeoutMs: 20_000, connections: 2})
  const answers = ['a', 'b', 'c'].map((method) => client.request(method))
  await arrived(2)
  answer(1, 'second', sockets[1]!)
  expect(await answers[1]).toBe('second')
  answer(0, 'first')
  await arrived(3)
  expect(sockets).toHaveLength(2)
  answer(2, 'third')
  expect(await Promise.all(answers)).toEqual(['first', 'second', 'third'])
})

test('a connection that ends fails all that wait, and the next request makes a new one', async () => {
  const lost = ['a', 'b'].map((method) => client.request(method).catch((error: unknown) => error))
  await arrived(1)
  sockets[0]!.destroy()
  for (const error of await Promise.all(lost)) {
    expect(error).toMatchObject({name: 'RpcTransportError', reason: 'network'})
  }
  const next = client.request('c')
  await arrived(2)
  answer(1, '3', sockets[1]!)
  expect(await next).toBe('3')
})

test.each([
  ['that never ends', 'x'.repeat(2000), 'network'],
  ['with another one behind it', '{}\n{}\n', 'network'],
  ['that is not JSON', 'hello\n', 'not-json'],
])('an answer %s is no answer', async (_name, text, reason) => {
  const asking = client.request('a')
  await arrived(1)
  sockets[0]!.write(text)
  await expect(asking).rejects.toMatchObject({reason})
})

test('silence is given up, and a socket that is not there is said to be so', async () => {
  client.close()
  client = createSocketClient(path, {timeoutMs: 100})
  await expect(client.request('evm_mine')).rejects.toMatchObject({reason: 'timeout'})
  const nobody = createSocketClient(join(dir, 'none.sock'), {timeoutMs: 400})
  await expect(nobody.request('a')).rejects.toMatchObject({reason: 'refused'})
})
