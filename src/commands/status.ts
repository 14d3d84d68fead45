import {lookFlags} from '../cli/flags.ts'
import {failOnFlag, healthExit} from '../cli/health-exit.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'
import {readStatus} from '../services/status.ts'
import {statusText} from '../ui/presenters/status.ts'

export default class Status extends OperatorCommand {
  static override summary = 'One page: you, the chain, your node, your money, and what to do next.'

  static override description = `Exits 0 when something could be read, and 8 when nothing could.
With --fail-on it exits 11 with warnings and 12 when something is critical.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --fail-on warn --json',
  ]

  static override flags = {
    ...lookFlags,
    'fail-on': failOnFlag(),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(Status)
    const view = await readStatus(this.openContext(flags))
    const reachable = view.rotation.ok || view.money?.ok === true
    const failOn = flags['fail-on']
    const exit = failOn ? healthExit(view.health, failOn) : reachable ? 'ok' : 'unreachable'
    return {data: view, text: statusText(view), exit}
  }
}
