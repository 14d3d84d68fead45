/** Tracks connected and admitted peers, and which ones must go. */
import type {Connection, MultiaddrConnection} from '@libp2p/interface'
import type {Address, Hex} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {
  PEER_CONNECTIONS_EACH,
  PEER_FOLLOWERS,
  PEER_FOLLOWERS_PER_IP,
  PEER_STALE_MS,
  PEER_STREAMS,
  PEER_UNPROVEN_PER_IP,
} from '../peer-limits.ts'
import {PeerError, type IsMember, type PeerHead, type PeerView} from './exchange.ts'
import type {PeerScores, Offence} from './peer-scores.ts'
import {isGenuine, type SignedRecord} from './peer-record.ts'
import {ipOf, Session, type Role, type SessionHost} from './session.ts'

export interface SessionsOptions {
  chainId: number
  fingerprint: Hex
  openToFollowers: boolean
  /** Lower-case. */
  followers: readonly Address[]
  clock: Clock
  scores: PeerScores
  ownRecord(): SignedRecord
  head(): PeerHead
  records(): SignedRecord[]
  isMember: IsMember
  /** A connected node sent a record of our own signer. */
  onDuplicateSigner(record: SignedRecord): void
  onOpen(session: Session): void
  /** The peer is a member, known as such from now on. */
  onMember(session: Session, record: SignedRecord): void
  onClosed(session: Session): void
  onHead(): void
  onRecords(session: Session, records: SignedRecord[]): Promise<void>
}

export class Sessions implements SessionHost {
  readonly clock: Clock
  readonly #options: SessionsOptions
  readonly #sessions = new Map<string, Session>()
  /** Unauthenticated inbound connections: remote host and port -> host. */
  readonly #unproven = new Map<string, string>()

  constructor(options: SessionsOptions) {
    this.#options = options
    this.clock = options.clock
  }

  /** True when too many connections of one host are unauthenticated. */
  denyInbound(connection: MultiaddrConnection): boolean {
    const ip = ipOf(connection)
    const count = [...this.#unproven.values()].filter((other) => other === ip).length
    if (count >= PEER_UNPROVEN_PER_IP) {
      const {scores} = this.#options
      scores.logOnce(`${ip} connections`, 'peer misbehaves', {
        peer: ip,
        offence: 'too many connections',
      })
      return true
    }
    this.#unproven.set(endOf(connection), ip)
    connection.addEventListener('close', () => this.#release(connection))
    return false
  }

  add(connection: Connection): Session {
    const session = new Session(connection, this)
    this.#sessions.set(connection.id, session)
    connection.addEventListener('close', () => {
      this.#sessions.delete(connection.id)
      this.#options.onClosed(session)
    })
    const ofPeer = [...this.#sessions.values()].filter(({peerId}) => peerId === session.peerId)
    // A lost line may leave stale connections; the newest ones work.
    for (const old of ofPeer.slice(0, -PEER_CONNECTIONS_EACH))
      old.close('replaced by a newer connection')
    return session
  }

  of(connection: Connection): Session | undefined {
    return this.#sessions.get(connection.id)
  }

  all(): Session[] {
    return [...this.#sessions.values()]
  }

  open(): Session[] {
    return this.all().filter(({isOpen}) => isOpen)
  }

  /** The session to use for a member: the newest connection of the run that started first. */
  find(address: Address): Session | undefined {
    let found: Session | undefined
    for (const session of this.#sessions.values()) {
      if (session.record?.signer !== address || !this.#isMember(session)) continue
      if (!found || isPreferred(session, found)) found = session
    }
    return found
  }

  /** Like one of `peers`. Called several times per transaction. */
  peer(address: Address): PeerView | undefined {
    const session = this.find(address)
    return session && this.#viewOf(address, session, this.clock.monotonicMs())
  }

  peers(): PeerView[] {
    const now = this.clock.monotonicMs()
    return [...this.#members()].flatMap(
      ([address, session]) => this.#viewOf(address, session, now) ?? [],
    )
  }

  #viewOf(address: Address, session: Session, now: number): PeerView | undefined {
    const {head, heardAtMs, record, connection} = session
    if (!head || now - heardAtMs >= PEER_STALE_MS) return undefined
    const peerAddress = record?.addresses[0] ?? connection.remoteAddr.toString()
    return {address, peerAddress, head, heardAtMs}
  }

  /** Closes silent connections and those with too many streams. Called periodically. */
  sweep(): void {
    const now = this.clock.monotonicMs()
    for (const session of this.#sessions.values()) {
      if (session.isOpen && now - session.heardAtMs > PEER_STALE_MS)
        session.close('silent for too long')
      else if (session.connection.streams.length > PEER_STREAMS) {
        session.offend('too many streams', `${session.connection.streams.length} streams are open.`)
      }
    }
  }

  /** Followers that have been registered since they connected. */
  async promoteMembers(): Promise<void> {
    const followers = this.open().filter(({role}) => role === 'follower')
    await Promise.all(
      followers.map(async (session) => {
        const {record} = session
        if (!record || !(await this.#options.isMember(record.signer)) || !session.isOpen) return
        session.promote()
        this.#options.onMember(session, record)
      }),
    )
  }

  /** Counts an offence of a signer, connected or not. */
  offendSigner(signer: Address, offence: Offence, detail: string): void {
    if (!this.#options.scores.offend(signer, offence, {reason: detail})) return
    for (const session of this.all()) if (session.record?.signer === signer) session.close(offence)
  }

  /**
   * One key signed two blocks of the same height. Only the node that sent a second block of its own
   * is dropped: the key may have been stolen from an honest node.
   */
  reportSecondBlock(signer: Address, fromPeerId: string, detail: string): void {
    const offence = 'second block of one height'
    const {scores} = this.#options
    const authors = this.all().filter(
      ({peerId, record}) => peerId === fromPeerId && record?.signer === signer,
    )
    scores.logOnce(`${signer} ${offence}`, 'peer misbehaves', {
      ...{peer: signer, offence, reason: detail},
    })
    for (const session of authors) {
      scores.offend(session.peerId, offence, {reason: detail}, signer)
      session.close(offence)
    }
  }

  // Queries of a session.

  ownRecord(): SignedRecord {
    return this.#options.ownRecord()
  }

  head(): PeerHead {
    return this.#options.head()
  }

  records(): SignedRecord[] {
    return this.#options.records()
  }

  async admit(session: Session, record: SignedRecord): Promise<Role> {
    const {chainId, fingerprint, scores, ownRecord} = this.#options
    if (record.peerId !== session.peerId || !isGenuine(record)) {
      session.offend('wrong signature', 'The record was not signed by its signer for this peer.')
      throw new PeerError('The record is not genuine.')
    }
    if (record.chainId !== chainId || record.fingerprint !== fingerprint) {
      this.#sayForeign(session, record)
      throw new PeerError(`This network has chain id ${chainId} and genesis ${fingerprint}.`)
    }
    if (scores.isBanned(record.signer)) throw new PeerError('This key is ignored for a while.')
    if (record.signer === ownRecord().signer) {
      this.#options.onDuplicateSigner(record)
      throw new PeerError('This signer key is in use by another node.')
    }
    const role = await this.#roleOf(session, record.signer)
    if (!role) {
      scores.logOnce(`${record.signer} stranger`, 'peer not admitted', {
        peer: record.signer,
        from: session.ip,
        reason: 'The key is not a sequencer of the network.',
      })
      throw new PeerError('This key is not a sequencer of the network.')
    }
    this.#release(session.connection)
    return role
  }

  onOpen(session: Session): void {
    this.#release(session.connection)
    this.#options.onOpen(session)
    const {record, role} = session
    if (record && role === 'member') this.#options.onMember(session, record)
  }

  onHead(): void {
    this.#options.onHead()
  }

  onRecords(session: Session, records: SignedRecord[]): Promise<void> {
    return session.role === 'member' ? this.#options.onRecords(session, records) : Promise.resolve()
  }

  onOffence(session: Session, offence: Offence, detail: string): void {
    const {scores} = this.#options
    const {who, ip} = session
    if (!scores.offend(who, offence, {reason: detail, from: ip})) return
    // Also by peer id, so that it is rejected before it introduces itself again.
    if (who !== session.peerId) scores.ban(session.peerId, who)
    for (const other of this.all()) if (other.who === who) other.close(offence)
    session.close(offence)
  }

  onRefused(session: Session, reason: string): void {
    const peer = session.connection.remoteAddr.toString()
    this.#options.scores.logOnce(`${peer} refused ${reason}`, 'peer rejects us', {peer, reason})
  }

  async #roleOf(session: Session, signer: Address): Promise<Role | undefined> {
    const {isMember, openToFollowers, followers} = this.#options
    if (await isMember(signer)) return 'member'
    if (followers.includes(signer)) return 'follower'
    if (!openToFollowers) return undefined
    const guests = this.all().filter((other) => other.role === 'follower' && other !== session)
    const here = guests.filter(({ip}) => ip === session.ip)
    const isFull = guests.length >= PEER_FOLLOWERS || here.length >= PEER_FOLLOWERS_PER_IP
    if (isFull) throw new PeerError('There are too many followers.')
    return 'follower'
  }

  #sayForeign(session: Session, record: SignedRecord): void {
    const {chainId, fingerprint, scores} = this.#options
    const key = `${record.signer} ${record.chainId} ${record.fingerprint}`
    scores.logOnce(key, 'peer of another network', {
      ...{peer: record.signer, from: session.connection.remoteAddr.toString()},
      ...{ourChainId: chainId, theirChainId: record.chainId},
      ...{ourFingerprint: fingerprint, theirFingerprint: record.fingerprint},
    })
  }

  #members(): Map<Address, Session> {
    const members = new Map<Address, Session>()
    for (const session of this.#sessions.values()) {
      const {record} = session
      if (!record || !this.#isMember(session)) continue
      const known = members.get(record.signer)
      if (!known || isPreferred(session, known)) members.set(record.signer, session)
    }
    return members
  }

  #isMember({record, role, isOpen}: Session): boolean {
    return isOpen && role === 'member' && !!record && !this.#options.scores.isBanned(record.signer)
  }

  /** The connection is authenticated or gone. */
  #release(connection: Pick<Connection, 'remoteAddr'>): void {
    this.#unproven.delete(endOf(connection))
  }
}

/** Of two sessions of one signer: the run that started first; within a run, the newer session. */
function isPreferred(newer: Session, {record}: Session): boolean {
  return !record || !newer.record || newer.record.startedAtMs <= record.startedAtMs
}

/** The other end of a connection: host and port. */
function endOf({remoteAddr}: Pick<Connection, 'remoteAddr'>): string {
  const parts = remoteAddr.getComponents().slice(0, 2)
  return parts.map(({value}) => value).join(' ')
}
