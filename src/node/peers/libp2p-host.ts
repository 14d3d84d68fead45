/** The libp2p node: TCP, noise, yamux, identify, gossipsub, and the limits of each. */
import {gossipsub, type GossipSub} from '@libp2p/gossipsub'
import {identify, type Identify} from '@libp2p/identify'
import type {
  Connection,
  ConnectionGater,
  MultiaddrConnection,
  PrivateKey,
  Stream,
  StreamHandler,
  StreamHandlerOptions,
} from '@libp2p/interface'
import {tcp} from '@libp2p/tcp'
import {createLibp2p, type Libp2pOptions} from 'libp2p'

import {
  GOSSIP_FRAME_BYTES,
  GOSSIP_HISTORY,
  GOSSIP_MESH,
  GOSSIP_OUTBOUND_BYTES,
  PEERS,
  PEER_CONNECTIONS,
  PEER_CONNECTS_PER_SECOND,
  PEER_PENDING,
  PEER_STREAMS,
  PEER_TIMEOUT_MS,
  PEER_UPGRADE_MS,
} from '../peer-limits.ts'
import type {PeerConnections} from '../descriptors.ts'
import {wholeNoise} from './encrypter.ts'
import {calmYamux} from './muxer.ts'

export type Host = Awaited<ReturnType<typeof createHost>>

export interface HostOptions {
  privateKey: PrivateKey
  /** Fewer than usual where descriptors are few. */
  connections?: PeerConnections | undefined
  /** Multiaddr to listen at. */
  listen: string
  topic: string
  gossipProtocol: string
  /** Called for each stream of identify and gossip; the stream is handed on when it resolves. */
  gate(stream: Stream, connection: Connection): Promise<void>
  denyInbound(connection: MultiaddrConnection): boolean
  denyPeer(peerId: string): boolean
}

/** Not started yet. */
export async function createHost(options: HostOptions) {
  const {known, pending} = options.connections ?? {known: PEER_CONNECTIONS, pending: PEER_PENDING}
  return createLibp2p({
    start: false,
    privateKey: options.privateKey,
    addresses: {listen: [options.listen]},
    transports: [tcp({maxConnections: known + pending, backlog: PEER_PENDING})],
    connectionEncrypters: [wholeNoise()],
    streamMuxers: [
      calmYamux({maxInboundStreams: PEER_STREAMS, maxOutboundStreams: 4 * PEER_STREAMS}),
    ],
    // Our own status messages show whether a peer is alive.
    connectionMonitor: {enabled: false},
    connectionGater: gaterOf(options),
    connectionManager: {
      maxConnections: known,
      maxParallelDials: PEERS,
      dialTimeout: PEER_TIMEOUT_MS,
      addressDialTimeout: PEER_TIMEOUT_MS,
      inboundUpgradeTimeout: PEER_UPGRADE_MS,
      inboundConnectionThreshold: PEER_CONNECTS_PER_SECOND,
      maxIncomingPendingConnections: pending,
      inboundStreamProtocolNegotiationTimeout: PEER_UPGRADE_MS,
      outboundStreamProtocolNegotiationTimeout: PEER_UPGRADE_MS,
      // We redial lost peers ourselves because we know which of them still matter.
      reconnectRetries: 0,
    },
    services: {
      identify: (components): Identify =>
        identify({runOnConnectionOpen: false})(gated(components, options.gate)),
      gossip: (components): GossipSub => {
        const service = gossipsub(gossipOptions(options))(gated(components, options.gate))
        // The library (17.1.1) does not read the option of this name.
        service.protocols = [options.gossipProtocol]
        return service
      },
    },
  } satisfies Libp2pOptions)
}

function gossipOptions({topic}: HostOptions) {
  return {
    fallbackToFloodsub: false,
    allowedTopics: [topic],
    // Blocks carry the signature that counts.
    globalSignaturePolicy: 'StrictNoSign' as const,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    // To all peers at once: an announcement does not wait for a heartbeat.
    floodPublish: true,
    ...GOSSIP_MESH,
    ...GOSSIP_HISTORY,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    maxInboundDataLength: GOSSIP_FRAME_BYTES,
    maxOutboundBufferSize: GOSSIP_OUTBOUND_BYTES,
    maxTopicBytesPerPeer: 8192,
    decodeRpcLimits: {
      maxSubscriptions: 4,
      maxMessages: 64,
      maxIhaveMessageIDs: 512,
      maxIwantMessageIDs: 512,
      maxControlMessages: 64,
      maxIdontwantMessageIDs: 512,
      maxPeerInfos: 0,
    },
    // Many nodes of one operator may share an address; peer-scores.ts judges behaviour.
    scoreParams: {IPColocationFactorWeight: 0, behaviourPenaltyWeight: 0},
  }
}

/**
 * A field of the library's class (17.1.1) that is not in its interface: peer id -> stream to it.
 */
interface OutboundStreams {
  streamsOutbound: Map<string, {rawStream: Stream}>
}

/**
 * True when gossip has an open stream to the peer. A stream that was closed while being opened
 * would stay in the library's map forever and block the next one: it is removed here.
 */
export function gossipReaches({services}: Host, peerId: string): boolean {
  const {streamsOutbound} = services.gossip as GossipSub & OutboundStreams
  const status = streamsOutbound.get(peerId)?.rawStream.status
  if (status === 'open') return true
  streamsOutbound.delete(peerId)
  return false
}

interface Registrar {
  handle(protocol: string, handler: StreamHandler, options?: StreamHandlerOptions): Promise<void>
}

/** Ensures that no stream reaches a service's handler before the other side is admitted. */
function gated<C extends {registrar: Registrar}>(components: C, gate: HostOptions['gate']): C {
  const {registrar} = components
  const handle: Registrar['handle'] = (protocol, handler, options) =>
    registrar.handle(
      protocol,
      async (stream, connection) => {
        try {
          await gate(stream, connection)
        } catch (error) {
          return stream.abort(error instanceof Error ? error : new Error(String(error)))
        }
        await handler(stream, connection)
      },
      options,
    )
  return overlaid(components, 'registrar', overlaid(registrar, 'handle', handle))
}

/** The same object with one property replaced. The library's own objects cannot be copied. */
function overlaid<T extends object, K extends keyof T>(object: T, name: K, value: T[K]): T {
  return new Proxy(object, {
    get(target, asked) {
      if (asked === name) return value
      const found: unknown = Reflect.get(target, asked)
      return typeof found === 'function' ? (found.bind(target) as unknown) : found
    },
  })
}

function gaterOf({denyInbound, denyPeer}: HostOptions): ConnectionGater {
  return {
    denyInboundConnection: denyInbound,
    denyDialPeer: (peerId) => denyPeer(peerId.toString()),
    denyInboundEncryptedConnection: (peerId) => denyPeer(peerId.toString()),
    denyOutboundEncryptedConnection: (peerId) => denyPeer(peerId.toString()),
  }
}
