import {commonFlags, replaceFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {openTransactionArg} from '../../cli/open-transaction-arg.ts'
import {replace} from '../../cli/send-again.ts'

export default class TxSpeedUp extends OperatorCommand {
  static override summary = 'Resend a pending transaction at a higher gas price.'

  static override description = 'Same call, same nonce: only one of the two can be mined.'

  static override examples = ['<%= config.bin %> <%= command.id %> --dry-run']

  static override args = {transaction: openTransactionArg()}

  static override flags = {...commonFlags, ...replaceFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(TxSpeedUp)
    const context = this.openContext(flags)
    return replace(context, 'speed-up', args.transaction, flags, this.sendHost(flags.yes))
  }
}
