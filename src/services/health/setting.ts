import type {Setting} from '../../health/snapshot.ts'
import {runtimeOfNodes} from '../../protocol/node-runtime.ts'
import type {Context} from '../context.ts'
import {runtimeKindOf} from '../node/node-runtime.ts'

/** Who looks, on which network: all that the rules need of settings. */
export function settingOf({network, networkName, profile, profileName}: Context): Setting {
  const {slotMs, emptyBlocks, respanDelaySeconds} = network.l2
  return {
    network: networkName,
    kind: network.kind,
    profile: profileName,
    hasOwner: Boolean(profile?.owner),
    nodeRuntime: runtimeKindOf(profile),
    nodesAreBundled: runtimeOfNodes(network) === 'bundled',
    ...{slotMs, emptyBlocks, respanDelaySeconds},
    l1StaleAfterSeconds: network.l1.staleAfterSeconds ?? null,
  }
}
