/**
 * The operator's node, wherever it runs. In: a profile. Out: a way to look at it. What only one kind can do asks for
 * that kind by name.
 */
import {readExternalNode} from '../../chain/read-external-node.ts'
import type {NodeLook, NodeRuntimeKind} from '../../health/snapshot.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {redactUrl} from '../../lib/redact.ts'
import type {NodeProfile} from '../../store/config.ts'
import type {Profile} from '../../store/config.ts'
import {endpointsOf, requireProfile, type Context} from '../context.ts'
import {lookAtNode} from '../health/local-facts.ts'

export type NodeRuntime = BundledRuntime | ExternalRuntime

interface Runtime {
  kind: NodeRuntimeKind
  /** Name of the profile. */
  profile: string
  /**
   * What it tells of itself now.
   *
   * @throws {MetisSeqError} external: WRONG_CHAIN
   * @throws {RpcTransportError} external: it gives no usable answer
   */
  look(): Promise<NodeLook>
}

/** A node of ours on this machine: started, stopped and read here. */
export interface BundledRuntime extends Runtime {
  kind: 'bundled'
  node: NodeProfile
  /** Its data directory. */
  dir: string
}

/** Somebody else's program, behind the first L2 endpoint of the profile: read, and never started or stopped. */
export interface ExternalRuntime extends Runtime {
  kind: 'external'
  /** Scheme and host. */
  endpoint: string
}

/** Which kind of node a profile has. A node of ours is what it is; else the L2 endpoint it names is its node. */
export function runtimeKindOf(profile: Profile | null): NodeRuntimeKind | null {
  if (profile?.node) return 'bundled'
  return profile && profile.endpoints.l2.length > 0 ? 'external' : null
}

/** Null: the profile has neither a node nor an L2 endpoint of its own, or none is in use. */
export function nodeRuntimeOf(context: Context): NodeRuntime | null {
  const {profile, profileName, home, network, timeoutMs} = context
  if (!profile || profileName === null) return null
  if (profile.node) {
    const dir = home.nodeDir(profileName)
    const look = () => lookAtNode(dir)
    return {kind: 'bundled', profile: profileName, node: profile.node, dir, look}
  }
  const {l2} = endpointsOf(network, profile)
  const [ownUrl, ...otherUrls] = runtimeKindOf(profile) ? l2 : []
  if (ownUrl === undefined) return null
  return {
    kind: 'external',
    profile: profileName,
    endpoint: redactUrl(ownUrl),
    look: async () => {
      const {chainId} = network.l2
      const shared = {name: 'L2', chainId, timeoutMs, tls: context.tls()}
      const others = otherUrls.map((url) => ({...shared, url}))
      const external = await readExternalNode({...shared, url: ownUrl}, others)
      return {external, process: null, status: null, halt: null}
    },
  }
}

/** @throws {MetisSeqError} NODE_NOT_SET_UP, PROFILE_MISSING */
export function requireRuntime(context: Context): NodeRuntime {
  const {name} = requireProfile(context)
  const runtime = nodeRuntimeOf(context)
  if (runtime) return runtime
  throw new MetisSeqError({
    code: 'NODE_NOT_SET_UP',
    message: `Profile ${name} has no node.`,
    facts: {profile: name},
    hints: [
      `Run \`metis-seq init --profile ${name} --replace --l2-rpc-url URL\` to use a node that runs elsewhere.`,
      `If no node runs with this key, \`metis-seq init --profile ${name} --replace --node-port PORT\` sets one up here.`,
    ],
  })
}

/**
 * The profile's node of ours.
 *
 * @throws {MetisSeqError} NODE_IS_EXTERNAL, NODE_NOT_SET_UP, PROFILE_MISSING
 */
export function requireNode(context: Context): {name: string; node: NodeProfile; dir: string} {
  const runtime = requireRuntime(context)
  if (runtime.kind === 'bundled') {
    const {profile: name, node, dir} = runtime
    return {name, node, dir}
  }
  const {profile, endpoint} = runtime
  throw new MetisSeqError({
    code: 'NODE_IS_EXTERNAL',
    message: `The node of profile ${profile} runs behind ${endpoint}, and metis-seq neither starts nor stops it.`,
    facts: {profile, endpoint},
    hints: [
      'Start and stop it on its own machine, with the tool it was set up with: Docker Compose, systemd.',
      `Run \`metis-seq node status --profile ${profile}\` to see its state.`,
      'A second node with the same signer key can sign a conflicting block: never run one beside it.',
    ],
  })
}
