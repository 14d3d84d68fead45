/** The only list of markets in this layer. Nothing else outside their folders mentions one. */
import type {Address} from 'viem'

import type {MarketAbout, MarketAddresses, MarketKind} from './about.ts'
import {qidao} from './cdp/qidao/about.ts'
import {stablis} from './cdp/stablis/about.ts'
import {aave} from './lending/aave/about.ts'
import {shoebill} from './lending/shoebill/about.ts'
import {algebra} from './pools/algebra/about.ts'
import {netswap} from './pools/netswap/about.ts'

/** By kind and name. */
export const markets = [
  netswap,
  algebra,
  aave,
  shoebill,
  qidao,
  stablis,
] as const satisfies readonly MarketAbout[]

type Known = (typeof markets)[number]
type OfKind<K extends MarketKind> = Extract<Known, {kind: K}>

export type PoolsId = OfKind<'pools'>['id']
export type LendingId = OfKind<'lending'>['id']
export type CdpId = OfKind<'cdp'>['id']

export const poolsIds: readonly PoolsId[] = idsOf('pools')
export const lendingIds: readonly LendingId[] = idsOf('lending')
export const cdpIds: readonly CdpId[] = idsOf('cdp')

/** Addresses of the markets of one kind on a network; left out where one is not deployed. */
export type MarketDeployments<K extends MarketKind> = {
  [A in OfKind<K> as A['id']]?: MarketAddresses<A>
}

/** Twice those of METIS. Tokens with more have none that anybody could count. */
export const MOST_DECIMALS = 36

/** The markets around the liquid-staking tokens of a network. */
export interface DefiDeployments {
  /** Tokens that are traded, lent or borrowed there, by symbol. METIS and the LSTs are known anyway. */
  tokens: Readonly<Record<string, Address>>
  /** Decimals of these tokens. Left out where a document does not name them: then the contract says. */
  tokenDecimals?: Readonly<Record<string, number>>
  /** Price feeds by description, such as `METIS/USD`. */
  feeds: Readonly<Record<string, Address>>
  pools: MarketDeployments<'pools'>
  lending: MarketDeployments<'lending'>
  cdp: MarketDeployments<'cdp'>
}

/** Tokens and feeds of the built-in networks. */
const andromeda = {
  tokens: {
    'm.USDC': '0xEA32A96608495e54156Ae48931A7c20f0dcc1a21',
    'm.USDT': '0xbB06DCA3AE6887fAbF931640f67cab3e3a16F4dC',
    'm.DAI': '0x4c078361FC9BbB78DF910800A991C7c3DD2F6ce0',
    WETH: '0x420000000000000000000000000000000000000A',
    WMETIS: '0x75cb093E4D61d2A2e65D8e0BBb01DE8d89b53481',
    MAI: '0xdFA46478F9e5EA86d57387849598dbFB2e964b02',
  },
  tokenDecimals: {'m.USDC': 6, 'm.USDT': 6, 'm.DAI': 18, WETH: 18, WMETIS: 18, MAI: 18},
  feeds: {'METIS/USD': '0xD4a5Bb03B5D66d9bf81507379302Ac2C2DFDFa6D'},
} as const

/** Deployments of the markets on a built-in network. */
export function builtInDefi(network: 'andromeda' | 'metis-sepolia'): DefiDeployments {
  const known = network === 'andromeda' ? andromeda : {tokens: {}, feeds: {}}
  const of = <A extends MarketAbout>(about: A): Record<string, MarketAddresses<A>> => {
    const found = about.deployments[network] as MarketAddresses<A> | undefined
    return found ? {[about.id]: found} : {}
  }
  return {
    ...known,
    pools: {...of(netswap), ...of(algebra)},
    lending: {...of(aave), ...of(shoebill)},
    cdp: {...of(qidao), ...of(stablis)},
  }
}

/** A market on a network where it is deployed. */
export interface DeployedMarket {
  about: MarketAbout
  addresses: Readonly<Record<string, Address>>
}

/** The markets deployed on a network. */
export function deployedMarkets(defi: DefiDeployments | undefined): DeployedMarket[] {
  if (!defi) return []
  return markets.flatMap((about) => {
    const addresses = (defi[about.kind] as Record<string, Readonly<Record<string, Address>>>)[
      about.id
    ]
    return addresses ? [{about, addresses}] : []
  })
}

function idsOf<K extends MarketKind>(kind: K): OfKind<K>['id'][] {
  return markets.flatMap((about) => (about.kind === kind ? [about.id as OfKind<K>['id']] : []))
}
