import {generateKeyPair} from '@libp2p/crypto/keys'
import type {MessageStream} from '@libp2p/interface'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {inOnePiece} from '../../src/node/peers/encrypter.ts'
import {sendFrame} from '../../src/node/peers/frames.ts'
import {createHost, type Host} from '../../src/node/peers/libp2p-host.ts'
import {until} from '../helpers/node-cluster.ts'

let hosts: Host[]

beforeAll(async () => {
  hosts = await Promise.all([startHost(), startHost()])
})

afterAll(async () => {
  for (const host of hosts) await host.stop()
})

async function startHost(): Promise<Host> {
  const host = await createHost({
    privateKey: await generateKeyPair('Ed25519'),
    listen: '/ip4/127.0.0.1/tcp/0',
    ...{topic: 'blocks', gossipProtocol: '/test/gossip'},
    gate: () => Promise.resolve(),
    denyInbound: () => false,
    denyPeer: () => false,
  })
  await host.start()
  return host
}

/** What the library has beyond its interface. */
interface Inner {
  muxer: {getRTT(): number; send(frame: unknown): boolean}
}

test('a stream opened on a connection that closes in the same moment fails where it was asked for', async () => {
  const [one, two] = hosts as [Host, Host]
  const connection = await one.dial(two.getMultiaddrs()[0]!)
  const {muxer} = connection as unknown as Inner
  // Only who knows how far the other side is makes its window larger.
  await until('the first ping was answered', () => muxer.getRTT() >= 0)
  const opening = connection.newStream('/test/any')
  connection.abort(new Error('The other side went.'))
  // The library's own window update would throw from a microtask, and the process end.
  await expect(opening).rejects.toThrow()
})

test('a reader tells seldom that more may be sent, and so that a sender never stands still', async () => {
  const [one, two] = hosts as [Host, Host]
  const protocol = '/test/window'
  const small = 100
  const large = 3_000_000
  let received = 0
  await two.handle(protocol, (stream) => {
    stream.addEventListener('message', ({data}) => (received += data.byteLength))
  })
  const connection = await one.dial(two.getMultiaddrs()[0]!)
  const stream = await connection.newStream(protocol)
  const there = two.getConnections(one.peerId)[0] as unknown as Inner
  let frames = 0
  const send = there.muxer.send.bind(there.muxer)
  there.muxer.send = (frame) => {
    frames++
    return send(frame)
  }
  for (let sent = 1; sent <= 40; sent++) {
    stream.send(Buffer.alloc(small))
    await until('it is read', () => received === sent * small)
  }
  // The window grows a few times, and a ping may be among them.
  expect(frames).toBeLessThan(20)
  await sendFrame(stream, Buffer.alloc(large))
  await until('all of it is read', () => received > 40 * small + large)
  connection.abort(new Error('It is over.'))
})

test('a message of many parts is written at once', () => {
  const written: number[] = []
  const connection = inOnePiece({
    sendData(data: Iterable<Uint8Array>) {
      const sizes = [...data].map(({length}) => length)
      written.push(...sizes)
      return {sentBytes: sizes.reduce((sum, size) => sum + size, 0), canSendMore: true}
    },
  } as unknown as MessageStream & {sendData: (data: Iterable<Uint8Array>) => unknown})
  const parts = [2, 12, 500, 16].map((size) => new Uint8Array(size))
  expect(connection.sendData(parts)).toEqual({sentBytes: 530, canSendMore: true})
  expect(written).toEqual([530])
})
