import {Args, Flags} from '@oclif/core'

import {commonFlags, parseAmount, sendFlags} from '../../cli/flags.ts'
import {operate} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {lstIds} from '../../protocol/lst/providers.ts'
import {planDeposit, verifyDeposit} from '../../services/lst/lst.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {depositJson, depositText} from '../../ui/presenters/lst.ts'

const amountArg = Args.custom<bigint>({
  description: 'METIS on L2 to deposit.',
  parse: async (text) => parseAmount(text),
})

export default class LstDeposit extends OperatorCommand {
  static override summary = 'Deposit METIS on L2 with a liquid-staking provider.'

  static override aliases = ['delegate']

  static override examples = [`<%= config.bin %> <%= command.id %> ${lstIds[0]} 1 --dry-run`]

  static override args = {
    provider: providerArg({required: true}),
    amount: amountArg({required: true}),
  }

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    slippage: Flags.integer({
      description: 'Slippage tolerance, in basis points.',
      default: 50,
      min: 0,
      max: 10_000,
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstDeposit)
    const context = this.openContext(flags)
    const {provider} = args
    return operate(context, flags, this.sendHost(flags.yes), {
      action: 'lst deposit',
      chain: 'L2',
      from: requireOwner(context),
      plan: () =>
        planDeposit(context, {
          provider,
          amountMetisWei: args.amount,
          slippageBasisPoints: flags.slippage,
        }),
      verify: async (plan, mined) => ({
        ...(await verifyDeposit(context, provider, plan, mined)),
        differences: [],
      }),
      done: (verified) => ({data: depositJson(verified), text: depositText(verified)}),
    })
  }
}
