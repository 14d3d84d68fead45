import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {boundFlags, exchangeFlag, tokenAmountArg, tokenArg} from '../../cli/market-flags.ts'
import {operate} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {removeOperation} from '../../services/defi/pools/liquidity.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {movedJson, movedText} from '../../ui/presenters/pool.ts'

export default class PoolRemove extends OperatorCommand {
  static override summary = 'Remove liquidity from a pool: shares become both tokens.'

  static override description =
    'Run `pool show` to see the shares of the account. They are approved exactly.'

  static override examples = ['<%= config.bin %> <%= command.id %> 1 METIS m.USDC --dry-run']

  static override args = {
    amount: tokenAmountArg({
      required: true,
      description: 'Shares to give back: a number, max, or a share such as 25%.',
    }),
    first: tokenArg({required: true, description: 'Symbol or address of a token.'}),
    second: tokenArg({required: true, description: 'Symbol or address of the other token.'}),
  }

  static override flags = {...commonFlags, ...sendFlags, ...exchangeFlag, ...boundFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(PoolRemove)
    const context = this.openContext(flags)
    return operate(context, flags, this.sendHost(flags.yes), {
      action: 'pool remove',
      chain: 'L2',
      from: requireOwner(context),
      ...removeOperation(context, {
        exchange: flags.dex,
        amount: args.amount,
        pair: [args.first, args.second],
        slippageBasisPoints: flags.slippage,
        deadlineMinutes: flags.deadline,
      }),
      done: (verified) => ({
        data: movedJson(verified),
        text: movedText('removed', verified),
      }),
    })
  }
}
