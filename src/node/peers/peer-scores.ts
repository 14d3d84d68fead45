/** Who misbehaved, how badly, and until when nobody talks to it. */
import type {Clock} from '../../lib/clock.ts'
import type {LogFacts, Logger} from '../../lib/log.ts'
import {
  PEER_BAN_MAX_MS,
  PEER_IGNORE_MS,
  PEER_OFFENDERS,
  PEER_POINTS_LIMIT,
  PEER_POINTS_PER_SECOND,
} from '../peer-limits.ts'

/** What a peer can do wrong, and its weight. At 100 points it is dropped. */
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

/** Can be bad luck, and hurts nobody but the one that asks: such a peer stays, and is not asked. */
const unhelpful: ReadonlySet<Offence> = new Set(['no answer in time', 'blocks it does not have'])

interface Offender {
  points: number
  atMs: number
  bannedUntilMs: number
  /** Until then it is not asked for anything. */
  restsUntilMs: number
  /** The next ban lasts so long. */
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
   * @param who signer address, or peer id of one that has not shown an address
   * @param name under which it is logged
   * @returns true when `who` is to be dropped now
   */
  offend(who: string, offence: Offence, facts: LogFacts = {}, name = who): boolean {
    // A machine that is short of processors is slow without any malice.
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
    // Slowness can be bad luck; for the rest the pause grows each time.
    if (offence !== 'slow reader') {
      offender.nextBanMs = Math.min(offender.nextBanMs * 2, PEER_BAN_MAX_MS)
    }
    return true
  }

  /** Leaves another name of the same offender alone for as long. */
  ban(alias: string, who: string): void {
    const offender = this.#offenders.get(who)
    if (offender) this.#remember(alias, {...offender})
  }

  isBanned(who: string): boolean {
    return this.#clock.monotonicMs() < (this.#offenders.get(who)?.bannedUntilMs ?? 0)
  }

  /** True while it is of no use to ask it for something. */
  isResting(who: string): boolean {
    return this.#clock.monotonicMs() < (this.#offenders.get(who)?.restsUntilMs ?? 0)
  }

  /** Bounded: whoever varies the text must not fill our memory. */
  logOnce(key: string, event: string, facts: LogFacts): void {
    if (this.#logged.has(key)) return
    if (this.#logged.size >= PEER_OFFENDERS) this.#logged.clear()
    this.#logged.add(key)
    this.#logger.warn(event, facts)
  }

  /** Makes room by forgetting whoever offended least recently. */
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
