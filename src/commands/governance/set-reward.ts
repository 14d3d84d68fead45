import {Flags} from '@oclif/core'

import {changeSetting} from '../../cli/operate.ts'
import {commonFlags, metisFlag, percentFlag, sendFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {formatWei} from '../../lib/units.ts'
import {rewardPlanner, type RewardRequest} from '../../services/governance/set-reward.ts'

export default class GovernanceSetReward extends OperatorCommand {
  static override summary = 'Change the reward per block, as an amount or as a target yearly rate.'

  static override description = `For network owners: signed by the owner of LockingPool, who must be the owner of the profile.
The change applies to every block that is not in a reward batch yet, including past blocks.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --per-block 0.000761 --profile governance',
    '<%= config.bin %> <%= command.id %> --target-rate 20% --block-seconds 8 --profile governance --dry-run',
  ]

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    'per-block': metisFlag({
      description: 'METIS per block.',
      exactlyOne: ['per-block', 'target-rate'],
    }),
    'target-rate': percentFlag({
      description: 'Yearly reward over all locked METIS.',
      exactlyOne: ['per-block', 'target-rate'],
    }),
    'block-seconds': Flags.integer({
      description: 'Block time used to convert the annual rate. Default: measured.',
      min: 1,
      max: 86_400,
      dependsOn: ['target-rate'],
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(GovernanceSetReward)
    const context = this.openContext(flags)
    const {'per-block': perBlockMetisWei, 'target-rate': ratePercent} = flags
    const request: RewardRequest =
      ratePercent === undefined
        ? {perBlockMetisWei: perBlockMetisWei ?? 0n}
        : {ratePercent, blockSeconds: flags['block-seconds']}
    return changeSetting(context, flags, this.sendHost(flags.yes), {
      action: 'governance set-reward',
      plan: rewardPlanner(context, request),
      done: ({rewardPerBlockMetisWei, ratePercent: rate}) => ({
        text: `A block pays ${formatWei(rewardPerBlockMetisWei)} METIS now, ${rate.toFixed(2)} % a year.`,
        data: {rewardPerBlockMetisWei, ratePercent: rate},
      }),
    })
  }
}
