import {lendArgs, lendCommandFlags, operateLend} from '../../cli/lend-operation.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'

export default class LendWithdraw extends OperatorCommand {
  static override summary = 'Withdraw a supplied token from a lending market.'

  static override examples = ['<%= config.bin %> <%= command.id %> max METIS --dry-run']

  static override args = lendArgs

  static override flags = lendCommandFlags

  protected async perform(): Promise<Result> {
    const input = await this.parse(LendWithdraw)
    const {flags} = input
    return operateLend(this.openContext(flags), input, this.sendHost(flags.yes), 'withdraw')
  }
}
