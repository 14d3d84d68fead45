/** In: the node status. Out: readiness and metrics, by the rules that all interfaces share. */
import {nodeFacts} from '../health/rules/node-facts.ts'
import type {NodeFinding} from '../health/rules/node-rule.ts'
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
export function issueText(options: Named, status: NodeStatus): string {
  const lines = findingsOf(options, status).map(({id, subject = '', severity}) => {
    const labels = `id="${id}",subject="${labelValue(subject)}",severity="${severity}"`
    return `metis_seq_issue{${labels}} 1`
  })
  return ['# TYPE metis_seq_issue gauge', ...lines, ''].join('\n')
}

/** Source: Prometheus text format 0.0.4, label values. */
function labelValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
