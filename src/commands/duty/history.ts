import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {plotFlag, withPlotNote} from '../../cli/plot-flag.ts'
import {scanWith} from '../../cli/rotation-scan.ts'
import {assertMayWrite, writeOutput} from '../../lib/files.ts'
import {readDutyHistory} from '../../services/duty/history.ts'
import {requireSigner} from '../../services/duty/window.ts'
import {dutyPlot} from '../../ui/presenters/duty-plot.ts'
import {dutyCsv, dutyHistoryText} from '../../ui/presenters/duty.ts'

export default class DutyHistory extends OperatorCommand {
  static override summary =
    'List your past turns: blocks made of those expected, and how each ended.'

  static override description =
    'An epoch counts as missed when it was committed for your signer and another made its blocks because yours was silent. One that was respanned before it was committed does not count.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --days 30',
    '<%= config.bin %> <%= command.id %> --format csv --output duty.csv',
    '<%= config.bin %> <%= command.id %> --days 30 --plot duty.svg',
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
    plot: plotFlag('how each epoch ended, and the score,'),
    force: Flags.boolean({
      description: 'Overwrite files that exist.',
      relationships: [{type: 'some', flags: ['output', 'plot']}],
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(DutyHistory)
    const {output, format, force, plot = null} = flags
    const context = this.openContext(flags)
    if (output !== undefined) assertMayWrite(output, {replace: force})
    if (plot !== null) assertMayWrite(plot, {replace: force})
    const history = await readDutyHistory(context, {
      ...{signer: requireSigner(context), days: [flags.days]},
      ...scanWith(this.interrupted.signal, (text) => this.progress(text)),
    })
    this.endProgress()
    if (plot !== null) writeOutput(plot, dutyPlot(history), {replace: force})
    const csv = dutyCsv(history)
    if (output !== undefined) {
      writeOutput(output, csv, {replace: force})
      const text = `Wrote ${history.duties.length} lines to ${output}.`
      return {data: {...history, output, content: null, plot}, text: withPlotNote(text, plot)}
    }
    const content = format === 'csv' ? csv : null
    return {
      data: {...history, output: null, content, plot},
      // A document for programs has no note.
      text: content?.trimEnd() ?? withPlotNote(dutyHistoryText(history, flags.last), plot),
      isDocument: content !== null,
    }
  }
}
