import type {Network} from '../../protocol/network.ts'
import type {Home} from '../../store/home.ts'
import {readNetworkFile, saveNetwork} from '../../store/networks.ts'
import {checkedCaFile} from './endpoint-authorities.ts'

export {listNetworks, networkNames, type ListedNetwork} from '../../store/networks.ts'

/**
 * Adds a network of one's own from a document.
 *
 * @param caFile PEM of an authority for its endpoints; wins over that of the document
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
