import type {Context} from '../services/context.ts'
import {decodeInput} from '../services/decode-transaction.ts'
import {assertNonces, sendSigned, toSignedBatch} from '../services/send-signed.ts'
import {openJournal} from '../store/journal.ts'
import {sentJson} from '../ui/presenters/plan.ts'
import {decodedText} from '../ui/presenters/transaction.ts'
import type {Result} from './operator-command.ts'
import {chainOf, lockAccount, reporterFor, type SendHost} from './send.ts'

/** Shows what signed transactions do, asks, and sends them one after the other. */
export async function sendTransactions(
  context: Context,
  wanted: string,
  flags: {'dry-run': boolean},
  host: SendHost,
): Promise<Result> {
  const input = await decodeInput(context.home, wanted)
  const batch = toSignedBatch(input, context.network)
  const journal = openJournal(context.home.journalFile)
  try {
    const dependencies = {
      ...chainOf(context, batch),
      network: context.networkName,
      journal,
      reporter: reporterFor(host),
      signal: host.signal,
    }
    if (!flags['dry-run']) host.atEnd(await lockAccount(context, batch, host))
    await assertNonces(batch, dependencies)
    if (flags['dry-run']) return {data: batch, text: decodedText(input)}
    host.say(decodedText(input))
    host.keepForFailure(batch)
    await host.confirm(`Send on ${context.networkName}?`)
    const sent = await sendSigned(batch, dependencies)
    return {
      data: {...batch, transactions: sentJson(sent)},
      text: sent.map(({label, hash}) => `Mined: ${label}, ${hash}.`).join('\n'),
    }
  } finally {
    journal.close()
  }
}
