import {addressFlag, commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {readPositions} from '../../services/lst/lst.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {positionsJson, positionsText} from '../../ui/presenters/lst.ts'

export default class LstPosition extends OperatorCommand {
  static override summary = 'Show what an account holds with the liquid-staking providers.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --network local --account 0x1111111111111111111111111111111111111111',
  ]

  static override args = {provider: providerArg()}

  static override flags = {
    ...commonFlags,
    account: addressFlag({
      layer: 'L2',
      description: 'Account on L2. Default: the owner of the profile.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstPosition)
    const context = this.openContext(flags)
    const account = flags.account ?? requireOwner(context)
    const {each: positions, warnings} = await readPositions(context, account, args.provider)
    for (const warning of warnings) this.warnAbout(warning)
    return {data: positionsJson(positions), text: positionsText(positions)}
  }
}
