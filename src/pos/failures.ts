import type {Clock} from '../lib/clock.ts'
import {messageOf, MetisSeqError} from '../lib/errors.ts'
import type {Logger} from '../lib/log.ts'

/** An active issue: what keeps one part from working right now. */
export interface Failure {
  part: string
  code: string | null
  message: string
  /** Wall clock of the first time, milliseconds since 1970. */
  sinceMs: number
}

export interface Failures {
  set(part: string, error: unknown): void
  clear(part: string): void
  list(): Failure[]
}

/** Tracks active issues, and logs each once when it begins, when it changes and when it ends. */
export function createFailures(logger: Logger, clock: Clock): Failures {
  const open = new Map<string, Failure>()
  return {
    set(part, error) {
      const known = open.get(part)
      const message = messageOf(error)
      const code = error instanceof MetisSeqError ? error.code : null
      if (known?.message === message) return
      open.set(part, {part, code, message, sinceMs: known?.sinceMs ?? clock.nowMs()})
      logger.warn(`${part}-trouble`, {error: message, ...(code && {code})})
    },
    clear(part) {
      if (open.delete(part)) logger.info(`${part}-recovered`)
    },
    list: () => [...open.values()],
  }
}
