import {Args, Flags} from '@oclif/core'

import {commonFlags, parseAmount, sendFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {send, settleEarlier} from '../../cli/send.ts'
import {lstIds} from '../../protocol/lst/providers.ts'
import {planDeposit, verifyDeposit} from '../../services/lst/lst.ts'
import {requireOwner} from '../../services/sequencers.ts'
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
      description: 'Accepted fall of the rate, in hundredths of a percent.',
      default: 50,
      min: 0,
      max: 10_000,
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(LstDeposit)
    const context = this.openContext(flags)
    const host = this.sendHost(flags.yes)
    const from = requireOwner(context)
    await settleEarlier(context, {action: 'lst deposit', chain: 'L2', from}, flags, host)
    const {provider} = args
    const request = {amountMetisWei: args.amount, slippageBasisPoints: flags.slippage}
    const makePlan = () => planDeposit(context, {provider, ...request})
    const plan = await makePlan()
    const outcome = await send(context, plan, flags, host, makePlan)
    if (outcome.state !== 'sent') return {data: outcome.json, text: outcome.text}
    const mined = outcome.sent.at(-1)?.receipt
    if (!mined) return {data: outcome.json, text: ''}
    const verified = await verifyDeposit(context, provider, plan, mined)
    return {data: {...outcome.json, ...depositJson(verified)}, text: depositText(verified)}
  }
}
