import type {Address} from 'viem'
import {readContract} from 'viem/actions'

import type {AtBlock} from '../../../at-block.ts'
import type {QiDaoContracts} from '../../../../protocol/defi/cdp/qidao/about.ts'
import type {CdpPosition} from '../../../../protocol/defi/cdp/position.ts'
import type {VaultTerms} from '../../../../protocol/defi/cdp/qidao/vault.ts'
import {stableQiVaultAbi} from '../../../abis/stable-qi-vault.ts'
import type {ChainClient} from '../../../connect.ts'
import {atMost} from '../../../plausible.ts'

/** Vault 0 belongs to the owner of the contract and is the first front end. */
export const FRONT = 0n

export interface VaultSettings extends VaultTerms {
  collateral: Address
  debt: Address
  minDebt: bigint
  maxDebt: bigint
  /** The amount that the contract can still lend. */
  available: bigint
  /** Interest per year, of 10,000. */
  interest: bigint
}

/**
 * Settings of the vaults, and the price of their feed.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: QiDao `stableQiVault`.
 */
export async function readVaultSettings(
  l2: ChainClient,
  {vault}: QiDaoContracts,
  at: AtBlock = {},
): Promise<VaultSettings> {
  const of = {address: vault, abi: stableQiVaultAbi, ...at} as const
  const [collateral, debt, price, minPercent, openingFee, closingFee, promoter, scale] =
    await Promise.all([
      readContract(l2, {...of, functionName: 'collateral'}),
      readContract(l2, {...of, functionName: 'mai'}),
      readContract(l2, {...of, functionName: 'getEthPriceSource'}),
      readContract(l2, {...of, functionName: '_minimumCollateralPercentage'}),
      readContract(l2, {...of, functionName: 'openingFee'}),
      readContract(l2, {...of, functionName: 'closingFee'}),
      readContract(l2, {...of, functionName: 'promoter', args: [FRONT]}),
      readContract(l2, {...of, functionName: 'decimalDifferenceRaisedToTen'}),
    ])
  const [minDebt, maxDebt, available, interest] = await Promise.all([
    readContract(l2, {...of, functionName: 'minDebt'}),
    readContract(l2, {...of, functionName: 'maxDebt'}),
    readContract(l2, {...of, functionName: 'getDebtCeiling'}),
    readContract(l2, {...of, functionName: 'iR'}),
  ])
  return {
    ...{collateral, debt, price, minPercent, openingFee, closingFee, promoter, scale},
    ...{minDebt, maxDebt, available, interest},
  }
}

/** - Source: QiDao `vaultCollateral`, and `vaultDebt` with the interest until now. */
export async function readVault(
  l2: ChainClient,
  {vault}: QiDaoContracts,
  id: bigint,
  at: AtBlock = {},
): Promise<CdpPosition> {
  const of = {address: vault, abi: stableQiVaultAbi, args: [id] as const, ...at}
  const [collateral, debt] = await Promise.all([
    readContract(l2, {...of, functionName: 'vaultCollateral'}),
    readContract(l2, {...of, functionName: 'vaultDebt'}),
  ])
  return {id, collateral, debt}
}

/** Vaults of one account: more of them is what an endpoint makes up. */
const MOST_VAULTS = 500n

/** Vaults that an account holds. - Source: ERC-721 `balanceOf`, `tokenOfOwnerByIndex`. */
export async function readVaults(
  l2: ChainClient,
  contracts: QiDaoContracts,
  account: Address,
  at: AtBlock = {},
): Promise<CdpPosition[]> {
  const of = {address: contracts.vault, abi: stableQiVaultAbi, ...at} as const
  const found = await readContract(l2, {...of, functionName: 'balanceOf', args: [account]})
  const count = atMost(MOST_VAULTS, 'balanceOf', found)
  return Promise.all(
    Array.from({length: Number(count)}, async (_, index) => {
      const id = await readContract(l2, {
        ...of,
        functionName: 'tokenOfOwnerByIndex',
        args: [account, BigInt(index)],
      })
      return readVault(l2, contracts, id, at)
    }),
  )
}
