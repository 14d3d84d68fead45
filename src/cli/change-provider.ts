import {MetisSeqError} from '../lib/errors.ts'
import type {Context} from '../services/context.ts'
import type {SettingPlan} from '../services/governance/setting-plan.ts'
import type {Shown} from '../services/sending/run-operation.ts'
import {changeSetting, type SendFlags} from './operate.ts'
import type {CommandHost} from './operation-host.ts'
import type {Result} from './operator-command.ts'

interface ProviderChange {
  action: string
  plan(): Promise<SettingPlan>
  /** True when the whitelist is as wanted. */
  isDone(): Promise<boolean>
  /** Asks before the document alone is changed, where nothing has to be sent. */
  agree?(): Promise<void>
  /** Changes the document of the network. */
  record(): Shown
}

/** The chain may still be as wanted: an earlier run, or another account, has changed it. */
const MAY_BE_DONE: readonly string[] = [
  'DONE_EARLIER',
  'NOTHING_TO_CHANGE',
  'NOT_POOL_OWNER',
  'OWNER_UNKNOWN',
  'PROFILE_MISSING',
]

/**
 * Changes the whitelist for a provider, and then the document of the network. A run that ended in
 * between, or whose transactions were signed elsewhere, leaves the document: the same command again
 * changes it.
 */
export async function changeProvider(
  context: Context,
  flags: SendFlags,
  host: CommandHost,
  {action, plan, isDone, agree, record}: ProviderChange,
): Promise<Result> {
  try {
    return await changeSetting(context, flags, host, {action, plan, done: record})
  } catch (error) {
    const mayBeDone = error instanceof MetisSeqError && MAY_BE_DONE.includes(error.code)
    if (flags['dry-run'] || !mayBeDone || !(await isDone())) throw error
    await agree?.()
    const {text, data = null} = record()
    return {text, data}
  }
}
