import {generateKeyPair} from '@libp2p/crypto/keys'
import {afterAll, beforeAll, expect, test} from 'vitest'

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
  muxer: {getRTT(): number}
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
