import {MetisSeqError} from '../lib/errors.ts'
import type {JournalEntry, NewJournalEntry} from '../store/journal.ts'
import type {Receipt, SendDependencies} from './send-dependencies.ts'
import {
  broadcast,
  findReceipt,
  outcomeOf,
  record,
  rejected,
  reverted,
  waitForEntry,
} from './wait-transaction.ts'

/**
 * Writes a signed transaction into the journal, sends it, and waits for its end.
 *
 * @param waitMined false: returns after the broadcast
 * @returns the receipt with the hash that was mined: that of a speed-up when one took its place
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
  const receipt = await waitForEntry(entry, dependencies).catch((error: unknown) =>
    receiptOfSpeedUp(entry, error, dependencies),
  )
  reporter.onMined(entry.label, receipt)
  return {entry, receipt}
}

/** Another terminal may have offered more for the same call: then what was asked for is done. */
async function receiptOfSpeedUp(
  entry: JournalEntry,
  error: unknown,
  {client, journal}: SendDependencies,
): Promise<Receipt> {
  if (!(error instanceof MetisSeqError) || error.code !== 'TX_REPLACED') throw error
  const same = journal
    .rivals(entry)
    .filter(
      ({action, label, to}) => action === entry.action && label === entry.label && to === entry.to,
    )
  for (const rival of same) {
    const found = await findReceipt(client, rival.hash)
    if (!found) continue
    const outcome = outcomeOf(found)
    record(journal, rival, outcome)
    if (outcome.state === 'reverted') throw reverted(rival, outcome.receipt)
    return outcome.receipt
  }
  throw error
}

function isOpen({status}: JournalEntry): boolean {
  return status === 'prepared' || status === 'sent'
}
