import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {transactionArg} from '../../cli/transaction-arg.ts'
import {hashOf, showTransaction} from '../../services/sending/transactions.ts'
import {openHome} from '../../store/home.ts'
import {transactionText} from '../../ui/presenters/transaction.ts'

export default class TxShow extends OperatorCommand {
  static override summary = 'Show one transaction: its call and its state.'

  static override examples = ['<%= config.bin %> <%= command.id %> 1']

  static override args = {transaction: transactionArg({required: true})}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(TxShow)
    const {hash, entry} = hashOf(openHome(), args.transaction)
    const context = this.openContext({...flags, network: flags.network ?? entry?.network})
    const {view, unreachable} = await showTransaction(context, hash, entry)
    this.warnAboutUnreachable(unreachable)
    return {data: view, text: transactionText(view)}
  }
}
