import {Args, Flags} from '@oclif/core'

import {commonFlags, confirmFlag, sendFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {passwordFlags} from '../../cli/password-flags.ts'
import {signTransactions} from '../../cli/sign-transactions.ts'

export default class TxSign extends OperatorCommand {
  static override summary = 'Sign the transactions of an unsigned file. Needs no network.'

  static override description =
    'For a machine that keeps the key and reaches no chain: write the file elsewhere with --unsigned, sign it here, and send it elsewhere with `tx send`. What is shown is read from the fields that are signed; what the file calls them proves nothing. Known ways to lose money stop the command, with --yes as well.'

  static override examples = ['<%= config.bin %> <%= command.id %> exit.json --output exit.signed']

  static override args = {
    file: Args.string({description: 'File that --unsigned wrote.', required: true}),
  }

  static override flags = {
    ...commonFlags,
    output: Flags.string({
      description: 'File to write the signed transactions to.',
      helpValue: 'FILE',
      required: true,
    }),
    force: Flags.boolean({description: 'Replace the file if it exists.'}),
    key: Flags.string({description: 'Key to sign with. Default: that of the sender in the file.'}),
    yes: Flags.boolean({
      description: 'Sign without asking. Needed where there is no terminal.',
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
