import type {Address, Hash, Hex} from 'viem'
import {getTransactionCount} from 'viem/actions'

import {MetisSeqError} from '../../lib/errors.ts'
import type {Network} from '../../protocol/network.ts'
import type {JournalEntry} from '../../store/journal.ts'
import {titleOf, type DecodedInput, type DecodedTransaction} from '../explain/decode-transaction.ts'
import type {SendDependencies} from './send-dependencies.ts'
import {sendEntry} from './send-entry.ts'
import type {SentCall} from './send-plan.ts'
import {findReceipt, outcomeOf, record} from './wait-transaction.ts'

/** A complete signed transaction: every optional field of the decoder is present. */
export interface Signed {
  /** Derived from its own bytes. */
  label: string
  raw: Hex
  hash: Hash
  to: Address
  nonce: number
  valueWei: bigint
}

/** Signed transactions of one account on one chain, in order of their nonces. */
export interface SignedBatch {
  action: string
  chain: 'L1' | 'L2'
  from: Address
  transactions: Signed[]
}

/**
 * The transactions that a signed file would send on this network. Queries no chain.
 *
 * @throws {MetisSeqError} NOT_SIGNED, WRONG_NETWORK, SENDERS_DIFFER
 */
export function toSignedBatch(input: DecodedInput, network: Network): SignedBatch {
  const transactions = input.transactions.map((each) => toSigned(each, input.form))
  const [first] = input.transactions
  const {sender, chainId} = first ?? {sender: null, chainId: null}
  const chain = [network.l1.chainId, network.l2.chainId].indexOf(chainId ?? -1)
  if (!sender) throw notSigned(input.form)
  const others = input.transactions.filter(
    (each) => each.sender !== sender || each.chainId !== chainId,
  )
  if (others.length > 0) throw mixed()
  if (chain < 0) throw wrongNetwork(network, chainId)
  return {
    action: input.action ?? 'tx send',
    chain: chain === 0 ? 'L1' : 'L2',
    from: sender,
    transactions: transactions.toSorted((a, b) => a.nonce - b.nonce),
  }
}

function toSigned(transaction: DecodedTransaction, form: DecodedInput['form']): Signed {
  const {raw, hash, to, accountNonce, valueWei} = transaction
  if (raw === null || hash === null || to === null || accountNonce === null) throw notSigned(form)
  return {label: titleOf(transaction), raw, hash, to, nonce: accountNonce, valueWei}
}

/**
 * The batch without mined transactions, so that an interrupted run continues where it stopped.
 *
 * @throws {MetisSeqError} DONE_EARLIER when nothing is left
 */
export async function withoutMined(
  batch: SignedBatch,
  {client, journal}: Pick<SendDependencies, 'client' | 'journal'>,
): Promise<SignedBatch> {
  const left = [...batch.transactions]
  for (const {hash} of batch.transactions) {
    const receipt = await findReceipt(client, hash)
    if (receipt?.status !== 'success') break
    // An interrupted run did not record it.
    const entry = journal.find({hash})
    if (entry) record(journal, entry, await outcomeOf(client, receipt))
    if (entry && hash === batch.transactions.at(-1)?.hash) tellAll(batch, journal)
    left.shift()
  }
  if (left.length > 0) return {...batch, transactions: left}
  throw new MetisSeqError({
    code: 'DONE_EARLIER',
    message: 'Every transaction in the input is already mined. Nothing was sent.',
    facts: {hash: batch.transactions.at(-1)?.hash ?? 'none'},
    hints: ['Check the result; there is nothing left to send.'],
  })
}

/** The completion of the batch is reported here, by the error that nothing is left. */
function tellAll({transactions}: SignedBatch, journal: SendDependencies['journal']): void {
  for (const {hash} of transactions) {
    const entry = journal.find({hash})
    if (entry) journal.tell(entry.id)
  }
}

/**
 * Checks that the nonces of the batch are the account's next ones.
 *
 * @throws {MetisSeqError} NONCE_USED, NONCE_GAP; nothing was sent
 */
export async function assertNonces(
  {from, transactions}: SignedBatch,
  {client, journal, chainId}: Pick<SendDependencies, 'client' | 'journal' | 'chainId'>,
): Promise<void> {
  const hashes = new Set<string>(transactions.map(({hash}) => hash.toLowerCase()))
  const nonces = new Set(transactions.map(({nonce}) => nonce))
  const rival = journal
    .open(chainId, from)
    .find(({nonce, hash}) => nonces.has(nonce) && !hashes.has(hash.toLowerCase()))
  if (rival) throw takenByOwn(rival)
  const next = await getTransactionCount(client, {address: from, blockTag: 'latest'})
  for (const [index, {nonce, label, hash}] of transactions.entries()) {
    const expected = next + index
    if (nonce === expected) continue
    const used = nonce < expected
    throw new MetisSeqError({
      ...(used
        ? ({code: 'NONCE_USED', retryable: false} as const)
        : ({code: 'NONCE_GAP'} as const)),
      message: used
        ? `${label}: it has nonce ${nonce}, and the account is at ${next}: this or another transaction already used that nonce.`
        : `${label}: it has nonce ${nonce}, and the next one is ${expected}: it would wait for the nonces in between.`,
      facts: {account: from, nonce: `${nonce}`, next: `${next}`, hash},
      hints: [
        `Run \`metis-seq tx show ${hash}\` to see whether it is mined.`,
        'Write the file again with `--unsigned FILE`, then sign it with `metis-seq tx sign FILE --output SIGNED`.',
      ],
    })
  }
}

/**
 * Sends every transaction and waits for it before the next.
 *
 * @throws {MetisSeqError} TX_REJECTED, TX_REVERTED, TX_REPLACED, TX_UNKNOWN, INTERRUPTED
 */
export async function sendSigned(
  {action, from, transactions}: SignedBatch,
  dependencies: SendDependencies,
): Promise<SentCall[]> {
  const {network, chainId, signal} = dependencies
  const sent: SentCall[] = []
  for (const transaction of transactions) {
    signal.throwIfAborted()
    const entry = {...transaction, action, network, chainId, from}
    const {receipt} = await sendEntry(entry, true, dependencies)
    sent.push({label: transaction.label, hash: receipt?.hash ?? transaction.hash, receipt})
  }
  return sent
}

function takenByOwn({id, label, nonce, hash}: JournalEntry): MetisSeqError {
  return new MetisSeqError({
    code: 'NONCE_TAKEN_BY_OWN',
    message: `Nonce ${nonce} belongs to one of our pending transactions: ${label}. Only one of the two could be mined.`,
    facts: {nonce: `${nonce}`, hash, entry: `${id}`},
    hints: [
      `Run \`metis-seq tx wait ${hash}\`, or \`metis-seq tx cancel ${id}\` to free its nonce.`,
      'Then write and sign the file again: its nonce is used.',
    ],
  })
}

function notSigned(form: DecodedInput['form']): MetisSeqError {
  return new MetisSeqError({
    code: 'NOT_SIGNED',
    message: 'The input contains an unsigned transaction.',
    hints: [
      form === 'unsigned safe'
        ? 'Load it into the transaction builder of the Safe for its owners to sign.'
        : 'Sign it with `metis-seq tx sign FILE --output SIGNED`.',
    ],
  })
}

function mixed(): MetisSeqError {
  return new MetisSeqError({
    code: 'SENDERS_DIFFER',
    message: 'The transactions are of different accounts or chains.',
    hints: ['Send them one by one: `metis-seq tx send 0x…`.'],
  })
}

function wrongNetwork({name, l1, l2}: Network, chainId: number | null): MetisSeqError {
  return new MetisSeqError({
    code: 'WRONG_NETWORK',
    message: `The transaction is for chain ${chainId ?? 'any'}, and network ${name} has ${l1.chainId} and ${l2.chainId}.`,
    facts: {chainId: `${chainId ?? 'none'}`, network: name},
    hints: ['Pass `--network NAME`; `metis-seq network list` shows the chain ids.'],
  })
}
