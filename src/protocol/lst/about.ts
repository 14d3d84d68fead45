import type {Address} from 'viem'

/** A contract of a provider, as network documents and decoded calls name it. */
export interface LstContract {
  /** Name of its code. */
  contract: string
  /** For people, where it is another. */
  label?: string
  isToken?: true
}

/** Facts about a liquid-staking provider that hold on every network. */
export interface LstAbout {
  id: string
  name: string
  /** Symbol of its token. */
  token: string
  /** `reward-bearing`: the balance of its token stays and the rate grows. */
  kind: 'reward-bearing'
  /** Title in the schema of a network document. */
  title: string
  /** By the key in `lst.ID` of a network document. */
  contracts: Readonly<Record<string, LstContract>>
  /** Key of the contract that takes deposits. */
  entry: string
  /** Label of that contract in `network check`. */
  entryLabel: string
  /** Names in `--json` documents that carry the token's. */
  fields: {
    /** Tokens that an account holds. */
    held: string
    /** Tokens there are. */
    supply: string
    /** Tokens that a deposit gave. */
    received: string
  }
  /** Where it is on the built-in networks, by their name. */
  deployments: Readonly<Record<string, Readonly<Record<string, Address>>>>
}

/** Addresses of the contracts of a provider. */
export type LstAddresses<A extends LstAbout> = Record<keyof A['contracts'] & string, Address>
