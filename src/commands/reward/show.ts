import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerExamples, sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {showRewards} from '../../services/rewards/rewards.ts'
import {rewardJson, rewardText} from '../../ui/presenters/reward.ts'

export default class RewardShow extends OperatorCommand {
  static override summary = 'Show the unclaimed rewards of a sequencer, and the cost of a claim.'

  static override examples = sequencerExamples

  static override args = {id: sequencerIdArg()}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(RewardShow)
    const view = await showRewards(this.openContext(flags), args.id)
    return {data: rewardJson(view), text: rewardText(view)}
  }
}
