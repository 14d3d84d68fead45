import type {CatalogueEntry, EntryPart} from '../explain/entry.ts'

/** Revert reasons of the contracts of a liquid-staking provider, by family. */
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
  /** Contracts whose tickets are ERC-721 tokens. */
  tickets: readonly string[]
  /** ERC-4626 vaults. */
  vaults: readonly string[]
  /** Tokens with approvals by signature. */
  permits: readonly string[]
  /** Contracts with a guard against reentrant calls. */
  guarded: readonly string[]
  /** ERC-20 reasons with a special meaning for its token. */
  ofToken: readonly EntryPart[]
  /** Its own reasons. */
  own: readonly CatalogueEntry[]
  roles: readonly CatalogueEntry[]
  payments: readonly CatalogueEntry[]
  queues: readonly CatalogueEntry[]
}
