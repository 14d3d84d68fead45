import {commonFlags, durationFlag} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {scanWith} from '../../cli/rotation-scan.ts'
import {readWindow} from '../../services/duty/window.ts'
import {checkText} from '../../ui/presenters/duty.ts'

export default class DutyCheck extends OperatorCommand {
  static override summary = 'Say whether your node may be away now: exit 0, or 10 with the reason.'

  static override description =
    'A turn that is possible but not certain counts as one: unknown is not yes. `node stop`, `node restart`, `node upgrade` and `exit start` ask the same.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --idle 10m --profile seq-2',
  ]

  static override flags = {
    ...commonFlags,
    idle: durationFlag('Time that your node would be away.', '1m'),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(DutyCheck)
    const window = await readWindow(this.openContext(flags), flags.idle, {
      ...scanWith(this.interrupted.signal, (text) => this.progress(text)),
    })
    this.endProgress()
    return {
      data: window,
      text: checkText(window),
      ...(window.isOpen ? {} : {exit: 'condition-false'}),
    }
  }
}
