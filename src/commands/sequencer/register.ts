import {Flags} from '@oclif/core'

import {addressFlag, commonFlags, metisFlag, sendFlags} from '../../cli/flags.ts'
import {changeSequencer} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {resolveSignerKey} from '../../cli/signer-key.ts'
import {requireProfile} from '../../services/context.ts'
import {planRegistration} from '../../services/staking/register.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {sequencerText} from '../../ui/presenters/sequencer.ts'

export default class SequencerRegister extends OperatorCommand {
  static override summary = 'Register a sequencer: approve and lock METIS in one go.'

  static override aliases = ['register']

  static override examples = [
    '<%= config.bin %> <%= command.id %> --amount 20000 --dry-run',
    '<%= config.bin %> <%= command.id %> --amount 20000 --unsigned register.json --format safe',
  ]

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    amount: metisFlag({description: 'METIS to lock. Default: the minimum.'}),
    recipient: addressFlag({
      layer: 'L2',
      description: 'Reward recipient on L2. Default: the one of the profile.',
    }),
    'signer-pubkey': Flags.string({
      description: 'Public key of a signer that is not on this machine.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(SequencerRegister)
    const context = this.openContext(flags)
    const owner = requireOwner(context)
    const {publicKey} = resolveSignerKey(context, flags['signer-pubkey'])
    return changeSequencer(context, flags, this.sendHost(flags.yes), {
      action: 'sequencer register',
      role: 'owner',
      plan: () =>
        planRegistration(context, {
          ...{owner, publicKey},
          rewardRecipient:
            flags.recipient ?? requireProfile(context).profile.rewardRecipient ?? owner,
          amountMetisWei: flags.amount,
        }),
      done: ({sequencer}) => ({
        text: `${sequencerText(sequencer)}\nNext: \`metis-seq epoch list\` shows when it produces.`,
      }),
    })
  }
}
