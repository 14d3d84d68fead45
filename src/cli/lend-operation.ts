import type {Amount} from '../protocol/amount.ts'
import type {LendingId} from '../protocol/defi/markets.ts'
import type {Context} from '../services/context.ts'
import {lendOperation, type LendRequest} from '../services/defi/lending/lend.ts'
import {requireOwner} from '../services/staking/sequencers.ts'
import {lentJson, lentText} from '../ui/presenters/lend.ts'
import {commonFlags, sendFlags} from './flags.ts'
import {lendFlags, lendingFlag, tokenAmountArg, tokenArg} from './market-flags.ts'
import {operate, type SendFlags} from './operate.ts'
import type {CommandHost} from './operation-host.ts'
import type {Result} from './operator-command.ts'

export const lendArgs = {
  amount: tokenAmountArg({
    required: true,
    description: 'Amount: a number, max, or a share such as 25%.',
  }),
  token: tokenArg({required: true, description: 'Symbol or address of the token.'}),
}

export const lendCommandFlags = {...commonFlags, ...sendFlags, ...lendingFlag, ...lendFlags}

interface LendInput {
  args: {amount: Amount; token: string}
  flags: SendFlags & {market: LendingId | undefined; 'min-health': bigint}
}

/** Moves one token between the owner and a lending market, and shows the health after it. */
export function operateLend(
  context: Context,
  {args, flags}: LendInput,
  host: CommandHost,
  kind: LendRequest['kind'],
): Promise<Result> {
  return operate(context, flags, host, {
    action: `lend ${kind}`,
    chain: 'L2',
    from: requireOwner(context),
    ...lendOperation(context, {
      market: flags.market,
      kind,
      amount: args.amount,
      token: args.token,
      minHealth: flags['min-health'],
    }),
    done: (verified) => ({data: lentJson(verified), text: lentText(verified)}),
  })
}
