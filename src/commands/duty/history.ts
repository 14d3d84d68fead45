import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {scanWith} from '../../cli/rotation-scan.ts'
import {assertMayWrite, writeOutput} from '../../lib/files.ts'
import {readDutyHistory} from '../../services/duty/history.ts'
import {requireSigner} from '../../services/duty/window.ts'
import {dutyCsv, dutyHistoryText} from '../../ui/presenters/duty.ts'

export default class DutyHistory extends OperatorCommand {
  static override summary =
    'List your past turns: blocks made of those expected, and how each ended.'

  static override description =
    'An epoch counts as missed when it was drawn for your signer and another made its blocks because yours was silent.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --days 30',
    '<%= config.bin %> <%= command.id %> --format csv --output duty.csv',
  ]

  static override flags = {
    ...commonFlags,
    days: Flags.integer({description: 'How far back.', default: 7, min: 1, max: 365}),
    last: Flags.integer({description: 'Show only the newest lines, as text.', min: 1}),
    format: Flags.string({
      description: 'Text for people, or CSV.',
      options: ['text', 'csv'] as const,
      default: 'text',
    }),
    output: Flags.string({
      description: 'Write the CSV document to this file.',
      helpValue: 'FILE',
    }),
    force: Flags.boolean({description: 'Overwrite the file if it exists.', dependsOn: ['output']}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(DutyHistory)
    const {output, format, force} = flags
    const context = this.openContext(flags)
    if (output !== undefined) assertMayWrite(output, {replace: force})
    const history = await readDutyHistory(context, {
      ...{signer: requireSigner(context), days: [flags.days]},
      ...scanWith(this.interrupted.signal, (text) => this.progress(text)),
    })
    this.endProgress()
    const csv = dutyCsv(history)
    if (output !== undefined) {
      writeOutput(output, csv, {replace: force})
      const text = `Wrote ${history.duties.length} lines to ${output}.`
      return {data: {...history, output, content: null}, text}
    }
    const content = format === 'csv' ? csv : null
    return {
      data: {...history, output: null, content},
      text: content?.trimEnd() ?? dutyHistoryText(history, flags.last),
      isDocument: content !== null,
    }
  }
}
