import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {plotFlag, withPlotNote} from '../../cli/plot-flag.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {assertMayWrite, writeOutput} from '../../lib/files.ts'
import {lstIds} from '../../protocol/lst/providers.ts'
import {readHistory} from '../../services/lst/history.ts'
import {historyJson, historyText} from '../../ui/presenters/lst-markets.ts'
import {ratePlot} from '../../ui/presenters/rate-plot.ts'

export default class LstHistory extends OperatorCommand {
  static override summary = 'Show the rate of a provider over time, and its pool price beside it.'

  static override description =
    'Read from earlier states of L2. Where the endpoint keeps only recent ones, earlier rates and prices are computed from the events since.'

  static override examples = [
    `<%= config.bin %> <%= command.id %> ${lstIds[0]}`,
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} --days 7 --points 8`,
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} --days 90 --points 60 --plot rate.svg`,
  ]

  static override args = {provider: providerArg({required: true})}

  static override flags = {
    ...commonFlags,
    days: Flags.integer({description: 'Length in days.', default: 30, min: 1, max: 3650}),
    points: Flags.integer({description: 'Samples.', default: 16, min: 2, max: 200}),
    plot: plotFlag('rate and pool price'),
    force: Flags.boolean({description: 'Overwrite the file if it exists.', dependsOn: ['plot']}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstHistory)
    const {days, points, plot = null, force} = flags
    const context = this.openContext(flags)
    // Refused before the long search for blocks.
    if (plot !== null) assertMayWrite(plot, {replace: force})
    const history = await readHistory(context, args.provider, {days, points})
    if (plot !== null) writeOutput(plot, ratePlot(history), {replace: force})
    return {
      data: {...historyJson(history), plot},
      text: withPlotNote(historyText(history), plot),
    }
  }
}
