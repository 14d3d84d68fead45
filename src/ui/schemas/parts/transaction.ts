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

export const valueWei = wei('Coin that goes with it: ETH on L1, METIS on L2.')

export const callData = hex('Data of the call.')

export const fees = shared(
  'fees',
  anyOf('What a transaction pays for gas, by its type.', [
    object<Extract<Fees, {type: 'legacy'}>>('Of a chain without a base fee.', {
      type: constant('Type of the transaction.', 'legacy'),
      gasPrice: wei('Price per gas.'),
    }),
    object<Extract<Fees, {type: 'eip1559'}>>('Of a chain with a base fee.', {
      type: constant('Type of the transaction.', 'eip1559'),
      maxFeePerGas: wei('Most that is paid per gas.'),
      maxPriorityFeePerGas: wei('What the block producer gets per gas.'),
    }),
  ]),
)

/** Mirrors `DecodedCall`. */
export const decodedCall = shared(
  'decodedCall',
  object<DecodedCall>('A contract call in words.', {
    contract: text(
      'Contract, by its address; where that is unknown, the first that has the function.',
    ),
    contractProven: flag('True when the address says that it is this contract.'),
    alsoIn: list('Other known contracts with the same function.', {type: 'string'}),
    functionName: text('Function that is called.'),
    signature: text('Function with the types of its arguments.'),
    selector: hexOf('First four bytes of the data.', 4),
    args: list(
      'Arguments in order.',
      object<DecodedCall['args'][number]>('An argument of the call.', {
        name: text('Name of the argument.'),
        type: text('Its type in the ABI.'),
        value: text('Its value as the contract takes it.'),
        display: optional(text('The same for people, where the value is hard to read.')),
      }),
    ),
  }),
)

/** Mirrors `JournalView`: an entry without its signed bytes. */
export const journalEntry = shared(
  'journalEntry',
  object<JournalView>('A transaction that was sent from this machine.', {
    id: integer('Number in `tx list`.', 1),
    action: text('Words of the command that sent it.'),
    label: text('What it does, for people.'),
    network: text('Name of the network.'),
    chainId: count('Chain id.'),
    from: address('Sender.'),
    to: address('Called address.'),
    nonce: accountNonce,
    valueWei,
    hash: hash('Hash of the transaction.'),
    status: word('How it stands, as far as this machine knows.', [
      'prepared',
      'sent',
      'mined',
      'reverted',
      'replaced',
      'rejected',
    ]),
    blockNumber: nullable(digits('Block it was mined in; null while open.')),
    createdAt: isoTime('When it was signed.'),
  }),
)

export const inclusionFields: Fields<Waited['inclusion']> = {
  succeeded: flag('False: it was mined and failed.'),
  blockNumber: digits('Block that holds it.'),
  blockHash: hash('Hash of that block.'),
  gasUsed: digits('Gas that it used.'),
  feeWei: wei('What the sender paid for gas.'),
}

export const confirmations = digits('Blocks from its own to the head, both counted.')

const byTag = (tag: string) =>
  nullable(flag(`True when its block is ${tag}; null when the endpoint does not say.`))

/** Mirrors `TransactionView`. */
export const transactionFields: Fields<TransactionView> = {
  hash: hash('Hash of the transaction.'),
  layer,
  chainId: count('Chain id.'),
  network: text('Name of the network.'),
  explorerUrl: nullable(text('Its page in an explorer; null: the network names none.')),
  state: word(
    '`pending`: a node holds it and no block does. `unknown`: no node of the network knows it.',
    ['mined', 'failed', 'pending', 'unknown'],
  ),
  from: address('Sender.'),
  to: nullable(address('Called address; null makes a contract.')),
  contract: nullable(text('Name of the called contract; null when the network does not name it.')),
  call: as(nullable(decodedCall), 'The call in words; null when no known ABI has it.'),
  data: callData,
  valueWei,
  accountNonce,
  gasLimit: nullable(digits('Most gas it may use; null when no node knows it.')),
  inclusion: nullable(
    object<NonNullable<TransactionView['inclusion']>>('Where it was mined; null while it is not.', {
      ...inclusionFields,
      confirmations,
      safe: byTag('safe'),
      finalized: byTag('finalized'),
    }),
  ),
  journal: as(
    nullable(journalEntry),
    'What the journal says; null when it was not sent from here.',
  ),
}

const decodedTransaction = object<DecodedTransaction>(
  'A transaction in words; what its form does not carry is null.',
  {
    type: text('`legacy`, `eip2930`, `eip1559` or another type of Ethereum.'),
    chainId: nullable(count('Chain id; null when it is valid on every chain.')),
    to: nullable(address('Called address; null makes a contract.')),
    accountNonce: nullable(accountNonce),
    valueWei,
    gasLimit: nullable(digits('Most gas it may use.')),
    maxFeePerGasWei: nullable(wei('Most that is paid per gas; the gas price of a legacy one.')),
    priorityFeePerGasWei: nullable(wei('What the block producer gets per gas.')),
    data: callData,
    hash: nullable(hash('Hash by which a chain knows it; null while it is not signed.')),
    sender: nullable(address('Recovered from the signature; null while it is not signed.')),
    label: nullable(text('What the file calls it, which proves nothing; null elsewhere.')),
    chain: nullable(text('`L1 of andromeda`; null when no known network has the chain id.')),
    contract: nullable(text('Name of the called contract; null when no network names it.')),
    call: as(nullable(decodedCall), 'The call in words; null when no known ABI has it.'),
    maxCostWei: nullable(
      wei('Most that it can cost, with what goes with it; null where the form leaves that open.'),
    ),
    cautions: list(
      'What speaks against it, by the fields that are signed.',
      object<Trap>('A known way to lose money.', {
        id: word('Name for `--override`.', trapIds),
        message: text('What would happen.'),
      }),
    ),
    raw: nullable(hex('As it travels; null while it is not signed.')),
  },
)

export const decodedInput = object<DecodedInput>('Transactions read from an argument or a file.', {
  form: word('What was read.', [
    'raw signed',
    'raw unsigned',
    'signed file',
    'unsigned eip1559',
    'unsigned calldata',
    'unsigned safe',
  ]),
  source: word('Where it was read from.', ['argument', 'file', 'journal']),
  from: nullable(address('Account that is to send; null when the form does not say.')),
  action: nullable(text('Words of the command that planned it; null when the form does not say.')),
  transactions: list('Transactions in the order in which they are sent.', decodedTransaction),
})
