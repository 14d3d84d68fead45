import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {changeSequencer} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {formatWeiShort} from '../../lib/units.ts'
import {planExitFinish} from '../../services/exit/exit.ts'

export default class ExitFinish extends OperatorCommand {
  static override summary = 'Claim the METIS of an exit after its delay.'

  static override examples = ['<%= config.bin %> <%= command.id %> --dry-run']

  static override args = {id: sequencerIdArg()}

  static override flags = {...commonFlags, ...sendFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(ExitFinish)
    const context = this.openContext(flags)
    return changeSequencer(context, flags, this.sendHost(flags.yes), {
      action: 'exit finish',
      role: 'owner',
      plan: () => planExitFinish(context, args.id),
      done: ({sequencer: {sequencerId}}, {from, snapshot: {sequencer}}) => ({
        text: `${formatWeiShort(sequencer.amountMetisWei)} METIS of sequencer ${sequencerId} are back with ${from} on L1. The exit is finished.`,
        data: {claimedMetisWei: sequencer.amountMetisWei},
      }),
    })
  }
}
