import {zeroAddress, type Address} from 'viem'
import {readContract} from 'viem/actions'

import type {AtBlock} from '../../../at-block.ts'
import type {AaveContracts} from '../../../../protocol/defi/lending/aave/about.ts'
import type {LendLine} from '../../../../protocol/defi/lending/line.ts'
import {readTokenBalance} from '../../../actions/erc20/read-token.ts'
import {aaveDataProviderAbi} from '../../../abis/aave-data-provider.ts'
import {aaveOracleAbi} from '../../../abis/aave-oracle.ts'
import {aavePoolAbi} from '../../../abis/aave-pool.ts'
import type {ChainClient} from '../../../connect.ts'

/** Tokens with a reserve, in the order of the pool. */
export function readAaveAssets(
  l2: ChainClient,
  {pool}: AaveContracts,
  at: AtBlock = {},
): Promise<readonly Address[]> {
  return readContract(l2, {
    address: pool,
    abi: aavePoolAbi,
    functionName: 'getReservesList',
    ...at,
  })
}

/** Rates of Aave are scaled by 1e27. */
const RAY_TO_WAD = 10n ** 9n

/**
 * One reserve with what an account has of it.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: Aave v3 `Pool.getReserveData`, `ProtocolDataProvider` and `AaveOracle.getAssetPrice`.
 *
 * @param account null for none
 */
export async function readAaveLine(
  l2: ChainClient,
  {pool, dataProvider, oracle}: AaveContracts,
  token: LendLine['token'],
  account: Address | null,
  at: AtBlock = {},
): Promise<LendLine> {
  const {address: asset} = token
  const provider = {address: dataProvider, abi: aaveDataProviderAbi, ...at} as const
  const [settings, caps, paused, supplied, borrowed, price, data, own] = await Promise.all([
    readContract(l2, {...provider, functionName: 'getReserveConfigurationData', args: [asset]}),
    readContract(l2, {...provider, functionName: 'getReserveCaps', args: [asset]}),
    readContract(l2, {...provider, functionName: 'getPaused', args: [asset]}),
    readContract(l2, {...provider, functionName: 'getATokenTotalSupply', args: [asset]}),
    readContract(l2, {...provider, functionName: 'getTotalDebt', args: [asset]}),
    readContract(l2, {
      address: oracle,
      abi: aaveOracleAbi,
      functionName: 'getAssetPrice',
      args: [asset],
      ...at,
    }),
    readContract(l2, {
      address: pool,
      abi: aavePoolAbi,
      functionName: 'getReserveData',
      args: [asset],
      ...at,
    }),
    readContract(l2, {
      ...provider,
      functionName: 'getUserReserveData',
      args: [asset, account ?? zeroAddress],
    }),
  ])
  const {aTokenAddress} = data
  const available = await readTokenBalance(l2, {token: asset, account: aTokenAddress, ...at})
  const [, ltv, threshold, bonus, , , canBorrow, , isActive, isFrozen] = settings
  const unit = 10n ** BigInt(token.decimals)
  const capOf = (whole: bigint) => (whole === 0n ? null : whole * unit)
  return {
    ...{token, price, ltv, threshold, canBorrow, available},
    bonus: bonus > 10_000n ? bonus - 10_000n : 0n,
    state: !isActive ? 'inactive' : paused ? 'paused' : isFrozen ? 'frozen' : 'open',
    supplyRate: data.currentLiquidityRate / RAY_TO_WAD,
    borrowRate: data.currentVariableBorrowRate / RAY_TO_WAD,
    totalSupplied: supplied,
    totalBorrowed: borrowed,
    borrowCap: capOf(caps[0]),
    supplyCap: capOf(caps[1]),
    supplied: account === null ? 0n : own[0],
    borrowed: account === null ? 0n : own[2],
    counts: account !== null && own[8],
    market: null,
  }
}
