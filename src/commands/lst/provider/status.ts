import {commonFlags} from '../../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {providerArg} from '../../../cli/provider-arg.ts'
import {lstIds} from '../../../protocol/lst/providers.ts'
import {readBackend} from '../../../services/lst/backend.ts'
import {backendJson, backendText} from '../../../ui/presenters/lst-markets.ts'

export default class LstProviderStatus extends OperatorCommand {
  static override summary = 'Show the sequencers, rewards and idle METIS of a provider.'

  static override examples = [`<%= config.bin %> <%= command.id %> ${lstIds[0]}`]

  static override args = {provider: providerArg({required: true})}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstProviderStatus)
    const status = await readBackend(this.openContext(flags), args.provider)
    return {data: backendJson(status), text: backendText(status)}
  }
}
