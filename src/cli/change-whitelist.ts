import type {Context} from '../services/context.ts'
import {planWhitelist, type WhitelistRequest} from '../services/staking/whitelist.ts'
import {addressArg} from './flags.ts'
import {changeSetting, type SendFlags} from './operate.ts'
import type {CommandHost} from './operation-host.ts'
import type {Result} from './operator-command.ts'

export const whitelistedArg = addressArg({
  layer: 'L1',
  description: 'Current or future owner of a sequencer.',
  required: true,
})

/** Adds an account to the whitelist of LockingPool or removes it, for network owners. */
export function changeWhitelist(
  context: Context,
  request: WhitelistRequest,
  flags: SendFlags,
  host: CommandHost,
): Promise<Result> {
  const {account, allowed} = request
  return changeSetting(context, flags, host, {
    action: allowed ? 'sequencer allow' : 'sequencer disallow',
    plan: () => planWhitelist(context, request),
    done: () => ({
      text: `${account} is ${allowed ? 'on' : 'off'} the whitelist.`,
      data: {...request},
    }),
  })
}
