import type {Result} from '../../cli/operator-command.ts'
import {SequencerCommand} from '../../cli/sequencer-command.ts'
import {showRewards} from '../../services/rewards/rewards.ts'
import {rewardJson, rewardText} from '../../ui/presenters/reward.ts'

export default class RewardShow extends SequencerCommand {
  static override summary = 'Show the unclaimed rewards of a sequencer, and the cost of a claim.'

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(RewardShow)
    const view = await showRewards(this.openContext(flags), args.id)
    return {data: rewardJson(view), text: rewardText(view)}
  }
}
