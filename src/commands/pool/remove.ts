import {liquidityFlags, operateLiquidity, pairArgs} from '../../cli/liquidity-operation.ts'
import {tokenAmountArg} from '../../cli/market-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'

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
    ...pairArgs,
  }

  static override flags = liquidityFlags

  protected async perform(): Promise<Result> {
    const input = await this.parse(PoolRemove)
    const {flags} = input
    return operateLiquidity(this.openContext(flags), input, this.sendHost(flags.yes), 'remove')
  }
}
