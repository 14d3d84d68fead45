import {commonFlags, durationFlag} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {scanWith} from '../../cli/rotation-scan.ts'
import {HORIZON_EPOCHS, requireSigner, windowIn} from '../../services/duty/window.ts'
import {readForecast} from '../../services/rotation/forecast.ts'
import {dutyNextText} from '../../ui/presenters/duty.ts'

export default class DutyNext extends OperatorCommand {
  static override summary = 'Show your next turns, and the widest window between them.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile seq-2 --json',
  ]

  static override flags = {
    ...commonFlags,
    idle: durationFlag('Time that your node would be away.', '1m'),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(DutyNext)
    const context = this.openContext(flags)
    const signer = requireSigner(context)
    const forecast = await readForecast(context, {
      ...{count: HORIZON_EPOCHS, signer},
      ...scanWith(this.interrupted.signal, (text) => this.progress(text)),
    })
    this.endProgress()
    const turns = forecast.epochs.filter(({mine}) => mine === true)
    const window = windowIn(context, forecast, {signer, needSeconds: flags.idle})
    return {data: {turns, window}, text: dutyNextText(turns, window, Date.now())}
  }
}
