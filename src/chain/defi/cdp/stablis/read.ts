import {zeroAddress, type Address} from 'viem'
import {readContract} from 'viem/actions'

import type {AtBlock} from '../../../at-block.ts'
import type {StablisContracts} from '../../../../protocol/defi/cdp/stablis/about.ts'
import type {ChestTerms} from '../../../../protocol/defi/cdp/stablis/chest.ts'
import type {CdpPosition} from '../../../../protocol/defi/cdp/position.ts'
import {attributesAbi} from '../../../abis/attributes.ts'
import {chestManagerAbi} from '../../../abis/chest-manager.ts'
import {hintHelpersAbi} from '../../../abis/hint-helpers.ts'
import {marketFeedAbi} from '../../../abis/market-feed.ts'
import {sortedChestsAbi} from '../../../abis/sorted-chests.ts'
import type {ChainClient} from '../../../connect.ts'

export interface ChestSettings extends ChestTerms {
  asset: Address
  isPaused: boolean
  takesDeposits: boolean
  /** Per year, in basis points. */
  interest: bigint
  /** Open chests of this collateral. */
  count: bigint
}

/**
 * Settings of the first collateral, with its price now.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: Stablis `Attributes`, `ChestManager.getBorrowingRateWithDecay`, and the price aggregator,
 *   since `PriceFeed.fetchPrice` writes.
 */
export async function readChestSettings(
  l2: ChainClient,
  {attributes, manager, sorted}: StablisContracts,
  at: AtBlock = {},
): Promise<ChestSettings> {
  const of = {address: attributes, abi: attributesAbi, ...at} as const
  const assets = await readContract(l2, {...of, functionName: 'getAssets'})
  const asset = assets[0] ?? zeroAddress
  const args = [asset] as const
  const feed = await readContract(l2, {...of, functionName: 'getPriceAggregator', args})
  const [price, minRatio, minNetDebt, gasReserve, isPaused, takesDeposits, interest] =
    await Promise.all([
      readContract(l2, {address: feed, abi: marketFeedAbi, functionName: 'latestAnswer', ...at}),
      readContract(l2, {...of, functionName: 'getMCR'}),
      readContract(l2, {...of, functionName: 'getMinNetDebt'}),
      readContract(l2, {...of, functionName: 'getUSDSGasCompensation'}),
      readContract(l2, {...of, functionName: 'paused'}),
      readContract(l2, {...of, functionName: 'isDepositAllowed', args}),
      readContract(l2, {...of, functionName: 'getInterestRateInBPS', args}),
    ])
  const [borrowingRate, count] = await Promise.all([
    readContract(l2, {
      ...{address: manager, abi: chestManagerAbi, ...at},
      functionName: 'getBorrowingRateWithDecay',
      args,
    }),
    readContract(l2, {
      ...{address: sorted, abi: sortedChestsAbi, ...at},
      functionName: 'getSize',
      args,
    }),
  ])
  return {
    ...{asset, minRatio, minNetDebt, gasReserve, borrowingRate},
    ...{isPaused, takesDeposits, interest, count},
    price: price > 0n ? price : 0n,
  }
}

/** - Source: Stablis `getEntireDebtAndColl`, with interest and parts of liquidated chests. */
export async function readChest(
  l2: ChainClient,
  {manager}: StablisContracts,
  asset: Address,
  account: Address,
  at: AtBlock = {},
): Promise<CdpPosition> {
  const [debt, collateral] = await readContract(l2, {
    address: manager,
    abi: chestManagerAbi,
    functionName: 'getEntireDebtAndColl',
    args: [asset, account],
    ...at,
  })
  return {id: 0n, collateral, debt}
}

/** The seed of the search does not matter, so it is the same every time. */
const SEED = 1n
/** More chests than this are not searched. */
const MAX_TRIALS = 200n

/**
 * The neighbours of a chest in the order of ratios.
 *
 * - Source: Stablis `HintHelpers.getApproxHint` with 15 trials for each root of the number of chests,
 *   then `SortedChests.findInsertPosition`.
 */
export async function readHints(
  l2: ChainClient,
  {hints, sorted}: StablisContracts,
  {asset, count}: Pick<ChestSettings, 'asset' | 'count'>,
  nominal: bigint,
): Promise<readonly [upper: Address, lower: Address]> {
  if (count === 0n) return [zeroAddress, zeroAddress]
  const wanted = 15n * BigInt(Math.ceil(Math.sqrt(Number(count))))
  const trials = wanted < MAX_TRIALS ? wanted : MAX_TRIALS
  const [hint] = await readContract(l2, {
    address: hints,
    abi: hintHelpersAbi,
    functionName: 'getApproxHint',
    args: [asset, nominal, trials, SEED],
  })
  return readContract(l2, {
    address: sorted,
    abi: sortedChestsAbi,
    functionName: 'findInsertPosition',
    args: [nominal, asset, hint, hint],
  })
}
