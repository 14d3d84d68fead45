import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {readRates} from '../../services/lst/lst.ts'
import {ratesText} from '../../ui/presenters/lst.ts'

export default class LstRates extends OperatorCommand {
  static override summary = 'Show the exchange rate of each provider’s token in METIS.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(LstRates)
    const rates = await readRates(this.openContext(flags))
    return {data: {rates}, text: ratesText(rates)}
  }
}
