import {lendArgs, lendCommandFlags, operateLend} from '../../cli/lend-operation.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'

export default class LendSupply extends OperatorCommand {
  static override summary = 'Supply a token to a lending market.'

  static override examples = ['<%= config.bin %> <%= command.id %> 1 METIS --dry-run']

  static override args = lendArgs

  static override flags = lendCommandFlags

  protected async perform(): Promise<Result> {
    const input = await this.parse(LendSupply)
    const {flags} = input
    return operateLend(this.openContext(flags), input, this.sendHost(flags.yes), 'supply')
  }
}
