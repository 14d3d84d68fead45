import type {Network} from '../protocol/network.ts'
import type {Home} from '../store/home.ts'
import {readNetworkFile, saveNetwork} from '../store/networks.ts'

export {listNetworks, networkNames, type ListedNetwork} from '../store/networks.ts'

/**
 * Adds a network of one's own from a document.
 *
 * @throws {MetisSeqError} NETWORK_INVALID, NETWORK_EXISTS
 */
export function addNetwork(
  home: Home,
  file: string,
  {replace}: {replace: boolean},
): {network: Network; path: string} {
  const network = readNetworkFile(file)
  return {network, path: saveNetwork(home, network, {replace})}
}
