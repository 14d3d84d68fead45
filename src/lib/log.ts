import {messageOf} from './errors.ts'
import {stringifyJson} from './json.ts'
import {redactUrls} from './redact.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** One structured line per event: time, level, part, event, and flat facts. */
export interface Logger {
  debug(event: string, facts?: LogFacts): void
  info(event: string, facts?: LogFacts): void
  warn(event: string, facts?: LogFacts): void
  error(event: string, facts?: LogFacts): void
  /** The same sink with another part name. */
  child(part: string): Logger
}

export type LogFacts = Record<string, string | number | bigint | boolean | null | undefined>

const order: Record<LogLevel, number> = {debug: 0, info: 1, warn: 2, error: 3}

/** Writes one JSON line per event. URLs are reduced to scheme and host. */
export function createLogger(options: {
  part: string
  level?: LogLevel
  write?: (line: string) => void
}): Logger {
  const {part, level = 'info', write = (line) => void process.stdout.write(line)} = options
  const log = (at: LogLevel) => (event: string, facts?: LogFacts) => {
    if (order[at] < order[level]) return
    const line = stringifyJson({at: new Date().toISOString(), level: at, part, event, ...facts})
    write(`${redactUrls(line)}\n`)
  }
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (childPart) => createLogger({part: childPart, level, write}),
  }
}

/** Facts of a thrown value for a log line. */
export function errorFacts(error: unknown): LogFacts {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  return {error: messageOf(error), ...(code === undefined ? {} : {code})}
}

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
}
