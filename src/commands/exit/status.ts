import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {sequencerExamples, sequencerIdArg} from '../../cli/sequencer-arg.ts'
import {viewExit} from '../../services/exit/exit.ts'
import {exitJson, exitStatusText} from '../../ui/presenters/exit.ts'

export default class ExitStatus extends OperatorCommand {
  static override summary = 'Show the progress of an exit and the next step, from the chain alone.'

  static override examples = sequencerExamples

  static override args = {id: sequencerIdArg()}

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(ExitStatus)
    const view = await viewExit(this.openContext(flags), args.id)
    return {data: exitJson(view), text: exitStatusText(view)}
  }
}
