/**
 * One connection: the two sides introduce themselves on a stream that stays open for heads and
 * records. No other request is served before both are admitted.
 */
import type {Connection, Stream} from '@libp2p/interface'
import type {Address} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {messageOf} from '../../lib/errors.ts'
import {
  PEER_CONTROL_BYTES,
  PEER_CONTROL_RATE,
  PEER_FAREWELL_MS,
  PEER_HELLO_MS,
  PEER_REQUEST_RATE,
  PEER_TRANSACTION_RATE,
} from '../peer-limits.ts'
import {encodeControl, parseControl, type ControlMessage} from './control-message.ts'
import {PeerError, type PeerHead} from './exchange.ts'
import {GiantFrameError, listenToFrames, withLength} from './frames.ts'
import type {SignedRecord} from './peer-record.ts'
import type {Offence} from './peer-scores.ts'
import {TokenBucket} from './token-bucket.ts'

/** `member`: takes part. `follower`: reads blocks; its messages do not count. */
export type Role = 'member' | 'follower'

export interface SessionHost {
  readonly clock: Clock
  ownRecord(): SignedRecord
  head(): PeerHead
  records(): SignedRecord[]
  /** Decides on the other side's record. @throws {PeerError} why it is not admitted */
  admit(session: Session, record: SignedRecord): Promise<Role>
  onOpen(session: Session): void
  onHead(session: Session): void
  onRecords(session: Session, records: SignedRecord[]): Promise<void>
  onOffence(session: Session, offence: Offence, detail: string): void
  onRefused(session: Session, reason: string): void
}

export class Session {
  readonly connection: Connection
  readonly #host: SessionHost
  readonly #admitted = Promise.withResolvers<Role>()
  readonly #settled = Promise.withResolvers<void>()
  readonly #timer: NodeJS.Timeout
  readonly #control: TokenBucket
  /** Requests, and transactions in them. */
  readonly requests: TokenBucket
  readonly transactions: TokenBucket
  #stream: Stream | undefined
  #record: SignedRecord | undefined
  #role: Role | undefined
  #isIntroduced = false
  #isWelcome = false
  #head: PeerHead | undefined
  #heardAtMs = 0
  #isClosed = false
  /** Requests in progress. */
  serving = 0

  constructor(connection: Connection, host: SessionHost) {
    this.connection = connection
    this.#host = host
    const now = host.clock.monotonicMs()
    this.#control = new TokenBucket(PEER_CONTROL_RATE, now)
    this.requests = new TokenBucket(PEER_REQUEST_RATE, now)
    this.transactions = new TokenBucket(PEER_TRANSACTION_RATE, now)
    this.#timer = setTimeout(() => this.#tooSlow(), PEER_HELLO_MS)
    // Waiters get the reason; with no waiter, it must not end the process.
    this.#admitted.promise.catch(() => {})
    connection.addEventListener('close', () => this.#closed())
  }

  get peerId(): string {
    return this.connection.remotePeer.toString()
  }

  /** Host of the other end, for people and for limits. */
  get ip(): string {
    return ipOf(this.connection)
  }

  /** Undefined until the other side is authenticated. */
  get record(): SignedRecord | undefined {
    return this.#record
  }

  get role(): Role | undefined {
    return this.#role
  }

  /** A follower has been registered since. */
  promote(): void {
    if (this.#role === 'follower') this.#role = 'member'
  }

  /** True from the moment both sides admitted each other until the connection ends. */
  get isOpen(): boolean {
    return this.#isWelcome && this.#role !== undefined && !this.#isClosed
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get head(): PeerHead | undefined {
    return this.#head
  }

  get heardAtMs(): number {
    return this.#heardAtMs
  }

  /** Name for scores: the signer once authenticated. */
  get who(): Address | string {
    return this.#record?.signer ?? this.peerId
  }

  /** Resolves with the role when the other side is admitted; rejects when it never will be. */
  admitted(): Promise<Role> {
    return this.#admitted.promise
  }

  /** Resolves when the session is open or has failed. */
  settled(): Promise<void> {
    return this.#settled.promise
  }

  /** Opens the control stream. Only the side that dialed does. */
  async introduce(protocol: string): Promise<void> {
    if (this.#isIntroduced) return
    this.#isIntroduced = true
    const signal = AbortSignal.timeout(PEER_HELLO_MS)
    this.attach(await this.connection.newStream(protocol, {signal}))
  }

  attach(stream: Stream): void {
    if (this.#stream) return stream.abort(new PeerError('A control stream is already open.'))
    this.#stream = stream
    stream.maxWriteBufferLength = 2 * PEER_CONTROL_BYTES
    listenToFrames(stream, PEER_CONTROL_BYTES, {
      onFrame: (frame) => this.#onFrame(frame),
      onEnd: (error) => {
        if (error instanceof GiantFrameError) this.offend('giant message', error.message)
        else if (isFullBuffer(error))
          this.offend('slow reader', 'The peer does not read our messages.')
        else this.close('the control stream ended')
      },
    })
    this.send({type: 'hello', record: this.#host.ownRecord()})
  }

  /**
   * Control messages are small; a peer that lets them pile up is dropped by the write buffer limit.
   */
  send(message: ControlMessage): void {
    if (!this.#stream || this.#stream.status !== 'open') return
    try {
      this.#stream.send(withLength(encodeControl(message)))
    } catch (error) {
      this.close(messageOf(error))
    }
  }

  /** Its announced head, or that of one of its own blocks. */
  setHead(head: PeerHead): void {
    this.#head = head
  }

  offend(offence: Offence, detail: string): void {
    this.#host.onOffence(this, offence, detail)
  }

  /** Sends the reason and gives the other side a moment to read it. */
  refuse(reason: string): void {
    this.send({type: 'refused', reason})
    this.#fail(new PeerError(reason))
    setTimeout(() => this.close(reason), PEER_FAREWELL_MS).unref()
  }

  close(reason: string): void {
    if (this.#isClosed) return
    this.#closed()
    // Not synchronously: this may run while the library reads the connection, which would then
    // write to a closed one and throw where nobody can catch it.
    setImmediate(() => this.connection.abort(new PeerError(reason)))
  }

  #onFrame(frame: Uint8Array): void {
    const now = this.#host.clock.monotonicMs()
    if (!this.#control.take(1, now)) return this.offend('flood', 'too many control messages')
    this.#heardAtMs = now
    let message: ControlMessage
    try {
      message = parseControl(frame)
    } catch (error) {
      return this.offend('garbage', messageOf(error))
    }
    this.#onMessage(message).catch((error: unknown) => this.refuse(messageOf(error)))
  }

  async #onMessage(message: ControlMessage): Promise<void> {
    if (message.type === 'refused') {
      this.#host.onRefused(this, message.reason)
      return this.close(`refused: ${message.reason}`)
    }
    if (message.type === 'hello') return this.#onHello(message.record)
    // A welcome may arrive before our own check of the other side has finished.
    await this.#admitted.promise
    if (this.#isClosed) return
    if (message.type === 'welcome') {
      this.#isWelcome = true
      this.#head = message.head
      clearTimeout(this.#timer)
      this.#host.onOpen(this)
      this.#settled.resolve()
    }
    if (message.type === 'head') {
      this.#head = message.head
      this.#host.onHead(this)
    }
    if (message.type === 'welcome' || message.type === 'records') {
      await this.#host.onRecords(this, message.records)
    }
  }

  async #onHello(record: SignedRecord): Promise<void> {
    if (this.#record) return
    this.#record = record
    const role = await this.#host.admit(this, record)
    if (this.#isClosed) return
    this.#role = role
    this.send({type: 'welcome', head: this.#host.head(), records: this.#host.records()})
    this.#admitted.resolve(role)
  }

  #tooSlow(): void {
    if (this.#isWelcome) return
    // An authenticated peer that only waits for our check is not slow.
    if (!this.#record) this.offend('byte by byte', 'no introduction in time')
    this.close('no introduction in time')
  }

  #fail(error: Error): void {
    this.#admitted.reject(error)
    this.#settled.resolve()
    clearTimeout(this.#timer)
  }

  #closed(): void {
    this.#isClosed = true
    this.#fail(new PeerError('The connection ended.'))
  }
}

/** The library ends a stream on which too much is unsent, or unread. */
function isFullBuffer(error: Error | undefined): boolean {
  return error?.name === 'StreamBufferError'
}

export function ipOf({remoteAddr}: Pick<Connection, 'remoteAddr'>): string {
  return remoteAddr.getComponents()[0]?.value ?? 'unknown'
}
