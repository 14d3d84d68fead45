import type {Address, Hash} from 'viem'
import {
  getTransaction,
  getTransactionCount,
  getTransactionReceipt,
  sendRawTransaction,
} from 'viem/actions'
import {
  TransactionNotFoundError,
  TransactionReceiptNotFoundError,
  type TransactionReceipt,
} from 'viem'

import {feeOfReceipt} from '../../chain/actions/transactions/receipt-fee.ts'
import type {ChainClient} from '../../chain/connect.ts'
import {cleanText} from '../../lib/clean-text.ts'
import {systemClock} from '../../lib/clock.ts'
import {exitOfInterrupt, findCause, MetisSeqError} from '../../lib/errors.ts'
import {RpcResponseError, RpcTransportError} from '../../lib/json-rpc.ts'
import {isRecord} from '../../lib/json.ts'
import {sendRefusalOf} from '../../protocol/send-refusals.ts'
import type {Journal, JournalEntry} from '../../store/journal.ts'
import {reverted} from './failed-receipt.ts'
import {factsOf} from './journal-facts.ts'
import type {Receipt, SendDependencies} from './send-dependencies.ts'

const POLL_MS = 250
/** Backends behind one address are seconds apart: a used nonce proves little at first. */
const REPLACED_AFTER_MS = 30_000
const HOPELESS_AFTER_MS = 3_600_000
/** Longer than any block time; after it the outcome is unknown, never failed. */
const WAIT_LIMIT_MS = 180_000

type Outcome =
  | {state: 'mined' | 'reverted'; receipt: Receipt}
  | {state: 'replaced' | 'rejected'}
  | {state: 'open'}

/** Current state of a transaction of an earlier command. */
export interface Settled {
  entry: JournalEntry
  state: Outcome['state']
}

/**
 * Settles pending transactions of earlier commands, so that a new plan starts from the actual
 * state. One that never reached the chain is sent again: it has one nonce and can be mined only
 * once.
 *
 * @param looksOnly sends nothing: a pending transaction stays pending
 */
export async function settleOpenTransactions(
  from: Address,
  dependencies: SendDependencies,
  looksOnly = false,
): Promise<Settled[]> {
  const {chainId, journal, reporter} = dependencies
  const settled: Settled[] = []
  // Of several with one nonce, the newest has the highest fee: it is sent again, and determines the state of the others.
  const open = journal.open(chainId, from).toSorted((a, b) => a.nonce - b.nonce || b.id - a.id)
  const leading = new Set<number>()
  for (const entry of open) {
    const before = await readOutcome(dependencies, entry)
    const leads = !leading.has(entry.nonce)
    leading.add(entry.nonce)
    const outcome =
      before.state === 'open' && leads && !looksOnly ? await sendAgain(entry, dependencies) : before
    if (outcome.state !== 'open') record(journal, entry, outcome)
    reporter.onSettled(entry.label, entry.hash, outcome.state)
    settled.push({entry, state: outcome.state})
  }
  return settled
}

/**
 * Mined entries of an action that were never reported: the run that sent them ended before, or the
 * chain did not seem to have them then.
 */
export async function findUntold(
  action: string,
  from: Address,
  dependencies: SendDependencies,
): Promise<JournalEntry[]> {
  const {journal, chainId} = dependencies
  const mined: JournalEntry[] = []
  for (const entry of journal.untold(chainId, from, action)) {
    const receipt = await findReceipt(dependencies.client, entry.hash)
    if (!receipt) {
      if (isHopeless(entry)) journal.tell(entry.id)
      continue
    }
    record(journal, entry, await outcomeOf(dependencies.client, receipt))
    if (receipt.status === 'success') mined.push(entry)
    else journal.tell(entry.id)
  }
  return mined
}

/** It ended without a receipt so long ago that no backend can still be behind. */
function isHopeless({status, createdAt}: JournalEntry): boolean {
  const isOver = status === 'replaced' || status === 'rejected'
  return isOver && Date.now() - Date.parse(createdAt) > HOPELESS_AFTER_MS
}

async function sendAgain(entry: JournalEntry, dependencies: SendDependencies): Promise<Outcome> {
  const refusal = await broadcast(entry, dependencies)
  // A transaction that was broadcast once may be in the pool of a node that does not respond now.
  if (refusal && entry.status === 'sent') throw stuck(entry, refusal)
  if (refusal) return {state: 'rejected'}
  try {
    return {state: 'mined', receipt: await waitForEntry(entry, dependencies)}
  } catch (error) {
    if (error instanceof MetisSeqError && error.code === 'TX_REPLACED') return {state: 'replaced'}
    throw error
  }
}

/**
 * Sends a journaled transaction. A node that already has it returns an error, which is not a failure.
 *
 * @returns undefined when it was broadcast; the rejection when the chain does not have it
 * @throws {MetisSeqError} TX_UNKNOWN when no endpoint responded, or none can tell: it may have been broadcast
 */
export async function broadcast(
  entry: JournalEntry,
  dependencies: SendDependencies,
): Promise<RpcResponseError | undefined> {
  const {client} = dependencies
  try {
    await sendRawTransaction(client, {serializedTransaction: entry.raw})
    return undefined
  } catch (error) {
    const answer = findCause(error, RpcResponseError)
    if (!answer) throw unknown(entry, error)
    const meaning = sendRefusalOf(answer.code, textsOf(answer))
    // Reads may lag behind the node that accepted it: its statement about this very transaction counts.
    if (meaning === 'has-it') return undefined
    const isThere = await isKnown(entry, dependencies, meaning === 'place-used').catch(
      (cause: unknown) => {
        throw unknown(entry, cause)
      },
    )
    if (isThere) return undefined
    if (meaning !== 'refused') throw unknown(entry, error)
    return answer
  }
}

/** The message of an error and those wrapped in it: some endpoints put their node's message into `data`. */
function textsOf({message, data}: RpcResponseError): string[] {
  const inner = isRecord(data) ? [data['message'], data['reason'], data['error']] : [data]
  return [message, ...inner.filter((text) => typeof text === 'string')]
}

/**
 * True when the chain has the transaction, in the pool or in a block, or its nonce is used.
 *
 * @param patiently a node reports the nonce as used, so reads that disagree are behind it
 */
async function isKnown(
  entry: JournalEntry,
  dependencies: SendDependencies,
  patiently: boolean,
): Promise<boolean> {
  const {client, replacedAfterMs = REPLACED_AFTER_MS, signal} = dependencies
  const deadline = systemClock.monotonicMs() + (patiently ? replacedAfterMs : 0)
  for (;;) {
    try {
      await getTransaction(client, {hash: entry.hash})
      return true
    } catch (error) {
      if (!(error instanceof TransactionNotFoundError)) throw error
    }
    const {state} = await readOutcome(dependencies, entry)
    if (state !== 'open') return true
    if (systemClock.monotonicMs() >= deadline) return false
    await systemClock.sleep(POLL_MS, signal)
  }
}

/**
 * Waits until a journaled transaction is mined, and records the outcome.
 *
 * @throws {MetisSeqError} TX_REVERTED, TX_REPLACED, TX_UNKNOWN (not mined in time), INTERRUPTED
 */
export async function waitForEntry(
  entry: JournalEntry,
  dependencies: SendDependencies,
): Promise<Receipt> {
  const {journal, reporter, signal} = dependencies
  const started = systemClock.monotonicMs()
  reporter.onWaiting(entry.label)
  while (systemClock.monotonicMs() - started < WAIT_LIMIT_MS) {
    const outcome = await readOutcome(dependencies, entry).catch((error: unknown) => {
      throw signal.aborted ? interrupted(entry, signal) : unknown(entry, error)
    })
    if (outcome.state !== 'open') record(journal, entry, outcome)
    if (outcome.state === 'mined') return outcome.receipt
    if (outcome.state === 'reverted')
      throw await reverted(dependencies.client, entry, outcome.receipt)
    if (outcome.state === 'replaced') throw replaced(entry)
    await systemClock.sleep(POLL_MS, signal).catch(() => {
      throw interrupted(entry, signal)
    })
  }
  throw unknown(entry)
}

export async function readOutcome(
  dependencies: Pick<SendDependencies, 'client' | 'journal' | 'replacedAfterMs'>,
  entry: JournalEntry,
): Promise<Outcome> {
  const {client, journal, replacedAfterMs = REPLACED_AFTER_MS} = dependencies
  const deadline = systemClock.monotonicMs() + replacedAfterMs
  for (;;) {
    const receipt = await findReceipt(client, entry.hash)
    if (receipt) return await outcomeOf(client, receipt)
    const nonce = await getTransactionCount(client, {address: entry.from, blockTag: 'latest'})
    if (nonce <= entry.nonce) return {state: 'open'}
    // Only another one of our transactions is known to have used it; otherwise the receipt must stay missing.
    for (const {hash} of journal.rivals(entry)) {
      if (await findReceipt(client, hash)) return {state: 'replaced'}
    }
    if (systemClock.monotonicMs() >= deadline) return {state: 'replaced'}
    await systemClock.sleep(POLL_MS)
  }
}

export async function outcomeOf(
  client: ChainClient,
  receipt: TransactionReceipt,
): Promise<Extract<Outcome, {receipt: Receipt}>> {
  const {transactionHash: hash, blockNumber, gasUsed, status} = receipt
  const feeWei = await feeOfReceipt(client, receipt)
  return {
    state: status === 'success' ? 'mined' : 'reverted',
    receipt: {hash, blockNumber, gasUsed, feeWei},
  }
}

export function findReceipt(client: ChainClient, hash: Hash) {
  return getTransactionReceipt(client, {hash}).catch((error: unknown) => {
    if (error instanceof TransactionReceiptNotFoundError) return undefined
    throw error
  })
}

export function record(
  journal: Journal,
  entry: JournalEntry,
  outcome: Exclude<Outcome, {state: 'open'}>,
): void {
  const block = 'receipt' in outcome ? outcome.receipt.blockNumber : undefined
  journal.mark(entry.id, outcome.state, block)
}

function replaced(entry: JournalEntry): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_REPLACED',
    message: `${entry.label}: another transaction with nonce ${entry.nonce} was mined instead.`,
    facts: factsOf(entry),
    hints: ['Run the same command again; it starts from the current state.'],
  })
}

/** The broadcast was rejected, and no chain has the transaction: it costs nothing. */
export function rejected(entry: JournalEntry, refusal: RpcResponseError): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_REJECTED',
    message: `${entry.label}: the endpoint rejects the transaction: ${cleanText(refusal.message)}.`,
    facts: {...factsOf(entry), rpcCode: `${refusal.code}`},
    hints: ['Nothing was sent. Check `--nonce`, `--max-fee` and the balance of the account.'],
    cause: refusal,
  })
}

/** It was sent once, and the endpoint rejects it now: it may still be mined, or wait forever. */
export function stuck(entry: JournalEntry, refusal: RpcResponseError): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_UNKNOWN',
    message: `${entry.label}: an earlier run sent this, but the endpoint neither has it nor accepts it again: ${cleanText(refusal.message)}.`,
    facts: {...factsOf(entry), rpcCode: `${refusal.code}`},
    hints: [
      `Run \`metis-seq tx speed-up ${entry.id}\` to pay more, or \`metis-seq tx cancel ${entry.id}\`.`,
      AGAIN,
    ],
    cause: refusal,
  })
}

const AGAIN =
  'Run the same command again: it first settles this transaction and never sends it twice.'

export function unknown(entry: JournalEntry, cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_UNKNOWN',
    message: cause
      ? `${entry.label}: ${whatHappened(cause)}, so it is unknown whether the transaction is mined.`
      : `${entry.label}: sent, but not mined within ${WAIT_LIMIT_MS / 1000} s.`,
    facts: factsOf(entry),
    hints: [AGAIN],
    cause,
  })
}

/** Why the outcome of a transaction is unknown. */
function whatHappened(cause: unknown): string {
  const answer = findCause(cause, RpcResponseError)
  if (answer) return `the endpoint answers "${cleanText(answer.message)}"`
  const transport = findCause(cause, RpcTransportError)
  if (transport?.httpStatus === undefined) return 'the endpoint stopped responding'
  const said = transport.words === undefined ? '' : ` ("${transport.words}")`
  return `the endpoint answers with HTTP status ${transport.httpStatus}${said}`
}

function interrupted(entry: JournalEntry, {reason}: AbortSignal): MetisSeqError {
  return new MetisSeqError({
    code: 'INTERRUPTED',
    message: `Interrupted; ${entry.label} is sent and may still be mined.`,
    exit: exitOfInterrupt(reason),
    facts: factsOf(entry),
    hints: [AGAIN],
  })
}
