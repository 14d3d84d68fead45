import {Errors, Flags} from '@oclif/core'

import {commonFlags, durationFlag} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {secretFlags, secretFrom} from '../../cli/secret-flags.ts'
import {formatDuration} from '../../lib/units.ts'
import {setDeadMan} from '../../services/alerts/outputs-file.ts'
import {openHome} from '../../store/home.ts'
import {deadManJson} from '../../ui/presenters/alert.ts'

export default class AlertDeadMan extends OperatorCommand {
  static override summary = 'Set the URL that a working monitor fetches again and again.'

  static override description =
    'A service elsewhere raises the alarm when the fetches stop: nothing else notices that the monitor or its machine is gone.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --secret-file /run/secrets/ping-url --every 1m',
    '<%= config.bin %> <%= command.id %> --off',
  ]

  static override flags = {
    ...commonFlags,
    ...secretFlags,
    every: durationFlag('Interval, 10s at least.', '1m'),
    off: Flags.boolean({description: 'Remove the ping.'}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(AlertDeadMan)
    const home = openHome()
    if (flags.off) {
      setDeadMan(home, null)
      return {data: {deadMan: null}, text: 'The dead-man ping is removed.'}
    }
    const url = await secretFrom(flags)
    if (url === undefined)
      throw new Errors.CLIError('Pass --secret-file or --secret-fd with the URL, or --off.')
    if (flags.every < 10) throw new Errors.CLIError('--every must be at least 10s.')
    const deadMan = {url, everySeconds: flags.every}
    setDeadMan(home, deadMan)
    const shown = deadManJson(deadMan)
    return {
      data: {deadMan: shown},
      text: `Dead-man ping every ${formatDuration(flags.every)}: ${shown.target}.`,
    }
  }
}
