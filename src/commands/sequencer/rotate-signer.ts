import {Flags} from '@oclif/core'

import {commonFlags, sendFlags} from '../../cli/flags.ts'
import {changeSequencer} from '../../cli/operate.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {resolveNewSigner} from '../../cli/signer-key.ts'
import {planRotateSigner} from '../../services/staking/sequencer-changes.ts'
import {sequencerText} from '../../ui/presenters/sequencer.ts'

export default class SequencerRotateSigner extends OperatorCommand {
  static override summary = 'Replace the signer key of a sequencer. Signed by the old signer.'

  static override description =
    'The old signer can never be used again. It must still produce the epochs that already name it, so keep the old key on the node until they are over.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --signer my-next-signer --override shared-throttle --dry-run',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    signer: Flags.string({
      description: 'Key of this machine to use as the new signer.',
      helpValue: 'KEY',
      exactlyOne: ['signer', 'signer-pubkey'],
    }),
    'signer-pubkey': Flags.string({
      description: 'Public key of a signer that is not on this machine.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(SequencerRotateSigner)
    const context = this.openContext({...flags, role: 'signer'})
    const publicKey = resolveNewSigner(context, flags)
    return changeSequencer(context, flags, this.sendHost(flags.yes), {
      action: 'sequencer rotate-signer',
      role: 'signer',
      plan: () => planRotateSigner(context, {sequencerId: args.id, publicKey}),
      done: ({sequencer}) => ({
        text: [
          sequencerText(sequencer),
          'Next: `metis-seq epoch list` shows the last epoch of the old signer; keep its node running until then.',
          'Then switch the profile and the node to the new key: `metis-seq init --replace --signer KEY`.',
        ].join('\n'),
      }),
    })
  }
}
