import {parseTransaction} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import type {JournalEntry, NewJournalEntry} from '../../store/journal.ts'
import {reverted} from './failed-receipt.ts'
import type {Receipt, SendDependencies} from './send-dependencies.ts'
import {
  broadcast,
  findReceipt,
  outcomeOf,
  record,
  rejected,
  stuck,
  unknown,
  waitForEntry,
} from './wait-transaction.ts'

/**
 * Writes a signed transaction into the journal, sends it, and waits for its end.
 *
 * @param waitMined false to return after the broadcast
 * @returns the receipt with the mined hash: that of a speed-up if it was mined instead
 * @throws {MetisSeqError} TX_REJECTED, TX_REVERTED, TX_REPLACED, TX_UNKNOWN, INTERRUPTED; it is in the journal
 */
export async function sendEntry(
  signed: NewJournalEntry,
  waitMined: boolean,
  dependencies: SendDependencies,
): Promise<{entry: JournalEntry; receipt: Receipt | null}> {
  const {journal, reporter, signal} = dependencies
  // A person at a remote signer may have taken long, and the command may have been interrupted meanwhile.
  signal.throwIfAborted()
  // Resending the same signed bytes is the same transaction.
  const known = journal.find({hash: signed.hash})
  if (known?.status === 'mined' || known?.status === 'reverted') throw minedBefore(known)
  const wasOut = known?.status === 'sent'
  const entry = known && isOpen(known) ? known : journal.prepare(signed)
  const refusal = await broadcast(entry, dependencies)
  // A transaction that was broadcast once may be in the pool of a node that does not respond now.
  if (refusal && wasOut) throw stuck(entry, refusal)
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

/** Another terminal may have sped up the same call: the request is then fulfilled. */
async function receiptOfSpeedUp(
  entry: JournalEntry,
  error: unknown,
  {client, journal}: SendDependencies,
): Promise<Receipt> {
  if (!(error instanceof MetisSeqError) || error.code !== 'TX_REPLACED') throw error
  // Only later transactions can be its replacements.
  const same = journal
    .rivals(entry)
    .filter((rival) => rival.id > entry.id && isSameCall(rival, entry))
  for (const rival of same) {
    const found = await findReceipt(client, rival.hash).catch((cause: unknown) => {
      throw unknown(entry, cause)
    })
    if (!found) continue
    const outcome = await outcomeOf(client, found)
    record(journal, rival, outcome)
    if (outcome.state === 'reverted') throw await reverted(client, rival, outcome.receipt)
    return outcome.receipt
  }
  throw error
}

function isOpen({status}: JournalEntry): boolean {
  return status === 'prepared' || status === 'sent'
}

/** True when both are the same call of the same contract: labels are rounded, the bytes are not. */
export function isSameCall(a: JournalEntry, b: JournalEntry): boolean {
  const essence = ({action, to, valueWei, raw}: JournalEntry) => {
    const {data = '0x'} = parseTransaction(raw)
    return [action, to.toLowerCase(), valueWei, data].join(' ')
  }
  return essence(a) === essence(b)
}

function minedBefore({label, hash, nonce}: JournalEntry): MetisSeqError {
  return new MetisSeqError({
    code: 'NONCE_USED',
    retryable: false,
    message: `${label}: this exact transaction is already mined; nothing was sent.`,
    facts: {hash, nonce: `${nonce}`},
    hints: [`Run \`metis-seq tx show ${hash}\`.`, 'Omit `--nonce` to send another one.'],
  })
}
