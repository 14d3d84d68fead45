import {commonFlags, ratioFlag, sendFlags} from '../../cli/flags.ts'
import {changeSequencer} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {formatWei} from '../../lib/units.ts'
import {
  assertClaimPays,
  claimLossTrap,
  measureClaim,
} from '../../services/rewards/claim-economics.ts'
import {planRewardClaim, readClaimed} from '../../services/rewards/rewards.ts'

export default class RewardClaim extends OperatorCommand {
  static override summary = 'Send all credited rewards to the reward recipient on L2.'

  static override aliases = ['claim']

  static override description = `With --min-ratio it claims only when the reward is worth its cost: the bridge fee, and gas at the
current price. METIS has no price on chain. With --metis-per-eth the ratio is reward / (cost x METIS per ETH), so 20
means that a twentieth of the value is spent; without it the ratio is METIS claimed per ETH spent. Below the ratio
nothing is sent and the exit code is 5, which suits a timer. A claim that certainly costs more than it brings is the
trap claim-at-a-loss.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %> --min-ratio 20 --metis-per-eth 95 --yes',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    'min-ratio': ratioFlag({
      description: 'Claim only when reward / cost is at least this.',
      helpValue: 'RATIO',
    }),
    'metis-per-eth': ratioFlag({
      description: 'METIS per ETH, to compare the reward with its cost.',
      helpValue: 'PRICE',
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(RewardClaim)
    const context = this.openContext(flags)
    const minRatio = flags['min-ratio']
    return changeSequencer(context, flags, this.sendHost(flags.yes), {
      action: 'reward claim',
      role: 'owner',
      plan: async () => {
        const plan = await planRewardClaim(context, args.id)
        const metisPerEth = flags['metis-per-eth']
        const cost = await measureClaim(context, plan, flags['max-fee'])
        if (minRatio !== undefined) assertClaimPays(cost, {minRatio, metisPerEth})
        return {...plan, traps: [...plan.traps, ...claimLossTrap(cost, metisPerEth)]}
      },
      done: async (_after, {snapshot}, mined) => {
        const {sequencerId, rewardMetisWei, rewardRecipient} = snapshot.sequencer
        // A reward batch may have arrived between the read and the claim: the chain has the actual amount.
        const claimedMetisWei = (await readClaimed(context, sequencerId, mined)) ?? rewardMetisWei
        return {
          data: {sequencerId, claimedMetisWei, rewardRecipient},
          text: `Claimed ${formatWei(claimedMetisWei)} METIS. The bridge delivers them to ${rewardRecipient} on L2.`,
        }
      },
    })
  }
}
