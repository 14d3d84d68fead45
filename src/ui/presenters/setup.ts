import {redactUrl} from '../../lib/redact.ts'
import {deployedLst} from '../../protocol/lst/providers.ts'
import type {Network} from '../../protocol/network.ts'
import type {ListedNetwork} from '../../services/network/networks.ts'
import type {Profile} from '../../services/network/profiles.ts'
import {fields, table} from './table.ts'

/** A profile for display: endpoints by host only. */
export function profileJson(name: string, profile: Profile, inUse: boolean) {
  const {l1, l2, pos, l1Ws = null, l2Ws = null, caFile = null} = profile.endpoints
  // `monitor rules` shows them, with the defaults that they replace.
  const {rules: _rules, ...shown} = profile
  const hosts = {l1: l1.map(redactUrl), l2: l2.map(redactUrl)}
  return {
    ...{...shown, name, inUse},
    endpoints: {
      ...{...hosts, pos: hostOf(pos), l1Ws: hostOf(l1Ws), l2Ws: hostOf(l2Ws)},
      caFile,
    },
  }
}

function hostOf(url: string | null): string | null {
  return url === null ? null : redactUrl(url)
}

export function profileText(name: string, profile: Profile, inUse: boolean): string {
  const {endpoints} = profileJson(name, profile, inUse)
  const role = (address: string | null, key: string | null) =>
    address ? `${address} ${key ? `(${key})` : '(key elsewhere)'}` : 'not set'
  return fields([
    ['profile', inUse ? `${name} (active)` : name],
    ['network', profile.network],
    ['owner', role(profile.owner, profile.keys.owner)],
    ['signer', role(profile.signer, profile.keys.signer)],
    ['reward recipient', `${profile.rewardRecipient ?? 'not set'} (for a registration)`],
    ['L1 endpoints', endpoints.l1.join(', ') || 'those of the network'],
    ['L2 endpoints', endpoints.l2.join(', ') || 'those of the network'],
    ['consensus layer', endpoints.pos ?? 'that of the network'],
    ...(endpoints.l1Ws ? [['L1 heads', endpoints.l1Ws] as [string, string]] : []),
    ...(endpoints.l2Ws ? [['L2 heads', endpoints.l2Ws] as [string, string]] : []),
    ...(endpoints.caFile ? [['vouched by', endpoints.caFile] as [string, string]] : []),
    [
      'node',
      profile.node
        ? `RPC ${profile.node.host}:${profile.node.rpcPort}, peers ${profile.node.peerPort}`
        : 'none',
    ],
  ])
}

export function networkListText(networks: ListedNetwork[]): string {
  return table(
    ['network', 'kind', 'L1', 'L2', 'source'],
    networks.map(({network, source}) => [
      network.name,
      network.kind,
      `${network.l1.chainId}`,
      `${network.l2.chainId}`,
      source,
    ]),
  )
}

/** A network for display: endpoints by host only, since a path or query may contain an API key. */
export function networkJson(network: Network): Network {
  const {l1, l2, posRestUrl} = network
  const shown = ({rpcUrls, wsUrl}: Pick<Network['l2'], 'rpcUrls' | 'wsUrl'>) => ({
    rpcUrls: rpcUrls.map(redactUrl),
    ...(wsUrl === undefined ? {} : {wsUrl: redactUrl(wsUrl)}),
  })
  return {
    ...network,
    posRestUrl: hostOf(posRestUrl),
    l1: {...l1, ...shown(l1)},
    l2: {...l2, ...shown(l2)},
  }
}

function lstText(lst: Network['lst']): string {
  const known = deployedLst(lst).map(
    ({about, addresses}) => `${about.id} at ${addresses[about.entry]}`,
  )
  return known.join(', ') || 'none known'
}

function headsRow(chain: string, wsUrl: string | undefined): [string, string][] {
  return wsUrl === undefined ? [] : [[`${chain} heads`, redactUrl(wsUrl)]]
}

export function networkText(network: Network): string {
  const {l1, l2, lst} = network
  return fields([
    ['network', `${network.name} (${network.kind})`],
    ['L1', `chain ${l1.chainId} at ${l1.rpcUrls.map(redactUrl).join(', ')}`],
    ['L2', `chain ${l2.chainId} at ${l2.rpcUrls.map(redactUrl).join(', ')}`],
    ...headsRow('L1', l1.wsUrl),
    ...headsRow('L2', l2.wsUrl),
    ['consensus layer', network.posRestUrl ? redactUrl(network.posRestUrl) : 'not set'],
    ['METIS on L1', l1.contracts.metis],
    ['LockingPool', l1.contracts.lockingPool],
    ['LockingInfo', l1.contracts.lockingInfo],
    ['L1 bridge', l1.contracts.bridge],
    ['batch inbox', l1.contracts.batchInbox],
    ['MetisSequencerSet', l2.contracts.sequencerSet],
    ['respan delay', `${l2.respanDelaySeconds} s`],
    ['LSTs', lstText(lst)],
  ])
}
