import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  parseAbiParameters,
  parseEther,
  parseUnits,
} from 'viem'

import {aavePoolAbi} from '../../../../chain/abis/aave-pool.ts'
import {erc20Abi} from '../../../../chain/abis/erc20.ts'
import type {AaveContracts} from '../../../../protocol/defi/lending/aave/about.ts'
import {aTokenBytecode} from '../../../artifacts/a-token.ts'
import {aaveDataProviderBytecode} from '../../../artifacts/aave-data-provider.ts'
import {aaveOracleBytecode} from '../../../artifacts/aave-oracle.ts'
import {aavePoolBytecode} from '../../../artifacts/aave-pool.ts'
import {variableDebtTokenBytecode} from '../../../artifacts/variable-debt-token.ts'
import {l2Metis, type GenesisParts, type Placement, type SeedCall} from '../../../placement.ts'
import {issue, localFeeds, localTokens} from '../../tokens.ts'

/** Our choice; the document of a local network contains them. */
export const localAave: AaveContracts = {
  pool: '0x4200000000000000000000000000000000003201',
  dataProvider: '0x4200000000000000000000000000000000003202',
  oracle: '0x4200000000000000000000000000000000003203',
}

interface LocalReserve {
  asset: Address
  symbol: string
  decimals: number
  feed: Address
  aToken: Address
  debtToken: Address
  /** Basis points. The bonus is what a liquidator gets for 10,000. */
  ltv: bigint
  threshold: bigint
  bonus: bigint
  /** Yearly rates in hundredths of a percent: optimal use, first slope, second slope. */
  rates: readonly [optimal: bigint, slope1: bigint, slope2: bigint]
  /** Supplied when the network begins. */
  firstSupply: bigint
}

/** METIS with the parameters of Andromeda before its LTV went to 0, which governance can repeat. */
const reserves: readonly LocalReserve[] = [
  {
    asset: l2Metis,
    symbol: 'METIS',
    decimals: 18,
    feed: localFeeds['METIS/USD'],
    aToken: '0x4200000000000000000000000000000000003211',
    debtToken: '0x4200000000000000000000000000000000003212',
    ltv: 3000n,
    threshold: 4000n,
    bonus: 11_000n,
    rates: [4500n, 700n, 30_000n],
    firstSupply: parseEther('5000'),
  },
  {
    asset: localTokens['m.USDC'],
    symbol: 'm.USDC',
    decimals: 6,
    feed: localFeeds['USDC/USD'],
    aToken: '0x4200000000000000000000000000000000003213',
    debtToken: '0x4200000000000000000000000000000000003214',
    ltv: 8000n,
    threshold: 8500n,
    bonus: 10_500n,
    rates: [8000n, 400n, 6000n],
    firstSupply: parseUnits('500000', 6),
  },
]

/** Ten percent of the interest. */
const RESERVE_FACTOR = 1000n
/** A hundredth of a percent in ray. */
const BASIS_POINT_RAY = 10n ** 23n

export function planAave({governanceAddress}: {governanceAddress: Address}): GenesisParts {
  const {pool, dataProvider, oracle} = localAave
  const oracleArgs = encodeAbiParameters(parseAbiParameters('address, address[], address[]'), [
    governanceAddress,
    reserves.map(({asset}) => asset),
    reserves.map(({feed}) => feed),
  ])
  const providerArgs = encodeAbiParameters(parseAbiParameters('address'), [pool])
  return {
    placements: [
      {
        name: 'Aave oracle',
        at: oracle,
        creationCode: concatHex([aaveOracleBytecode, oracleArgs]),
      },
      ...reserves.flatMap(tokensOf),
      {
        name: 'Aave pool',
        at: pool,
        creationCode: concatHex([aavePoolBytecode, poolArgs(governanceAddress)]),
      },
      {
        name: 'Aave data provider',
        at: dataProvider,
        creationCode: concatHex([aaveDataProviderBytecode, providerArgs]),
      },
    ],
    seeds: [
      issue(governanceAddress, 'm.USDC', reserves[1]!.firstSupply, governanceAddress),
      ...reserves.flatMap((reserve) => supply(governanceAddress, reserve)),
    ],
  }
}

function poolArgs(governanceAddress: Address) {
  const shape = parseAbiParameters([
    'address, address, NewReserve[]',
    'struct NewReserve { address asset; address aToken; address debtToken; uint256 configuration; RateModel rates; }',
    'struct RateModel { uint256 optimal; uint256 base; uint256 slope1; uint256 slope2; }',
  ])
  const added = reserves.map((reserve) => {
    const [optimal, slope1, slope2] = reserve.rates.map((each) => each * BASIS_POINT_RAY)
    return {
      asset: reserve.asset,
      aToken: reserve.aToken,
      debtToken: reserve.debtToken,
      configuration: bitsOf(reserve),
      rates: {optimal: optimal!, base: 0n, slope1: slope1!, slope2: slope2!},
    }
  })
  return encodeAbiParameters(shape, [localAave.oracle, governanceAddress, added])
}

/** The word in which Aave keeps the settings of a reserve: active, lends, no caps. */
function bitsOf({ltv, threshold, bonus, decimals}: LocalReserve): bigint {
  return (
    ltv |
    (threshold << 16n) |
    (bonus << 32n) |
    (BigInt(decimals) << 48n) |
    (1n << 56n) |
    (1n << 58n) |
    (RESERVE_FACTOR << 64n)
  )
}

function tokensOf({asset, symbol, decimals, aToken, debtToken}: LocalReserve): Placement[] {
  const args = (name: string, short: string) =>
    encodeAbiParameters(parseAbiParameters('address, address, uint8, string, string'), [
      localAave.pool,
      asset,
      decimals,
      name,
      short,
    ])
  return [
    {
      name: `aToken of ${symbol}`,
      at: aToken,
      creationCode: concatHex([aTokenBytecode, args(`Aave Metis ${symbol}`, `aMet${symbol}`)]),
    },
    {
      name: `debt token of ${symbol}`,
      at: debtToken,
      creationCode: concatHex([
        variableDebtTokenBytecode,
        args(`Aave Metis Variable Debt ${symbol}`, `variableDebtMet${symbol}`),
      ]),
    },
  ]
}

/** The supply that can be borrowed when the network begins. */
function supply(from: Address, {asset, symbol, firstSupply}: LocalReserve): SeedCall[] {
  const {pool} = localAave
  return [
    {
      name: `approve the lending pool for ${symbol}`,
      from,
      to: asset,
      data: encodeFunctionData({
        abi: erc20Abi,
        functionName: 'approve',
        args: [pool, firstSupply],
      }),
      ...(asset === l2Metis ? {givesWei: firstSupply} : {}),
    },
    {
      name: `supply ${symbol}`,
      from,
      to: pool,
      data: encodeFunctionData({
        abi: aavePoolAbi,
        functionName: 'supply',
        args: [asset, firstSupply, from, 0],
      }),
    },
  ]
}
