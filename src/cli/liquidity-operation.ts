import type {Amount} from '../protocol/amount.ts'
import type {PoolsId} from '../protocol/defi/markets.ts'
import type {Context} from '../services/context.ts'
import {addOperation, removeOperation} from '../services/defi/pools/liquidity.ts'
import {requireOwner} from '../services/staking/sequencers.ts'
import {movedJson, movedText} from '../ui/presenters/pool.ts'
import {commonFlags, sendFlags} from './flags.ts'
import {boundFlags, exchangeFlag, tokenArg} from './market-flags.ts'
import {operate, type SendFlags} from './operate.ts'
import type {CommandHost} from './operation-host.ts'
import type {Result} from './operator-command.ts'

export const pairArgs = {
  first: tokenArg({required: true, description: 'Symbol or address of a token.'}),
  second: tokenArg({required: true, description: 'Symbol or address of the other token.'}),
}

export const liquidityFlags = {...commonFlags, ...sendFlags, ...exchangeFlag, ...boundFlags}

const operations = {
  add: {begin: addOperation, done: 'added'},
  remove: {begin: removeOperation, done: 'removed'},
} as const

interface LiquidityInput {
  args: {amount: Amount; first: string; second: string}
  flags: SendFlags & {dex: PoolsId | undefined; slippage: number; deadline: number}
}

/** Moves liquidity of the owner into a pool or out of it, and shows what moved. */
export function operateLiquidity(
  context: Context,
  {args, flags}: LiquidityInput,
  host: CommandHost,
  direction: keyof typeof operations,
): Promise<Result> {
  const {begin, done} = operations[direction]
  return operate(context, flags, host, {
    action: `pool ${direction}`,
    chain: 'L2',
    from: requireOwner(context),
    ...begin(context, {
      exchange: flags.dex,
      amount: args.amount,
      pair: [args.first, args.second],
      slippageBasisPoints: flags.slippage,
      deadlineMinutes: flags.deadline,
    }),
    done: (verified) => ({data: movedJson(verified), text: movedText(done, verified)}),
  })
}
