import type {JournalEntry, NewJournalEntry} from '../store/journal.ts'
import type {Receipt, SendDependencies} from './send-dependencies.ts'
import {broadcast, rejected, waitForEntry} from './wait-transaction.ts'

/**
 * Writes a signed transaction into the journal, sends it, and waits for its end.
 *
 * @param waitMined false: returns after the broadcast
 * @throws {MetisSeqError} TX_REJECTED, TX_REVERTED, TX_REPLACED, TX_UNKNOWN, INTERRUPTED; it is in the journal
 */
export async function sendEntry(
  signed: NewJournalEntry,
  waitMined: boolean,
  dependencies: SendDependencies,
): Promise<{entry: JournalEntry; receipt: Receipt | null}> {
  const {journal, reporter} = dependencies
  // The same signed bytes, sent anew, are the same transaction.
  const known = journal.find({hash: signed.hash})
  const entry = known && isOpen(known) ? known : journal.prepare(signed)
  const refusal = await broadcast(entry, dependencies)
  if (refusal) {
    journal.mark(entry.id, 'rejected')
    throw rejected(entry, refusal)
  }
  journal.mark(entry.id, 'sent')
  reporter.onBroadcast(entry.label, entry.hash)
  if (!waitMined) return {entry, receipt: null}
  const receipt = await waitForEntry(entry, dependencies)
  reporter.onMined(entry.label, receipt)
  return {entry, receipt}
}

function isOpen({status}: JournalEntry): boolean {
  return status === 'prepared' || status === 'sent'
}
