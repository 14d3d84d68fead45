import {commonFlags, metisFlag} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {resolveSignerKey} from '../../cli/signer-key.ts'
import {checkEligibility} from '../../services/staking/eligibility.ts'
import {requireOwner} from '../../services/staking/sequencers.ts'
import {eligibilityText} from '../../ui/presenters/sequencer.ts'
import {Flags} from '@oclif/core'

export default class SequencerEligible extends OperatorCommand {
  static override summary = 'Check every precondition of registration. Read-only.'

  static override description = 'Exits 0 when you can register now, otherwise 10.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --amount 50000',
  ]

  static override flags = {
    ...commonFlags,
    amount: metisFlag({description: 'METIS to lock. Default: the minimum.'}),
    'signer-pubkey': Flags.string({
      description: 'Public key of a signer that is not on this machine.',
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(SequencerEligible)
    const context = this.openContext(flags)
    const owner = requireOwner(context)
    const {signer} = resolveSignerKey(context, flags['signer-pubkey'])
    const eligibility = await checkEligibility(context, {
      owner,
      signer,
      rewardRecipient: owner,
      amountMetisWei: flags.amount,
    })
    return {
      data: eligibility,
      text: eligibilityText(eligibility),
      ...(eligibility.eligible ? {} : {exit: 'condition-false' as const}),
    }
  }
}
