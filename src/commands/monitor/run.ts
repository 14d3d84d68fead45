import {Flags} from '@oclif/core'

import {hostFlag, lookFlags} from '../../cli/flags.ts'
import {logLevelFlag} from '../../cli/log-level-flag.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {printDocument, printText} from '../../cli/output.ts'
import {systemClock} from '../../lib/clock.ts'
import {stringifyJson} from '../../lib/json.ts'
import {createLogger} from '../../lib/log.ts'
import {startMonitor} from '../../services/alerts/monitor.ts'
import {noticeJson, noticeText} from '../../ui/presenters/alert.ts'

export default class MonitorRun extends OperatorCommand {
  static override summary =
    'Watch the profile, send alerts, and serve /metrics and /healthz, until Ctrl-C.'

  static override description = `An issue that lasts is told once to every output, again at intervals, and once when it is over. What was told survives
a restart. Only one monitor runs for a profile. /healthz answers 503 while something is critical or unknown, and while the
monitor does not look. Each notice is a line on stdout; with --json a JSON document. Failures go to stderr.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --port 9464 --json',
    '<%= config.bin %> <%= command.id %> --no-serve',
  ]

  static override flags = {
    ...lookFlags,
    host: hostFlag({description: 'Address to listen on.', default: '127.0.0.1'}),
    'host-name': Flags.string({
      description: 'Name that clients may use in a Host header besides the address.',
      multiple: true,
    }),
    port: Flags.integer({
      description: 'Port of /metrics, /healthz and /ping.',
      default: 9464,
      min: 0,
      max: 65_535,
    }),
    serve: Flags.boolean({
      description: 'Serve them at all.',
      default: true,
      allowNo: true,
    }),
    'log-level': logLevelFlag(),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(MonitorRun)
    const context = this.openContext(flags)
    const at = {host: flags.host, hostNames: flags['host-name'] ?? [], port: flags.port}
    let notices = 0
    const monitor = await startMonitor(context, {
      version: this.config.version,
      serve: flags.serve ? at : null,
      clock: systemClock,
      logger: createLogger({
        ...{part: 'monitor', level: flags['log-level']},
        write: (line) => void process.stderr.write(line),
      }),
      signal: this.interrupted.signal,
      onNotice: (notice) => {
        notices++
        if (this.jsonEnabled()) printDocument(stringifyJson(noticeJson(notice)))
        else printText(noticeText(notice))
      },
    })
    this.say(
      `Monitoring ${context.profileName ?? context.networkName}, ${monitor.url ?? 'no server'}.`,
    )
    if (monitor.outputs === 0)
      this.warnAbout({
        code: 'NO_ALERT_OUTPUT',
        message:
          'There is no alert output, so alerts reach nobody. Run `metis-seq alert output add NAME --kind webhook --secret-file FILE`.',
      })
    await monitor.stopped
    return {data: {notices, url: monitor.url}, text: ''}
  }
}
