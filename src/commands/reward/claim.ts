import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {send, settleEarlier} from '../../cli/send.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {formatWei} from '../../lib/units.ts'
import {planRewardClaim, verifyRewardClaim} from '../../services/rewards.ts'
import {findSequencer, requireOwner} from '../../services/sequencers.ts'

export default class RewardClaim extends OperatorCommand {
  static override summary = 'Send all credited rewards to the reward recipient on L2.'

  static override aliases = ['claim']

  static override examples = ['<%= config.bin %> <%= command.id %> --dry-run']

  static override args = {id: sequencerIdArg()}

  static override flags = {...commonFlags, ...sendFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(RewardClaim)
    const context = this.openContext(flags)
    const host = this.sendHost(flags.yes)
    const from = requireOwner(context)
    await settleEarlier(context, {action: 'reward claim', chain: 'L1', from}, flags, host)
    const {sequencerId} = await findSequencer(context, args.id)
    const plan = await planRewardClaim(context, sequencerId)
    const outcome = await send(context, plan, flags, host)
    if (outcome.state !== 'sent') return {data: outcome.json, text: outcome.text}
    const {rewardMetisWei, rewardRecipient} = plan
    const data = {...outcome.json, sequencerId, claimedMetisWei: rewardMetisWei, rewardRecipient}
    if (flags.wait === 'none') return {data, text: ''}
    await verifyRewardClaim(context, {sequencerId, rewardMetisWei})
    return {
      data,
      text: `Claimed ${formatWei(rewardMetisWei)} METIS. The bridge delivers them to ${rewardRecipient} on L2.`,
    }
  }
}
