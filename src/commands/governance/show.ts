import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {showGovernance} from '../../services/governance/governance.ts'
import {governanceJson, governanceText} from '../../ui/presenters/governance.ts'

export default class GovernanceShow extends OperatorCommand {
  static override summary = 'Show the owners, rewards and reward payer of a network.'

  static override description = `Owners, limits and delays of the staking contracts; the reward per block and the yearly rate that
it gives; the reward payer with its METIS, its allowance to LockingInfo and how long both last.`

  static override examples = ['<%= config.bin %> <%= command.id %> --network local']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(GovernanceShow)
    const view = await showGovernance(this.openContext(flags))
    this.warnAboutUnreachable(view.governance.unreachable)
    return {data: governanceJson(view), text: governanceText(view)}
  }
}
