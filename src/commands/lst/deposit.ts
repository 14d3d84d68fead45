import {Args, Flags} from '@oclif/core'

import {commonFlags, parseAmount, sendFlags} from '../../cli/flags.ts'
import {operate} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {providerArg} from '../../cli/provider-arg.ts'
import {formatWei} from '../../lib/units.ts'
import {planDeposit, readPosition, verifyDeposit} from '../../services/lst.ts'
import {requireOwner} from '../../services/sequencers.ts'
import {positionText} from '../../ui/presenters/lst.ts'

const amountArg = Args.custom<bigint>({
  description: 'METIS on L2 to deposit.',
  parse: async (text) => parseAmount(text),
})

export default class LstDeposit extends OperatorCommand {
  static override summary = 'Deposit METIS on L2 with a liquid-staking provider.'

  static override aliases = ['delegate']

  static override examples = ['<%= config.bin %> <%= command.id %> artemis 1 --dry-run']

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
    return operate(context, flags, this.sendHost(flags.yes), {
      action: 'lst deposit',
      chain: 'L2',
      from: requireOwner(context),
      plan: async () => {
        const plan = await planDeposit(context, {
          amountMetisWei: args.amount,
          slippageBasisPoints: flags.slippage,
        })
        return {...plan, positionBefore: await readPosition(context, plan.from)}
      },
      verify: async ({positionBefore}) => ({
        ...(await verifyDeposit(context, positionBefore)),
        differences: [],
      }),
      done: ({position, receivedArtMetisWei}) => ({
        data: {receivedArtMetisWei, position},
        text: `Received ${formatWei(receivedArtMetisWei)} artMETIS.\n${positionText(position)}`,
      }),
    })
  }
}
