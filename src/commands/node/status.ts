import {lookFlags} from '../../cli/flags.ts'
import {failOnFlag, issuesExit} from '../../cli/health-exit.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {reportNode} from '../../services/node/node-report.ts'
import {nodeReportText} from '../../ui/presenters/node.ts'

export default class NodeStatus extends OperatorCommand {
  static override summary = 'Show the heads, epoch, peers and pool of the running node.'

  static override description = `Exits 0 when the node answers, 10 when it does not, and 12 when it has a critical issue; with
--fail-on warn also 11 for a warning. If the profile has no bundled node, it queries the node behind the first L2
endpoint (rollup_getInfo, eth_syncing, txpool_status, net_peerCount, and admin_peers where allowed).`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --fail-on warn --json',
  ]

  static override flags = {...lookFlags, 'fail-on': failOnFlag()}

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeStatus)
    const report = await reportNode(this.openContext(flags))
    return {
      data: report,
      text: nodeReportText(report),
      exit:
        (report.status ?? report.external)
          ? issuesExit(report.issues, flags['fail-on'] ?? 'critical')
          : 'condition-false',
    }
  }
}
