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
const selector = hexOf('Its first four bytes on chain.', 4)

/** Mirrors `refusalJson`. */
const refusal = shared(
  'refusal',
  object<ReturnType<typeof refusalJson>>('One way in which a contract refuses a call.', {
    kind: word('How the contract says it.', ['error', 'text', 'panic']),
    subject: text('Signature of the error, the text letter by letter, or the code of the panic.'),
    contracts: texts('Contracts whose code refuses.'),
    calls: texts('Calls that can meet it; empty means any call of the contracts.'),
    code: pattern('Code of the error in this program.', '[A-Z][A-Z0-9_]*'),
    message: text('One sentence: what is true.'),
    meaning: text('What it means, for someone who meets the contracts for the first time.'),
    causes: texts('Likely causes.'),
    hints: texts('What to run or do next, most likely first.'),
    source: text('Where the rule is written.'),
    selector,
    open: flag('True when the contract appends a value to the text.'),
  }),
)

const errorCode = object<ExplainedCode>('An error of this program.', {
  code: pattern('As in `error.code` of a JSON document.', '[A-Z][A-Z0-9_]*'),
  meaning: text('What is true, and what it costs.'),
  exits: list(
    'How the process ends; where there are several, the error says which.',
    object<ExplainedCode['exits'][number]>('An exit code.', {
      exit: word('Its name.', Object.keys(exitCodes)),
      exitCode: count('Its number.'),
    }),
  ),
  retry: word('Whether the same command can succeed later without a change.', [
    'yes',
    'no',
    'depends',
  ]),
  facts: texts('Names of its facts; some are there only where they are known.'),
  next: texts('What to run or do next, most likely first.'),
})

const revert = shared(
  'revert',
  object<RevertView>('What the revert data says.', {
    name: text('Name of the error, or what is known of it.'),
    reason: nullable(text('The words of a refusal; null without words.')),
    args: texts('Values that the error carries.'),
  }),
)

const knownFunction = object<Explained['functions'][number]>('A function of known contracts.', {
  contracts: texts('Contracts that have it.'),
  functionName: text('Its name.'),
  signature: text('Its name with the types of its arguments.'),
  selector,
})

const knownEvent = object<Explained['events'][number]>('An event of known contracts.', {
  contracts: texts('Contracts that emit it.'),
  eventName: text('Its name.'),
  signature: text('Its name with the types of its arguments.'),
  topic: hash('Its first topic.'),
})

const finding = object<Finding>('What the chain shows now.', {
  label: text('What was looked at.'),
  seen: text('What was seen.'),
  isCause: nullable(flag('True: it is a cause. False: it is none. Null: it only informs.')),
})

const failure = object<Failure>('Why the transaction failed.', {
  reason: word(
    '`order`: alone it succeeds, so something before it in its block made it fail. `no-state`: the endpoint keeps no state of that block.',
    ['revert', 'out-of-gas', 'order', 'no-state'],
  ),
  replayedOnBlock: digits('Block after which it was run again.'),
  revert: as(nullable(revert), 'What it was refused with; null without revert data.'),
})

type Explanation = ReturnType<typeof explainedJson> | ReturnType<typeof explainedTransactionJson>

/** Mirrors `explainedJson` and `explainedTransactionJson`, which have the same fields. */
const explanationFields: Fields<EachOf<Explanation>> = {
  readAs: word('What the input was read as.', [
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
  revert: as(nullable(revert), 'What revert data says; null for other input.'),
  call: as(nullable(decodedCall), 'The call in words; null when there is none.'),
  functions: list('Functions with this selector.', knownFunction),
  events: list('Events with this topic.', knownEvent),
  contracts: texts('Contracts at this address.'),
  refusals: list('Refusals that fit, the best first.', refusal),
  findings: list('What the chain shows now; empty without a network.', finding),
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
      object('What the input means.', explanationFields),
      object('With `--list`: all that can be explained by a text or error.', {
        refusals: list('By contract.', refusal),
      }),
    ]),
  },
}
