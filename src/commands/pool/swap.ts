import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {boundFlags, exchangeFlag, tokenAmountArg, tokenArg} from '../../cli/market-flags.ts'
import {operate} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {swapOperation} from '../../services/defi/pools/swap.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {swappedJson, swappedText} from '../../ui/presenters/pool.ts'

export default class PoolSwap extends OperatorCommand {
  static override summary = 'Swap a token on L2 for another.'

  static override description =
    'Approves exactly what is needed, and reverts below the quote minus the slippage tolerance.'

  static override examples = ['<%= config.bin %> <%= command.id %> 1 METIS m.USDC --dry-run']

  static override args = {
    amount: tokenAmountArg({
      required: true,
      description: 'Amount to give: a number, max, or a share such as 25%.',
    }),
    from: tokenArg({required: true, description: 'Symbol or address of the token to give.'}),
    to: tokenArg({required: true, description: 'Symbol or address of the token to receive.'}),
  }

  static override flags = {...commonFlags, ...sendFlags, ...exchangeFlag, ...boundFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(PoolSwap)
    const context = this.openContext(flags)
    return operate(context, flags, this.sendHost(flags.yes), {
      action: 'pool swap',
      chain: 'L2',
      from: requireOwner(context),
      ...swapOperation(context, {
        exchange: flags.dex,
        amount: args.amount,
        pair: [args.from, args.to],
        slippageBasisPoints: flags.slippage,
        deadlineMinutes: flags.deadline,
      }),
      done: (verified) => ({data: swappedJson(verified), text: swappedText(verified)}),
    })
  }
}
