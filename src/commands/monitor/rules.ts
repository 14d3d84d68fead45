import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {ruleViews} from '../../services/alerts/rules.ts'
import {rulesText} from '../../ui/presenters/alert.ts'

export default class MonitorRules extends OperatorCommand {
  static override summary = 'List every health rule: severity, times and limits of its alerts.'

  static override description =
    'A star marks rules that the profile has changed with `alert set`. docs/health.md says when each rule holds.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(MonitorRules)
    const rules = ruleViews(this.openContext(flags).profile)
    return {data: {rules}, text: rulesText(rules)}
  }
}
