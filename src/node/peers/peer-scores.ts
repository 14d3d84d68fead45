/** Tracks which peers misbehaved, how badly, and until when they are banned. */
import type {Clock} from '../../lib/clock.ts'
import type {LogFacts, Logger} from '../../lib/log.ts'
import {
  PEER_BAN_MAX_MS,
  PEER_IGNORE_MS,
  PEER_OFFENDERS,
  PEER_POINTS_LIMIT,
  PEER_POINTS_PER_SECOND,
} from '../peer-limits.ts'

/** Offences and their points. A peer is dropped at 100. */
export const offences = {
  garbage: 100,
  'giant message': 100,
  'wrong signature': 100,
  'invalid block': 100,
  'block out of turn': 100,
  'second block of one height': 100,
  stranger: 100,
  flood: 100,
  'too many streams': 100,
  'byte by byte': 100,
  'slow reader': 50,
  'no answer in time': 35,
  'blocks it does not have': 50,
} as const

export type Offence = keyof typeof offences

/**
 * Possibly accidental, and harmful only to the requester: such a peer stays but gets no requests.
 */
const unhelpful: ReadonlySet<Offence> = new Set(['no answer in time', 'blocks it does not have'])

interface Offender {
  points: number
  atMs: number
  bannedUntilMs: number
  /** Until then it gets no requests. */
  restsUntilMs: number
  /** Duration of the next ban. */
  nextBanMs: number
}

export class PeerScores {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #offenders = new Map<string, Offender>()
  readonly #logged = new Set<string>()

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  /**
   * Counts an offence and logs its first occurrence.
   *
   * @param who signer address, or peer id before an address is known
   * @param name used in the log
   * @returns true when `who` is to be dropped now
   */
  offend(who: string, offence: Offence, facts: LogFacts = {}, name = who): boolean {
    // A machine short of CPU is slow without malice.
    const event = offence === 'no answer in time' ? 'peer is unresponsive' : 'peer misbehaves'
    this.logOnce(`${name} ${offence}`, event, {peer: name, offence, ...facts})
    const now = this.#clock.monotonicMs()
    const known = this.#offenders.get(who)
    const offender = known ?? newOffender(now)
    const faded = Math.max(
      0,
      offender.points - ((now - offender.atMs) / 1000) * PEER_POINTS_PER_SECOND,
    )
    offender.points = faded + offences[offence]
    offender.atMs = now
    this.#remember(who, offender)
    if (now < offender.bannedUntilMs) return true
    if (offender.points < PEER_POINTS_LIMIT) return false
    offender.points = 0
    if (unhelpful.has(offence)) {
      offender.restsUntilMs = now + PEER_IGNORE_MS
      return false
    }
    offender.bannedUntilMs = now + offender.nextBanMs
    // Slowness can be accidental; for all else the ban grows each time.
    if (offence !== 'slow reader') {
      offender.nextBanMs = Math.min(offender.nextBanMs * 2, PEER_BAN_MAX_MS)
    }
    return true
  }

  /** Bans another name of the same offender for as long. */
  ban(alias: string, who: string): void {
    const offender = this.#offenders.get(who)
    if (offender) this.#remember(alias, {...offender})
  }

  isBanned(who: string): boolean {
    return this.#clock.monotonicMs() < (this.#offenders.get(who)?.bannedUntilMs ?? 0)
  }

  /** True while requests to it are pointless. */
  isResting(who: string): boolean {
    return this.#clock.monotonicMs() < (this.#offenders.get(who)?.restsUntilMs ?? 0)
  }

  /** Bounded: varying the text must not exhaust our memory. */
  logOnce(key: string, event: string, facts: LogFacts): void {
    if (this.#logged.has(key)) return
    if (this.#logged.size >= PEER_OFFENDERS) this.#logged.clear()
    this.#logged.add(key)
    this.#logger.warn(event, facts)
  }

  /** Evicts the least recent offender. */
  #remember(who: string, offender: Offender): void {
    this.#offenders.delete(who)
    this.#offenders.set(who, offender)
    if (this.#offenders.size <= PEER_OFFENDERS) return
    const [oldest] = this.#offenders.keys()
    if (oldest !== undefined) this.#offenders.delete(oldest)
  }
}

function newOffender(atMs: number): Offender {
  return {points: 0, atMs, bannedUntilMs: 0, restsUntilMs: 0, nextBanMs: PEER_IGNORE_MS}
}
