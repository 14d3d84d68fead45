import {Flags} from '@oclif/core'

import {amountArg, commonFlags, sendFlags} from '../../cli/flags.ts'
import {operateLst, slippageFlag} from '../../cli/lst-operation.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {lstIds} from '../../protocol/lst/providers.ts'

export default class LstWithdraw extends OperatorCommand {
  static override summary = 'Request METIS back from a liquid-staking provider.'

  static override description = `Takes the tokens at once and queues a request. The METIS is claimed later with
\`lst claim\`: after a delay, once the provider has the METIS on L2. \`lst requests\` shows what a request
waits for.`

  static override examples = [
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} 1 --dry-run`,
    `<%= config.bin %> <%= command.id %> ${lstIds[0]} max --dry-run`,
  ]

  static override args = {
    provider: providerArg({required: true}),
    amount: amountArg({description: 'Tokens to give back.', required: true}),
  }

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    token: Flags.string({
      description: 'Token to give back. Default: the main token of the provider.',
      helpValue: 'SYMBOL',
    }),
    slippage: slippageFlag,
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstWithdraw)
    const {provider, amount} = args
    const {token, slippage: slippageBasisPoints} = flags
    return operateLst(this.openContext(flags), flags, this.sendHost(flags.yes), {
      provider,
      ask: {kind: 'withdraw', amount, token, slippageBasisPoints},
    })
  }
}
