/**
 * Findings from a node's own status. The node uses the same rules for its readiness and metrics, so
 * that a probe and a person never get different results.
 */
import type {NodeStatus} from '../../protocol/node-status.ts'
import type {NodeFinding, NodeView} from './node-rule.ts'
import {standingRules} from './node-standing.ts'
import {supplyRules} from './node-supply.ts'

/** Pure. All issues in a node's own status. */
export function nodeFacts(status: NodeStatus, view: NodeView): NodeFinding[] {
  return [...standingRules, ...supplyRules].flatMap((rule) => rule(status, view))
}
