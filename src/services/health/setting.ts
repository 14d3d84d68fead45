import type {Setting} from '../../health/snapshot.ts'
import type {LimitChoices} from '../../health/thresholds.ts'
import {lstName} from '../../protocol/lst/providers.ts'
import {providerOfOwner} from '../../protocol/lst/registry.ts'
import {runtimeOfNodes} from '../../protocol/node-runtime.ts'
import type {Profile} from '../../store/config.ts'
import type {Context} from '../context.ts'
import {runtimeKindOf} from '../node/node-runtime.ts'

/** Profile and network: the settings that the rules need. */
export function settingOf({network, networkName, profile, profileName}: Context): Setting {
  const provider = profile?.owner ? providerOfOwner(network.lstRegistry, profile.owner) : null
  const {slotMs, emptyBlocks, respanDelaySeconds} = network.l2
  return {
    network: networkName,
    kind: network.kind,
    profile: profileName,
    hasOwner: Boolean(profile?.owner),
    signer: profile?.signer ?? null,
    lstProvider: provider && lstName(provider),
    nodeRuntime: runtimeKindOf(profile),
    nodesAreBundled: runtimeOfNodes(network) === 'bundled',
    ...{slotMs, emptyBlocks, respanDelaySeconds},
    l1StaleAfterSeconds: network.l1.staleAfterSeconds ?? null,
    ...limitsIn(profile?.rules),
  }
}

function limitsIn(rules: Profile['rules'] = {}): Pick<Setting, 'limits'> {
  const entries = Object.entries(rules).flatMap(([id, {limits}]) => (limits ? [[id, limits]] : []))
  return entries.length === 0 ? {} : {limits: Object.fromEntries(entries) as LimitChoices}
}
