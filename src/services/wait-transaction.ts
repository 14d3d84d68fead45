import type {Address, Hash} from 'viem'
import {getTransactionCount, getTransactionReceipt, sendRawTransaction} from 'viem/actions'
import {TransactionReceiptNotFoundError} from 'viem'

import type {ChainClient} from '../chain/connect.ts'
import {systemClock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'
import type {Journal, JournalEntry} from '../store/journal.ts'
import type {SendDependencies} from './send-plan.ts'

export interface Receipt {
  hash: Hash
  blockNumber: bigint
  gasUsed: bigint
  feeWei: bigint
}

const POLL_MS = 250
const REPORT_EVERY_MS = 5000
/** Longer than any block time; after it the outcome is called unknown, never failed. */
const WAIT_LIMIT_MS = 180_000

type Outcome =
  | {state: 'mined' | 'reverted'; receipt: Receipt}
  | {state: 'replaced'}
  | {state: 'open'}

/**
 * Brings transactions that an earlier command left open to their end, so that a new plan starts from
 * what is true. One that never reached the chain is sent again: it has one nonce and can be mined once.
 */
export async function settleOpenTransactions(
  from: Address,
  dependencies: SendDependencies,
): Promise<void> {
  const {client, chainId, journal, reporter} = dependencies
  for (const entry of journal.open(chainId, from)) {
    const outcome = await readOutcome(client, entry)
    if (outcome.state === 'open') {
      await resend(client, entry)
      const receipt = await waitForEntry(entry, dependencies)
      reporter.onSettled(entry.label, receipt.hash, 'mined')
    } else {
      record(journal, entry, outcome)
      reporter.onSettled(entry.label, entry.hash, outcome.state)
    }
  }
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
    const outcome = await readOutcome(client, entry)
    if (outcome.state !== 'open') record(journal, entry, outcome)
    if (outcome.state === 'mined') return outcome.receipt
    if (outcome.state === 'reverted') throw reverted(entry, outcome.receipt)
    if (outcome.state === 'replaced') throw replaced(entry)
    if (systemClock.monotonicMs() > reportAt) {
      reporter.onWaiting(entry.label, Math.round((systemClock.monotonicMs() - started) / 1000))
      reportAt += REPORT_EVERY_MS
    }
    await systemClock.sleep(POLL_MS, signal).catch(() => {
      throw interrupted(entry)
    })
  }
  throw unknown(entry)
}

async function readOutcome(client: ChainClient, entry: JournalEntry): Promise<Outcome> {
  const receipt = await getTransactionReceipt(client, {hash: entry.hash}).catch(
    (error: unknown) => {
      if (error instanceof TransactionReceiptNotFoundError) return undefined
      throw error
    },
  )
  if (receipt) {
    const {transactionHash: hash, blockNumber, gasUsed, effectiveGasPrice, status} = receipt
    return {
      state: status === 'success' ? 'mined' : 'reverted',
      receipt: {hash, blockNumber, gasUsed, feeWei: gasUsed * effectiveGasPrice},
    }
  }
  const nonce = await getTransactionCount(client, {address: entry.from, blockTag: 'latest'})
  if (nonce <= entry.nonce) return {state: 'open'}
  // The receipt can appear between the two reads: look once more before calling it replaced.
  const again = await getTransactionReceipt(client, {hash: entry.hash}).catch(() => undefined)
  return again ? readOutcome(client, entry) : {state: 'replaced'}
}

async function resend(client: ChainClient, entry: JournalEntry): Promise<void> {
  try {
    await sendRawTransaction(client, {serializedTransaction: entry.raw})
  } catch (error) {
    // A pool that still holds it answers "already known": waiting for it is then the right thing.
    if (error instanceof Error && error.cause instanceof MetisSeqError) throw error
  }
}

function record(
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

function reverted(entry: JournalEntry, receipt: Receipt): MetisSeqError {
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

function unknown(entry: JournalEntry): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_UNKNOWN',
    message: `${entry.label}: sent, and not mined within ${WAIT_LIMIT_MS / 1000} s.`,
    exit: 'tx-unknown',
    facts: factsOf(entry),
    hints: [
      'Run the same command again: it first waits for this transaction and never sends it twice.',
    ],
    retryable: true,
  })
}

function interrupted(entry: JournalEntry): MetisSeqError {
  return new MetisSeqError({
    code: 'INTERRUPTED',
    message: `Interrupted; ${entry.label} is sent and may still be mined.`,
    exit: 'sigint',
    facts: factsOf(entry),
    hints: [
      'Run the same command again: it first waits for this transaction and never sends it twice.',
    ],
    retryable: true,
  })
}
