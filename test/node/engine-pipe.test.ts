import {createServer, type Server, type Socket} from 'node:net'
import type {AddressInfo} from 'node:net'

import {afterEach, beforeEach, expect, test} from 'vitest'

import {rpcOver} from '../../src/lib/json-rpc.ts'
import {EnginePipe} from '../../src/node/engine/engine-pipe.ts'
import {until} from '../helpers/node-cluster.ts'

let server: Server
let pipe: EnginePipe
let sockets: Socket[]
/** Bodies that arrived. */
let asked: string[]

beforeEach(async () => {
  sockets = []
  asked = []
  server = createServer((socket) => {
    sockets.push(socket)
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (data) => {
      text += data.toString('latin1')
      for (;;) {
        const match = /content-length: (\d+)\r\n\r\n/.exec(text)
        const from = match ? match.index + match[0].length : 0
        const to = from + Number(match?.[1])
        if (!match || text.length < to) return
        asked.push(Buffer.from(text.slice(from, to), 'latin1').toString())
        text = text.slice(to)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  pipe = new EnginePipe(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 400)
})

afterEach(async () => {
  pipe.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

const answer = (body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

test('requests leave without waiting for each other, and answers come in their order, however cut', async () => {
  const answers = ['one', 'two', 'drei ä'].map((body) => pipe.post(`ask ${body}`))
  await until('all are asked', () => asked.length === 3)
  expect(asked).toEqual(['ask one', 'ask two', 'ask drei ä'])
  const bytes = Buffer.from(['1', '2', 'drei ä'].map(answer).join(''))
  for (const byte of bytes) sockets[0]!.write(Buffer.from([byte]))
  expect(await Promise.all(answers)).toEqual(['1', '2', 'drei ä'])
  expect(sockets).toHaveLength(1)
})

test('a connection that ends fails all that wait, and the next request makes a new one', async () => {
  const lost = [pipe.post('a'), pipe.post('b')].map((asking) =>
    asking.catch((error: unknown) => error),
  )
  await until('both are asked', () => asked.length === 2)
  sockets[0]!.destroy()
  for (const error of await Promise.all(lost)) {
    expect(error).toMatchObject({name: 'RpcTransportError', reason: 'network'})
  }
  const next = pipe.post('c')
  await until('it is asked', () => asked.includes('c'))
  sockets[1]!.write(answer('3'))
  expect(await next).toBe('3')
})

test.each([
  ['no length', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['another status', 'HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n'],
])('an answer with %s is no answer', async (_name, text) => {
  const asking = pipe.post('a')
  await until('it is asked', () => asked.length === 1)
  sockets[0]!.write(text)
  await expect(asking).rejects.toMatchObject({reason: 'network'})
})

test('an engine that says nothing is given up', async () => {
  await expect(rpcOver(pipe, 'http://engine').request('evm_mine')).rejects.toThrow('in time')
})
