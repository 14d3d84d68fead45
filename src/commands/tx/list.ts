import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {chosenNetwork} from '../../services/context.ts'
import {listTransactions} from '../../services/sending/transactions.ts'
import {openHome} from '../../store/home.ts'
import {transactionListText} from '../../ui/presenters/transaction.ts'

export default class TxList extends OperatorCommand {
  static override summary = 'List the transactions sent from this machine, newest first.'

  static override description =
    'Reads the journal only. Without an active network it lists the transactions of every network.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --all --limit 100',
  ]

  static override flags = {
    ...commonFlags,
    limit: Flags.integer({description: 'At most this many.', default: 20, min: 1, max: 10_000}),
    all: Flags.boolean({description: 'Include every network.', exclusive: ['network']}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(TxList)
    const home = openHome()
    const network = flags.all ? undefined : chosenNetwork(home, flags)
    const transactions = listTransactions(home, {limit: flags.limit, network})
    return {
      data: {network: network ?? null, transactions},
      text: transactionListText(transactions),
    }
  }
}
