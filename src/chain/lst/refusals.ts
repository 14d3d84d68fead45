import type {CatalogueEntry, EntryPart} from '../explain/entry.ts'

/** How the contracts of a liquid-staking provider refuse, by the family of the reason. */
export interface LstRefusals {
  /** Contracts with an OpenZeppelin owner. */
  owned: readonly string[]
  /** Contracts behind a proxy. */
  proxied: readonly string[]
  tokens: readonly string[]
  /** Contracts that store an amount in fewer bits. */
  casting: readonly string[]
  /** `Contract.function` calls that send METIS to L1. */
  bridging: readonly string[]
  /** ERC-20 reasons that mean something special to its token. */
  ofToken: readonly EntryPart[]
  /** In its own words. */
  own: readonly CatalogueEntry[]
  roles: readonly CatalogueEntry[]
  payments: readonly CatalogueEntry[]
  queues: readonly CatalogueEntry[]
}
