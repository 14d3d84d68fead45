import {systemClock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {assertMayWrite} from '../../lib/files.ts'
import {confirmSent} from './confirm-sent.ts'
import {requireProfile, type Context} from '../context.ts'
import {requireSigning} from '../signers/open-signer.ts'
import {assertSamePlan, type Plan} from './plan.ts'
import {previewPlan, sendPlan, type Preview, type SendChoices, type SentCall} from './send-plan.ts'
import type {UnsignedFormat} from './unsigned.ts'
import {looksOnly, type SendRequest} from './request.ts'
import {openSessionSigner, tellAll, type Session} from './session.ts'

/** A preview older than this is recreated after the confirmation: an epoch or a reward may have arrived. */
const PREVIEW_LASTS_MS = 15_000

/** A plan that the chain currently accepts, with its cost. */
export interface PlanProposal {
  preview: Preview
  choices: SendChoices
  /** Format of the unsigned file, if one is written. */
  format: UnsignedFormat
}

/**
 * Checks, simulates and prices a plan.
 *
 * @throws {MetisSeqError} FORMAT_UNFIT, NONCE_UNFIT, FILE_EXISTS and those of {@link previewPlan}; nothing was sent
 */
export async function propose(
  context: Context,
  plan: Plan,
  request: SendRequest,
  {dependencies, host}: Session,
): Promise<PlanProposal> {
  const isSafe = safeThatSends(context, plan) !== undefined
  const format = formatFor(context, plan, request)
  assertNonceFits(request, format)
  const {unsigned, overrides, maxFeeWei, priorityFeeWei, nonce, asked} = request
  const choices: SendChoices = {
    ...{overrides, maxFeeWei, priorityFeeWei, nonce, asked},
    waitMined: request.wait !== 'none',
    looksOnly: looksOnly(request),
    gasPaidElsewhere: isSafe || (unsigned !== undefined && format !== 'eip1559'),
  }
  if (unsigned && unsigned.file !== '-') assertMayWrite(unsigned.file, {replace: unsigned.replace})
  host.progress(`Checking and simulating on ${plan.chain}`)
  const preview = await previewPlan(plan, choices, dependencies).finally(() => host.progress(null))
  return {preview, choices, format}
}

/**
 * Shows the preview, asks for confirmation, then for each call simulates, signs, journals, sends and waits.
 *
 * @throws {MetisSeqError} DECLINED, PLAN_CHANGED, KEY_NOT_HERE, those of the signer and of {@link sendPlan}; transactions
 *   sent by then are in the journal
 */
export async function sendProposal(
  {preview, choices}: PlanProposal,
  {plan: planAgain}: {plan(): Promise<Plan>},
  request: SendRequest,
  {context, host, dependencies, release}: Session,
): Promise<SentCall[]> {
  const {plan} = preview
  host.say({kind: 'proposed', proposal: {kind: 'plan', preview}})
  const keyName = requireKey(context, plan)
  const shownMs = systemClock.monotonicMs()
  const {length} = plan.calls
  await host.ask({
    text: `Send ${length === 1 ? 'this transaction' : `these ${length} transactions`} on ${context.networkName}?`,
    ...(plan.irreversible === undefined ? {} : {typed: plan.irreversible}),
  })
  const signer = await openSessionSigner(context, keyName, request.password)
  // After all prompts, including the password.
  if (systemClock.monotonicMs() - shownMs > PREVIEW_LASTS_MS) {
    assertSamePlan(plan, await planAgain())
  }
  const out = await sendPlan(preview, signer, choices, dependencies)
  const {wait: goal, signal} = request
  // A block takes minutes to become safe; other commands of the account may run until then.
  if (goal === 'safe' || goal === 'finalized') release()
  const {journal} = dependencies
  const sent =
    goal === 'none'
      ? out
      : await confirmSent(context, out, {
          ...{goal, journal, signal},
          onProgress: host.progress,
        }).finally(() => host.progress(null))
  host.onShown(() => tellAll(context, sent))
  host.say({kind: 'sent', preview, sent})
  return sent
}

/** The Safe that the profile uses for the role; its executor pays for gas. */
function safeThatSends({config, profile}: Context, {role}: Plan) {
  const signer = config.read().signers[profile?.keys[role] ?? '']
  return signer?.kind === 'safe' ? signer : undefined
}

/**
 * Format of the unsigned file. A Safe has no key, so it cannot sign a transaction itself.
 *
 * @throws {MetisSeqError} FORMAT_UNFIT
 */
function formatFor(context: Context, plan: Plan, {format}: SendRequest): UnsignedFormat {
  const safe = safeThatSends(context, plan)
  if (!safe) return format ?? 'eip1559'
  if (format !== 'eip1559') return format ?? 'safe'
  throw new MetisSeqError({
    code: 'FORMAT_UNFIT',
    message: `${safe.name} is a Safe, which has no key of its own.`,
    facts: {signer: safe.name, address: safe.address},
    hints: ['Omit `--format` to write a batch for the transaction builder of the Safe.'],
  })
}

/** @throws {MetisSeqError} NONCE_UNFIT where the format has no nonce */
function assertNonceFits({nonce, unsigned}: SendRequest, format: UnsignedFormat): void {
  if (nonce === undefined || unsigned === undefined || format === 'eip1559') return
  throw new MetisSeqError({
    code: 'NONCE_UNFIT',
    message: `A file of format ${format} has no nonce: the sender chooses it.`,
    hints: ['Omit `--nonce`, or pass `--format eip1559`.'],
  })
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
