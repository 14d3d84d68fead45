import type {Address} from 'viem'

/** A contract of a provider, by its name in network documents and decoded calls. */
export interface LstContract {
  /** Name of its implementation. */
  contract: string
  /** Display name, where it differs. */
  label?: string
  isToken?: true
}

export const governanceStatuses = ['chosen', 'proposed', 'none'] as const

/** How a provider came to the network, and what it has on L1. */
export interface LstRegistration {
  /** `chosen` by a vote, `proposed` for one, or `none`: it runs without. */
  status: (typeof governanceStatuses)[number]
  /** Page of the vote or proposal; null when there is none. */
  vote: string | null
  /** Owners of its sequencers in LockingPool. */
  l1Owners: Address[]
  /** Other contracts on L1 that hold METIS of its depositors, on the way to a lock or back. */
  l1Holders: Address[]
}

export const lstCapabilities = [
  'deposit',
  'withdraw',
  'claim',
  'cancel',
  'speed-up',
  'vest',
] as const
/** Operations of a provider for its users. */
export type LstCapability = (typeof lstCapabilities)[number]

export const lstKinds = ['reward-bearing', 'rebasing'] as const
export type LstKind = (typeof lstKinds)[number]

/** Facts about a liquid-staking provider that hold on every network. */
export interface LstAbout {
  id: string
  name: string
  /** Symbol of its token. */
  token: string
  /** Symbol of its token that is a share of the pool, where the main one is not. */
  shareToken?: string
  /** Symbols of its other tokens that are worth one METIS each, apart from rewards. */
  parTokens?: readonly string[]
  /**
   * `reward-bearing`: the token balance is constant and the rate grows. `rebasing`: the rate is
   * constant and the balance grows.
   */
  kind: LstKind
  /** Its operations, whatever their state at the moment. */
  capabilities: readonly LstCapability[]
  /** `lasting`: a request keeps its id. `position`: those behind one that is paid move up. */
  requestIds: 'lasting' | 'position'
  /**
   * True: its token is worth rewards that still wait on L1, so they back it. False: they belong to
   * nobody before they are harvested.
   */
  owesUnclaimedRewards: boolean
  /** Title in the schema of a network document. */
  title: string
  /** By the key in `lst.ID` of a network document. */
  contracts: Readonly<Record<string, LstContract>>
  /** Key of the contract that accepts deposits. */
  entry: string
  /** Label of that contract in `network check`. */
  entryLabel: string
  /** Its registrations on the built-in networks, by network name. */
  registrations?: Readonly<Record<string, LstRegistration>>
  /** Its deployments on the built-in networks, by network name. */
  deployments: Readonly<Record<string, Readonly<Record<string, Address>>>>
}

/** Addresses of the contracts of a provider. */
export type LstAddresses<A extends LstAbout> = Record<keyof A['contracts'] & string, Address>
