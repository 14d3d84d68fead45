import type {
  DecodedInput,
  DecodedTransaction,
} from '../../../services/explain/decode-transaction.ts'
import {trapIds, type Trap} from '../../../services/sending/plan.ts'
import type {Preview} from '../../../services/sending/send-plan.ts'
import type {
  DecodedCall,
  JournalView,
  TransactionView,
} from '../../../services/sending/transactions.ts'
import type {Waited} from '../../../services/sending/wait-hash.ts'
import {
  address,
  anyOf,
  as,
  constant,
  count,
  digits,
  flag,
  hash,
  hex,
  hexOf,
  integer,
  isoTime,
  list,
  nullable,
  object,
  optional,
  shared,
  text,
  wei,
  word,
  type Fields,
} from '../build.ts'

type Fees = Preview['fees']

export const layer = word('Chain of the network.', ['L1', 'L2'])

export const accountNonce = count('Nonce of the sending account.')

export const valueWei = wei('Value sent with it: ETH on L1, METIS on L2.')

export const callData = hex('Data of the call.')

export const fees = shared(
  'fees',
  anyOf('Gas fees of a transaction, by its type.', [
    object<Extract<Fees, {type: 'legacy'}>>('Fees on a chain without a base fee.', {
      type: constant('Type of the transaction.', 'legacy'),
      gasPrice: wei('Price per gas.'),
    }),
    object<Extract<Fees, {type: 'eip1559'}>>('Fees on a chain with a base fee.', {
      type: constant('Type of the transaction.', 'eip1559'),
      maxFeePerGas: wei('Maximum fee per gas.'),
      maxPriorityFeePerGas: wei('Priority fee per gas.'),
    }),
  ]),
)

/** Mirrors `DecodedCall`. */
export const decodedCall = shared(
  'decodedCall',
  object<DecodedCall>('A decoded contract call.', {
    contract: text(
      'Contract, by its address; where that is unknown, the first one with the function.',
    ),
    contractProven: flag('True when the address identifies this contract.'),
    alsoIn: list('Other known contracts with the same function.', {type: 'string'}),
    functionName: text('Function that is called.'),
    signature: text('Function with the types of its arguments.'),
    selector: hexOf('First four bytes of the data.', 4),
    args: list(
      'Arguments in order.',
      object<DecodedCall['args'][number]>('An argument of the call.', {
        name: text('Name of the argument.'),
        type: text('Its type in the ABI.'),
        value: text('Its value as passed to the contract.'),
        display: optional(text('Human-readable form, where the value is hard to read.')),
      }),
    ),
  }),
)

/** Mirrors `JournalView`: an entry without its signed bytes. */
export const journalEntry = shared(
  'journalEntry',
  object<JournalView>('A transaction sent from this machine.', {
    id: integer('Number in `tx list`.', 1),
    action: text('Words of the command that sent it.'),
    label: text('Description, human-readable.'),
    network: text('Name of the network.'),
    chainId: count('Chain id.'),
    from: address('Sender.'),
    to: address('Called address.'),
    nonce: accountNonce,
    valueWei,
    hash: hash('Hash of the transaction.'),
    status: word('Status, as far as this machine knows.', [
      'prepared',
      'sent',
      'mined',
      'reverted',
      'replaced',
      'rejected',
    ]),
    blockNumber: nullable(digits('Block it was mined in; null while pending.')),
    createdAt: isoTime('Time of signing.'),
  }),
)

export const inclusionFields: Fields<Waited['inclusion']> = {
  succeeded: flag('False when it was mined and failed.'),
  blockNumber: digits('Block with the transaction.'),
  blockHash: hash('Hash of that block.'),
  gasUsed: digits('Gas used.'),
  feeWei: wei('Gas fee paid by the sender.'),
}

export const confirmations = digits('Blocks from its own to the head, inclusive.')

const byTag = (tag: string) =>
  nullable(flag(`True when its block is ${tag}; null when the endpoint does not report it.`))

/** Mirrors `TransactionView`. */
export const transactionFields: Fields<TransactionView> = {
  hash: hash('Hash of the transaction.'),
  layer,
  chainId: count('Chain id.'),
  network: text('Name of the network.'),
  explorerUrl: nullable(text('Explorer URL; null when the network has no explorer.')),
  state: word(
    '`pending`: a node has it, but no block does. `unknown`: no node of the network has it.',
    ['mined', 'failed', 'pending', 'unknown'],
  ),
  from: address('Sender.'),
  to: nullable(address('Called address; null for a contract creation.')),
  contract: nullable(
    text('Name of the called contract; null when the network document does not list it.'),
  ),
  call: as(nullable(decodedCall), 'Decoded call; null when no known ABI matches.'),
  data: callData,
  valueWei,
  accountNonce,
  gasLimit: nullable(digits('Gas limit; null when no node has the transaction.')),
  inclusion: nullable(
    object<NonNullable<TransactionView['inclusion']>>(
      'Inclusion in a block; null while it is not mined.',
      {
        ...inclusionFields,
        confirmations,
        safe: byTag('safe'),
        finalized: byTag('finalized'),
      },
    ),
  ),
  journal: as(nullable(journalEntry), 'Journal entry; null when it was not sent from here.'),
}

const decodedTransaction = object<DecodedTransaction>(
  'A decoded transaction; fields missing from its format are null.',
  {
    type: text('`legacy`, `eip2930`, `eip1559` or another Ethereum type.'),
    chainId: nullable(count('Chain id; null when it is valid on every chain.')),
    to: nullable(address('Called address; null for a contract creation.')),
    accountNonce: nullable(accountNonce),
    valueWei,
    gasLimit: nullable(digits('Gas limit.')),
    maxFeePerGasWei: nullable(wei('Maximum fee per gas; the gas price of a legacy transaction.')),
    priorityFeePerGasWei: nullable(wei('Priority fee per gas.')),
    data: callData,
    hash: nullable(hash('Transaction hash; null while it is not signed.')),
    sender: nullable(address('Recovered from the signature; null while it is not signed.')),
    label: nullable(text('Label in the file, which proves nothing; null elsewhere.')),
    chain: nullable(text('`L1 of andromeda`; null when no known network has the chain id.')),
    contract: nullable(
      text('Name of the called contract; null when no network document lists it.'),
    ),
    call: as(nullable(decodedCall), 'Decoded call; null when no known ABI matches.'),
    maxCostWei: nullable(
      wei('Maximum cost including the value; null where the format does not determine it.'),
    ),
    cautions: list(
      'Warnings derived from the signed fields.',
      object<Trap>('A known way to lose money.', {
        id: word('Name for `--override`.', trapIds),
        message: text('The consequence.'),
      }),
    ),
    raw: nullable(hex('Raw transaction; null while it is not signed.')),
  },
)

export const decodedInput = object<DecodedInput>('Transactions read from an argument or a file.', {
  form: word('Format that was read.', [
    'raw signed',
    'raw unsigned',
    'signed file',
    'unsigned eip1559',
    'unsigned calldata',
    'unsigned safe',
  ]),
  source: word('Source it was read from.', ['argument', 'file', 'journal']),
  from: nullable(address('Account that will send; null when the format does not specify it.')),
  action: nullable(
    text('Words of the command that planned it; null when the format does not specify it.'),
  ),
  transactions: list('Transactions in the order in which they are sent.', decodedTransaction),
})
