import {changeSetting} from '../../cli/operate.ts'
import {allowanceFlag, commonFlags, sendFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {planPayerApproval} from '../../services/governance/approve-payer.ts'

export default class GovernanceApprovePayer extends OperatorCommand {
  static override summary = 'Let LockingInfo pay rewards from the METIS of the reward payer.'

  static override description = `Signed by the reward payer, who must be the owner of the profile. A reward batch larger than the
allowance reverts as a whole. The amount replaces the current allowance.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --amount 12000 --profile payer',
    '<%= config.bin %> <%= command.id %> --amount max --from 0x1111111111111111111111111111111111111111 --unsigned approve.json',
  ]

  static override flags = {
    ...commonFlags,
    ...sendFlags,
    amount: allowanceFlag({
      description: 'New allowance in METIS; max for no limit, 0 for none.',
      required: true,
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(GovernanceApprovePayer)
    const context = this.openContext(flags)
    return changeSetting(context, flags, this.sendHost(flags.yes), {
      action: 'governance approve-payer',
      plan: () => planPayerApproval(context, flags.amount),
      done: ({effects}) => ({text: `LockingInfo may take ${effects[0]?.after} for rewards.`}),
    })
  }
}
