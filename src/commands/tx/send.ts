import {Args, Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sendSigned} from '../../cli/send-again.ts'

export default class TxSend extends OperatorCommand {
  static override summary = 'Broadcast transactions that were signed elsewhere, and wait for them.'

  static override examples = ['<%= config.bin %> <%= command.id %> exit.signed']

  static override args = {
    transactions: Args.string({
      description: 'File written by `tx sign`, or a raw signed transaction (0x...).',
      required: true,
    }),
  }

  static override flags = {
    ...commonFlags,
    yes: Flags.boolean({
      description: 'Send without asking. Required without a terminal.',
    }),
    'dry-run': Flags.boolean({
      char: 'n',
      description: 'Check and preview the transactions, then stop.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(TxSend)
    const context = this.openContext(flags)
    return sendSigned(context, args.transactions, flags, this.sendHost(flags.yes))
  }
}
