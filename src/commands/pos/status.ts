import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {readPosStatus} from '../../services/pos-status.ts'
import {posStatusText} from '../../ui/presenters/pos.ts'

export default class PosStatus extends OperatorCommand {
  static override summary =
    'Ask the consensus layer about its validators, spans and reward batches.'

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(PosStatus)
    const status = await readPosStatus(this.openContext(flags))
    return {data: status, text: posStatusText(status)}
  }
}
