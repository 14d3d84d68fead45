/**
 * What a node's own account says of it. The node asks the same rules for its readiness and its metrics, so that
 * a probe and a person never hear different things.
 */
import type {NodeStatus} from '../../protocol/node-status.ts'
import type {NodeFinding, NodeView} from './node-rule.ts'
import {standingRules} from './node-standing.ts'
import {supplyRules} from './node-supply.ts'

/** Pure. Everything that a node's own account shows to be wrong with it. */
export function nodeFacts(status: NodeStatus, view: NodeView): NodeFinding[] {
  return [...standingRules, ...supplyRules].flatMap((rule) => rule(status, view))
}
