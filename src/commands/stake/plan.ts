import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerExamples, sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {planStake} from '../../services/staking/stake.ts'
import {stakeOptionsJson, stakeOptionsText} from '../../ui/presenters/stake.ts'

export default class StakePlan extends OperatorCommand {
  static override summary = 'Show how much can be locked, restaked and withdrawn now. Read-only.'

  static override examples = sequencerExamples

  static override args = {id: sequencerIdArg()}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(StakePlan)
    const options = await planStake(this.openContext(flags), args.id)
    return {data: stakeOptionsJson(options), text: stakeOptionsText(options)}
  }
}
