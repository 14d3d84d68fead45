import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerExamples, sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {viewExit} from '../../services/exit/exit.ts'
import {exitJson, exitPlanText} from '../../ui/presenters/exit.ts'

export default class ExitPlan extends OperatorCommand {
  static override summary =
    'Show the steps of an exit, their cost and their consequences. Read-only.'

  static override examples = sequencerExamples

  static override args = {id: sequencerIdArg()}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(ExitPlan)
    const view = await viewExit(this.openContext(flags), args.id)
    return {data: exitJson(view), text: exitPlanText(view)}
  }
}
