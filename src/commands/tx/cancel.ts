import {commonFlags, replaceFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {openTransactionArg} from '../../cli/open-transaction-arg.ts'
import {replace} from '../../cli/send-again.ts'

export default class TxCancel extends OperatorCommand {
  static override summary = 'Replace a pending transaction with an empty one.'

  static override description =
    'Both have the same nonce, so only one of them can be mined. An empty transaction still costs its gas.'

  static override examples = ['<%= config.bin %> <%= command.id %> --dry-run']

  static override args = {transaction: openTransactionArg()}

  static override flags = {...commonFlags, ...replaceFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(TxCancel)
    const context = this.openContext(flags)
    return replace(context, 'cancel', args.transaction, flags, this.sendHost(flags.yes))
  }
}
