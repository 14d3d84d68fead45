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

const label = text('What it does, for people.')
const txHash = hash('Hash of the transaction.')

/** Mirrors `replacementJson`, and what comes of it. */
function replacement(kind: ReplacementKind): CommandSchema {
  const planFields: Fields<ReturnType<typeof replacementJson>> = {
    kind: constant('What the replacement is for.', kind),
    original: object<ReturnType<typeof replacementJson>['original']>('The open transaction.', {
      id: integer('Number in `tx list`.', 1),
      label,
      action: text('Words of the command that sent it.'),
      hash: txHash,
      from: address('Sender.'),
      nonce: accountNonce,
    }),
    transaction: object<Replacement['transaction']>('What takes its place, not yet signed.', {
      chainId: count('Chain id.'),
      nonce: accountNonce,
      to: address('Called address; that of the sender in a cancellation.'),
      data: callData,
      valueWei,
      gasLimit: digits('Most gas it may use.'),
      fees,
    }),
    maxCostWei: wei('Highest price of it, in the coin of the chain.'),
    balanceWei: wei('What the sender holds, in the coin of the chain.'),
  }
  const plan = shared('replacement', object('What would be sent. Nothing is sent.', planFields))
  return {
    data: anyOf('With `--dry-run`, or done.', [
      plan,
      object('One of both transactions was mined.', {
        ...planFields,
        mined: word('Which of both was mined.', ['replacement', 'original']),
        hash: as(txHash, 'Hash of the one that was mined.'),
        receipt: object<Replaced['receipt']>('Where it was mined.', {
          hash: txHash,
          blockNumber: digits('Block that holds it.'),
          gasUsed: digits('Gas that it used.'),
          feeWei: wei('What the sender paid for gas.'),
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
  object('Signed transactions that are not mined yet. Nothing is sent.', {
    ...batchFields,
    transactions: list(
      'In order of their nonces.',
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
    data: object('Transactions that were sent from this machine.', {
      network: nullable(text('Only those of this network; null: those of every network.')),
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
      file: text('Path of the file; it alone has the signed bytes.'),
    }),
    failureData: decodedInput,
  },
  'tx speed-up': replacement('speed-up'),
  'tx wait': {
    data: object<Waited>('A transaction that is in the chain.', {
      hash: txHash,
      layer,
      goal: word('How deep it is, as was asked for.', ['confirmed', 'safe', 'finalized']),
      succeeded: flag('False: it was mined and failed.'),
      inclusion: object<Waited['inclusion']>('Where it was mined.', inclusionFields),
      confirmations,
      lostBlocks: list('Blocks that held it and were replaced meanwhile.', hash('A block.')),
    }),
  },
}
