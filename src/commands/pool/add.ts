import {liquidityFlags, operateLiquidity, pairArgs} from '../../cli/liquidity-operation.ts'
import {tokenAmountArg} from '../../cli/market-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'

export default class PoolAdd extends OperatorCommand {
  static override summary = 'Add liquidity to a pool: both tokens in its ratio.'

  static override description =
    'The second amount follows from the ratio of the pool. Both are approved exactly.'

  static override examples = ['<%= config.bin %> <%= command.id %> 1 METIS m.USDC --dry-run']

  static override args = {
    amount: tokenAmountArg({
      required: true,
      description: 'Amount of the first token: a number, max, or a share such as 25%.',
    }),
    ...pairArgs,
  }

  static override flags = liquidityFlags

  protected async perform(): Promise<Result> {
    const input = await this.parse(PoolAdd)
    const {flags} = input
    return operateLiquidity(this.openContext(flags), input, this.sendHost(flags.yes), 'add')
  }
}
