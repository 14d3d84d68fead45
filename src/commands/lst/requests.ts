import {addressFlag, commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {readRequests} from '../../services/lst/lst.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {requestsText} from '../../ui/presenters/lst.ts'

export default class LstRequests extends OperatorCommand {
  static override summary = 'Show the withdrawal requests of an account and what each waits for.'

  static override description = `A request can wait for time (a delay), for the provider (admin), and for METIS on L2
(liquidity).`

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override args = {provider: providerArg()}

  static override flags = {
    ...commonFlags,
    account: addressFlag({
      layer: 'L2',
      description: 'Account on L2. Default: the owner of the profile.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstRequests)
    const context = this.openContext(flags)
    const account = flags.account ?? requireOwner(context)
    const {each: requests, warnings} = await readRequests(context, account, args.provider)
    for (const warning of warnings) this.warnAbout(warning)
    return {data: {requests}, text: requestsText(requests)}
  }
}
