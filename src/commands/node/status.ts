import {lookFlags} from '../../cli/flags.ts'
import {failOnFlag, issuesExit} from '../../cli/health-exit.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {reportNode} from '../../services/node/node-report.ts'
import {nodeReportText} from '../../ui/presenters/node.ts'

export default class NodeStatus extends OperatorCommand {
  static override summary = 'Ask the running node about its heads, turn, peers and pool.'

  static override description = `Exits 0 when the node answers, 10 when it does not, and 12 when something critical is wrong with it;
with --fail-on warn also 11 for a warning. Where the profile has no node of ours, the one behind its first L2 endpoint
is asked (rollup_getInfo, eth_syncing, txpool_status, net_peerCount, admin_peers where it is allowed).`

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
