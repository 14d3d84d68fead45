import type {
  ReplacementKind,
  Replaced,
  Replacement,
} from '../../services/sending/replace-transaction.ts'
import type {SignedBatch, Signed} from '../../services/sending/send-signed.ts'
import type {SignedFile} from '../../services/sending/sign-file.ts'
import type {TransactionView} from '../../services/sending/transactions.ts'
import type {Waited} from '../../services/sending/wait-hash.ts'
import type {replacementJson} from '../presenters/replacement.ts'
import {
  address,
  anyOf,
  as,
  constant,
  count,
  digits,
  flag,
  hash,
  integer,
  list,
  nullable,
  object,
  shared,
  text,
  wei,
  word,
  type Fields,
} from './build.ts'
import type {CommandSchema, CommandSchemas} from './document.ts'
import {sentCalls} from './parts/plan.ts'
import {
  accountNonce,
  callData,
  confirmations,
  decodedInput,
  fees,
  inclusionFields,
  journalEntry,
  layer,
  transactionFields,
  valueWei,
} from './parts/transaction.ts'

const label = text('Description, human-readable.')
const txHash = hash('Hash of the transaction.')

/** Mirrors `replacementJson` and its outcome. */
function replacement(kind: ReplacementKind): CommandSchema {
  const planFields: Fields<ReturnType<typeof replacementJson>> = {
    kind: constant('Purpose of the replacement.', kind),
    original: object<ReturnType<typeof replacementJson>['original']>('The pending transaction.', {
      id: integer('Number in `tx list`.', 1),
      label,
      action: text('Words of the command that sent it.'),
      hash: txHash,
      from: address('Sender.'),
      nonce: accountNonce,
    }),
    transaction: object<Replacement['transaction']>('The replacement, not yet signed.', {
      chainId: count('Chain id.'),
      nonce: accountNonce,
      to: address("Called address; in a cancellation, the sender's own."),
      data: callData,
      valueWei,
      gasLimit: digits('Gas limit.'),
      fees,
    }),
    maxCostWei: wei('Maximum cost, in the coin of the chain.'),
    balanceWei: wei('Balance of the sender, in the coin of the chain.'),
  }
  const plan = shared('replacement', object('A preview; nothing is sent.', planFields))
  return {
    data: anyOf('With `--dry-run`, or done.', [
      plan,
      object('One of the two transactions was mined.', {
        ...planFields,
        mined: word('Transaction that was mined.', ['replacement', 'original']),
        hash: as(txHash, 'Hash of the one that was mined.'),
        receipt: object<Replaced['receipt']>('Its inclusion in a block.', {
          hash: txHash,
          blockNumber: digits('Block with the transaction.'),
          gasUsed: digits('Gas used.'),
          feeWei: wei('Gas fee paid by the sender.'),
        }),
      }),
    ]),
    failureData: plan,
  }
}

const batchFields: Fields<Omit<SignedBatch, 'transactions'>> = {
  action: text('Words of the command that planned it.'),
  chain: layer,
  from: address('Account that signed.'),
}

const signedBatch = shared(
  'signedBatch',
  object('Signed transactions, not mined yet; nothing is sent.', {
    ...batchFields,
    transactions: list(
      'In nonce order.',
      object<Omit<Signed, 'raw'>>('A transaction, without its signed bytes.', {
        label,
        hash: txHash,
        to: address('Called address.'),
        nonce: accountNonce,
        valueWei,
      }),
    ),
  }),
)

export const txSchemas: CommandSchemas = {
  'tx cancel': replacement('cancel'),
  'tx decode': {data: decodedInput},
  'tx list': {
    data: object('Transactions sent from this machine.', {
      network: nullable(text('Network whose transactions are listed; null for all networks.')),
      transactions: list('Newest first.', journalEntry),
    }),
  },
  'tx send': {
    data: anyOf('With `--dry-run`, or done.', [
      signedBatch,
      object('Sent and mined.', {...batchFields, transactions: sentCalls}),
    ]),
    failureData: signedBatch,
  },
  'tx show': {data: object<TransactionView>('A transaction.', transactionFields)},
  'tx sign': {
    data: object('The file that was written.', {
      chainId: count('Chain id.'),
      from: address('Account that signed.'),
      action: text('Words of the command that planned it.'),
      transactions: list(
        'In order.',
        object<Omit<SignedFile['transactions'][number], 'raw'>>('A signed transaction.', {
          label,
          hash: txHash,
        }),
      ),
      file: text('Path of the file, the only place with the signed bytes.'),
    }),
    failureData: decodedInput,
  },
  'tx speed-up': replacement('speed-up'),
  'tx wait': {
    data: object<Waited>('A mined transaction.', {
      hash: txHash,
      layer,
      goal: word('Confirmation level that was requested and reached.', [
        'confirmed',
        'safe',
        'finalized',
      ]),
      succeeded: flag('False when it was mined and failed.'),
      inclusion: object<Waited['inclusion']>('Its inclusion in a block.', inclusionFields),
      confirmations,
      lostBlocks: list('Blocks that contained it and were reorged.', hash('A block.')),
    }),
  },
}
