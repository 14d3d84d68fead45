import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {currentEpoch} from '../../services/rotation/epochs.ts'
import {currentEpochText} from '../../ui/presenters/epoch.ts'

export default class EpochCurrent extends OperatorCommand {
  static override summary = 'Show the current epoch and its signer.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --network local --json',
  ]

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(EpochCurrent)
    const context = this.openContext(flags)
    const view = await currentEpoch(context)
    return {data: view, text: currentEpochText(view, context.network.l2.slotMs)}
  }
}
