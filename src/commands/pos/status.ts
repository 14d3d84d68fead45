import {lookFlags} from '../../cli/flags.ts'
import {failOnFlag, issuesExit} from '../../cli/health-exit.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {readPosStatus} from '../../services/node/pos-status.ts'
import {posStatusJson, posStatusText} from '../../ui/presenters/pos.ts'

export default class PosStatus extends OperatorCommand {
  static override summary =
    'Ask the consensus layer about its validators, spans and reward batches.'

  static override description = `Exits 0 when it answers, 8 when it does not, and 12 when something critical is wrong with it;
with --fail-on warn also 11 for a warning.`

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = {...lookFlags, 'fail-on': failOnFlag()}

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(PosStatus)
    const status = await readPosStatus(this.openContext(flags))
    return {
      data: posStatusJson(status),
      text: posStatusText(status),
      exit: issuesExit(status.issues, flags['fail-on'] ?? 'critical'),
    }
  }
}
