import type {RefusalCode} from '../../lib/error-codes/index.ts'
import type {RuleId} from '../../chain/explain/entry.ts'
import {foretoldBy} from '../../chain/explain/foretold.ts'
import {MetisSeqError} from '../../lib/errors.ts'

/** One condition with what was seen. */
export interface Check {
  id: string
  /** What must hold, as a label. */
  label: string
  ok: boolean
  /** What was seen. */
  seen: string
  /** Command or step that mends it; empty when it holds. */
  remedy: string
}

/** A condition of the chain that stops an operation before anything is sent. */
export interface Condition extends Check {
  /** Of the error when it does not hold; the same as that of the contract's refusal. */
  code: RefusalCode
  /** What the contract would answer, for those who know it. Empty for a condition of ours. */
  revert: string
  /** Values a script needs when it does not hold: wei, ids, batches. */
  facts?: Record<string, string>
}

type Seen = Pick<Condition, 'label' | 'ok' | 'seen'> & Partial<Pick<Condition, 'remedy' | 'facts'>>

/** A condition that foretells a refusal of a contract: what it is called and how it is mended is in the catalogue. */
export function foretelling(rule: RuleId, {remedy, ...seen}: Seen): Condition {
  const refusal = foretoldBy(rule)
  return {
    ...{id: rule, code: refusal.code, ...seen, revert: refusal.revert},
    remedy: seen.ok ? '' : (remedy ?? refusal.remedy),
  }
}

/** A condition of ours: the contract would take the call, and the caller would gain nothing by it. */
export function ourOwn(id: string, code: RefusalCode, {remedy = '', ...seen}: Seen): Condition {
  return {id, code, ...seen, revert: '', remedy: seen.ok ? '' : remedy}
}

/**
 * Lets an operation go on only when every condition holds.
 *
 * @param subject what needs them: `Registration`
 * @param facts of the operation, such as the sequencer's id
 * @throws {MetisSeqError} the code of the first that does not hold; nothing was sent
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
