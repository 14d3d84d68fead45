import {commonFlags, durationFlag} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {printDocument} from '../../cli/output.ts'
import {stringifyJson} from '../../lib/json.ts'
import {waitForWindow} from '../../services/duty/wait.ts'
import type {DutyWindow} from '../../services/duty/window.ts'
import {waitText, windowText} from '../../ui/presenters/duty.ts'

export default class DutyWait extends OperatorCommand {
  static override summary = 'Wait until your node may be away for a while.'

  static override description = `Ends with 0 as soon as a window is open that is long enough, with 10 at once when the forecast has none,
and with 124 after --max-wait. With --json each look is one document per line; the last one is the envelope.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --idle 10m --max-wait 6h',
    '<%= config.bin %> <%= command.id %> --idle 2m --profile seq-2',
  ]

  static override flags = {
    ...commonFlags,
    idle: durationFlag('Time that your node will be away.', '1m'),
    'max-wait': durationFlag('Give up after this time.', '6h'),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(DutyWait)
    const window = await waitForWindow(this.openContext(flags), {
      idleSeconds: flags.idle,
      maxWaitSeconds: flags['max-wait'],
      signal: this.interrupted.signal,
      onWait: (closed) => this.tellWait(closed),
    })
    this.endProgress()
    return {data: window, text: windowText(window)}
  }

  private tellWait(window: DutyWindow): void {
    if (this.jsonEnabled())
      printDocument(stringifyJson({type: 'waiting', atMs: Date.now(), window}))
    else this.progress(waitText(window))
  }
}
