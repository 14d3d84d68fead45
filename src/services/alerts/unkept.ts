/** Tells every output directly while decisions cannot be kept: a full disk must not silence alerts. */
import {randomUUID} from 'node:crypto'

import {alertable, isSilenced, type AlertInput} from '../../health/alerts/decide.ts'
import {keyOf} from '../../health/issue.ts'
import type {Clock} from '../../lib/clock.ts'
import type {Logger} from '../../lib/log.ts'
import {MESSAGE_NOTICES, shown, type AlertMessage, type MessageNotice} from './message.ts'
import {DeliveryError, type AlertOutput} from './output-port.ts'

/** The same as of an issue: a store that is busy for a moment is told to nobody. */
const HOLD_MS = 10_000
/** The same as the reminders of something critical. */
const REPEAT_MS = 30 * 60_000
/** Nothing is queued here, so an output that fails is tried again with what is wrong then. */
const RETRY_MS = 60_000

export interface UnkeptOptions {
  about: Pick<AlertMessage, 'profile' | 'network'>
  clock: Clock
  logger: Logger
  signal: AbortSignal
}

interface Told {
  isBusy: boolean
  /** What was said last; null before the first time that it was accepted. */
  said: string | null
  /** Monotonic time before which only something new is said. */
  nextMs: number
}

export class UnkeptAlerts {
  readonly #options: UnkeptOptions
  /** Monotonic; null while decisions are kept. */
  #sinceMs: number | null = null
  #sinceIso = ''
  readonly #told = new Map<string, Told>()
  #running: Promise<void>[] = []

  constructor(options: UnkeptOptions) {
    this.#options = options
  }

  /** A decision was not kept. Returns at once. */
  failed(input: AlertInput, reason: string, outputs: readonly AlertOutput[]): void {
    const {clock} = this.#options
    const nowMs = clock.monotonicMs()
    this.#sinceMs ??= nowMs
    this.#sinceIso ||= iso(clock.nowMs())
    if (nowMs - this.#sinceMs < HOLD_MS) return
    const issues = [...alertable(input)].filter(
      ([, issue]) => !isSilenced(issue, input.silences, input.nowMs),
    )
    const of = (severity: string) => issues.filter(([, issue]) => issue.severity === severity)
    const notices = [
      this.#own('raised', `Until it can, nothing is held back, and no end is told. ${reason}`),
      ...[...of('critical'), ...of('warn')].map(([, {id, subject, ...issue}]): MessageNotice => {
        const {severity, text, cost, remedy, sinceMs} = issue
        return {
          ...this.#common('raised'),
          ...{rule: id, subject: subject === null ? null : shown(subject), severity},
          ...{text: shown(text), cost: shown(cost), remedy: shown(remedy)},
          since: sinceMs === null ? this.#sinceIso : iso(sinceMs),
        }
      }),
    ]
    const said = of('critical')
      .map(([, issue]) => keyOf(issue))
      .join()
    for (const output of outputs) this.#tell(output, notices.slice(0, MESSAGE_NOTICES), said)
  }

  /** A decision was kept. */
  kept(outputs: readonly AlertOutput[]): void {
    if (this.#sinceMs === null) return
    const end = [this.#own('cleared', '')]
    const heard = outputs.filter(({name}) => this.#told.get(name)?.said != null)
    this.#told.clear()
    for (const output of heard) this.#tell(output, end, '')
    this.#told.clear()
    this.#sinceMs = null
    this.#sinceIso = ''
  }

  /** Resolves when nothing is being delivered. */
  async stopped(): Promise<void> {
    await Promise.all(this.#running)
  }

  #tell(output: AlertOutput, notices: readonly MessageNotice[], said: string): void {
    const {about, clock, logger, signal} = this.#options
    const told = this.#told.get(output.name) ?? {isBusy: false, said: null, nextMs: 0}
    this.#told.set(output.name, told)
    const nowMs = clock.monotonicMs()
    const isNew = told.said !== null && told.said !== said
    if (told.isBusy || (nowMs < told.nextMs && !isNew)) return
    told.isBusy = true
    const message: AlertMessage = {schema: 'metis-seq.alerts/1', ...about, notices, dropped: 0}
    const work = output.deliver(message, signal).then(
      () => Object.assign(told, {isBusy: false, said, nextMs: nowMs + REPEAT_MS}),
      (error: unknown) => {
        const reason = error instanceof DeliveryError ? error.message : 'it fails unexpectedly'
        logger.warn('alert not delivered', {output: output.name, reason})
        Object.assign(told, {isBusy: false, said: null, nextMs: nowMs + RETRY_MS})
      },
    )
    const running = work.then(() => {
      this.#running = this.#running.filter((each) => each !== running)
    })
    this.#running.push(running)
  }

  /** The notice about the monitor itself. */
  #own(type: MessageNotice['type'], cost: string): MessageNotice {
    return {
      ...{...this.#common(type), rule: 'alert-store', subject: null, severity: 'critical'},
      text: 'the monitor cannot store its alerts',
      ...{cost: shown(cost), remedy: 'df -h', since: this.#sinceIso},
    }
  }

  #common(type: MessageNotice['type']) {
    return {id: randomUUID(), type, at: iso(this.#options.clock.nowMs()), count: 1}
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
