import {amountArg, commonFlags, sendFlags} from '../../cli/flags.ts'
import {operateLst, slippageFlag} from '../../cli/lst-operation.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {lstIds} from '../../protocol/lst/providers.ts'

export default class LstDeposit extends OperatorCommand {
  static override summary = 'Deposit METIS on L2 with a liquid-staking provider.'

  static override aliases = ['delegate']

  static override examples = [
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} 1 --dry-run`,
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} 50% --dry-run`,
  ]

  static override args = {
    provider: providerArg({required: true}),
    amount: amountArg({
      description: 'METIS on L2 to deposit; max and N% leave some for gas.',
      required: true,
    }),
  }

  static override flags = {...commonFlags, ...sendFlags, slippage: slippageFlag}

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstDeposit)
    const {provider, amount} = args
    return operateLst(this.openContext(flags), flags, this.sendHost(flags.yes), {
      provider,
      ask: {kind: 'deposit', amount, slippageBasisPoints: flags.slippage},
    })
  }
}
