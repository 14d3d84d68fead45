import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {scanWith} from '../../cli/rotation-scan.ts'
import {readDutyHistory} from '../../services/duty/history.ts'
import {requireSigner} from '../../services/duty/window.ts'
import {dutyScoreText} from '../../ui/presenters/duty.ts'

const PERIOD_DAYS = [7, 30]

export default class DutyScore extends OperatorCommand {
  static override summary =
    'Add up your turns of 7 and 30 days: score, and luck against your stake.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile seq-2 --json',
  ]

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(DutyScore)
    const context = this.openContext(flags)
    const {duties: _duties, ...score} = await readDutyHistory(context, {
      ...{signer: requireSigner(context), days: PERIOD_DAYS},
      ...scanWith(this.interrupted.signal, (text) => this.progress(text)),
    })
    this.endProgress()
    return {data: score, text: dutyScoreText({...score, duties: []})}
  }
}
