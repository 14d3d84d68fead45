import {stringifyJson} from '../../src/lib/json.ts'
import type {LogFacts, Logger} from '../../src/lib/log.ts'
import type {Owner, World} from './world.ts'

/** Log lines become lines of the trace; names of directories, which differ from run to run, do not. */
export function simLogger(
  world: World,
  owner: Owner,
  dir: string,
  onEvent: (event: string, facts: LogFacts) => void = () => {},
): Logger {
  const line = (event: string, facts: LogFacts = {}) => {
    if (!owner.alive) return
    world.trace(owner.name, `${event} ${stringifyJson(facts).replaceAll(dir, '')}`)
    onEvent(event, facts)
  }
  const logger: Logger = {
    debug() {},
    info: line,
    warn: line,
    error: line,
    child: () => logger,
  }
  return logger
}
