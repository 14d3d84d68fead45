import {amountFlag, commonFlags, sendFlags} from '../../cli/flags.ts'
import {changeSequencer} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {planStakeIncrease, toStakeView} from '../../services/staking/stake.ts'
import {stakeText} from '../../ui/presenters/sequencer.ts'

export default class StakeIncrease extends OperatorCommand {
  static override summary = 'Lock more METIS in a sequencer.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --amount 5000',
    '<%= config.bin %> <%= command.id %> --amount max --dry-run',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    amount: amountFlag({
      description: 'METIS to add; max fills the lock to its limit or uses the whole balance.',
      required: true,
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(StakeIncrease)
    const context = this.openContext(flags)
    return changeSequencer(context, flags, this.sendHost(flags.yes), {
      action: 'stake increase',
      role: 'owner',
      plan: () => planStakeIncrease(context, {sequencerId: args.id, amount: flags.amount}),
      done: ({sequencer, pool}) => ({text: stakeText(toStakeView(sequencer, pool))}),
    })
  }
}
