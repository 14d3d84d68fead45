import {Args, Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sendSigned} from '../../cli/send-again.ts'

export default class TxSend extends OperatorCommand {
  static override summary = 'Send transactions that were signed elsewhere, and wait for them.'

  static override examples = ['<%= config.bin %> <%= command.id %> exit.signed']

  static override args = {
    transactions: Args.string({
      description: 'File that `tx sign` wrote, or a raw signed transaction as 0x...',
      required: true,
    }),
  }

  static override flags = {
    ...commonFlags,
    yes: Flags.boolean({
      description: 'Send without asking. Needed where there is no terminal.',
    }),
    'dry-run': Flags.boolean({
      char: 'n',
      description: 'Check and show what would be sent, then stop.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(TxSend)
    const context = this.openContext(flags)
    return sendSigned(context, args.transactions, flags, this.sendHost(flags.yes))
  }
}
