import {Flags} from '@oclif/core'

import {addressFlag, commonFlags, metisFlag, sendFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {send, settleEarlier} from '../../cli/send.ts'
import {resolveSignerKey} from '../../cli/signer-key.ts'
import {requireProfile} from '../../services/context.ts'
import {planRegistration, verifyRegistration} from '../../services/register.ts'
import {requireOwner} from '../../services/sequencers.ts'
import {sequencerJson, sequencerText} from '../../ui/presenters/sequencer.ts'

export default class SequencerRegister extends OperatorCommand {
  static override summary = 'Lock METIS and register a sequencer: approval and lock in one go.'

  static override aliases = ['register']

  static override examples = [
    '<%= config.bin %> <%= command.id %> --amount 20000 --dry-run',
    '<%= config.bin %> <%= command.id %> --amount 20000 --unsigned register.json --format safe',
  ]

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    amount: metisFlag({description: 'METIS to lock. Default: the minimum.'}),
    recipient: addressFlag({description: 'Reward recipient on L2. Default: that of the profile.'}),
    'signer-pubkey': Flags.string({
      description: 'Public key of a signer that is not on this machine.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(SequencerRegister)
    const context = this.openContext(flags)
    const owner = requireOwner(context)
    const {publicKey} = resolveSignerKey(context, flags['signer-pubkey'])
    const host = this.sendHost(flags.yes)
    const wanted = {action: 'sequencer register', chain: 'L1', from: owner} as const
    await settleEarlier(context, wanted, flags, host)
    const plan = await planRegistration(context, {
      owner,
      publicKey,
      rewardRecipient: flags.recipient ?? requireProfile(context).profile.rewardRecipient ?? owner,
      amountMetisWei: flags.amount,
    })
    const outcome = await send(context, plan, flags, host)
    if (outcome.state !== 'sent') return {data: outcome.json, text: outcome.text}
    if (flags.wait === 'none') return {data: outcome.json, text: ''}
    const sequencer = await verifyRegistration(context, plan)
    return {
      data: {...outcome.json, sequencer: sequencerJson(sequencer)},
      text: `${sequencerText(sequencer)}\nNext: \`metis-seq epoch list\` shows when it produces.`,
    }
  }
}
