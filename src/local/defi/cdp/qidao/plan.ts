import {type Address, concatHex, encodeAbiParameters, parseAbiParameters, parseEther} from 'viem'

import type {QiDaoContracts} from '../../../../protocol/defi/cdp/qidao/about.ts'
import {stableQiVaultBytecode} from '../../../artifacts/stable-qi-vault.ts'
import {l2Metis, type GenesisParts} from '../../../placement.ts'
import {issue, localFeeds, localTokens} from '../../tokens.ts'

/** Our choice; the document of a local network contains it. */
export const localQiDao: QiDaoContracts = {vault: '0x4200000000000000000000000000000000003301'}

/** As on Andromeda. */
const MINIMUM_PERCENT = 155n
const MIN_DEBT_WEI = parseEther('10')
const MAX_DEBT_WEI = parseEther('500000')
/** The amount that the vaults can lend in all. */
const MAI_WEI = parseEther('250000')

export function planQiDao({governanceAddress}: {governanceAddress: Address}): GenesisParts {
  const shape = parseAbiParameters([
    'string, string, Terms, address',
    'struct Terms { address priceSource; address mai; address collateral; uint256 minimum; uint256 minDebt; uint256 maxDebt; }',
  ])
  const terms = {
    priceSource: localFeeds['METIS/USD'],
    mai: localTokens.MAI,
    collateral: l2Metis,
    minimum: MINIMUM_PERCENT,
    minDebt: MIN_DEBT_WEI,
    maxDebt: MAX_DEBT_WEI,
  }
  const args = encodeAbiParameters(shape, ['METIS MAI Vault', 'MMVT', terms, governanceAddress])
  return {
    placements: [
      {
        name: 'METIS vaults',
        at: localQiDao.vault,
        creationCode: concatHex([stableQiVaultBytecode, args]),
      },
    ],
    seeds: [issue(localQiDao.vault, 'MAI', MAI_WEI, governanceAddress)],
  }
}
