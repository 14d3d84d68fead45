/** `node upgrade`: from the plan to the installed version in the place of the running one. */
import {MetisSeqError, messageOf} from '../lib/errors.ts'
import {genesisFingerprint} from '../node/engine/genesis.ts'
import type {Context} from '../services/context.ts'
import {assertOffDuty} from '../services/duty/guard.ts'
import type {DutyWindow} from '../services/duty/window.ts'
import {requireRuntime} from '../services/node/node-runtime.ts'
import type {StartOptions} from '../services/node/runtime-port.ts'
import {upgradeFailed} from '../services/node/upgrade-failed.ts'
import {planUpgrade, type UpgradePlan} from '../services/node/upgrade.ts'
import {keptText, upgradeJson, upgradeText} from '../ui/presenters/upgrade.ts'
import type {NodeFlags} from './node-flags.ts'
import type {Result} from './operator-command.ts'
import type {PasswordFlags} from './password-flags.ts'
import {startNode} from './start-node.ts'

export interface UpgradeFlags extends NodeFlags, PasswordFlags {
  idle: number
  now: boolean
  yes: boolean
  'dry-run': boolean
  override?: string[] | undefined
}

interface Host {
  /** Version of this program. */
  version: string
  self: StartOptions['self']
  signal: AbortSignal
  during<T>(text: string, work: Promise<T>): Promise<T>
  say(text: string): void
  warn(text: string): void
  confirm(question: string): Promise<void>
  keepForFailure(data: unknown): void
}

/**
 * Brings the installed version up in the place of the one that runs; does nothing where they are the same.
 *
 * @throws {MetisSeqError} those of `planUpgrade`, ON_DUTY, ROTATION_UNKNOWN, CONFIRMATION_NEEDED, PASSWORD_NEEDED,
 *   NODE_UPGRADE_FAILED
 */
export async function upgradeNode(
  context: Context,
  flags: UpgradeFlags,
  host: Host,
): Promise<Result> {
  const plan = await planUpgrade(context, {
    installed: host.version,
    mayDowngrade: flags.override?.includes('downgrade') ?? false,
    fingerprintOf: genesisFingerprint,
  })
  const untouched = upgradeJson(plan, null)
  if (plan.kind === 'same') return {data: untouched, text: keptText(plan)}
  const window = await offDuty(context, flags, host)
  host.say(upgradeText(plan, window, flags.idle))
  host.keepForFailure(untouched)
  if (flags['dry-run']) return {data: untouched, text: 'Nothing was stopped.'}
  await host.confirm(`Start version ${plan.to} in its place?`)
  // Somebody may have thought about the question for an hour.
  if (!flags.yes) await offDuty(context, flags, host)
  // From here on it is not true any more.
  host.keepForFailure(null)
  const started = await startOther(context, flags, host, plan)
  return {
    data: upgradeJson(plan, started.data),
    text: `${started.text}\nVersion ${plan.to} runs in the place of ${plan.from ?? 'an earlier one'}.`,
  }
}

function offDuty(
  context: Context,
  {idle, now}: UpgradeFlags,
  {warn, signal}: Host,
): Promise<DutyWindow | null> {
  return assertOffDuty(context, {needSeconds: idle, now, warn, signal})
}

async function startOther(
  context: Context,
  flags: UpgradeFlags,
  host: Host,
  plan: UpgradePlan,
): Promise<{data: StartedData; text: string}> {
  const runtime = requireRuntime(context)
  const begin = (options: StartOptions) => runtime.upgrade({...options, version: plan.to})
  try {
    const {data, text} = await startNode(context, flags, host, ['Upgrading the node', begin])
    return {data: data as StartedData, text}
  } catch (error) {
    const {running = false, pid} = runtime.process() ?? {}
    const isUntouched = running && pid === plan.pid
    if (isUntouched || host.signal.aborted || !(error instanceof MetisSeqError)) throw error
    if (error.code === 'NODE_UPGRADE_FAILED') throw error
    throw upgradeFailed(plan, messageOf(error), {isRunning: running, cause: error})
  }
}

export interface StartedData {
  pid: number
  phase: string
  syncing: boolean
}
