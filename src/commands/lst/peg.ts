import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {readPegs} from '../../services/lst/peg.ts'
import {pegsJson, pegsText} from '../../ui/presenters/lst-markets.ts'

export default class LstPeg extends OperatorCommand {
  static override summary = 'Compare the price of each token in its pool with its rate.'

  static override description = `The discount is what a sale in the pool gives up against the rate of the provider, in basis points, before
fees; below zero the pool pays more. The depth is the METIS that raises the price by 1 %.`

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override args = {provider: providerArg()}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstPeg)
    const {each: pegs, warnings} = await readPegs(this.openContext(flags), args.provider)
    for (const warning of warnings) this.warnAbout(warning)
    return {data: pegsJson(pegs), text: pegsText(pegs)}
  }
}
