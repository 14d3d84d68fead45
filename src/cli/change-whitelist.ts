import type {Context} from '../services/context.ts'
import {planWhitelist, type WhitelistRequest} from '../services/whitelist.ts'
import {changeSetting} from './change-setting.ts'
import type {Result} from './operator-command.ts'
import type {SendFlags, SendHost} from './send.ts'

/** Puts an account on the whitelist of LockingPool or takes it off, for owners of a network. */
export function changeWhitelist(
  context: Context,
  request: WhitelistRequest,
  flags: SendFlags,
  host: SendHost,
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
