/** The capabilities of a node, by the runtime it has. Callers check a capability and never infer it from the kind. */
import type {Network} from './network.ts'

export const nodeRuntimes = ['bundled', 'external'] as const
export type NodeRuntimeKind = (typeof nodeRuntimes)[number]

export interface RuntimeCapabilities {
  /** This program can start, stop and restart it. */
  control: boolean
  /** Its log can be read here. */
  logs: boolean
  /** This program can replace it with another version. */
  upgrade: boolean
  /** It reports a full status; otherwise only its public RPC can be queried. */
  ownStatus: boolean
  /** Its files are on this machine: sign guard, chain log, snapshots. */
  ownData: boolean
  /** Its `safe` block is the newest one confirmed by L1. */
  safeHead: boolean
}

/** A third kind of runtime needs a record here and an implementation of the port. */
export const capabilitiesOf: Readonly<Record<NodeRuntimeKind, Readonly<RuntimeCapabilities>>> = {
  bundled: {
    ...{control: true, logs: true, ownStatus: true, ownData: true, safeHead: true},
    // It is part of this program: npm installs the other version, and a restart brings it up.
    upgrade: true,
  },
  external: {
    ...{control: false, logs: false, upgrade: false},
    ...{ownStatus: false, ownData: false, safeHead: false},
  },
}

/** The runtime of the nodes of a network, whoever operates them. */
export function runtimeOfNodes({l2}: Pick<Network, 'l2'>): NodeRuntimeKind {
  return l2.bundled === null ? 'external' : 'bundled'
}

/** The capabilities of every node of a network. */
export function capabilitiesOfNodes(network: Pick<Network, 'l2'>): Readonly<RuntimeCapabilities> {
  return capabilitiesOf[runtimeOfNodes(network)]
}
