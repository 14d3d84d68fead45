import {Args, Flags} from '@oclif/core'

import {commonFlags, confirmFlag, sendFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {passwordFlags} from '../../cli/password-flags.ts'
import {signTransactions} from '../../cli/sign-transactions.ts'

export default class TxSign extends OperatorCommand {
  static override summary = 'Sign the transactions of an unsigned file. Offline.'

  static override description =
    'For a machine that holds the key and has no network: write the file elsewhere with --unsigned, sign it here, and broadcast it elsewhere with `tx send`. The preview is decoded from the fields that are signed, not from descriptions in the file. Known ways to lose money stop the command, even with --yes.'

  static override examples = ['<%= config.bin %> <%= command.id %> exit.json --output exit.signed']

  static override args = {
    file: Args.string({description: 'File written by --unsigned.', required: true}),
  }

  static override flags = {
    ...commonFlags,
    output: Flags.string({
      description: 'File to write the signed transactions to.',
      helpValue: 'FILE',
      required: true,
    }),
    force: Flags.boolean({description: 'Overwrite the file if it exists.'}),
    key: Flags.string({
      description: 'Key to sign with. Default: the key of the sender in the file.',
    }),
    yes: Flags.boolean({
      description: 'Sign without asking. Required without a terminal.',
    }),
    confirm: confirmFlag('Id of the sequencer that a call gives away or lets leave'),
    override: sendFlags.override,
    ...passwordFlags,
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(TxSign)
    return signTransactions(args.file, flags, this.sendHost(flags.yes, flags.confirm))
  }
}
