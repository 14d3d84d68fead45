import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {readBacking} from '../../services/lst/backing.ts'
import {backingJson, backingText} from '../../ui/presenters/lst-markets.ts'

export default class LstBacking extends OperatorCommand {
  static override summary = 'Compare the METIS behind each provider with what it owes.'

  static override description = `Locks of its sequencers on L1, METIS in transit between the chains, and idle METIS
against what its tokens and open withdrawal requests are worth.`

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override args = {provider: providerArg()}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstBacking)
    const {each: backing, warnings} = await readBacking(this.openContext(flags), args.provider)
    for (const warning of warnings) this.warnAbout(warning)
    return {data: {backing: backing.map(backingJson)}, text: backingText(backing)}
  }
}
