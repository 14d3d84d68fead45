/** Keeps dialing nodes that are known but not connected. */
import type {Connection} from '@libp2p/interface'
import {multiaddr} from '@multiformats/multiaddr'

import type {Clock} from '../../lib/clock.ts'
import {messageOf} from '../../lib/errors.ts'
import {errorFacts} from '../../lib/log.ts'
import {PEER_DIAL_TURN_MS, PEER_REDIAL_MAX_MS, PEER_TIMEOUT_MS} from '../peer-limits.ts'
import type {Host} from './libp2p-host.ts'
import type {PeerScores} from './peer-scores.ts'
import type {SignedRecord} from './peer-record.ts'
import type {Session} from './session.ts'

export interface DialerOptions {
  host: Host
  bootnodes: readonly string[]
  /** Pause before a bootnode is dialed again; it grows with each failure. */
  pauseMs: number
  clock: Clock
  scores: PeerScores
  signal: AbortSignal
  sessions(): readonly Session[]
  /** Introduces us on a connection that we opened. */
  introduce(connection: Connection): Promise<Session>
}

interface Target {
  address: string
  /** Undefined: a bootnode; only its address is known. */
  peerId?: string
}

interface Attempt {
  isRunning: boolean
  failures: number
  notBeforeMs: number
  /** Who responded there last. */
  peerId?: string
}

export class Dialer {
  readonly #options: DialerOptions
  readonly #attempts = new Map<string, Attempt>()
  /** Bootnode addresses that turned out to be our own. */
  readonly #own = new Set<string>()

  constructor(options: DialerOptions) {
    this.#options = options
  }

  /** True once each bootnode has been tried. */
  get hasTriedBootnodes(): boolean {
    return this.#options.bootnodes.every(
      (address) => this.#own.has(address) || this.#attempts.get(address)?.isRunning === false,
    )
  }

  /** Starts due dials. Never rejects. */
  dial(records: readonly SignedRecord[]): void {
    const targets: Target[] = this.#options.bootnodes.map((address) => ({address}))
    for (const {addresses, peerId} of records) {
      for (const address of addresses) targets.push({address: withPeerId(address, peerId), peerId})
    }
    const known = new Set(targets.map(({address}) => address))
    for (const [address, {isRunning}] of this.#attempts) {
      if (!isRunning && !known.has(address)) this.#attempts.delete(address)
    }
    for (const target of targets) if (this.#isDue(target)) void this.#try(target)
  }

  #isDue({address, peerId}: Target): boolean {
    if (this.#own.has(address)) return false
    const attempt = this.#attempts.get(address) ?? this.#waitForThem(address, peerId)
    if (attempt?.isRunning) return false
    if (attempt && this.#options.clock.monotonicMs() < attempt.notBeforeMs) return false
    const id = peerId ?? attempt?.peerId
    if (id !== undefined && this.#options.scores.isBanned(id)) return false
    return !this.#isConnected(address, id)
  }

  /** Two nodes that dial each other at the same moment would end up with two connections. */
  #waitForThem(address: string, peerId: string | undefined): Attempt | undefined {
    const {host, clock} = this.#options
    if (peerId === undefined || host.peerId.toString() < peerId) return undefined
    const notBeforeMs = clock.monotonicMs() + PEER_DIAL_TURN_MS
    const attempt = {isRunning: false, failures: 0, notBeforeMs}
    this.#attempts.set(address, attempt)
    return attempt
  }

  #isConnected(address: string, peerId: string | undefined): boolean {
    return this.#options
      .sessions()
      .some(
        (session) =>
          !session.isClosed &&
          (session.peerId === peerId || session.record?.addresses.some((own) => own === address)),
      )
  }

  async #try(target: Target): Promise<void> {
    const {address} = target
    const attempt = this.#attempts.get(address) ?? {isRunning: true, failures: 0, notBeforeMs: 0}
    attempt.isRunning = true
    this.#attempts.set(address, attempt)
    const isOpen = await this.#connect(target, attempt)
    attempt.failures = isOpen ? 0 : attempt.failures + 1
    attempt.isRunning = false
    const {clock, pauseMs} = this.#options
    const pause = pauseMs * 2 ** Math.min(attempt.failures, 10)
    attempt.notBeforeMs = clock.monotonicMs() + Math.min(pause, PEER_REDIAL_MAX_MS)
  }

  async #connect({address}: Target, attempt: Attempt): Promise<boolean> {
    const {host, signal, introduce, scores} = this.#options
    try {
      const timeout = AbortSignal.timeout(PEER_TIMEOUT_MS)
      const connection = await host.dial(multiaddr(address), {
        signal: AbortSignal.any([signal, timeout]),
      })
      attempt.peerId = connection.remotePeer.toString()
      const session = await introduce(connection)
      await session.settled()
      return session.isOpen
    } catch (error) {
      if (signal.aborted) return false
      if (isOwn(error)) this.#own.add(address)
      else {
        const key = `${address} ${messageOf(error)}`
        scores.logOnce(key, 'peer unreachable', {peer: address, ...errorFacts(error)})
      }
      return false
    }
  }
}

function withPeerId(address: string, peerId: string): string {
  return address.includes('/p2p/') ? address : `${address}/p2p/${peerId}`
}

function isOwn(error: unknown): boolean {
  return /dial self/i.test(messageOf(error))
}
