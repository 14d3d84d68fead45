import {Flags} from '@oclif/core'

import type {LstId} from '../protocol/lst/providers.ts'
import type {Context} from '../services/context.ts'
import type {BackendOperation, BackendPlan} from '../services/lst/backend-port.ts'
import {backendOperation} from '../services/lst/backend.ts'
import {lstOperation, type LstAsk} from '../services/lst/lst.ts'
import {effectsText} from '../ui/presenters/lst-markets.ts'
import {lstDoneJson, lstDoneText} from '../ui/presenters/lst.ts'
import {operate, type SendFlags} from './operate.ts'
import type {CommandHost} from './operation-host.ts'
import type {Result} from './operator-command.ts'

export const slippageFlag = Flags.integer({
  description: 'Slippage tolerance, in basis points.',
  default: 50,
  min: 0,
  max: 10_000,
})

/** Carries out an operation of the owner with a provider, and shows the position after it. */
export function operateLst(
  context: Context,
  flags: SendFlags,
  host: CommandHost,
  {provider, ask}: {provider: LstId; ask: LstAsk},
): Promise<Result> {
  const done = (...[verified, plan]: Parameters<typeof lstDoneText>) => ({
    data: lstDoneJson(verified),
    text: lstDoneText(verified, plan),
  })
  return operate(context, flags, host, lstOperation(context, provider, ask, done))
}

/** Carries out an operation of a provider itself, for holders of its role. */
export function operateBackend(
  context: Context,
  flags: SendFlags,
  host: CommandHost,
  {provider, operation}: {provider: LstId; operation: BackendOperation},
): Promise<Result> {
  const done = ({effects}: BackendPlan) => ({text: effectsText(effects)})
  return operate(context, flags, host, backendOperation(context, provider, operation, done))
}
