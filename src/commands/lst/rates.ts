import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {readRates} from '../../services/lst/rates.ts'
import {ratesText} from '../../ui/presenters/lst-markets.ts'

export default class LstRates extends OperatorCommand {
  static override summary = 'Show rate, yield, fee and unbonding time of each provider.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override args = {provider: providerArg()}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstRates)
    const {each: rates, warnings} = await readRates(this.openContext(flags), args.provider)
    for (const warning of warnings) this.warnAbout(warning)
    return {data: {rates}, text: ratesText(rates)}
  }
}
