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
    label: text('What it does, for people.'),
    contract: text('Name of the called contract.'),
    to: address('Address of the called contract.'),
    function: text('Function that is called.'),
    args: list(
      'Arguments in order.',
      object<Preview['calls'][number]['args'][number]>('An argument of the call.', {
        name: text('Name of the argument.'),
        value: text('Its value as the contract takes it.'),
        display: optional(text('The same for people, where the value is hard to read.')),
      }),
    ),
    data: callData,
    valueWei,
    gasLimit: nullable(digits('Most gas it may use; null where that depends on a call before it.')),
  }),
)

const metCondition = shared(
  'metCondition',
  object<Preview['conditions'][number]>('A condition that holds.', {
    id: pattern('Stable name of the condition.', '[a-z0-9-]+'),
    label: text('What must hold, for people.'),
    seen: text('What was seen, for people.'),
  }),
)

const effect = shared(
  'effect',
  object<Effect>('A number or word that changes, for people.', {
    label: text('What it is.'),
    before: text('As it is now, with its unit.'),
    after: text('As it will be, with its unit.'),
  }),
)

const figure = shared(
  'figure',
  object<Figure>('A value of the chain that changes.', {
    id: text('Name of the value, such as `lockedMetisWei`.'),
    before: text('As it is now: wei as decimal digits, an address, a word.'),
    after: text('As it will be: wei as decimal digits, an address, a word.'),
  }),
)

/** Mirrors `previewJson`. */
const previewFields: Fields<Preview> = {
  action: text('Words of the command that planned it.'),
  title: text('What it does, for people.'),
  chain: layer,
  from: address('Account that sends.'),
  role: word('Role of that account.', ['owner', 'signer']),
  calls: list('Calls in the order in which they are sent.', plannedCall),
  conditions: list('What was checked; all of it holds.', metCondition),
  effects: list('What changes, for people.', effect),
  figures: list(
    'Values of the chain that change; compared with the chain when all is mined.',
    figure,
  ),
  fees,
  tip: nullable(
    object<Tip>('What the block producer is offered per gas; null on a chain without a base fee.', {
      wei: wei('The tip.'),
      source: word('By whose word: asked for, as the last blocks took, or a bound of that.', [
        'chosen',
        'history',
        'floor',
        'ceiling',
      ]),
    }),
  ),
  likelyCostWei: wei('Price of all calls at the fees of now, in the coin of the chain.'),
  maxCostWei: wei('Highest price of all calls, in the coin of the chain: gas and what is sent.'),
  balanceWei: wei('What the sender holds, in the coin of the chain.'),
  overridden: list(
    'Traps that `--override` named: what would have stopped the command.',
    object<Preview['overridden'][number]>('A trap.', {
      id: word('Its id, told in docs/traps.md.', trapIds),
      message: text('What would be lost.'),
    }),
  ),
}

const preview = shared(
  'preview',
  object<Preview>('What would be sent, checked and simulated. Nothing is sent.', previewFields),
)

const sentCall = shared(
  'sentCall',
  object<ReturnType<typeof sentJson>[number]>('A transaction that was sent.', {
    explorerUrl: nullable(text('Its page in an explorer; null: the network names none.')),
    label: text('What it does, for people.'),
    hash: hash('Hash of the transaction.'),
    blockNumber: nullable(digits('Block that holds it; null when nobody waited for it.')),
    gasUsed: nullable(digits('Gas that it used; null when nobody waited for it.')),
    feeWei: nullable(wei('What the sender paid for gas; null when nobody waited for it.')),
  }),
)

export const sentCalls = list('What was sent, in order.', sentCall)

const unsignedCallFields = {
  to: address('Called address.'),
  data: callData,
}

const quantity = (description: string) => pattern(`${description} Hex.`, '0x[0-9a-f]+')

/** Documents of `--unsigned -`, one for each `--format`. */
const unsignedDocument = shared(
  'unsignedDocument',
  anyOf('The transactions, to be signed elsewhere.', [
    object('With `--format eip1559` or `calldata`.', {
      chainId: count('Chain id.'),
      from: address('Account that is to send.'),
      action: text('Words of the command that planned it.'),
      transactions: list(
        'Transactions in the order in which they are sent.',
        object('A transaction. Fields that a signature covers are left out with `calldata`.', {
          label: text('What it does, for people.'),
          ...unsignedCallFields,
          value: quantity('Coin that goes with it, in wei.'),
          gas: optional(quantity('Most gas it may use; left out where it is not known yet.')),
          nonce: optional(quantity('Nonce of the account.')),
          gasPrice: optional(quantity('Price per gas in wei, without a base fee.')),
          maxFeePerGas: optional(quantity('Most that is paid per gas, in wei.')),
          maxPriorityFeePerGas: optional(quantity('What the producer gets per gas, in wei.')),
        }),
      ),
    }),
    object<SafeBatch>('With `--format safe`: a batch for the transaction builder of a Safe.', {
      version: constant('Version of the batch format.', '1.0'),
      chainId: digits('Chain id.'),
      createdAt: integer('When it was made, in milliseconds since 1970.'),
      meta: object<SafeBatch['meta']>('What the batch is, for people.', {
        name: text('Title of the plan.'),
        description: text('Words of the command that planned it.'),
        createdFromSafeAddress: address('The Safe that is to send.'),
        createdFromOwnerAddress: text('Empty: no owner is known.'),
        checksum: optional(hash('keccak256 of all but the name, as the builder computes it.')),
      }),
      transactions: list(
        'Transactions in the order in which they are sent.',
        object<SafeBatch['transactions'][number]>('A transaction.', {
          ...unsignedCallFields,
          value: wei('Coin that goes with it.'),
          contractMethod: {type: 'null', description: 'The data is whole.'},
          contractInputsValues: {type: 'null', description: 'The data is whole.'},
        }),
      ),
    }),
  ]),
)

const unsignedFields = {
  ...previewFields,
  unsigned: object('The file for a signer elsewhere.', {
    file: text('Path of the file; `-` is standard output.'),
    format: word('Shape of the file.', ['eip1559', 'calldata', 'safe']),
  }),
  document: optional(unsignedDocument),
}

const sentFields = {...previewFields, transactions: sentCalls}

const sent = shared(
  'sent',
  object('What was sent, when it was not compared with the chain afterwards.', sentFields),
)

/** What every command that sends a plan can say: `--dry-run`, `--unsigned`, `--wait none` and done. */
export function sends(done: string, fields: Record<string, JsonSchema>): CommandSchema {
  return {
    data: anyOf('With `--dry-run`, with `--unsigned`, with `--wait none`, or done.', [
      preview,
      object('Written with `--unsigned`; nothing is sent.', unsignedFields),
      sent,
      object(done, {...sentFields, ...fields}),
    ]),
    failureData: anyOf('The preview, and what was sent if all of it was.', [preview, sent]),
  }
}

/** The result of a command that changes a sequencer. Mirrors `operate`. */
export function operation(fields: Record<string, JsonSchema> = {}): CommandSchema {
  return sends('Mined, and compared with the chain.', {
    differences: list(
      'Values of the chain that are not as they were predicted.',
      object<Difference>('A value that something else changed in the same moment.', {
        id: text('Name of the value.'),
        expected: text('As it was predicted.'),
        actual: text('As the chain has it.'),
      }),
    ),
    sequencer,
    ...fields,
  })
}
