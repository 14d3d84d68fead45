import type {Address} from 'viem'

/** A contract of a provider, by its name in network documents and decoded calls. */
export interface LstContract {
  /** Name of its implementation. */
  contract: string
  /** Display name, where it differs. */
  label?: string
  isToken?: true
}

export const lstKinds = ['reward-bearing', 'rebasing'] as const
export type LstKind = (typeof lstKinds)[number]

/** Facts about a liquid-staking provider that hold on every network. */
export interface LstAbout {
  id: string
  name: string
  /** Symbol of its token. */
  token: string
  /**
   * `reward-bearing`: the token balance is constant and the rate grows. `rebasing`: the rate is
   * constant and the balance grows.
   */
  kind: LstKind
  /** Title in the schema of a network document. */
  title: string
  /** By the key in `lst.ID` of a network document. */
  contracts: Readonly<Record<string, LstContract>>
  /** Key of the contract that accepts deposits. */
  entry: string
  /** Label of that contract in `network check`. */
  entryLabel: string
  /** Its deployments on the built-in networks, by network name. */
  deployments: Readonly<Record<string, Readonly<Record<string, Address>>>>
}

/** Addresses of the contracts of a provider. */
export type LstAddresses<A extends LstAbout> = Record<keyof A['contracts'] & string, Address>
