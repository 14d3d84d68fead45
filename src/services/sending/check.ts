import type {RefusalCode} from '../../lib/error-codes/index.ts'
import type {RuleId} from '../../chain/explain/entry.ts'
import {foretoldBy} from '../../chain/explain/foretold.ts'
import {MetisSeqError} from '../../lib/errors.ts'

/** One precondition with its actual value. */
export interface Check {
  id: string
  /** The precondition as a label. */
  label: string
  ok: boolean
  /** What was seen. */
  seen: string
  /** Remedy; empty when it is met. */
  remedy: string
}

/** A precondition that stops an operation before anything is sent. */
export interface Condition extends Check {
  /** Code of the error when it is not met; the same as for the contract's revert. */
  code: RefusalCode
  /** The contract's revert text. Empty for our own preconditions. */
  revert: string
  /** Values for scripts when it is not met: wei, ids, batches. */
  facts?: Record<string, string>
}

type Seen = Pick<Condition, 'label' | 'ok' | 'seen'> & Partial<Pick<Condition, 'remedy' | 'facts'>>

/** A precondition that predicts a contract revert; its name and remedy are in the catalogue. */
export function foretelling(rule: RuleId, {remedy, ...seen}: Seen): Condition {
  const refusal = foretoldBy(rule)
  return {
    ...{id: rule, code: refusal.code, ...seen, revert: refusal.revert},
    remedy: seen.ok ? '' : (remedy ?? refusal.remedy),
  }
}

/** Our own precondition: the contract would accept the call, but the caller would gain nothing. */
export function ourOwn(id: string, code: RefusalCode, {remedy = '', ...seen}: Seen): Condition {
  return {id, code, ...seen, revert: '', remedy: seen.ok ? '' : remedy}
}

/**
 * Lets an operation continue only if every precondition is met.
 *
 * @param subject of the preconditions: `Registration`
 * @param facts of the operation, such as the sequencer's id
 * @throws {MetisSeqError} the code of the first one not met; nothing was sent
 */
export function requireAll(
  conditions: readonly Condition[],
  subject: string,
  facts: Record<string, string> = {},
): void {
  const failed = conditions.filter(({ok}) => !ok)
  const [first] = failed
  if (!first) return
  throw new MetisSeqError({
    code: first.code,
    message: `${subject} is refused: precondition failed: ${first.label}; actual: ${first.seen}.`,
    exit: 'precondition',
    facts: {
      ...facts,
      ...first.facts,
      condition: first.id,
      seen: first.seen,
      ...(first.revert ? {contractWouldSay: first.revert} : {}),
      ...(failed.length > 1
        ? {
            alsoMissing: failed
              .slice(1)
              .map(({id}) => id)
              .join(', '),
          }
        : {}),
    },
    hints: [...new Set(failed.map(({remedy}) => remedy).filter((remedy) => remedy !== ''))],
  })
}
