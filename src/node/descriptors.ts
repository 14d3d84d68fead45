/**
 * How the file descriptors of this process are divided. In: its limit. Out: how many connections
 * each listener may hold, so that the node can always open its own files: `batch-cursor.json` and
 * `pool.journal` are replaced through a temporary file on each write.
 */
import {readDescriptorLimit} from '../lib/descriptor-limit.ts'
import {HTTP_CONNECTIONS, HTTP_LEAVING} from '../lib/http-limits.ts'
import {PEER_CONNECTIONS, PEER_PENDING} from './peer-limits.ts'
import {HTTP_CONNECTIONS_LEAST, NODE_DESCRIPTORS} from './rpc-limits.ts'

export interface DescriptorPlan {
  limit: number
  /** Connections of the RPC listeners, and how many more may be closing. */
  http: number
  leaving: number
  peers: PeerConnections
  /** True when the limit leaves fewer than intended. */
  isTight: boolean
  /** The lowest limit that is sufficient. */
  wanted: number
}

export interface PeerConnections {
  /** Connections to known peers; connections to unknown ones. */
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
  // Without peers there are no blocks, so peer connections are cut last: they get a third of the
  // total.
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
