import {zeroAddress, type Address} from 'viem'
import {getBlockNumber, readContract, simulateContract} from 'viem/actions'

import type {AtBlock} from '../../../at-block.ts'
import type {LendLine} from '../../../../protocol/defi/lending/line.ts'
import type {ShoebillContracts} from '../../../../protocol/defi/lending/shoebill/about.ts'
import {cErc20Abi} from '../../../abis/c-erc20.ts'
import {comptrollerAbi} from '../../../abis/comptroller.ts'
import {shoebillOracleAbi} from '../../../abis/shoebill-oracle.ts'
import type {ChainClient} from '../../../connect.ts'
import {ifOffered} from '../../../lst/optional.ts'
import {isRevert} from '../../../reverts.ts'
import {readBlocksPerYear} from '../../blocks-per-year.ts'

/** A market with its underlying; null for native METIS. */
export interface MarketEntry {
  market: Address
  underlying: Address | null
}

/** - Source: Compound v2 `Comptroller.getAllMarkets`; a market of the coin has no `underlying`. */
export async function readMarkets(
  l2: ChainClient,
  {comptroller}: ShoebillContracts,
  at: AtBlock = {},
): Promise<MarketEntry[]> {
  const markets = await readContract(l2, {
    address: comptroller,
    abi: comptrollerAbi,
    functionName: 'getAllMarkets',
    ...at,
  })
  return Promise.all(
    markets.map(async (market) => ({
      market,
      // The market of the coin has none; an endpoint that fails is not taken for it.
      underlying: await ifOffered(
        l2,
        readContract(l2, {
          address: market,
          abi: cErc20Abi,
          functionName: 'underlying',
          ...at,
        }),
      ),
    })),
  )
}

/** Factors are scaled by 1e18; lines have basis points. */
const BASIS_POINT = 10n ** 14n
const WAD = 10n ** 18n

/**
 * One market with what an account has of it, interest until now included.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: Compound v2 `CToken`, `Comptroller` and `PriceOracle.getUnderlyingPrice`, whose price is
 *   scaled by 1e36 over the unit of the token.
 *
 * @param account null for none
 */
export async function readMarketLine(
  l2: ChainClient,
  {comptroller}: ShoebillContracts,
  {market, token}: {market: Address; token: LendLine['token']},
  account: Address | null,
  at: AtBlock = {},
): Promise<LendLine> {
  const of = {address: market, abi: cErc20Abi, ...at} as const
  const rules = {address: comptroller, abi: comptrollerAbi, ...at} as const
  const who = account ?? zeroAddress
  const oracle = await readContract(l2, {...rules, functionName: 'oracle'})
  const [[, factor], incentive, mintPaused, borrowPaused, isMember, price] = await Promise.all([
    readContract(l2, {...rules, functionName: 'markets', args: [market]}),
    readContract(l2, {...rules, functionName: 'liquidationIncentiveMantissa'}),
    readContract(l2, {...rules, functionName: 'mintGuardianPaused', args: [market]}),
    readContract(l2, {...rules, functionName: 'borrowGuardianPaused', args: [market]}),
    readContract(l2, {...rules, functionName: 'checkMembership', args: [who, market]}),
    readContract(l2, {
      address: oracle,
      abi: shoebillOracleAbi,
      functionName: 'getUnderlyingPrice',
      args: [market],
      ...at,
    }),
  ])
  const [shares, supply, borrows, cash, rate, owed] = await Promise.all([
    readContract(l2, {...of, functionName: 'balanceOf', args: [who]}),
    readContract(l2, {...of, functionName: 'totalSupply'}),
    readContract(l2, {...of, functionName: 'totalBorrows'}),
    readContract(l2, {...of, functionName: 'getCash'}),
    readNow(l2, of, 'exchangeRateCurrent', 'exchangeRateStored', []),
    readNow(l2, of, 'borrowBalanceCurrent', 'borrowBalanceStored', [who]),
  ])
  const supplied = (shares * rate) / WAD
  return {
    token,
    price: (price * 10n ** BigInt(token.decimals)) / 10n ** 28n,
    ltv: factor / BASIS_POINT,
    threshold: factor / BASIS_POINT,
    bonus: incentive > WAD ? (incentive - WAD) / BASIS_POINT : 0n,
    state: mintPaused ? 'frozen' : 'open',
    canBorrow: !borrowPaused,
    ...(await ratesOf(l2, of)),
    totalSupplied: (supply * rate) / WAD,
    totalBorrowed: borrows,
    available: cash,
    ...{supplyCap: null, borrowCap: null},
    supplied: account === null ? 0n : supplied,
    borrowed: account === null ? 0n : owed,
    counts: account !== null && isMember,
    market: {address: market, shares: account === null ? 0n : shares},
  }
}

interface OfMarket {
  address: Address
  abi: typeof cErc20Abi
  blockNumber?: bigint
}

/**
 * A figure with the interest until now. On a chain whose blocks are below the last accrual, as when
 * contracts were carried to another chain, that subtraction reverts: no interest is due there.
 */
async function readNow(
  l2: ChainClient,
  of: OfMarket,
  current: 'exchangeRateCurrent' | 'borrowBalanceCurrent',
  stored: 'exchangeRateStored' | 'borrowBalanceStored',
  args: readonly [] | readonly [Address],
): Promise<bigint> {
  const call = {...of, functionName: current, args}
  try {
    const {result} = (await simulateContract(l2, call as never)) as {result: bigint}
    return result
  } catch (error) {
    if (!isRevert(error)) throw error
    const [accruedAt, head] = await Promise.all([
      readContract(l2, {...of, functionName: 'accrualBlockNumber'}),
      of.blockNumber ?? getBlockNumber(l2, {cacheTime: 0}),
    ])
    if (head >= accruedAt) throw error
    return (await readContract(l2, {...of, functionName: stored, args} as never)) as bigint
  }
}

/** Per year at the recent pace of blocks. */
async function ratesOf(
  l2: ChainClient,
  of: OfMarket,
): Promise<Pick<LendLine, 'supplyRate' | 'borrowRate'>> {
  const [blocks, supply, borrow] = await Promise.all([
    readBlocksPerYear(l2),
    readContract(l2, {...of, functionName: 'supplyRatePerBlock'}),
    readContract(l2, {...of, functionName: 'borrowRatePerBlock'}),
  ])
  return {
    supplyRate: blocks === null ? null : supply * blocks,
    borrowRate: blocks === null ? null : borrow * blocks,
  }
}
