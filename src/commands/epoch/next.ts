import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {readNextEpoch} from '../../services/rotation/next-epoch.ts'
import {nextEpochText} from '../../ui/presenters/epoch.ts'

export default class EpochNext extends OperatorCommand {
  static override summary = 'Show the epoch after the current one.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(EpochNext)
    const context = this.openContext(flags)
    const {rotation, planDoubt} = await readNextEpoch(context)
    const {headBlock, next} = rotation
    return {
      data: {headBlock, epoch: next, planDoubt},
      text: nextEpochText(rotation, planDoubt),
    }
  }
}
