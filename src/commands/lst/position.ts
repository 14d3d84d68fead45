import {addressFlag, commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {readPosition} from '../../services/lst/lst.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {positionJson, positionText} from '../../ui/presenters/lst.ts'

export default class LstPosition extends OperatorCommand {
  static override summary = 'Show what an account holds with the liquid-staking providers.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --network local --account 0x1111111111111111111111111111111111111111',
  ]

  static override flags = {
    ...commonFlags,
    account: addressFlag({
      layer: 'L2',
      description: 'Account on L2. Default: the owner of the profile.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(LstPosition)
    const context = this.openContext(flags)
    const position = await readPosition(context, flags.account ?? requireOwner(context))
    return {data: positionJson(position), text: positionText(position)}
  }
}
