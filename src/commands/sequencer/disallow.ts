import {changeWhitelist, whitelistedArg} from '../../cli/change-whitelist.ts'
import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'

export default class SequencerDisallow extends OperatorCommand {
  static override summary = 'Remove an account from the whitelist.'

  static override description =
    'For network owners: signed by the owner of LockingPool, who must be the owner of the profile.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> 0x1111111111111111111111111111111111111111 --profile governance',
    '<%= config.bin %> <%= command.id %> 0x1111111111111111111111111111111111111111 --profile governance --unsigned disallow.json',
  ]

  static override args = {account: whitelistedArg}

  static override flags = {...commonFlags, ...sendFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(SequencerDisallow)
    const request = {account: args.account, allowed: false}
    return changeWhitelist(this.openContext(flags), request, flags, this.sendHost(flags.yes))
  }
}
