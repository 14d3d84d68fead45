import type {Network} from '../../protocol/network.ts'
import type {Home} from '../../store/home.ts'
import {readNetworkFile, saveNetwork} from '../../store/networks.ts'
import {checkedCaFile} from './endpoint-authorities.ts'

export {listNetworks, networkNames, type ListedNetwork} from '../../store/networks.ts'

/**
 * Adds a custom network from a document.
 *
 * @param caFile PEM file of a certificate authority for its endpoints; overrides that of the document
 * @throws {MetisSeqError} NETWORK_INVALID, NETWORK_EXISTS, CA_FILE_INVALID
 */
export function addNetwork(
  home: Home,
  file: string,
  {replace, caFile}: {replace: boolean; caFile?: string | undefined},
): {network: Network; path: string} {
  const document = readNetworkFile(file)
  const own = caFile ?? document.caFile
  const network = own === undefined ? document : {...document, caFile: checkedCaFile(own)}
  return {network, path: saveNetwork(home, network, {replace})}
}
