import type {Context} from '../services/context.ts'
import {decodeInput} from '../services/decode-transaction.ts'
import {
  assertNonces,
  sendSigned,
  toSignedBatch,
  withoutMined,
  type SignedBatch,
} from '../services/send-signed.ts'
import {openJournal} from '../store/journal.ts'
import {sentJson} from '../ui/presenters/plan.ts'
import {decodedText} from '../ui/presenters/transaction.ts'
import type {Result} from './operator-command.ts'
import {lockAccount} from './account-lock.ts'
import {chainOf, pagesOf, proveAndWarn, reporterFor, tellAll, type SendHost} from './send.ts'

/** Shows what signed transactions do, asks, and sends them one after the other. */
export async function sendTransactions(
  context: Context,
  wanted: string,
  flags: {'dry-run': boolean},
  host: SendHost,
): Promise<Result> {
  const input = await decodeInput(context.home, wanted)
  const whole = toSignedBatch(input, context.network)
  await proveAndWarn(context, whole, host)
  const journal = openJournal(context.home.journalFile)
  try {
    const dependencies = {
      ...chainOf(context, whole),
      network: context.networkName,
      journal,
      reporter: reporterFor(host, pagesOf(context, whole)),
      signal: host.signal,
    }
    if (!flags['dry-run']) host.atEnd(await lockAccount(context, whole, host))
    const batch = await withoutMined(whole, dependencies)
    await assertNonces(batch, dependencies)
    const json = signedJson(batch)
    if (flags['dry-run']) return {data: json, text: decodedText(input)}
    host.say(decodedText(input))
    host.keepForFailure(json)
    await host.confirm(`Send on ${context.networkName}?`)
    const sent = await sendSigned(batch, dependencies)
    host.atSuccess(() => tellAll(context, sent))
    return {
      data: {...json, transactions: sentJson(sent, pagesOf(context, whole))},
      text: sent.map(({label, hash}) => `Mined: ${label}, ${hash}.`).join('\n'),
    }
  } finally {
    journal.close()
  }
}

/** Without the signed bytes: whoever reads a log could send them. */
function signedJson({transactions, ...rest}: SignedBatch) {
  return {...rest, transactions: transactions.map(({raw: _raw, ...each}) => each)}
}
