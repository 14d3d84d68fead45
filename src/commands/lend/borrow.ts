import {lendArgs, lendCommandFlags, operateLend} from '../../cli/lend-operation.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'

export default class LendBorrow extends OperatorCommand {
  static override summary = 'Borrow a token against what the account has supplied.'

  static override examples = ['<%= config.bin %> <%= command.id %> 10 m.USDC --dry-run']

  static override args = lendArgs

  static override flags = lendCommandFlags

  protected async perform(): Promise<Result> {
    const input = await this.parse(LendBorrow)
    const {flags} = input
    return operateLend(this.openContext(flags), input, this.sendHost(flags.yes), 'borrow')
  }
}
