import type {Network} from '../../protocol/network.ts'
import type {NodeProfile, Profile} from '../../store/config.ts'

export type Chain = 'l1' | 'l2'

/**
 * Addresses that announce heads: the profile's own, else its bundled node and that of the network. With
 * endpoints of its own a profile does not use the network's, here as little as for reading.
 */
export function headUrlsOf(network: Network, profile: Profile | null): Record<Chain, string[]> {
  const own = profile?.endpoints
  const ofNetwork = (chain: Chain) => ((own?.[chain].length ?? 0) > 0 ? [] : [network[chain].wsUrl])
  const node = profile?.node ? [urlOf(profile.node)] : []
  const known = (urls: (string | null | undefined)[]) => [
    ...new Set(urls.filter((url) => typeof url === 'string')),
  ]
  return {
    l1: known(own?.l1Ws ? [own.l1Ws] : ofNetwork('l1')),
    l2: known(own?.l2Ws ? [own.l2Ws] : [...node, ...ofNetwork('l2')]),
  }
}

/** A bundled node serves WebSocket on the port of its RPC. */
function urlOf({host, rpcPort}: NodeProfile): string {
  const reachable = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host
  return `ws://${reachable.includes(':') ? `[${reachable}]` : reachable}:${rpcPort}`
}
