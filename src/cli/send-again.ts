/** Ways to send without a plan: replacements, and transactions signed on another machine. */
import type {Context} from '../services/context.ts'
import type {Replacement, ReplacementKind} from '../services/sending/replace-transaction.ts'
import {replaceTransaction} from '../services/sending/replace.ts'
import {sendTransactions} from '../services/sending/send-transactions.ts'
import {pagesOf} from '../services/sending/explorer-pages.ts'
import {sentJson} from '../ui/presenters/plan.ts'
import {operationHost, proposalJson, proposalText, type CommandHost} from './operation-host.ts'
import type {Result} from './operator-command.ts'
import {passwordAccess, type PasswordFlags} from './password-flags.ts'

export interface ReplaceFlags extends PasswordFlags {
  'dry-run': boolean
  'max-fee'?: bigint | undefined
  'priority-fee'?: bigint | undefined
}

/** @param wanted hash or journal id; undefined: the only pending one */
export async function replace(
  context: Context,
  kind: ReplacementKind,
  wanted: string | undefined,
  flags: ReplaceFlags,
  host: CommandHost,
): Promise<Result> {
  const request = {
    dryRun: flags['dry-run'],
    maxFeeWei: flags['max-fee'],
    priorityFeeWei: flags['priority-fee'],
    password: passwordAccess(flags, host.mayAsk),
    signal: host.signal,
  }
  const outcome = await replaceTransaction(
    context,
    {kind, wanted},
    request,
    operationHost(context, host),
  )
  const {replacement, chain} = outcome
  const proposal = {kind: 'replacement' as const, replacement, chain}
  const json = proposalJson(proposal)
  if (outcome.state === 'previewed') return {data: json, text: proposalText(proposal, context)}
  const {mined, hash, receipt} = outcome.replaced
  return {
    data: {...json, mined, hash, receipt},
    text: outcomeText(replacement, mined, hash),
    // A script that tried to cancel it must not take this for success.
    ...(kind === 'cancel' && mined === 'original' ? {exit: 'precondition' as const} : {}),
  }
}

function outcomeText({kind, original}: Replacement, mined: string, hash: string): string {
  if (mined === 'original') {
    return `The original was mined before its replacement: ${original.label}, ${hash}.`
  }
  return kind === 'cancel'
    ? `Cancelled: ${original.label} will never be mined. You spent only the gas of ${hash}.`
    : `Mined: ${original.label}, ${hash}.`
}

/** @param wanted a file with signed transactions, or one as hex */
export async function sendSigned(
  context: Context,
  wanted: string,
  flags: {'dry-run': boolean},
  host: CommandHost,
): Promise<Result> {
  const request = {dryRun: flags['dry-run'], signal: host.signal}
  const outcome = await sendTransactions(context, wanted, request, operationHost(context, host))
  const {input, batch} = outcome
  const proposal = {kind: 'signed' as const, input, batch}
  const json = proposalJson(proposal)
  if (outcome.state === 'previewed') return {data: json, text: proposalText(proposal, context)}
  const {sent} = outcome
  return {
    data: {...json, transactions: sentJson(sent, pagesOf(context, batch))},
    text: sent.map(({label, hash}) => `Mined: ${label}, ${hash}.`).join('\n'),
  }
}
