import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {lstIds} from '../../protocol/lst/providers.ts'
import {readHistory} from '../../services/lst/history.ts'
import {historyJson, historyText} from '../../ui/presenters/lst-markets.ts'

export default class LstHistory extends OperatorCommand {
  static override summary = 'Show the rate of a provider over time.'

  static override description =
    'Read from earlier states of L2; an endpoint that keeps only recent ones gives a shorter history.'

  static override examples = [
    `<%= config.bin %> <%= command.id %> ${lstIds[0]}`,
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} --days 7 --points 8`,
  ]

  static override args = {provider: providerArg({required: true})}

  static override flags = {
    ...commonFlags,
    days: Flags.integer({description: 'Length in days.', default: 30, min: 1, max: 3650}),
    points: Flags.integer({description: 'Samples.', default: 16, min: 2, max: 200}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstHistory)
    const {days, points} = flags
    const history = await readHistory(this.openContext(flags), args.provider, {days, points})
    return {data: historyJson(history), text: historyText(history)}
  }
}
