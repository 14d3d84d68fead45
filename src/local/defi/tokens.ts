import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  parseAbiParameters,
  parseUnits,
} from 'viem'

import {marketTokenAbi} from '../../chain/abis/market-token.ts'
import {marketFeedBytecode} from '../artifacts/market-feed.ts'
import {marketTokenBytecode} from '../artifacts/market-token.ts'
import type {Placement, SeedCall} from '../placement.ts'

/** Our choice; the document of a local network contains them. */
export const localTokens = {
  'm.USDC': '0x4200000000000000000000000000000000003001',
  MAI: '0x4200000000000000000000000000000000003002',
} as const satisfies Record<string, Address>

/** USDS belongs to its market. */
export const localTokenDecimals = {'m.USDC': 6, MAI: 18, USDS: 18} as const

export const localFeeds = {
  'METIS/USD': '0x4200000000000000000000000000000000003011',
  'USDC/USD': '0x4200000000000000000000000000000000003012',
} as const satisfies Record<string, Address>

/** Dollars for one METIS when a network begins. */
export const firstMetisPrice = 25n

/** Feeds have eight decimals. */
const FEED_DECIMALS = 8

/** Tokens that the local markets trade in, and the prices that they read. */
export function planTokens(governanceAddress: Address): Placement[] {
  return [
    token(
      'bridged USDC',
      ['USDC Token', 'm.USDC', localTokenDecimals['m.USDC']],
      localTokens['m.USDC'],
      governanceAddress,
    ),
    token(
      'MAI',
      ['Mai Stablecoin', 'MAI', localTokenDecimals.MAI],
      localTokens.MAI,
      governanceAddress,
    ),
    feed('METIS / USD', firstMetisPrice, localFeeds['METIS/USD'], governanceAddress),
    feed('USDC / USD', 1n, localFeeds['USDC/USD'], governanceAddress),
  ]
}

/** Issues tokens to an account, as their bridge would. */
export function issue(
  to: Address,
  symbol: keyof typeof localTokens,
  amount: bigint,
  governanceAddress: Address,
): SeedCall {
  return {
    name: `issue ${symbol}`,
    from: governanceAddress,
    to: localTokens[symbol],
    data: encodeFunctionData({abi: marketTokenAbi, functionName: 'mint', args: [to, amount]}),
  }
}

function token(
  name: string,
  about: [name: string, symbol: string, decimals: number],
  at: Address,
  owner: Address,
): Placement {
  const args = encodeAbiParameters(parseAbiParameters('string, string, uint8, address'), [
    ...about,
    owner,
  ])
  return {name, at, creationCode: concatHex([marketTokenBytecode, args])}
}

function feed(description: string, dollars: bigint, at: Address, owner: Address): Placement {
  const args = encodeAbiParameters(parseAbiParameters('string, uint8, int256, address'), [
    description,
    FEED_DECIMALS,
    parseUnits(`${dollars}`, FEED_DECIMALS),
    owner,
  ])
  return {name: `${description} feed`, at, creationCode: concatHex([marketFeedBytecode, args])}
}
