import {commonFlags, sendFlags} from '../../../cli/flags.ts'
import {operateBackend} from '../../../cli/lst-operation.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {providerArg} from '../../../cli/provider-arg.ts'
import {lstIds} from '../../../protocol/lst/providers.ts'

export default class LstProviderClaimRewards extends OperatorCommand {
  static override summary = 'Send the rewards of a provider from L1 to its holders on L2.'

  static override description = `For holders of the role: signed by the owner of the profile, who pays the bridge for every sequencer.`

  static override examples = [
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} --profile governance --dry-run`,
  ]

  static override args = {provider: providerArg({required: true})}

  static override flags = {...commonFlags, ...sendFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstProviderClaimRewards)
    const ask = {provider: args.provider, operation: 'claim-rewards'} as const
    return operateBackend(this.openContext(flags), flags, this.sendHost(flags.yes), ask)
  }
}
