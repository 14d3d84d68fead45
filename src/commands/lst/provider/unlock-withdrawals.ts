import {commonFlags, sendFlags} from '../../../cli/flags.ts'
import {operateBackend} from '../../../cli/lst-operation.ts'
import {OperatorCommand, type Result} from '../../../cli/operator-command.ts'
import {providerArg} from '../../../cli/provider-arg.ts'
import {lstIds} from '../../../protocol/lst/providers.ts'

export default class LstProviderUnlockWithdrawals extends OperatorCommand {
  static override summary = 'Release the withdrawal requests that the METIS on L2 covers.'

  static override description = `For the owner of the queue: as many requests as possible, in the order in which they were made.`

  static override examples = [
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} --profile governance --dry-run`,
  ]

  static override args = {provider: providerArg({required: true})}

  static override flags = {...commonFlags, ...sendFlags}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstProviderUnlockWithdrawals)
    const ask = {provider: args.provider, operation: 'unlock-withdrawals'} as const
    return operateBackend(this.openContext(flags), flags, this.sendHost(flags.yes), ask)
  }
}
