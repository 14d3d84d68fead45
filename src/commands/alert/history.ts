import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {alertHistory} from '../../services/alerts/alert-book.ts'
import {alertHistoryText} from '../../ui/presenters/alert.ts'

export default class AlertHistory extends OperatorCommand {
  static override summary = 'List past notices, newest first, and whether each output got them.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --count 100 --json',
  ]

  static override flags = {
    ...commonFlags,
    count: Flags.integer({description: 'Number of notices.', default: 20, min: 1, max: 1000}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(AlertHistory)
    const notices = alertHistory(this.openContext(flags), flags.count)
    return {data: {notices}, text: alertHistoryText(notices)}
  }
}
