import type {Result} from '../../cli/operator-command.ts'
import {SequencerCommand} from '../../cli/sequencer-command.ts'
import {viewExit} from '../../services/exit/exit.ts'
import {exitJson, exitStatusText} from '../../ui/presenters/exit.ts'

export default class ExitStatus extends SequencerCommand {
  static override summary = 'Show the progress of an exit and the next step, from the chain alone.'

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(ExitStatus)
    const view = await viewExit(this.openContext(flags), args.id)
    return {data: exitJson(view), text: exitStatusText(view)}
  }
}
