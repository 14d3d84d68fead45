import type {ChainClient} from '../chain/connect.ts'
import {writeFileAtomic} from '../lib/files.ts'
import {stringifyJson} from '../lib/json.ts'
import {shortHex} from '../lib/units.ts'
import type {Context} from '../services/context.ts'
import {requireProfile} from '../services/context.ts'
import {openSigner} from '../services/keys.ts'
import type {Plan} from '../services/plan.ts'
import {
  previewPlan,
  sendPlan,
  type Preview,
  type SendChoices,
  type SendReporter,
  type SentCall,
} from '../services/send-plan.ts'
import {toUnsigned} from '../services/unsigned.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {openJournal} from '../store/journal.ts'
import {previewJson, previewText, sentJson} from '../ui/presenters/plan.ts'
import {askPassword} from './ask-password.ts'

/** The flags of `sendFlags`, parsed. */
export interface SendFlags {
  'dry-run': boolean
  yes: boolean
  override?: string[] | undefined
  unsigned?: string | undefined
  format: 'eip1559' | 'calldata' | 'safe'
  'max-fee'?: bigint | undefined
  'priority-fee'?: bigint | undefined
  nonce?: number | undefined
  wait: 'confirmed' | 'none'
  'password-file'?: string | undefined
}

/** What a command lends to the sending pipeline. */
export interface SendHost {
  say(text: string): void
  confirm(question: string): Promise<void>
  keepForFailure(data: unknown): void
  mayAsk: boolean
  signal: AbortSignal
}

export type SendOutcome =
  | {state: 'sent'; sent: SentCall[]; json: object}
  | {state: 'dry-run' | 'unsigned'; text: string; json: object}

/**
 * The one way money moves: preview, confirm, then for each call simulate, sign, journal, send, wait.
 *
 * @throws {MetisSeqError} whatever stops it; what was sent by then is in the journal
 */
export async function send(
  context: Context,
  plan: Plan,
  flags: SendFlags,
  host: SendHost,
): Promise<SendOutcome> {
  const choices: SendChoices = {
    overrides: flags.override ?? [],
    maxFeeWei: flags['max-fee'],
    priorityFeeWei: flags['priority-fee'],
    nonce: flags.nonce,
    waitMined: flags.wait === 'confirmed',
  }
  const {client, chainId} = chainOf(context, plan)
  const journal = openJournal(context.home.journalFile)
  const dependencies = {
    client,
    chainId,
    network: context.networkName,
    journal,
    reporter: reporterFor(host),
    signal: host.signal,
  }
  try {
    const preview = await previewPlan(plan, choices, dependencies)
    const json = previewJson(preview)
    if (flags['dry-run']) return {state: 'dry-run', text: previewText(preview, context), json}
    if (flags.unsigned) return writeUnsigned(preview, flags, chainId)
    host.say(previewText(preview, context))
    host.keepForFailure(json)
    const keyName = requireKey(context, plan)
    await host.confirm(
      `Send ${plan.calls.length === 1 ? 'this transaction' : `these ${plan.calls.length} transactions`} on ${context.networkName}?`,
    )
    const signer = await openSigner(keyName, {
      home: context.home,
      config: context.config,
      passwordFile: flags['password-file'],
      ...(host.mayAsk ? {askPassword} : {}),
    })
    const sent = await sendPlan(preview, signer, choices, dependencies)
    return {state: 'sent', sent, json: {...json, transactions: sentJson(sent)}}
  } finally {
    journal.close()
  }
}

function writeUnsigned(preview: Preview, flags: SendFlags, chainId: number): SendOutcome {
  const file = flags.unsigned ?? ''
  const document = toUnsigned(preview, flags.format, chainId, flags.nonce)
  writeFileAtomic(file, `${stringifyJson(document, 2)}\n`)
  return {
    state: 'unsigned',
    text: `Wrote ${preview.plan.calls.length} unsigned transaction(s) for ${preview.plan.from} to ${file}.`,
    json: {...previewJson(preview), unsigned: {file, format: flags.format}},
  }
}

function chainOf(context: Context, {chain}: Plan): {client: ChainClient; chainId: number} {
  return chain === 'L1'
    ? {client: context.l1().client, chainId: context.network.l1.chainId}
    : {client: context.l2().client, chainId: context.network.l2.chainId}
}

function requireKey(context: Context, plan: Plan): string {
  const {name, profile} = requireProfile(context)
  const key = profile.keys[plan.role]
  if (key) return key
  throw new MetisSeqError({
    code: 'KEY_NOT_HERE',
    message: `The key of the ${plan.role} ${plan.from} is not on this machine.`,
    exit: 'signer',
    facts: {profile: name, role: plan.role, address: plan.from},
    hints: [
      'Pass `--unsigned FILE` and sign the transactions where the key is.',
      'Import the key with `metis-seq key import`, then run `metis-seq init --replace`.',
    ],
  })
}

function reporterFor({say}: SendHost): SendReporter {
  return {
    onSettled: (label, hash, status) =>
      say(`Earlier transaction (${label}, ${shortHex(hash)}): ${status}.`),
    onSimulated: (label) => say(`Simulated: ${label}.`),
    onBroadcast: (label, hash) => say(`Sent: ${label}, ${hash}.`),
    onMined: (label, {blockNumber}) => say(`Mined in block ${blockNumber}: ${label}.`),
    onWaiting: (label, seconds) => say(`Waiting ${seconds} s for: ${label}.`),
  }
}
