import {addressFlag, commonFlags, confirmFlag, sendFlags} from '../../cli/flags.ts'
import {changeSequencer} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {planSetOwner} from '../../services/staking/sequencer-changes.ts'
import {sequencerText} from '../../ui/presenters/sequencer.ts'

export default class SequencerSetOwner extends OperatorCommand {
  static override summary = 'Transfer a sequencer, its METIS and its rewards to another owner.'

  static override description =
    'Afterwards only the new owner can withdraw the METIS. There is no way back without its key.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --new-owner 0x1111111111111111111111111111111111111111 --dry-run',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    confirm: confirmFlag('Id of the sequencer'),
    'new-owner': addressFlag({
      layer: 'L1',
      description: 'New owner.',
      required: true,
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(SequencerSetOwner)
    const context = this.openContext(flags)
    const newOwner = flags['new-owner']
    return changeSequencer(context, flags, this.sendHost(flags.yes, flags.confirm), {
      action: 'sequencer set-owner',
      role: 'owner',
      plan: () => planSetOwner(context, {sequencerId: args.id, newOwner}),
      done: ({sequencer}) => ({
        text: `${sequencerText(sequencer)}\nNext: make a profile for the new owner with \`metis-seq init --profile NAME --network ${context.networkName} --owner ${newOwner}\`.`,
      }),
    })
  }
}
