import type {NodeStatus} from '../../protocol/node-status.ts'
import type {Finding} from '../rule.ts'
import type {Setting} from '../snapshot.ts'

export interface NodeFinding extends Finding {
  /** True when no traffic should be routed to this node while it lasts. */
  blocks: boolean
}

export interface NodeView {
  isOurTurn: boolean
  /** No other sequencer is known. */
  isAlone: boolean
  setting: Pick<
    Setting,
    'profile' | 'network' | 'slotMs' | 'emptyBlocks' | 'respanDelaySeconds' | 'limits'
  >
}

/** Pure. One possible issue in a node's own status. */
export type NodeRule = (status: NodeStatus, view: NodeView) => NodeFinding[]

export const NODE = ['node' as const]
