import {commonFlags} from '../cli/flags.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'
import {readStatus} from '../services/status.ts'
import {statusText} from '../ui/presenters/status.ts'

export default class Status extends OperatorCommand {
  static override summary = 'One page: you, the chain, your node, your money, and what to do next.'

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(Status)
    const view = await readStatus(this.openContext(flags))
    const reachable = view.rotation.ok || view.money?.ok === true
    return {
      data: view,
      text: statusText(view),
      ...(reachable ? {} : {exit: 'unreachable' as const}),
    }
  }
}
