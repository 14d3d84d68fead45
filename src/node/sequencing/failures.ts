import {MetisSeqError} from '../../lib/errors.ts'
import {errorFacts, type LogFacts} from '../../lib/log.ts'
import {reasonOf} from '../chain-state.ts'
import {EngineError, type EngineErrorKind} from '../engine/engine.ts'

export type Failure =
  /** A retry after a pause can fix it: a full disk, a height that is no longer ours. */
  | {kind: 'temporary'}
  /**
   * The engine is rebuilt from the chain log. `mayBeTheBlock`: a transaction of the open block may
   * have caused it.
   */
  | {kind: 'reset'; mayBeTheBlock: boolean}
  /** A safety rule or a bug: no further block may be sealed. */
  | {kind: 'critical'; reason: string}

/** Decides how the driver handles an error. Pure. */
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

/**
 * For the last log line of a halting node: health refers the operator to the log, which has the
 * remedy.
 */
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
