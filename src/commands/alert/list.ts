import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {systemClock} from '../../lib/clock.ts'
import {listAlerts} from '../../services/alerts/alert-book.ts'
import {alertListText} from '../../ui/presenters/alert.ts'

export default class AlertList extends OperatorCommand {
  static override summary = 'List the alerts that last, silences, and outputs that fail.'

  static override description =
    'As of the last look of `monitor run`, and it says when that was not just now. No endpoint is queried.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(AlertList)
    const nowMs = systemClock.nowMs()
    const list = listAlerts(this.openContext(flags), nowMs)
    return {data: list, text: alertListText(list, nowMs)}
  }
}
