/** Selects the runtime of a profile's node. In: a profile. Out: the port to its node. */
import {MetisSeqError} from '../../lib/errors.ts'
import type {BundledL2} from '../../protocol/network.ts'
import type {NodeRuntimeKind} from '../../protocol/node-runtime.ts'
import type {NodeProfile, Profile} from '../../store/config.ts'
import {endpointsOf, requireProfile, type Context} from '../context.ts'
import {createBundledRuntime, type BundledRuntime} from './bundled-runtime.ts'
import {createExternalRuntime, nodeIsExternal, type ExternalRuntime} from './external-runtime.ts'

/** The kind of a profile's node: bundled if set up, otherwise the node behind its own L2 endpoint. */
export function runtimeKindOf(profile: Profile | null): NodeRuntimeKind | null {
  if (profile?.node) return 'bundled'
  return profile && profile.endpoints.l2.length > 0 ? 'external' : null
}

/** Null when the profile has neither a node nor its own L2 endpoint, or there is no profile. */
export function nodeRuntimeOf(context: Context): BundledRuntime | ExternalRuntime | null {
  const {profile, profileName, network} = context
  if (!profile || profileName === null) return null
  if (profile.node) return createBundledRuntime(context, profileName, profile.node)
  const [own, ...others] = runtimeKindOf(profile) ? endpointsOf(network, profile).l2 : []
  return own === undefined ? null : createExternalRuntime(context, profileName, [own, ...others])
}

/** @throws {MetisSeqError} NODE_NOT_SET_UP, PROFILE_MISSING */
export function requireRuntime(context: Context): BundledRuntime | ExternalRuntime {
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
 * The profile's bundled node, for callers that need its files: sign guard, chain log, snapshots.
 *
 * @throws {MetisSeqError} NODE_IS_EXTERNAL, NODE_NOT_SET_UP, PROFILE_MISSING
 */
export function requireNode(context: Context): {name: string; node: NodeProfile; dir: string} {
  const runtime = requireRuntime(context)
  const {profile: name} = runtime
  if (runtime.kind === 'external') throw nodeIsExternal(name, runtime.endpoint)
  const {node, dir} = runtime
  return {name, node, dir}
}

/**
 * The settings that a bundled node needs to join the network of a profile.
 *
 * @throws {MetisSeqError} NETWORK_HAS_NO_NODE
 */
export function requireBundledNetwork({
  network: {l2},
  networkName,
}: Pick<Context, 'network' | 'networkName'>): BundledL2 {
  if (l2.bundled) return l2.bundled
  throw new MetisSeqError({
    code: 'NETWORK_HAS_NO_NODE',
    message: `The bundled node cannot take part in ${networkName}: its network document contains no genesis.`,
    facts: {network: networkName},
    hints: ['Use l2geth there, or rehearse with `metis-seq local up`.'],
  })
}
