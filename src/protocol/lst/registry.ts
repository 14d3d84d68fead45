import type {Address} from 'viem'

import type {LstRegistration} from './about.ts'
import type {LstId} from './providers.ts'

/**
 * The providers that governance has registered, by id. The core contracts have no such list: nothing
 * on chain says which owner belongs to whom.
 */
export type LstRegistry = Partial<Record<LstId, LstRegistration>>

/** The provider whose sequencer an owner has; null: none that is registered. */
export function providerOfOwner(registry: LstRegistry | undefined, owner: Address): LstId | null {
  const found = Object.entries(registry ?? {}).find(([, {l1Owners}]) =>
    l1Owners.some((each) => each.toLowerCase() === owner.toLowerCase()),
  )
  return found ? (found[0] as LstId) : null
}

/** A provider of an own network, as a file. */
export interface ProviderDocument {
  version: 1
  provider: LstId
  /** On L2, by the names that the provider has in a network document. */
  contracts: Record<string, Address>
  registration: LstRegistration
}
