import {Flags} from '@oclif/core'

import {commonFlags, metisArg} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {compareWays} from '../../services/lst/compare.ts'
import {comparisonText} from '../../ui/presenters/lst-markets.ts'

export default class LstCompare extends OperatorCommand {
  static override summary = 'Compare the same amount and time through every provider and a lock.'

  static override description = `Net of fees, from measured rates. Gas, and the cost of running a node, are not included.`

  static override examples = ['<%= config.bin %> <%= command.id %> 20000 --days 365']

  static override args = {
    amount: metisArg({description: 'METIS to stake.', required: true}),
  }

  static override flags = {
    ...commonFlags,
    days: Flags.integer({description: 'Time in days.', default: 365, min: 1, max: 36_500}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstCompare)
    const request = {amountMetisWei: args.amount, days: flags.days}
    const {ways, warnings} = await compareWays(this.openContext(flags), request)
    for (const warning of warnings) this.warnAbout(warning)
    return {data: {...request, ways}, text: comparisonText(ways, request)}
  }
}
