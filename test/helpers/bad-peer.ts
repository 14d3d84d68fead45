/** A libp2p node that does what it likes, with a key of its own. */
import type {Connection, Stream} from '@libp2p/interface'
import {generateKeyPair} from '@libp2p/crypto/keys'
import {multiaddr} from '@multiformats/multiaddr'
import type {Hex} from 'viem'

import {
  encodeControl,
  parseControl,
  type ControlMessage,
} from '../../src/node/peers/control-message.ts'
import {listenToFrames, withLength} from '../../src/node/peers/frames.ts'
import {createHost, type Host} from '../../src/node/peers/libp2p-host.ts'
import type {PeerRecord} from '../../src/node/peers/peer-record.ts'
import {accountOf} from './l2-chain.ts'
import {until} from './node-cluster.ts'
import {signRecord} from './sign-block.ts'

export const CONTROL = '/metis-seq/control/1'

export class BadPeer {
  readonly host: Host
  readonly prefix: string
  readonly received: ControlMessage[] = []
  connection!: Connection
  control!: Stream
  readonly #name: string
  readonly #network: {chainId: number; fingerprint: Hex}
  readonly #startedAtMs = Date.now()

  private constructor(name: string, network: {chainId: number; fingerprint: Hex}, host: Host) {
    this.#name = name
    this.#network = network
    this.host = host
    this.prefix = prefixOf(network)
  }

  static async create(
    name: string,
    network: {chainId: number; fingerprint: Hex},
  ): Promise<BadPeer> {
    const prefix = prefixOf(network)
    const host = await createHost({
      privateKey: await generateKeyPair('Ed25519'),
      listen: '/ip4/127.0.0.1/tcp/0',
      ...{topic: `${prefix}/blocks`, gossipProtocol: `${prefix}/gossip/1`},
      gate: () => Promise.resolve(),
      denyInbound: () => false,
      denyPeer: () => false,
    })
    await host.start()
    host.services.gossip.subscribe(`${prefix}/blocks`)
    return new BadPeer(name, network, host)
  }

  /** Connects and opens the control stream, without a word. */
  async connect(address: string): Promise<void> {
    this.connection = await this.host.dial(multiaddr(address))
    this.control = await this.connection.newStream(CONTROL)
    listenToFrames(this.control, 1_000_000, {
      onFrame: (frame) => void this.received.push(parseControl(frame)),
      onEnd() {},
    })
  }

  /** Introduces itself as a node would, and waits until it is admitted and can gossip. */
  async join(address: string, changed: Partial<PeerRecord> = {}): Promise<void> {
    await this.connect(address)
    this.say({type: 'hello', record: this.record(changed)})
    await until('it is welcome', () => this.received.some(({type}) => type === 'welcome'), 3_000)
    this.say({type: 'welcome', head: {number: 0, hash: `0x${'00'.repeat(32)}`}, records: []})
    await this.host.services.identify.identify(this.connection)
    await until(
      'gossip is open',
      () => this.host.services.gossip.getSubscribers(this.topic).length > 0,
    )
  }

  get topic(): string {
    return `${this.prefix}/blocks`
  }

  get isConnected(): boolean {
    return this.connection.status === 'open'
  }

  record(changed: Partial<PeerRecord> = {}) {
    const record = {
      ...{...this.#network, addresses: [], startedAtMs: this.#startedAtMs, sequence: Date.now()},
      peerId: this.host.peerId.toString(),
      ...changed,
    }
    return signRecord(record, accountOf(this.#name))
  }

  say(message: ControlMessage): void {
    this.control.send(withLength(encodeControl(message)))
  }

  /** Gossip with any content. */
  async gossip(data: Uint8Array): Promise<void> {
    await this.host.services.gossip.publish(this.topic, data)
  }

  open(protocol: string): Promise<Stream> {
    return this.connection.newStream(
      protocol.startsWith('/') ? protocol : `${this.prefix}/${protocol}`,
    )
  }

  async stop(): Promise<void> {
    await this.host.stop()
  }
}

function prefixOf({chainId, fingerprint}: {chainId: number; fingerprint: Hex}): string {
  return `/metis-seq/${chainId}/${fingerprint.slice(2, 18)}`
}
