import type {Hash} from 'viem'

import type {ChainClient} from '../chain/connect.ts'
import {systemClock} from '../lib/clock.ts'
import {stringifyJson} from '../lib/json.ts'
import {shortHex} from '../lib/units.ts'
import {explorerPage} from '../protocol/network.ts'
import {confirmSent} from '../services/confirm-sent.ts'
import type {Context} from '../services/context.ts'
import {requireProfile} from '../services/context.ts'
import {openNamedSigner, requireSigning} from '../services/open-signer.ts'
import {assertSamePlan, type Plan} from '../services/plan.ts'
import {
  previewPlan,
  sendPlan,
  type Preview,
  type SendChoices,
  type SentCall,
} from '../services/send-plan.ts'
import type {SendDependencies, SendReporter} from '../services/send-dependencies.ts'
import {proveEndpoints} from '../services/prove-endpoints.ts'
import {toUnsigned, type UnsignedFormat} from '../services/unsigned.ts'
import type {WaitGoal} from '../services/wait-hash.ts'
import {findUntold, settleOpenTransactions} from '../services/wait-transaction.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {assertMayWrite, writeOutput} from '../lib/files.ts'
import {openJournal, type Journal, type JournalEntry} from '../store/journal.ts'
import {previewJson, previewText, sentJson} from '../ui/presenters/plan.ts'
import {lockAccount} from './account-lock.ts'
import type {Warning} from './output.ts'
import {passwordAccess, type PasswordFlags} from './password-flags.ts'

/** The flags of `sendFlags`, parsed. */
export interface SendFlags extends PasswordFlags {
  'dry-run': boolean
  yes: boolean
  override?: string[] | undefined
  unsigned?: string | undefined
  force: boolean
  format?: UnsignedFormat | undefined
  'max-fee'?: bigint | undefined
  'priority-fee'?: bigint | undefined
  nonce?: number | undefined
  wait: WaitGoal | 'none'
}

/** What a command lends to the sending pipeline. */
export interface SendHost {
  say(text: string): void
  /** Something that can take long, until `arrived`. */
  waitFor(text: string): void
  arrived(): void
  confirm(question: string): Promise<void>
  /** For what cannot be undone. */
  confirmName(question: string, name: string): Promise<void>
  warn(warning: Warning): void
  keepForFailure(data: unknown): void
  /** Runs when the command has said what it did. */
  atSuccess(act: () => void): void
  /** Runs when the command has ended, however it ends. */
  atEnd(release: () => void): void
  /** Runs what was to run at the end now: others need not wait for what is left to do. */
  letGo(): void
  mayAsk: boolean
  signal: AbortSignal
  /** The arguments and flags that say what is wanted, in one spelling. */
  asked: string
}

export type SendOutcome =
  | {state: 'sent'; sent: SentCall[]; json: object}
  | {state: 'dry-run' | 'unsigned'; text: string; json: object}

/** A preview older than this is made again after the answer: a turn or a reward can have come. */
const PREVIEW_LASTS_MS = 15_000

/**
 * The one way money moves: preview, confirm, then for each call simulate, sign, journal, send, wait.
 *
 * @param planAgain makes the plan anew, when the operator took long to answer
 * @throws {MetisSeqError} whatever stops it; what was sent by then is in the journal
 */
export async function send(
  context: Context,
  plan: Plan,
  flags: SendFlags,
  host: SendHost,
  planAgain?: () => Promise<Plan>,
): Promise<SendOutcome> {
  const isSafe = safeThatSends(context, plan) !== undefined
  const format = formatFor(context, plan, flags)
  assertNonceFits(flags, format)
  const choices: SendChoices = {
    overrides: flags.override ?? [],
    maxFeeWei: flags['max-fee'],
    priorityFeeWei: flags['priority-fee'],
    nonce: flags.nonce,
    asked: host.asked,
    waitMined: flags.wait !== 'none',
    looksOnly: looksOnly(flags),
    gasPaidElsewhere: isSafe || (flags.unsigned !== undefined && format !== 'eip1559'),
  }
  if (flags.unsigned && flags.unsigned !== '-') {
    assertMayWrite(flags.unsigned, {replace: flags.force})
  }
  const journal = openJournal(context.home.journalFile)
  const dependencies = dependenciesOf(context, plan, host, journal)
  try {
    host.waitFor(`Checking and simulating on ${plan.chain}`)
    const preview = await previewPlan(plan, choices, dependencies).finally(host.arrived)
    const json = previewJson(preview)
    if (flags['dry-run']) return {state: 'dry-run', text: previewText(preview, context), json}
    if (flags.unsigned) return writeUnsigned(preview, {...flags, format}, dependencies)
    host.say(previewText(preview, context))
    host.keepForFailure(json)
    const keyName = requireKey(context, plan)
    const shownMs = systemClock.monotonicMs()
    const question = `Send ${plan.calls.length === 1 ? 'this transaction' : `these ${plan.calls.length} transactions`} on ${context.networkName}?`
    await (plan.irreversible === undefined
      ? host.confirm(question)
      : host.confirmName(question, plan.irreversible))
    const signer = await openNamedSigner(keyName, {
      home: context.home,
      config: context.config,
      timeoutMs: context.timeoutMs,
      ...passwordAccess(flags, host.mayAsk),
    })
    // After the questions, that of the password included.
    if (planAgain && systemClock.monotonicMs() - shownMs > PREVIEW_LASTS_MS) {
      assertSamePlan(plan, await planAgain())
    }
    const out = await sendPlan(preview, signer, choices, dependencies)
    const {wait: goal} = flags
    // A block becomes safe in minutes; until then other commands of the account may go on.
    if (goal === 'safe' || goal === 'finalized') host.letGo()
    const sent =
      goal === 'none'
        ? out
        : await confirmSent(context, out, {
            ...{goal, journal, signal: host.signal},
            onProgress: host.waitFor,
          }).finally(host.arrived)
    host.atSuccess(() => tellAll(context, sent))
    const done = {...json, transactions: sentJson(sent, pagesOf(context, plan))}
    host.keepForFailure(done)
    return {state: 'sent', sent, json: done}
  } finally {
    journal.close()
  }
}

/**
 * Brings what an earlier run left open to its end before a plan is made: a plan starts from what is true, told
 * by endpoints that agree.
 *
 * @throws {MetisSeqError} DONE_EARLIER when one of them did what this command would do once more, and those of
 *   {@link proveEndpoints}
 */
export async function settleEarlier(
  context: Context,
  wanted: Pick<Plan, 'action' | 'chain' | 'from'>,
  flags: SendFlags,
  host: SendHost,
): Promise<void> {
  await proveAndWarn(context, wanted, host)
  if (!looksOnly(flags)) host.atEnd(await lockAccount(context, wanted, host))
  const journal = openJournal(context.home.journalFile)
  try {
    const dependencies = dependenciesOf(context, wanted, host, journal)
    await settleOpenTransactions(wanted.from, dependencies, looksOnly(flags))
    const untold = await findUntold(wanted.action, wanted.from, dependencies)
    // An approval is only the way to the action.
    const {metis} = context.network.l1.contracts
    const calls = untold.filter(({to}) => to.toLowerCase() !== metis.toLowerCase())
    const done = calls.filter(({asked}) => asked === null || asked === host.asked)
    for (const {label, hash} of calls.filter((call) => !done.includes(call))) {
      const message = `${label} (${shortHex(hash)}) was sent by an earlier run and is mined; this asks for something else, and goes on.`
      host.warn({code: 'EARLIER_SETTLED', message})
    }
    // Who writes files for a key elsewhere is told here as well, or would never get another one.
    if (!flags['dry-run']) for (const {id} of untold) journal.tell(id)
    if (done[0]) throw doneEarlier(done[0])
  } finally {
    journal.close()
  }
}

/** Endpoints agree before anything is sent; those that are behind are told of. */
export async function proveAndWarn(
  context: Context,
  wanted: Pick<Plan, 'chain'>,
  {warn}: SendHost,
): Promise<void> {
  const {stale, down} = await proveEndpoints(context, wanted)
  for (const endpoint of down) {
    const message = `${endpoint} does not answer; the other endpoints of ${wanted.chain} do.`
    warn({code: 'ENDPOINT_DOWN', message})
  }
  for (const {endpoint, number} of stale) {
    warn({
      code: 'ENDPOINT_BEHIND',
      message: `${endpoint} is behind the other endpoints, at block ${number}; it is not asked.`,
    })
  }
}

function doneEarlier({action, label, hash}: JournalEntry): MetisSeqError {
  return new MetisSeqError({
    code: 'DONE_EARLIER',
    message: `${label}: an earlier run sent this, and it is mined. Nothing new was sent.`,
    facts: {action, hash},
    hints: ['Look at the result; run the same command again only to do it once more.'],
  })
}

/** Whoever ran the command has seen how these ended. What nobody waited for is told by the next run. */
export function tellAll(context: Context, sent: SentCall[]): void {
  const journal = openJournal(context.home.journalFile)
  try {
    for (const {hash, receipt} of sent) {
      const entry = receipt ? journal.find({hash}) : undefined
      if (entry) journal.tell(entry.id)
    }
  } finally {
    journal.close()
  }
}

/** The Safe that the profile names for the role; its executor pays for the gas. */
function safeThatSends({config, profile}: Context, {role}: Plan) {
  const signer = config.read().signers[profile?.keys[role] ?? '']
  return signer?.kind === 'safe' ? signer : undefined
}

/**
 * Shape of the unsigned file. A Safe has no key, so nothing could sign a transaction of its own.
 *
 * @throws {MetisSeqError} FORMAT_UNFIT
 */
function formatFor(context: Context, plan: Plan, flags: SendFlags): UnsignedFormat {
  const safe = safeThatSends(context, plan)
  if (!safe) return flags.format ?? 'eip1559'
  if (flags.format !== 'eip1559') return flags.format ?? 'safe'
  throw new MetisSeqError({
    code: 'FORMAT_UNFIT',
    message: `${safe.name} is a Safe, and no key signs a transaction of its own.`,
    facts: {signer: safe.name, address: safe.address},
    hints: ['Leave out `--format`: a batch for the transaction builder of the Safe is written.'],
  })
}

/** @throws {MetisSeqError} NONCE_UNFIT where the file would not hold it */
function assertNonceFits({nonce, unsigned}: SendFlags, format: UnsignedFormat): void {
  if (nonce === undefined || unsigned === undefined || format === 'eip1559') return
  throw new MetisSeqError({
    code: 'NONCE_UNFIT',
    message: `A file of format ${format} holds no nonce: whoever sends the call chooses it.`,
    hints: ['Leave out `--nonce`, or pass `--format eip1559`.'],
  })
}

function looksOnly(flags: SendFlags): boolean {
  return flags['dry-run'] || flags.unsigned !== undefined
}

function dependenciesOf(
  context: Context,
  plan: Pick<Plan, 'chain'>,
  host: SendHost,
  journal: Journal,
): SendDependencies {
  return {
    ...chainOf(context, plan),
    network: context.networkName,
    journal,
    reporter: reporterFor(host, pagesOf(context, plan)),
    signal: host.signal,
  }
}

/** The transactions for a signer elsewhere: to a file, or to stdout for `-`. */
function writeUnsigned(
  preview: Preview,
  flags: SendFlags & {format: UnsignedFormat},
  dependencies: SendDependencies,
): SendOutcome {
  const file = flags.unsigned ?? ''
  const {from, calls} = preview.plan
  const {format} = flags
  const document = toUnsigned(preview, format, dependencies.chainId)
  const text = stringifyJson(document, 2)
  const json = {...previewJson(preview), unsigned: {file, format}}
  if (file === '-') return {state: 'unsigned', text, json: {...json, document}}
  writeOutput(file, `${text}\n`, {replace: flags.force})
  const next = {
    eip1559: `\nNext: \`metis-seq tx sign ${file} --output SIGNED\` where the key is.`,
    calldata: '',
    safe: '\nNext: load it into the transaction builder of the Safe.',
  }[format]
  return {
    state: 'unsigned',
    text: `Wrote ${calls.length === 1 ? 'one transaction' : `${calls.length} transactions`} for ${from}, unsigned (${format}), to ${file}.${next}`,
    json,
  }
}

export function chainOf(
  context: Context,
  {chain}: Pick<Plan, 'chain'>,
): {client: ChainClient; chainId: number} {
  return chain === 'L1'
    ? {client: context.l1().client, chainId: context.network.l1.chainId}
    : {client: context.l2().client, chainId: context.network.l2.chainId}
}

function requireKey(context: Context, plan: Plan): string {
  const {name, profile} = requireProfile(context)
  const key = profile.keys[plan.role]
  if (key) return requireSigning(key, context).name
  throw new MetisSeqError({
    code: 'KEY_NOT_HERE',
    message: `The key of the ${plan.role} ${plan.from} is not on this machine.`,
    facts: {profile: name, role: plan.role, address: plan.from},
    hints: [
      'Pass `--unsigned FILE` and sign the transactions where the key is.',
      'Import the key with `metis-seq key import NAME`, then run `metis-seq init --replace`.',
    ],
  })
}

/** Where a transaction can be looked at in a browser. */
export function pagesOf(
  {network}: Context,
  {chain}: Pick<Plan, 'chain'>,
): (hash: Hash) => string | null {
  return (hash) => explorerPage(network, chain, hash)
}

export function reporterFor(
  {say, waitFor, arrived, warn}: SendHost,
  pageOf: (hash: Hash) => string | null,
): SendReporter {
  return {
    onSettled(label, hash, status) {
      arrived()
      warn({
        code: 'EARLIER_SETTLED',
        message: `Earlier transaction (${label}, ${shortHex(hash)}): ${status}.`,
      })
    },
    onSimulated: (label) => say(`Simulated: ${label}.`),
    onBroadcast(label, hash) {
      const page = pageOf(hash)
      say(`Sent: ${label}, ${hash}.${page ? `\n      ${page}` : ''}`)
    },
    onWaiting: (label) => waitFor(`Waiting for the block of: ${label}`),
    onMined(label, {blockNumber}) {
      arrived()
      say(`Mined in block ${blockNumber}: ${label}.`)
    },
  }
}
