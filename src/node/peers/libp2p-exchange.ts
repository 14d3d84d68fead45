/**
 * The exchange over libp2p: sessions with admitted nodes, blocks by gossip, ranges and transactions
 * by request. Called by the driver and the forwarder; it calls the handlers for incoming data.
 */
import type {Connection} from '@libp2p/interface'
import type {Address, Hex} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {errorFacts, type Logger} from '../../lib/log.ts'
import type {BlockSigner} from '../../protocol/block-signer.ts'
import {lowerCase, type BlockHeader, type SealedBlock} from '../../protocol/block.ts'
import type {DuplicateSigner} from '../../protocol/node-status.ts'
import {formatPeerAddress} from '../../protocol/peer-address.ts'
import type {PeerConnections} from '../descriptors.ts'
import {listen} from '../../lib/http-server.ts'
import {
  GOSSIP_REVIVE_MS,
  PEER_FAREWELL_MS,
  PEER_STATUS_MS,
  PEER_STREAMS_EACH,
} from '../peer-limits.ts'
import {BlockGossip} from './block-gossip.ts'
import {Dialer} from './dialer.ts'
import {
  PeerError,
  type BlockExchange,
  type Delivery,
  type ExchangeHandlers,
  type PeerHead,
  type PeerView,
} from './exchange.ts'
import {meterGossip} from './gossip-meter.ts'
import {createHost, gossipReaches, type Host} from './libp2p-host.ts'
import {openPeerKey} from './peer-key.ts'
import type {SignedRecord} from './peer-record.ts'
import {PeerScores} from './peer-scores.ts'
import {RecordKeeper} from './record-keeper.ts'
import {Requests} from './requests.ts'
import type {Session} from './session.ts'
import {Sessions} from './sessions.ts'

export interface Libp2pExchangeOptions {
  host: string
  /** Port 0 lets the system choose. */
  port: number
  /** Multiaddr at which others reach us, if it differs from host and port. */
  advertiseAddress?: string | undefined
  /** Fewer than usual where descriptors are few. */
  connections?: PeerConnections
  /** Multiaddrs. */
  bootnodes: readonly string[]
  chainId: number
  fingerprint: Hex
  /** Addresses that may read blocks without being registered. */
  followers: readonly Address[]
  /** True: every key may read blocks. */
  openToFollowers: boolean
  signer: BlockSigner
  /** File of the key of the peer id. */
  peerKeyFile: string
  pollMs: number
  clock: Clock
  logger: Logger
}

/** The same in every network, so that a node of another network gets a clear rejection. */
const CONTROL_PROTOCOL = '/metis-seq/control/1'

export class Libp2pExchange implements BlockExchange {
  readonly #options: Libp2pExchangeOptions
  readonly #scores: PeerScores
  readonly #abort = new AbortController()
  #running: Running | undefined
  #polling: Promise<void> = Promise.resolve()
  #hasGreeted = false
  /** Peer id -> when gossip was last notified of it. */
  readonly #identifiedAtMs = new Map<string, number>()
  #sentHead: {head: PeerHead; atMs: number} | undefined

  constructor(options: Libp2pExchangeOptions) {
    this.#options = options
    this.#scores = new PeerScores(options.clock, options.logger)
  }

  get peerAddress(): string {
    return this.#running?.records.own.addresses[0] ?? ''
  }

  get hasGreeted(): boolean {
    return this.#hasGreeted
  }

  async start(handlers: ExchangeHandlers): Promise<void> {
    const {host, port, peerKeyFile} = this.#options
    // The library's own error for a port in use does not say so.
    if (port !== 0) await assertPortFree(host, port)
    const privateKey = await openPeerKey(peerKeyFile)
    const prefix = this.#prefix()
    const node = await createHost({
      ...{privateKey, topic: `${prefix}/blocks`, gossipProtocol: `${prefix}/gossip/1`},
      connections: this.#options.connections,
      listen: formatPeerAddress(host === 'localhost' ? '127.0.0.1' : host, port),
      gate: (stream, connection) => this.#gate(stream, connection),
      denyInbound: (connection) => this.#running?.sessions.denyInbound(connection) ?? true,
      denyPeer: (peerId) => this.#scores.isBanned(peerId),
    })
    const sessions = this.#createSessions(handlers)
    const records = await this.#createRecords(node, sessions, handlers)
    const parts = this.#createParts(node, sessions, handlers, prefix)
    const running = {node, sessions, records, handlers, ...parts}
    this.#running = running
    await this.#listen(running)
    this.#polling = this.#poll(running)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#polling
    const running = this.#running
    if (!running) return
    // A short farewell; peers that do not read it are not waited for.
    const signal = AbortSignal.timeout(PEER_FAREWELL_MS)
    const connections = running.node.getConnections()
    await Promise.allSettled(connections.map((connection) => connection.close({signal})))
    for (const session of running.sessions.all()) session.close('this node is stopping')
    await running.node.stop()
  }

  peers(): PeerView[] {
    return this.#running?.sessions.peers() ?? []
  }

  peer(address: Address): PeerView | undefined {
    return this.#running?.sessions.peer(address)
  }

  announce(block: SealedBlock): void {
    this.#running?.gossip.announce(block)
  }

  fetchBlocks({address}: PeerView, from: number, count: number): Promise<SealedBlock[]> {
    const {requests, session} = this.#reach(address)
    return requests.fetchBlocks(session, {from, count})
  }

  sendTransactions(
    {address}: PeerView,
    transactions: readonly Hex[],
    agesMs: readonly number[] = [],
  ): Promise<Delivery[]> {
    const {requests, session} = this.#reach(address)
    return requests.sendTransactions(session, {transactions, agesMs})
  }

  assertAlone(): void {
    this.#running?.records.assertAlone()
  }

  get duplicateSigner(): DuplicateSigner | null {
    return this.#running?.records.duplicateSigner ?? null
  }

  ignore(address: Address, reason: string): void {
    this.#running?.sessions.offendSigner(address, 'invalid block', reason)
  }

  // Wiring.

  #prefix(): string {
    const {chainId, fingerprint} = this.#options
    return `/metis-seq/${chainId}/${fingerprint.slice(2, 18)}`
  }

  #createSessions(handlers: ExchangeHandlers): Sessions {
    const {chainId, fingerprint, followers, openToFollowers, clock} = this.#options
    return new Sessions({
      ...{chainId, fingerprint, openToFollowers, clock},
      followers: followers.map(lowerCase),
      scores: this.#scores,
      ownRecord: () => this.#need().records.own,
      head: () => handlers.head(),
      records: () => this.#need().records.all(),
      isMember: (address) => handlers.isMember(address),
      onDuplicateSigner: (record) =>
        this.#need().records.judgeDuplicateSigner(record, {direct: true}),
      onOpen: (session) => this.#onOpen(session),
      onMember: (session, record) => this.#onMember(session, record),
      onClosed: (session) => this.#onClosed(session),
      onHead: () => handlers.onPeers(),
      onRecords: (session, records) => this.#need().records.receive(session, records),
    })
  }

  #createRecords(
    node: Host,
    sessions: Sessions,
    handlers: ExchangeHandlers,
  ): Promise<RecordKeeper> {
    const {advertiseAddress, chainId, fingerprint, signer, clock} = this.#options
    return RecordKeeper.open({
      ...{chainId, fingerprint, signer, clock, scores: this.#scores},
      peerId: node.peerId.toString(),
      addresses: () =>
        advertiseAddress ? [advertiseAddress] : node.getMultiaddrs().map((at) => at.toString()),
      isMember: (address) => handlers.isMember(address),
      open: () => sessions.open(),
      onDuplicateSigner: () => handlers.onPeers(),
    })
  }

  #createParts(node: Host, sessions: Sessions, handlers: ExchangeHandlers, prefix: string) {
    const {chainId, bootnodes, pollMs, clock, logger} = this.#options
    const gossip = new BlockGossip({
      ...{host: node, topic: `${prefix}/blocks`, chainId, logger},
      isMember: (address) => handlers.isMember(address),
      isBanned: (address) => this.#scores.isBanned(address),
      refusalOf: (header) => handlers.refusalOf(header),
      offendPeer: (peerId, offence, detail) => {
        for (const session of sessions.all()) {
          if (session.peerId === peerId) session.offend(offence, detail)
        }
      },
      offendSigner: (signer, offence, detail) => sessions.offendSigner(signer, offence, detail),
      reportSecondBlock: (...about) => sessions.reportSecondBlock(...about),
      onBlock: (block) => this.#onBlock(block, handlers, sessions),
      onHeader: (header) => this.#quietly(this.#fetchAnnounced(header)),
    })
    const requests = new Requests({
      ...{prefix, logger},
      sessionOf: (connection) => sessions.of(connection),
      isResting: (who) => this.#scores.isResting(who),
      blocks: (from, count) => handlers.blocks(from, count),
      recent: (hash) => gossip.recent(hash),
      onTransactions: ({transactions, agesMs}, from) =>
        handlers.onTransactions(transactions, agesMs, from),
    })
    const dialer = new Dialer({
      ...{host: node, bootnodes, pauseMs: pollMs, clock, scores: this.#scores},
      signal: this.#abort.signal,
      sessions: () => sessions.all(),
      introduce: (connection) => this.#introduce(connection),
    })
    return {gossip, requests, dialer}
  }

  async #listen({node, sessions, requests, gossip, records}: Running): Promise<void> {
    const options = {
      maxInboundStreams: PEER_STREAMS_EACH,
      maxOutboundStreams: 4 * PEER_STREAMS_EACH,
    }
    node.addEventListener('connection:open', ({detail}) => void sessions.add(detail))
    node.addEventListener('peer:disconnect', ({detail}) => {
      // Strangers with ever new ids must not fill the library's memory of peers.
      node.peerStore.delete(detail).catch(() => {})
    })
    await node.handle(
      CONTROL_PROTOCOL,
      (stream, connection) => {
        const session = sessions.of(connection)
        if (session) session.attach(stream)
        else stream.abort(new PeerError('There is no session.'))
      },
      {maxInboundStreams: 2},
    )
    const {blocks, transactions} = requests.protocols
    await node.handle(blocks, (stream, at) => requests.serveBlocks(stream, at), options)
    await node.handle(transactions, (stream, at) => requests.serveTransactions(stream, at), options)
    await node.start()
    gossip.open()
    records.renew()
  }

  async #gate(stream: Parameters<typeof meterGossip>[0], connection: Connection): Promise<void> {
    const session = this.#running?.sessions.of(connection)
    if (!session) throw new PeerError('There is no session.')
    await session.admitted()
    if (!stream.protocol.startsWith(this.#prefix())) return
    meterGossip(stream, this.#options.clock, (offence, detail) => session.offend(offence, detail))
  }

  // Sessions and records.

  async #introduce(connection: Connection): Promise<Session> {
    const session = this.#running?.sessions.of(connection)
    if (!session) throw new PeerError('The connection ended.')
    // Dialing a node that has just dialed us returns its connection, on which it speaks first.
    if (connection.direction === 'outbound') await session.introduce(CONTROL_PROTOCOL)
    return session
  }

  #onOpen(session: Session): void {
    const {node, handlers} = this.#need()
    this.#identify(node, session)
    handlers.onPeers()
  }

  #onMember(session: Session, record: SignedRecord): void {
    const {records, handlers, sessions} = this.#need()
    const {peerId} = session
    const facts = {peer: record.signer, address: record.addresses[0] ?? '', peerId}
    // Two nodes that dial each other at once have two connections, and have met once.
    const isMet = sessions.open().some((other) => other !== session && other.peerId === peerId)
    if (!isMet) this.#options.logger.info('peer met', facts)
    this.#quietly(records.note(record))
    handlers.onPeers()
  }

  /** Tells gossip that the other side is available. */
  #identify(node: Host, session: Session): void {
    this.#identifiedAtMs.set(session.peerId, this.#options.clock.monotonicMs())
    gossipReaches(node, session.peerId)
    node.services.identify.identify(session.connection).catch((error: unknown) => {
      this.#options.logger.debug('identify failed', {peer: session.who, ...errorFacts(error)})
    })
  }

  #onClosed(session: Session): void {
    const running = this.#running
    if (!running || this.#abort.signal.aborted) return
    // Gossip may have used the connection that ended although another one to the same node is
    // alive.
    const other = running.sessions.open().find(({peerId}) => peerId === session.peerId)
    if (other) this.#identify(running.node, other)
    running.handlers.onPeers()
  }

  /** Reopens gossip to peers that it lost or never reached although their connection is alive. */
  #reviveGossip({node, sessions}: Running): void {
    const open = new Map(sessions.open().map((session) => [session.peerId, session]))
    const now = this.#options.clock.monotonicMs()
    for (const peerId of this.#identifiedAtMs.keys()) {
      if (!open.has(peerId)) this.#identifiedAtMs.delete(peerId)
    }
    for (const [peerId, session] of open) {
      const identifiedAtMs = this.#identifiedAtMs.get(peerId) ?? 0
      if (now - identifiedAtMs < GOSSIP_REVIVE_MS || gossipReaches(node, peerId)) continue
      this.#options.logger.debug('gossip lost', {peer: session.who})
      this.#identify(node, session)
    }
  }

  // Blocks.

  #onBlock(block: SealedBlock, handlers: ExchangeHandlers, sessions: Sessions): void {
    const author = sessions.find(block.signer)
    const known = author?.head?.number ?? -1
    if (author && block.number > known) author.setHead({number: block.number, hash: block.hash})
    handlers.onBlock(block, block.signer)
  }

  /** Fetches the rest of a large block from its producer. If that fails, polling catches up. */
  async #fetchAnnounced(header: BlockHeader): Promise<void> {
    const {sessions, requests, handlers} = this.#need()
    const {signer, number, hash} = header
    const session = sessions.find(signer)
    if (!session || number <= handlers.head().number) return
    const [block] = await requests.fetchBlocks(session, {from: number, count: 1, hash})
    if (block) this.#onBlock(block, handlers, sessions)
  }

  // Periodic work.

  async #poll(running: Running): Promise<void> {
    const {clock, pollMs} = this.#options
    const {signal} = this.#abort
    while (!signal.aborted) {
      try {
        this.#tick(running)
      } catch (error) {
        this.#options.logger.warn('peer round failed', errorFacts(error))
      }
      await clock.sleep(this.#hasGreeted ? pollMs : Math.min(pollMs, 50), signal).catch(() => {})
    }
  }

  #tick(running: Running): void {
    const {sessions, dialer, records, handlers} = running
    sessions.sweep()
    this.#quietly(sessions.promoteMembers())
    records.tick()
    this.#reviveGossip(running)
    dialer.dial(records.all().filter(({signer}) => signer !== records.own.signer))
    this.#sayHead(handlers.head(), this.#options.clock.monotonicMs())
    this.#hasGreeted ||= dialer.hasTriedBootnodes
    handlers.onPeers()
  }

  #sayHead(head: PeerHead, now: number): void {
    const sent = this.#sentHead
    if (sent?.head.hash === head.hash && now - sent.atMs < PEER_STATUS_MS) return
    this.#sentHead = {head, atMs: now}
    for (const session of this.#need().sessions.open()) session.send({type: 'head', head})
  }

  #reach(address: Address): {requests: Requests; session: Session} {
    const session = this.#running?.sessions.find(address)
    if (!this.#running || !session) throw new PeerError(`There is no connection to ${address}.`)
    return {requests: this.#running.requests, session}
  }

  /** Nobody waits for this; its failure must not end the process. */
  #quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#options.logger.debug('peer work failed', errorFacts(error))
    })
  }

  #need(): Running {
    if (!this.#running) throw new PeerError('The exchange is not running.')
    return this.#running
  }
}

interface Running {
  node: Host
  sessions: Sessions
  records: RecordKeeper
  gossip: BlockGossip
  requests: Requests
  dialer: Dialer
  handlers: ExchangeHandlers
}

async function assertPortFree(host: string, port: number): Promise<void> {
  const server = await listen(
    {host, port, purpose: 'peers'},
    async () => {},
    () => {},
  )
  await server.close()
}
