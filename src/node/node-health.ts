/** In: the node status. Out: readiness and metrics, by the rules that all interfaces share. */
import {issuesMetric} from '../health/issues-metric.ts'
import {nodeFacts} from '../health/rules/node-facts.ts'
import type {NodeFinding} from '../health/rules/node-rule.ts'
import type {Metric} from '../lib/exposition.ts'
import type {NodeStatus} from '../protocol/node-status.ts'
import type {NodeOptions} from './node-options.ts'
import type {Readiness} from './rpc/health.ts'

type Named = Pick<NodeOptions, 'name' | 'network'>

function findingsOf({name, network}: Named, status: NodeStatus): NodeFinding[] {
  const {slotMs, emptyBlocks, respanDelaySeconds} = network.l2
  return nodeFacts(status, {
    isOurTurn: status.turn === 'mine',
    // L1 knows who else is registered; a node alone in its network reports that it has no peers.
    isAlone: false,
    setting: {profile: name, network: network.name, slotMs, emptyBlocks, respanDelaySeconds},
  })
}

/** Ready while there is no issue that should keep callers away. */
export function readinessOf(options: Named, status: NodeStatus): Readiness {
  const reasons = findingsOf(options, status)
    .filter(({blocks}) => blocks)
    .map(({text, cost}) => `${text}: ${cost}`)
  return {ready: reasons.length === 0, reasons}
}

/** The issues of the node for Prometheus, under the ids of `status --json`. */
export function issueMetric(options: Named, status: NodeStatus): Metric {
  return issuesMetric(findingsOf(options, status))
}
