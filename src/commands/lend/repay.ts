import {lendArgs, lendCommandFlags, operateLend} from '../../cli/lend-operation.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'

export default class LendRepay extends OperatorCommand {
  static override summary = 'Repay a borrowed token.'

  static override description =
    'max repays everything, with the interest until the block: the account must hold that of one more day.'

  static override examples = ['<%= config.bin %> <%= command.id %> max m.USDC --dry-run']

  static override args = lendArgs

  static override flags = lendCommandFlags

  protected async perform(): Promise<Result> {
    const input = await this.parse(LendRepay)
    const {flags} = input
    return operateLend(this.openContext(flags), input, this.sendHost(flags.yes), 'repay')
  }
}
