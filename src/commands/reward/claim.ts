import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {operate} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {formatWei} from '../../lib/units.ts'
import {planRewardClaim} from '../../services/rewards.ts'

export default class RewardClaim extends OperatorCommand {
  static override summary = 'Send all credited rewards to the reward recipient on L2.'

  static override aliases = ['claim']

  static override examples = ['<%= config.bin %> <%= command.id %> --dry-run']

  static override args = {id: sequencerIdArg()}

  static override flags = {...commonFlags, ...sendFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(RewardClaim)
    const context = this.openContext(flags)
    return operate(context, flags, this.sendHost(flags.yes), {
      action: 'reward claim',
      role: 'owner',
      plan: () => planRewardClaim(context, args.id),
      done: (_after, {standing}) => {
        const {sequencerId, rewardMetisWei, rewardRecipient} = standing.sequencer
        return {
          data: {sequencerId, claimedMetisWei: rewardMetisWei, rewardRecipient},
          text: `Claimed ${formatWei(rewardMetisWei)} METIS. The bridge delivers them to ${rewardRecipient} on L2.`,
        }
      },
    })
  }
}
