import type {Result} from '../../cli/operator-command.ts'
import {SequencerCommand} from '../../cli/sequencer-command.ts'
import {viewExit} from '../../services/exit/exit.ts'
import {exitJson, exitPlanText} from '../../ui/presenters/exit.ts'

export default class ExitPlan extends SequencerCommand {
  static override summary =
    'Show the steps of an exit, their cost and their consequences. Read-only.'

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(ExitPlan)
    const view = await viewExit(this.openContext(flags), args.id)
    return {data: exitJson(view), text: exitPlanText(view)}
  }
}
