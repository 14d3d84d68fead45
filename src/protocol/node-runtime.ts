/** What can be done with a node, by what runs it. Asked wherever it matters, and guessed nowhere. */
import type {Network} from './network.ts'

export const nodeRuntimes = ['bundled', 'external'] as const
export type NodeRuntimeKind = (typeof nodeRuntimes)[number]

export interface RuntimeCapabilities {
  /** It is started, stopped and started again from here. */
  control: boolean
  /** What it wrote can be read from here. */
  logs: boolean
  /** Another version of its program can be put in its place from here. */
  upgrade: boolean
  /** It gives a whole account of itself; else as much as its public RPC tells. */
  ownStatus: boolean
  /** Its files are on this machine: sign guard, chain log, snapshots. */
  ownData: boolean
  /** Its block `safe` is the newest that L1 has confirmed. */
  safeHead: boolean
}

/** A third kind of runtime is a third record here, and an implementation of its port. */
export const capabilitiesOf: Readonly<Record<NodeRuntimeKind, Readonly<RuntimeCapabilities>>> = {
  bundled: {
    ...{control: true, logs: true, ownStatus: true, ownData: true, safeHead: true},
    // It is this very program.
    upgrade: false,
  },
  external: {
    ...{control: false, logs: false, upgrade: false},
    ...{ownStatus: false, ownData: false, safeHead: false},
  },
}

/** What runs the nodes of a network, the operator's own or not. */
export function runtimeOfNodes({l2}: Pick<Network, 'l2'>): NodeRuntimeKind {
  return l2.bundled === null ? 'external' : 'bundled'
}

/** What any node of a network can do. */
export function capabilitiesOfNodes(network: Pick<Network, 'l2'>): Readonly<RuntimeCapabilities> {
  return capabilitiesOf[runtimeOfNodes(network)]
}
