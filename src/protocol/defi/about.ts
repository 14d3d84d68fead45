import type {Address} from 'viem'

/** Kinds of markets around the liquid-staking tokens. */
export const marketKinds = ['pools', 'lending', 'cdp'] as const
export type MarketKind = (typeof marketKinds)[number]

/** A contract of a market, by its name in network documents and decoded calls. */
export interface MarketContract {
  /** Name of its implementation in previews. */
  contract: string
  /** Its purpose, for the schema of a network document. */
  role: string
  /** The market works without it. */
  isOptional?: true
}

/** Facts about a market that hold on every network. */
export interface MarketAbout {
  id: string
  kind: MarketKind
  name: string
  /** Title in the schema of a network document. */
  title: string
  /** By the key in `defi.KIND.ID` of a network document. */
  contracts: Readonly<Record<string, MarketContract>>
  /** Its deployments on the built-in networks, by network name. */
  deployments: Readonly<Record<string, Readonly<Record<string, Address>>>>
}

type OptionalKey<A extends MarketAbout> = {
  [K in keyof A['contracts']]: A['contracts'][K] extends {isOptional: true} ? K & string : never
}[keyof A['contracts']]

/** Addresses of the contracts of a market. */
export type MarketAddresses<A extends MarketAbout> = Record<
  Exclude<keyof A['contracts'] & string, OptionalKey<A>>,
  Address
> &
  Partial<Record<OptionalKey<A>, Address>>
