/**
 * The account that a node gives of itself. Its shape lies in `protocol`, since those who read it may not
 * import the node; there every field is described.
 */
export type {Divergence, NodeStatus} from '../protocol/node-status.ts'
