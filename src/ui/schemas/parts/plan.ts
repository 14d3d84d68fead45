import {trapIds, type Effect, type Figure} from '../../../services/sending/plan.ts'
import type {SafeBatch} from '../../../services/sending/safe-batch.ts'
import type {Tip} from '../../../protocol/tip.ts'
import type {Difference} from '../../../services/staking/staking-plan.ts'
import type {previewJson, sentJson} from '../../presenters/plan.ts'
import {
  address,
  anyOf,
  constant,
  count,
  digits,
  hash,
  integer,
  list,
  nullable,
  object,
  optional,
  pattern,
  shared,
  text,
  wei,
  word,
  type Fields,
  type JsonSchema,
} from '../build.ts'
import type {CommandSchema} from '../document.ts'
import {sequencer} from './sequencer.ts'
import {callData, fees, layer, valueWei} from './transaction.ts'

type Preview = ReturnType<typeof previewJson>

const plannedCall = shared(
  'plannedCall',
  object<Preview['calls'][number]>('A contract call of the plan.', {
    label: text('Description, human-readable.'),
    contract: text('Name of the called contract.'),
    to: address('Address of the called contract.'),
    function: text('Function that is called.'),
    args: list(
      'Arguments in order.',
      object<Preview['calls'][number]['args'][number]>('An argument of the call.', {
        name: text('Name of the argument.'),
        value: text('Its value as passed to the contract.'),
        display: optional(text('Human-readable form, where the value is hard to read.')),
      }),
    ),
    data: callData,
    valueWei,
    gasLimit: nullable(digits('Gas limit; null where it depends on an earlier call.')),
  }),
)

const metCondition = shared(
  'metCondition',
  object<Preview['conditions'][number]>('A precondition that is met.', {
    id: pattern('Stable name of the condition.', '[a-z0-9-]+'),
    label: text('The condition, human-readable.'),
    seen: text('Actual value, human-readable.'),
  }),
)

const effect = shared(
  'effect',
  object<Effect>('A value that changes, human-readable.', {
    label: text('Label.'),
    before: text('Current value with its unit.'),
    after: text('New value with its unit.'),
  }),
)

const figure = shared(
  'figure',
  object<Figure>('A value of the chain that changes.', {
    id: text('Name of the value, such as `lockedMetisWei`.'),
    before: text('Current value: wei as decimal digits, an address, a word.'),
    after: text('New value: wei as decimal digits, an address, a word.'),
  }),
)

/** Mirrors `previewJson`. */
const previewFields: Fields<Preview> = {
  action: text('Words of the command that planned it.'),
  title: text('Description, human-readable.'),
  chain: layer,
  from: address('Sending account.'),
  role: word('Role of that account.', ['owner', 'signer']),
  calls: list('Calls in the order in which they are sent.', plannedCall),
  conditions: list('Preconditions; all are met.', metCondition),
  effects: list('Changes, human-readable.', effect),
  figures: list(
    'Values on chain that change; compared with the chain once everything is mined.',
    figure,
  ),
  fees,
  tip: nullable(
    object<Tip>('Tip per gas offered to the block producer; null on a chain without a base fee.', {
      wei: wei('The tip.'),
      source: word(
        'Source of the tip: requested, derived from recent blocks, or a bound on that.',
        ['chosen', 'history', 'floor', 'ceiling'],
      ),
    }),
  ),
  likelyCostWei: wei('Cost of all calls at current fees, in the coin of the chain.'),
  maxCostWei: wei('Maximum cost of all calls, in the coin of the chain: gas and value.'),
  balanceWei: wei('Balance of the sender, in the coin of the chain.'),
  overridden: list(
    'Traps passed with `--override`, which would otherwise have stopped the command.',
    object<Preview['overridden'][number]>('A trap.', {
      id: word('Id of the trap, explained in docs/traps.md.', trapIds),
      message: text('The loss it would cause.'),
    }),
  ),
}

const preview = shared(
  'preview',
  object<Preview>('A preview, checked and simulated; nothing is sent.', previewFields),
)

const sentCall = shared(
  'sentCall',
  object<ReturnType<typeof sentJson>[number]>('A transaction that was sent.', {
    explorerUrl: nullable(text('Explorer URL; null when the network has no explorer.')),
    label: text('Description, human-readable.'),
    hash: hash('Hash of the transaction.'),
    blockNumber: nullable(digits('Block with the transaction; null when it was not waited for.')),
    gasUsed: nullable(digits('Gas used; null when it was not waited for.')),
    feeWei: nullable(wei('Gas fee paid by the sender; null when it was not waited for.')),
  }),
)

export const sentCalls = list('Sent transactions, in order.', sentCall)

const unsignedCallFields = {
  to: address('Called address.'),
  data: callData,
}

const quantity = (description: string) => pattern(`${description} Hex.`, '0x[0-9a-f]+')

/** Documents of `--unsigned -`, one for each `--format`. */
const unsignedDocument = shared(
  'unsignedDocument',
  anyOf('The transactions, for signing on another machine.', [
    object('With `--format eip1559` or `calldata`.', {
      chainId: count('Chain id.'),
      from: address('Account that will send.'),
      action: text('Words of the command that planned it.'),
      transactions: list(
        'Transactions in the order in which they are sent.',
        object('A transaction. With `calldata`, fields that a signature covers are omitted.', {
          label: text('Description, human-readable.'),
          ...unsignedCallFields,
          value: quantity('Value sent with it, in wei.'),
          gas: optional(quantity('Gas limit; omitted while unknown.')),
          nonce: optional(quantity('Nonce of the account.')),
          gasPrice: optional(quantity('Gas price in wei, on a chain without a base fee.')),
          maxFeePerGas: optional(quantity('Maximum fee per gas, in wei.')),
          maxPriorityFeePerGas: optional(quantity('Priority fee per gas, in wei.')),
        }),
      ),
    }),
    object<SafeBatch>('With `--format safe`: a batch for the transaction builder of a Safe.', {
      version: constant('Version of the batch format.', '1.0'),
      chainId: digits('Chain id.'),
      createdAt: integer('Creation time, in milliseconds since 1970.'),
      meta: object<SafeBatch['meta']>('Metadata of the batch, human-readable.', {
        name: text('Title of the plan.'),
        description: text('Words of the command that planned it.'),
        createdFromSafeAddress: address('The Safe that will send.'),
        createdFromOwnerAddress: text('Always empty: no owner is known.'),
        checksum: optional(
          hash('keccak256 of everything but the name, as the transaction builder computes it.'),
        ),
      }),
      transactions: list(
        'Transactions in the order in which they are sent.',
        object<SafeBatch['transactions'][number]>('A transaction.', {
          ...unsignedCallFields,
          value: wei('Value sent with it.'),
          contractMethod: {type: 'null', description: 'Null: the data is complete.'},
          contractInputsValues: {type: 'null', description: 'Null: the data is complete.'},
        }),
      ),
    }),
  ]),
)

const unsignedFields = {
  ...previewFields,
  unsigned: object('The file for a signer on another machine.', {
    file: text('Path of the file; `-` is standard output.'),
    format: word('Format of the file.', ['eip1559', 'calldata', 'safe']),
  }),
  document: optional(unsignedDocument),
}

const sentFields = {...previewFields, transactions: sentCalls}

const sent = shared(
  'sent',
  object('Sent transactions, not compared with the chain afterwards.', sentFields),
)

/** The results of a command that sends a plan: `--dry-run`, `--unsigned`, `--wait none`, or done. */
export function sends(done: string, fields: Record<string, JsonSchema>): CommandSchema {
  return {
    data: anyOf('With `--dry-run`, with `--unsigned`, with `--wait none`, or done.', [
      preview,
      object('The file written with `--unsigned`; nothing is sent.', unsignedFields),
      sent,
      object(done, {...sentFields, ...fields}),
    ]),
    failureData: anyOf('The preview, with the transactions if all were sent.', [preview, sent]),
  }
}

/** Mirrors `Verification`. */
export const differences = list(
  'Values on chain that differ from the prediction.',
  object<Difference>('A value that changed at the same time for another reason.', {
    id: text('Name of the value.'),
    expected: text('Predicted value.'),
    actual: text('Actual value on chain.'),
  }),
)

/** The result of a command that changes a sequencer. Mirrors `operate`. */
export function operation(fields: Record<string, JsonSchema> = {}): CommandSchema {
  return sends('Mined, and compared with the chain.', {differences, sequencer, ...fields})
}
