import {Flags} from '@oclif/core'

import {commonFlags, parseAmount, sendFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {send, settleEarlier} from '../../cli/send.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {requireOwner} from '../../services/sequencers.ts'
import {planStakeIncrease, showStake} from '../../services/stake.ts'
import {sequencerJson, stakeText} from '../../ui/presenters/sequencer.ts'

const amountOrMax = Flags.custom<bigint | 'max'>({
  helpValue: 'METIS|max',
  parse: async (text) => (text === 'max' ? text : parseAmount(text)),
})

export default class StakeIncrease extends OperatorCommand {
  static override summary = 'Lock more METIS in a sequencer.'

  static override examples = ['<%= config.bin %> <%= command.id %> --amount 5000']

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    amount: amountOrMax({
      description: 'METIS to add; max fills the lock up to the limit or the balance.',
      required: true,
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(StakeIncrease)
    const context = this.openContext(flags)
    const host = this.sendHost(flags.yes)
    const from = requireOwner(context)
    await settleEarlier(context, {action: 'stake increase', chain: 'L1', from}, flags, host)
    const plan = await planStakeIncrease(context, {
      sequencerId: args.id,
      amountMetisWei: flags.amount,
    })
    const outcome = await send(context, plan, flags, host)
    if (outcome.state !== 'sent') return {data: outcome.json, text: outcome.text}
    if (flags.wait === 'none') return {data: outcome.json, text: ''}
    const view = await showStake(context, args.id)
    return {
      data: {...outcome.json, stake: {...view, sequencer: sequencerJson(view.sequencer)}},
      text: stakeText(view),
    }
  }
}
