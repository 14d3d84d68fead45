import type {Failure} from '../../services/explain/explain-transaction.ts'
import type {Explained, ExplainedCode, RevertView} from '../../services/explain/explain.ts'
import {exitCodes} from '../../lib/exit-codes.ts'
import type {Finding} from '../../services/explain/explain-state.ts'
import type {explainedJson, explainedTransactionJson, refusalJson} from '../presenters/explain.ts'
import {
  anyOf,
  as,
  count,
  digits,
  flag,
  hash,
  hexOf,
  list,
  nullable,
  object,
  pattern,
  shared,
  text,
  word,
  type EachOf,
  type Fields,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {decodedCall, transactionFields} from './parts/transaction.ts'

const texts = (description: string) => list(description, {type: 'string'})
const selector = hexOf('Selector: the first four bytes of the revert data.', 4)

/** Mirrors `refusalJson`. */
const refusal = shared(
  'refusal',
  object<ReturnType<typeof refusalJson>>('A revert of a contract.', {
    kind: word('Kind of the revert.', ['error', 'text', 'panic']),
    subject: text('Signature of the error, exact revert text, or panic code.'),
    contracts: texts('Contracts that revert this way.'),
    calls: texts(
      'Functions that can revert this way; empty means every function of the contracts.',
    ),
    code: pattern('Code of the error in this program.', '[A-Z][A-Z0-9_]*'),
    message: text('Meaning, in one sentence.'),
    meaning: text('Explanation for readers new to the contracts.'),
    causes: texts('Likely causes.'),
    hints: texts('Next steps, most likely first.'),
    source: text('Source of the rule.'),
    selector,
    open: flag('True when the contract appends a value to the text.'),
  }),
)

const errorCode = object<ExplainedCode>('An error of this program.', {
  code: pattern('As in `error.code` of a JSON document.', '[A-Z][A-Z0-9_]*'),
  meaning: text('Meaning and consequence.'),
  exits: list(
    'Exit codes of the process; where there are several, the error says which.',
    object<ExplainedCode['exits'][number]>('An exit code.', {
      exit: word('Its name.', Object.keys(exitCodes)),
      exitCode: count('Its number.'),
    }),
  ),
  retry: word('True when the same command may succeed later without a change.', [
    'yes',
    'no',
    'depends',
  ]),
  facts: texts('Names of its facts; some are present only when known.'),
  next: texts('Next steps, most likely first.'),
})

const revert = shared(
  'revert',
  object<RevertView>('Decoded revert data.', {
    name: text('Name of the error, or its best known description.'),
    reason: nullable(text('Revert text; null without one.')),
    args: texts('Arguments of the error.'),
  }),
)

const knownFunction = object<Explained['functions'][number]>('A function of known contracts.', {
  contracts: texts('Contracts with this function.'),
  functionName: text('Its name.'),
  signature: text('Name with argument types.'),
  selector,
})

const knownEvent = object<Explained['events'][number]>('An event of known contracts.', {
  contracts: texts('Contracts that emit this event.'),
  eventName: text('Its name.'),
  signature: text('Name with argument types.'),
  topic: hash('First topic of its logs.'),
})

const finding = object<Finding>('A value read from the chain.', {
  label: text('Name of the value.'),
  seen: text('Actual value.'),
  isCause: nullable(
    flag('True when it is a cause, false when it is not; null for information only.'),
  ),
})

const failure = object<Failure>('Cause of the failed transaction.', {
  reason: word(
    '`order`: it succeeds on its own, so an earlier transaction in its block made it fail. `no-state`: the endpoint has no state for that block.',
    ['revert', 'out-of-gas', 'order', 'no-state'],
  ),
  replayedOnBlock: digits('Block on top of which it was re-executed.'),
  revert: as(nullable(revert), 'Revert of the call; null without revert data.'),
})

type Explanation = ReturnType<typeof explainedJson> | ReturnType<typeof explainedTransactionJson>

/** Mirrors `explainedJson` and `explainedTransactionJson`, which have the same fields. */
const explanationFields: Fields<EachOf<Explanation>> = {
  readAs: word('Kind of the input.', [
    'selector',
    'revert data',
    'call data',
    'topic',
    'address',
    'error code',
    'text',
    'transaction',
  ]),
  error: nullable(errorCode),
  revert: as(nullable(revert), 'Decoded revert data; null for other input.'),
  call: as(nullable(decodedCall), 'Decoded call; null for other input.'),
  functions: list('Functions with this selector.', knownFunction),
  events: list('Events with this topic.', knownEvent),
  contracts: texts('Contracts at this address.'),
  refusals: list('Matching reverts, best match first.', refusal),
  findings: list('Values read from the chain; empty without a network.', finding),
  transaction: nullable(
    object('The transaction; null for other input.', {
      ...transactionFields,
      failure: nullable(failure),
    }),
  ),
}

export const explainSchemas: CommandSchemas = {
  explain: {
    data: anyOf('An explanation, or the list.', [
      object('Meaning of the input.', explanationFields),
      object('With `--list`: every known revert text and error.', {
        refusals: list('By contract.', refusal),
      }),
    ]),
  },
}
