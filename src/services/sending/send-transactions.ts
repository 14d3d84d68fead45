import type {Context} from '../context.ts'
import {decodeInput, type DecodedInput} from '../explain/decode-transaction.ts'
import type {SentCall} from './send-plan.ts'
import {
  assertNonces,
  sendSigned,
  toSignedBatch,
  withoutMined,
  type SignedBatch,
} from './send-signed.ts'
import type {OperationHost} from './host.ts'
import type {SendRequest} from './request.ts'
import {tellAll, withSession} from './session.ts'

export type SendSignedOutcome = {input: DecodedInput; batch: SignedBatch} & (
  | {state: 'previewed'}
  | {state: 'sent'; sent: SentCall[]}
)

/**
 * Shows decoded signed transactions, asks for confirmation, and sends them one after the other.
 *
 * @param wanted a file, or a raw transaction
 * @throws {MetisSeqError} those of {@link toSignedBatch}, {@link withoutMined}, {@link assertNonces} and
 *   {@link sendSigned}
 */
export async function sendTransactions(
  context: Context,
  wanted: string,
  {dryRun, signal}: Pick<SendRequest, 'dryRun' | 'signal'>,
  host: OperationHost,
): Promise<SendSignedOutcome> {
  const input = await decodeInput(context.home, wanted)
  const whole = toSignedBatch(input, context.network)
  const options = {lock: dryRun ? null : ('send' as const), signal}
  return withSession(context, whole, options, host, async ({dependencies}) => {
    const batch = await withoutMined(whole, dependencies)
    await assertNonces(batch, dependencies)
    if (dryRun) return {state: 'previewed', input, batch}
    host.say({kind: 'proposed', proposal: {kind: 'signed', input, batch}})
    await host.ask({text: `Send on ${context.networkName}?`})
    const sent = await sendSigned(batch, dependencies)
    host.onShown(() => tellAll(context, sent))
    return {state: 'sent', input, batch, sent}
  })
}
