import {MetisSeqError} from '../../lib/errors.ts'
import type {Journal, JournalEntry} from '../../store/journal.ts'
import type {Context} from '../context.ts'
import {reverted} from './failed-receipt.ts'
import type {SentCall} from './send-plan.ts'
import {clientOf} from './transactions.ts'
import {waitForHash, type WaitGoal, type Waited} from './wait-hash.ts'

const POLL_MS = 500
/** Time within which a reorged block is usually followed by another with the same transactions. */
const CONFIRM_LIMIT_MS = 180_000
/** Ethereum finalizes after 13 minutes; several times that indicates a problem. */
const DEEP_LIMIT_MS = 3_600_000

export interface ConfirmOptions {
  goal: WaitGoal
  journal: Journal
  signal: AbortSignal
  onProgress(text: string): void
}

/**
 * Waits until the last sent transaction is in the canonical chain, at the requested depth. A
 * receipt alone does not prove it: its block may have been reorged since.
 *
 * @returns the sent transactions, with their current block
 * @throws {MetisSeqError} TX_REVERTED (it failed in another block), TX_REPLACED, TX_UNKNOWN,
 *   TAG_UNSUPPORTED, INTERRUPTED; the next run of the command settles it
 */
export async function confirmSent(
  context: Context,
  sent: SentCall[],
  {goal, journal, signal, onProgress}: ConfirmOptions,
): Promise<SentCall[]> {
  const last = sent.at(-1)
  const entry = last && journal.find({hash: last.hash})
  if (!last?.receipt || !entry) return sent
  // Until it is confirmed again, it is pending in the journal, so that after a crash the next run checks it.
  journal.mark(entry.id, 'sent')
  const waited = await waitForHash(context, last.hash, entry, {
    ...{goal, signal, onProgress, confirmations: 1n, pollMs: POLL_MS},
    limitMs: goal === 'confirmed' ? CONFIRM_LIMIT_MS : DEEP_LIMIT_MS,
  }).catch((error: unknown) => {
    throw unreachableAfter(error, entry)
  })
  const receipt = receiptOf(waited)
  journal.mark(entry.id, waited.succeeded ? 'mined' : 'reverted', receipt.blockNumber)
  if (!waited.succeeded) throw await reverted(clientOf(context, waited.layer), entry, receipt)
  return [...sent.slice(0, -1), {...last, receipt}]
}

/** It was just mined; an endpoint that stops responding now proves nothing. */
function unreachableAfter(error: unknown, {label, hash}: JournalEntry): unknown {
  if (!(error instanceof MetisSeqError) || error.exit !== 'unreachable') return error
  return new MetisSeqError({
    code: 'TX_UNKNOWN',
    message: `${label}: it was mined, but then the endpoint stopped responding.`,
    facts: {...error.facts, hash},
    hints: [
      `Run \`metis-seq tx wait ${hash}\`, or run the same command again: it sends nothing twice.`,
    ],
    cause: error,
  })
}

function receiptOf({hash, inclusion}: Waited): NonNullable<SentCall['receipt']> {
  const {blockNumber, gasUsed, feeWei} = inclusion
  return {hash, blockNumber, gasUsed, feeWei}
}
