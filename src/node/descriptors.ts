/**
 * How the descriptors of this process are shared out. In: its limit. Out: how many connections each door may
 * hold, so that the node's own files can always be opened: `batch-cursor.json` and `pool.journal` are
 * written anew each time, by a file beside them.
 */
import {readDescriptorLimit} from '../lib/descriptor-limit.ts'
import {HTTP_CONNECTIONS, HTTP_LEAVING} from '../lib/http-limits.ts'
import {PEER_CONNECTIONS, PEER_PENDING} from './peer-limits.ts'
import {HTTP_CONNECTIONS_LEAST, NODE_DESCRIPTORS} from './rpc-limits.ts'

export interface DescriptorPlan {
  limit: number
  /** Connections of the RPC's doors, and how many may be closing beside them. */
  http: number
  leaving: number
  peers: PeerConnections
  /** True when the limit leaves less than what is meant. */
  isTight: boolean
  /** The limit from which on it is not. */
  wanted: number
}

export interface PeerConnections {
  /** Connections whose peer is known; of those that are not. */
  known: number
  pending: number
}

const MOST = {
  http: HTTP_CONNECTIONS,
  leaving: HTTP_LEAVING,
  peers: {known: PEER_CONNECTIONS, pending: PEER_PENDING},
}

export function descriptorPlan(limit = readDescriptorLimit()): DescriptorPlan {
  const ofPeers = PEER_CONNECTIONS + PEER_PENDING
  const wanted = NODE_DESCRIPTORS + HTTP_CONNECTIONS + HTTP_LEAVING + ofPeers
  if (limit >= wanted) return {...MOST, limit, wanted, isTight: false}
  // Without peers there are no blocks, so they are cut last: a third of what there is.
  const capacity = Math.max(limit - NODE_DESCRIPTORS, 2 * HTTP_CONNECTIONS_LEAST)
  const peers = Math.min(ofPeers, Math.floor(capacity / 3))
  const known = Math.ceil((peers * PEER_CONNECTIONS) / ofPeers)
  const leaving = Math.min(HTTP_LEAVING, Math.floor(capacity / 8))
  return {
    ...{limit, wanted, leaving, isTight: true},
    http: Math.min(HTTP_CONNECTIONS, Math.max(HTTP_CONNECTIONS_LEAST, capacity - peers - leaving)),
    peers: {known, pending: peers - known},
  }
}
