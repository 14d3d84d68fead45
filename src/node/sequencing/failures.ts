import {MetisSeqError} from '../../lib/errors.ts'
import {errorFacts, type LogFacts} from '../../lib/log.ts'
import {reasonOf} from '../chain-state.ts'
import {EngineError, type EngineErrorKind} from '../engine/engine.ts'

export type Failure =
  /** A pause and a second try can mend it: a full disk, a height that is not ours any more. */
  | {kind: 'temporary'}
  /** The engine is rebuilt from the chain log. `mayBeTheBlock`: a transaction of the open block can have caused it. */
  | {kind: 'reset'; mayBeTheBlock: boolean}
  /** A safety rule, or a bug: nothing may be sealed any more. */
  | {kind: 'critical'; reason: string}

/** What the driver has to do about an error. Pure. */
export function failureOf(error: unknown): Failure {
  if (error instanceof EngineError) return {kind: 'reset', mayBeTheBlock: mayBeTheBlock(error.kind)}
  const passes =
    error instanceof MetisSeqError && (error.retryable || error.code === 'CANDIDATE_LOST')
  return passes ? {kind: 'temporary'} : criticalFailure(error)
}

export function criticalFailure(error: unknown): Failure {
  return {kind: 'critical', reason: reasonOf(error)}
}

function mayBeTheBlock(kind: EngineErrorKind): boolean {
  switch (kind) {
    case 'tampered':
      // No transaction can change the state behind our back.
      return false
    case 'reset':
    case 'no-history':
    case 'wrong-parent':
    case 'bad-snapshot':
      return true
  }
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
