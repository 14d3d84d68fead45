import {MetisSeqError} from '../../lib/errors.ts'
import {errorFacts, type LogFacts} from '../../lib/log.ts'
import {EngineError} from '../engine/engine.ts'

export type Reaction =
  /** The engine is rebuilt from the chain log. */
  | 'restart-engine'
  /** A pause and a second try can mend it: a full disk, a height that is not ours any more. */
  | 'retry'
  /** A safety rule, or a bug: nothing may be sealed any more. */
  | 'halt'

/** What the driver does about a failure. Pure. */
export function reactionTo(error: unknown): Reaction {
  if (error instanceof EngineError) return 'restart-engine'
  if (!(error instanceof MetisSeqError)) return 'halt'
  return error.retryable || error.code === 'CANDIDATE_LOST' ? 'retry' : 'halt'
}

/** Whether a transaction can have caused it. None can change the state behind our back. */
export function mayBeTheBlock(error: unknown): boolean {
  return !(error instanceof EngineError && error.kind === 'tampered')
}

/** For the last line of a node that halts: health sends its operator to the log, and there is what mends it. */
export function haltFacts(error: unknown): LogFacts {
  const hint = error instanceof MetisSeqError ? error.hints.join(' ') : undefined
  return {...errorFacts(error), ...(hint ? {hint} : {})}
}

export function engineGone(restarts: number): MetisSeqError {
  return new MetisSeqError({
    code: 'ENGINE_UNSTABLE',
    message: `The execution engine failed again after ${restarts} restarts.`,
    facts: {restarts: `${restarts}`},
    hints: ['Read the last lines of the node log, then restart the node.'],
  })
}
