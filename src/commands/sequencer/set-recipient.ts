import {addressFlag, commonFlags, sendFlags} from '../../cli/flags.ts'
import {changeSequencer} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {planSetRecipient} from '../../services/staking/sequencer-changes.ts'
import {sequencerText} from '../../ui/presenters/sequencer.ts'

export default class SequencerSetRecipient extends OperatorCommand {
  static override summary = 'Set the account on L2 that receives the rewards.'

  static override description =
    'Required before any claim and before an exit; impossible once an exit has begun.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --recipient 0x1111111111111111111111111111111111111111 --dry-run',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    recipient: addressFlag({layer: 'L2', description: 'Account on L2.', required: true}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(SequencerSetRecipient)
    const context = this.openContext(flags)
    return changeSequencer(context, flags, this.sendHost(flags.yes), {
      action: 'sequencer set-recipient',
      role: 'owner',
      plan: () =>
        planSetRecipient(context, {sequencerId: args.id, rewardRecipient: flags.recipient}),
      done: ({sequencer}) => ({text: sequencerText(sequencer)}),
    })
  }
}
