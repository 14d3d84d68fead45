import {Args} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {acknowledgeAlert} from '../../services/alerts/alert-book.ts'

export default class AlertAck extends OperatorCommand {
  static override summary = 'Acknowledge an alert: no reminders until it is over or gets worse.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> node-down',
    "<%= config.bin %> <%= command.id %> 'wallet-low mpc'",
  ]

  static override args = {
    alert: Args.string({
      description: 'The alert as `alert list` shows it: its rule, and its subject if it has one.',
      required: true,
    }),
  }

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(AlertAck)
    const {key, severity, text} = acknowledgeAlert(this.openContext(flags), args.alert)
    return {
      data: {alert: key, severity, text},
      text: `Acknowledged: ${text}. Its end will still be told.`,
    }
  }
}
