import {amountFlag, commonFlags, sendFlags} from '../../cli/flags.ts'
import {changeSequencer} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {planRestake, toStakeView} from '../../services/staking/stake.ts'
import {stakeText} from '../../ui/presenters/sequencer.ts'

export default class StakeRestake extends OperatorCommand {
  static override summary = 'Lock the unclaimed rewards of the sequencer instead of claiming them.'

  static override description =
    'The rewards are locked as a whole or not at all. This needs no bridge and costs only gas, and they earn from then on.'

  static override examples = ['<%= config.bin %> <%= command.id %> --dry-run']

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    amount: amountFlag({
      description: 'Additional METIS of the owner to lock.',
      default: {kind: 'exact', wei: 0n},
      noCacheDefault: true,
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(StakeRestake)
    const context = this.openContext(flags)
    return changeSequencer(context, flags, this.sendHost(flags.yes), {
      action: 'stake restake',
      role: 'owner',
      plan: () => planRestake(context, {sequencerId: args.id, amount: flags.amount}),
      done: ({sequencer, pool}) => ({text: stakeText(toStakeView(sequencer, pool))}),
    })
  }
}
