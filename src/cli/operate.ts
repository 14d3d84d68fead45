import {stringifyJson} from '../lib/json.ts'
import type {SequencerSnapshot} from '../protocol/locking-pool.ts'
import type {Context} from '../services/context.ts'
import {settingOperation} from '../services/governance/setting-operation.ts'
import type {SettingPlan} from '../services/governance/setting-plan.ts'
import type {Plan} from '../services/sending/plan.ts'
import type {Receipt} from '../services/sending/send-dependencies.ts'
import type {SendRequest} from '../services/sending/request.ts'
import {
  runOperation,
  type Operation,
  type Outcome,
  type Shown,
  type Verification,
} from '../services/sending/run-operation.ts'
import {pagesOf} from '../services/sending/explorer-pages.ts'
import type {WrittenFile} from '../services/sending/unsigned-file.ts'
import {stakingOperation} from '../services/staking/staking-operation.ts'
import type {StakingPlan} from '../services/staking/staking-plan.ts'
import type {UnsignedFormat} from '../services/sending/unsigned.ts'
import type {WaitGoal} from '../services/sending/wait-hash.ts'
import {previewJson, previewText, sentJson} from '../ui/presenters/plan.ts'
import {sequencerJson} from '../ui/presenters/sequencer.ts'
import {operationHost, type CommandHost} from './operation-host.ts'
import type {Result} from './operator-command.ts'
import {passwordAccess, type PasswordFlags} from './password-flags.ts'

/** The flags of `sendFlags`, parsed. */
export interface SendFlags extends PasswordFlags {
  'dry-run': boolean
  override?: string[] | undefined
  unsigned?: string | undefined
  force: boolean
  format?: UnsignedFormat | undefined
  'max-fee'?: bigint | undefined
  'priority-fee'?: bigint | undefined
  nonce?: number | undefined
  wait: WaitGoal | 'none'
}

/** Carries out an operation according to the flags, and shows the outcome. */
export async function operate<P extends Plan, V extends Verification>(
  context: Context,
  flags: SendFlags,
  host: CommandHost,
  operation: Operation<P, V>,
): Promise<Result> {
  const request = toRequest(flags, host)
  const outcome = await runOperation(context, operation, request, operationHost(context, host))
  return toResult(outcome, context)
}

/** An operation on a sequencer, requested by a command. */
export interface SequencerChange {
  /** Words of the command. */
  action: string
  /** Sending role. */
  role: 'owner' | 'signer'
  plan(): Promise<StakingPlan>
  done(snapshot: SequencerSnapshot, plan: StakingPlan, mined: Receipt): Shown | Promise<Shown>
}

/** The same for one sequencer, which is shown afterwards. */
export function changeSequencer(
  context: Context,
  flags: SendFlags,
  host: CommandHost,
  {done, ...change}: SequencerChange,
): Promise<Result> {
  return operate(
    context,
    flags,
    host,
    stakingOperation(context, {
      ...change,
      done: async ({snapshot, differences}, plan, mined) => {
        const {text, data} = await done(snapshot, plan, mined)
        const sequencer = sequencerJson(snapshot.sequencer)
        return {text, data: {differences, sequencer, ...data}}
      },
    }),
  )
}

/** The same for a setting of the network. */
export function changeSetting<P extends SettingPlan>(
  context: Context,
  flags: SendFlags,
  host: CommandHost,
  {done, ...change}: {action: string; plan(): Promise<P>; done(plan: P): Shown},
): Promise<Result> {
  const operation = settingOperation(context, {...change, done: (_verified, plan) => done(plan)})
  return operate(context, flags, host, operation)
}

function toRequest(flags: SendFlags, {asked, mayAsk, signal}: CommandHost): SendRequest {
  const {unsigned: file, force: replace, format, nonce, wait} = flags
  return {
    dryRun: flags['dry-run'],
    unsigned: file === undefined ? undefined : {file, replace},
    overrides: flags.override ?? [],
    maxFeeWei: flags['max-fee'],
    priorityFeeWei: flags['priority-fee'],
    ...{format, nonce, wait, asked, signal},
    password: passwordAccess(flags, mayAsk),
  }
}

function toResult(outcome: Outcome, context: Context): Result {
  const {preview} = outcome
  const json = previewJson(preview)
  switch (outcome.state) {
    case 'previewed':
      return {data: json, text: previewText(preview, context)}
    case 'written': {
      const {file, format, document} = outcome.written
      const unsigned = {file, format}
      return {
        data: {...json, unsigned, ...(file === '-' ? {document} : {})},
        text: writtenText(outcome.written, preview.plan),
      }
    }
    case 'sent': {
      const {sent, shown} = outcome
      const transactions = sentJson(sent, pagesOf(context, preview.plan))
      return {data: {...json, transactions, ...shown.data}, text: shown.text}
    }
  }
}

function writtenText({file, format, document}: WrittenFile, {from, calls}: Plan): string {
  if (file === '-') return stringifyJson(document, 2)
  const next = {
    eip1559: `\nNext: \`metis-seq tx sign ${file} --output SIGNED\` where the key is.`,
    calldata: '',
    safe: '\nNext: load it into the transaction builder of the Safe.',
  }[format]
  const count = calls.length === 1 ? 'one transaction' : `${calls.length} transactions`
  return `Wrote ${count} for ${from}, unsigned (${format}), to ${file}.${next}`
}
