import {amountFlag, commonFlags, sendFlags} from '../../cli/flags.ts'
import {changeSequencer} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {planStakeWithdraw, toStakeView} from '../../services/staking/stake.ts'
import {stakeText} from '../../ui/presenters/sequencer.ts'

export default class StakeWithdraw extends OperatorCommand {
  static override summary = 'Withdraw METIS from the lock to the owner on L1.'

  static override description =
    'Once per reward batch, and never below the minimum lock. To withdraw everything, see `exit plan`.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --amount max --override shared-throttle --dry-run',
    '<%= config.bin %> <%= command.id %> --amount 25% --override shared-throttle',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    amount: amountFlag({
      description: 'METIS to withdraw; max and N% refer to the amount above the minimum lock.',
      required: true,
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(StakeWithdraw)
    const context = this.openContext(flags)
    return changeSequencer(context, flags, this.sendHost(flags.yes), {
      action: 'stake withdraw',
      role: 'owner',
      plan: () => planStakeWithdraw(context, {sequencerId: args.id, amount: flags.amount}),
      done: ({sequencer, pool}) => ({text: stakeText(toStakeView(sequencer, pool))}),
    })
  }
}
