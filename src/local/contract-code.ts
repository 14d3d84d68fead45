import {type Address, type Hex, concatHex, encodeAbiParameters, parseAbiParameters} from 'viem'

import {transparentUpgradeableProxyBytecode} from './artifacts/transparent-upgradeable-proxy.ts'

const proxyParameters = parseAbiParameters('address logic, address admin, bytes data')

/** Creation code of a proxy that initializes itself with `data` in the same transaction. */
export function proxyCreationCode(logic: Address, admin: Address, data: Hex): Hex {
  const args = encodeAbiParameters(proxyParameters, [logic, admin, data])
  return concatHex([transparentUpgradeableProxyBytecode, args])
}
