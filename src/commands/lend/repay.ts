import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {lendFlags, lendingFlag, tokenAmountArg, tokenArg} from '../../cli/market-flags.ts'
import {operate} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {lendOperation} from '../../services/defi/lending/lend.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {lentJson, lentText} from '../../ui/presenters/lend.ts'

export default class LendRepay extends OperatorCommand {
  static override summary = 'Repay a borrowed token.'

  static override description =
    'max repays everything, with the interest until the block: the account must hold that of one more day.'

  static override examples = ['<%= config.bin %> <%= command.id %> max m.USDC --dry-run']

  static override args = {
    amount: tokenAmountArg({
      required: true,
      description: 'Amount: a number, max, or a share such as 25%.',
    }),
    token: tokenArg({required: true, description: 'Symbol or address of the token.'}),
  }

  static override flags = {...commonFlags, ...sendFlags, ...lendingFlag, ...lendFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LendRepay)
    const context = this.openContext(flags)
    return operate(context, flags, this.sendHost(flags.yes), {
      action: 'lend repay',
      chain: 'L2',
      from: requireOwner(context),
      ...lendOperation(context, {
        market: flags.market,
        kind: 'repay',
        amount: args.amount,
        token: args.token,
        minHealth: flags['min-health'],
      }),
      done: (verified) => ({data: lentJson(verified), text: lentText(verified)}),
    })
  }
}
