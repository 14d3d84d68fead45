import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {reportNode} from '../../services/node-control.ts'
import {nodeReportText} from '../../ui/presenters/node.ts'

export default class NodeStatus extends OperatorCommand {
  static override summary = 'Ask the running node about its heads, turn, peers and pool.'

  static override description = 'Exits 0 when the node answers, 10 when it does not run.'

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeStatus)
    const report = await reportNode(this.openContext(flags))
    return {
      data: report,
      text: nodeReportText(report),
      ...(report.status ? {} : {exit: 'condition-false' as const}),
    }
  }
}
