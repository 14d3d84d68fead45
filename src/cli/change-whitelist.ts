import type {Context} from '../services/context.ts'
import {requireOwner} from '../services/sequencers.ts'
import {planWhitelist, verifyWhitelist, type WhitelistRequest} from '../services/whitelist.ts'
import type {Result} from './operator-command.ts'
import {send, settleEarlier, type SendFlags, type SendHost} from './send.ts'

/** Puts an account on the whitelist of LockingPool or takes it off, for owners of a network. */
export async function changeWhitelist(
  context: Context,
  request: WhitelistRequest,
  flags: SendFlags,
  host: SendHost,
): Promise<Result> {
  const action = request.allowed ? 'sequencer allow' : 'sequencer disallow'
  const from = requireOwner(context)
  await settleEarlier(context, {action, chain: 'L1', from}, flags, host)
  const plan = await planWhitelist(context, request)
  const outcome = await send(context, plan, flags, host)
  if (outcome.state !== 'sent') return {data: outcome.json, text: outcome.text}
  if (flags.wait === 'none') return {data: outcome.json, text: ''}
  await verifyWhitelist(context, request)
  const {account, allowed} = request
  return {
    data: {...outcome.json, ...request},
    text: `${account} is ${allowed ? 'on' : 'off'} the whitelist.`,
  }
}
