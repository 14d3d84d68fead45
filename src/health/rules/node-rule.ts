import type {NodeStatus} from '../../protocol/node-status.ts'
import type {Finding} from '../rule.ts'
import type {Setting} from '../snapshot.ts'

export interface NodeFinding extends Finding {
  /** True: nobody should be sent to this node while it lasts. */
  blocks: boolean
}

export interface NodeView {
  isOurTurn: boolean
  /** No other sequencer is known. */
  isAlone: boolean
  setting: Pick<Setting, 'profile' | 'network' | 'slotMs' | 'emptyBlocks' | 'respanDelaySeconds'>
}

/** Pure. One thing that a node's own account can show to be wrong with it. */
export type NodeRule = (status: NodeStatus, view: NodeView) => NodeFinding[]

export const NODE = ['node' as const]
