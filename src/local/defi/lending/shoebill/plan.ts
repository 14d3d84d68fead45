import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  parseAbiParameters,
  parseEther,
} from 'viem'

import {cErc20Abi} from '../../../../chain/abis/c-erc20.ts'
import {cEtherAbi} from '../../../../chain/abis/c-ether.ts'
import {erc20Abi} from '../../../../chain/abis/erc20.ts'
import type {ShoebillContracts} from '../../../../protocol/defi/lending/shoebill/about.ts'
import {cErc20Bytecode} from '../../../artifacts/c-erc20.ts'
import {cEtherBytecode} from '../../../artifacts/c-ether.ts'
import {comptrollerBytecode} from '../../../artifacts/comptroller.ts'
import {maximillionBytecode} from '../../../artifacts/maximillion.ts'
import {shoebillOracleBytecode} from '../../../artifacts/shoebill-oracle.ts'
import type {LocalLstToken} from '../../../lst/providers.ts'
import type {GenesisParts} from '../../../placement.ts'
import {localFeeds} from '../../tokens.ts'

/** Our choice; the document of a local network contains the first two. */
export const localShoebill = {
  comptroller: '0x4200000000000000000000000000000000003221',
  repayer: '0x4200000000000000000000000000000000003225',
} as const satisfies ShoebillContracts

export const localShoebillMarkets = {
  metis: '0x4200000000000000000000000000000000003222',
  lst: '0x4200000000000000000000000000000000003223',
} as const satisfies Record<string, Address>

const ORACLE: Address = '0x4200000000000000000000000000000000003224'

/** One cToken is 0.02 of the underlying at first: both scales and the difference of decimals. */
const FIRST_RATE = 2n * 10n ** 26n
/** 2 % a year at 3,153,600 blocks, and 20 % more when everything is lent. */
const BASE_RATE = (2n * 10n ** 16n) / 3_153_600n
const SLOPE = (2n * 10n ** 17n) / 3_153_600n
const METIS_FACTOR = 6n * 10n ** 17n
const LST_FACTOR = 5n * 10n ** 17n
const FIRST_SUPPLY_WEI = parseEther('2000')

export interface ShoebillOptions {
  governanceAddress: Address
  lst: LocalLstToken
}

/** Markets of METIS and of the token of a liquid-staking provider. */
export function planShoebill({governanceAddress, lst}: ShoebillOptions): GenesisParts {
  const {comptroller} = localShoebill
  const {metis, lst: lstMarket} = localShoebillMarkets
  const terms = {firstRate: FIRST_RATE, baseRate: BASE_RATE, slope: SLOPE}
  const shape = 'struct Terms { uint256 firstRate; uint256 baseRate; uint256 slope; }'
  const listing = 'struct Listing { address cToken; uint256 factor; }'
  const rules = encodeAbiParameters(parseAbiParameters(['address, Listing[], address', listing]), [
    ORACLE,
    [
      {cToken: metis, factor: METIS_FACTOR},
      {cToken: lstMarket, factor: LST_FACTOR},
    ],
    governanceAddress,
  ])
  const prices = encodeAbiParameters(parseAbiParameters('address, address, address, address'), [
    localFeeds['METIS/USD'],
    lst.rate,
    metis,
    lstMarket,
  ])
  const native = encodeAbiParameters(
    parseAbiParameters(['string, string, address, Terms', shape]),
    ['Shoebill METIS', 'sbMETIS', comptroller, terms],
  )
  const ofToken = encodeAbiParameters(
    parseAbiParameters(['address, string, string, address, Terms', shape]),
    [lst.token, `Shoebill ${lst.symbol}`, `sb${lst.symbol}`, comptroller, terms],
  )
  const ofRepayer = encodeAbiParameters(parseAbiParameters('address'), [metis])
  const place = (name: string, at: Address, ...code: `0x${string}`[]) => ({
    name,
    at,
    creationCode: concatHex(code),
  })
  return {
    placements: [
      place('oracle of the markets', ORACLE, shoebillOracleBytecode, prices),
      place('comptroller', comptroller, comptrollerBytecode, rules),
      place('market of METIS', metis, cEtherBytecode, native),
      place('repayer of METIS', localShoebill.repayer, maximillionBytecode, ofRepayer),
      place(`market of ${lst.symbol}`, lstMarket, cErc20Bytecode, ofToken),
    ],
    seeds: [
      {
        name: 'supply METIS to its market',
        from: governanceAddress,
        to: metis,
        data: encodeFunctionData({abi: cEtherAbi, functionName: 'mint'}),
        valueWei: FIRST_SUPPLY_WEI,
      },
      lst.buy(FIRST_SUPPLY_WEI),
      {
        name: `approve the market of ${lst.symbol}`,
        from: governanceAddress,
        to: lst.token,
        data: encodeFunctionData({
          abi: erc20Abi,
          functionName: 'approve',
          args: [lstMarket, FIRST_SUPPLY_WEI],
        }),
      },
      {
        name: `supply ${lst.symbol} to its market`,
        from: governanceAddress,
        to: lstMarket,
        data: encodeFunctionData({
          abi: cErc20Abi,
          functionName: 'mint',
          args: [FIRST_SUPPLY_WEI],
        }),
      },
    ],
  }
}
