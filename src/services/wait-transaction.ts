import type {Address, Hash} from 'viem'
import {
  getTransaction,
  getTransactionCount,
  getTransactionReceipt,
  sendRawTransaction,
} from 'viem/actions'
import {TransactionReceiptNotFoundError} from 'viem'

import type {ChainClient} from '../chain/connect.ts'
import {systemClock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'
import type {ExitName} from '../lib/exit-codes.ts'
import {RpcResponseError} from '../lib/json-rpc.ts'
import type {Journal, JournalEntry} from '../store/journal.ts'
import type {Receipt, SendDependencies} from './send-dependencies.ts'

const POLL_MS = 250
const REPORT_EVERY_MS = 5000
/** Looks for a missing receipt, over two seconds, before a transaction counts as replaced. */
const REPLACED_LOOKS = 8
/** Longer than any block time; after it the outcome is called unknown, never failed. */
const WAIT_LIMIT_MS = 180_000

type Outcome =
  | {state: 'mined' | 'reverted'; receipt: Receipt}
  | {state: 'replaced' | 'rejected'}
  | {state: 'open'}

/** How a transaction of an earlier command stands now. */
export interface Settled {
  entry: JournalEntry
  state: Outcome['state']
}

/**
 * Brings transactions that an earlier command left open to their end, so that a new plan starts from
 * what is true. One that never reached the chain is sent again: it has one nonce and can be mined once.
 *
 * @param looksOnly nothing leaves: an open transaction stays open
 */
export async function settleOpenTransactions(
  from: Address,
  dependencies: SendDependencies,
  looksOnly = false,
): Promise<Settled[]> {
  const {client, chainId, journal, reporter} = dependencies
  const settled: Settled[] = []
  for (const entry of journal.open(chainId, from)) {
    const before = await readOutcome(client, entry)
    const outcome =
      before.state === 'open' && !looksOnly ? await sendAgain(entry, dependencies) : before
    if (outcome.state !== 'open') record(journal, entry, outcome)
    reporter.onSettled(entry.label, entry.hash, outcome.state)
    settled.push({entry, state: outcome.state})
  }
  return settled
}

async function sendAgain(entry: JournalEntry, dependencies: SendDependencies): Promise<Outcome> {
  const refusal = await broadcast(dependencies.client, entry)
  if (refusal) return {state: 'rejected'}
  return {state: 'mined', receipt: await waitForEntry(entry, dependencies)}
}

/**
 * Sends a journaled transaction. A node that has it already says so with an error, which is no failure.
 *
 * @returns undefined when it is out; the refusal when the chain knows nothing of it
 * @throws {MetisSeqError} TX_UNKNOWN when no endpoint answered: it may be out
 */
export async function broadcast(
  client: ChainClient,
  entry: JournalEntry,
): Promise<RpcResponseError | undefined> {
  try {
    await sendRawTransaction(client, {serializedTransaction: entry.raw})
    return undefined
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal) throw unknown(entry, error)
    const known = await getTransaction(client, {hash: entry.hash}).catch(() => undefined)
    if (known) return undefined
    const {state} = await readOutcome(client, entry)
    return state === 'open' ? refusal : undefined
  }
}

/** Codes by which a node says that it will not have this transaction; others say that it cannot tell. */
const refusalCodes: readonly number[] = [-32_000, -32_003, -32_602]

function refusalOf(error: unknown): RpcResponseError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof RpcResponseError) return refusalCodes.includes(at.code) ? at : undefined
  }
  return undefined
}

/**
 * Waits until a journaled transaction is mined, and records how it ended.
 *
 * @throws {MetisSeqError} TX_REVERTED, TX_REPLACED, TX_UNKNOWN (not mined in time), INTERRUPTED
 */
export async function waitForEntry(
  entry: JournalEntry,
  {client, journal, reporter, signal}: SendDependencies,
): Promise<Receipt> {
  const started = systemClock.monotonicMs()
  let reportAt = started + REPORT_EVERY_MS
  while (systemClock.monotonicMs() - started < WAIT_LIMIT_MS) {
    const outcome = await readOutcome(client, entry).catch((error: unknown) => {
      throw signal.aborted ? interrupted(entry, signal) : unknown(entry, error)
    })
    if (outcome.state !== 'open') record(journal, entry, outcome)
    if (outcome.state === 'mined') return outcome.receipt
    if (outcome.state === 'reverted') throw reverted(entry, outcome.receipt)
    if (outcome.state === 'replaced') throw replaced(entry)
    if (systemClock.monotonicMs() > reportAt) {
      reporter.onWaiting(entry.label, Math.round((systemClock.monotonicMs() - started) / 1000))
      reportAt += REPORT_EVERY_MS
    }
    await systemClock.sleep(POLL_MS, signal).catch(() => {
      throw interrupted(entry, signal)
    })
  }
  throw unknown(entry)
}

export async function readOutcome(client: ChainClient, entry: JournalEntry): Promise<Outcome> {
  const receipt = await findReceipt(client, entry.hash)
  if (receipt) {
    const {transactionHash: hash, blockNumber, gasUsed, effectiveGasPrice, status} = receipt
    return {
      state: status === 'success' ? 'mined' : 'reverted',
      receipt: {hash, blockNumber, gasUsed, feeWei: gasUsed * effectiveGasPrice},
    }
  }
  const nonce = await getTransactionCount(client, {address: entry.from, blockTag: 'latest'})
  if (nonce <= entry.nonce) return {state: 'open'}
  // The receipt can appear between the two reads, and a backend behind the same address can be a little
  // behind: it must be missing for a while before another transaction took the nonce.
  for (let look = 0; look < REPLACED_LOOKS; look++) {
    await systemClock.sleep(POLL_MS)
    if (await findReceipt(client, entry.hash)) return readOutcome(client, entry)
  }
  return {state: 'replaced'}
}

function findReceipt(client: ChainClient, hash: Hash) {
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

function factsOf(entry: JournalEntry): Record<string, string> {
  return {hash: entry.hash, from: entry.from, nonce: String(entry.nonce), network: entry.network}
}

export function reverted(entry: JournalEntry, receipt: Receipt): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_REVERTED',
    message: `${entry.label}: the transaction was mined in block ${receipt.blockNumber} and failed.`,
    exit: 'reverted',
    facts: {...factsOf(entry), block: `${receipt.blockNumber}`, feeWei: `${receipt.feeWei}`},
    hints: ['Run the same command with `--dry-run` to see what refuses it now.'],
  })
}

function replaced(entry: JournalEntry): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_REPLACED',
    message: `${entry.label}: another transaction with nonce ${entry.nonce} was mined instead.`,
    exit: 'precondition',
    facts: factsOf(entry),
    hints: ['Run the same command again; it starts from what is true now.'],
  })
}

/** The broadcast was refused, and no chain knows the transaction: it costs nothing. */
export function rejected(entry: JournalEntry, refusal: RpcResponseError): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_REJECTED',
    message: `${entry.label}: the endpoint does not take the transaction: ${refusal.message}.`,
    exit: 'precondition',
    facts: {...factsOf(entry), rpcCode: String(refusal.code)},
    hints: ['Nothing was sent. Check `--nonce`, `--max-fee` and the balance of the account.'],
    cause: refusal,
  })
}

const AGAIN =
  'Run the same command again: it first brings this transaction to its end and never sends it twice.'

function unknown(entry: JournalEntry, cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_UNKNOWN',
    message: cause
      ? `${entry.label}: the endpoint fell silent, so whether the transaction is mined is unknown.`
      : `${entry.label}: sent, and not mined within ${WAIT_LIMIT_MS / 1000} s.`,
    exit: 'tx-unknown',
    facts: factsOf(entry),
    hints: [AGAIN],
    retryable: true,
    cause,
  })
}

function interrupted(entry: JournalEntry, {reason}: AbortSignal): MetisSeqError {
  const exit: ExitName = reason instanceof MetisSeqError ? reason.exit : 'sigint'
  return new MetisSeqError({
    code: 'INTERRUPTED',
    message: `Interrupted; ${entry.label} is sent and may still be mined.`,
    exit,
    facts: factsOf(entry),
    hints: [AGAIN],
    retryable: true,
  })
}
