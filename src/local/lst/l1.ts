import type {Address, Hex} from 'viem'

/** Where a provider is deployed on L1. */
export interface L1LstSite {
  /** Adds a deployment by governance; answers the address that the contract will have. */
  deploy(name: string, code: Hex): Address
  governanceAddress: Address
  proxyAdmin: Address
  metis: Address
  lockingPool: Address
  bridge: Address
  l2ChainId: number
}

export interface L1LstParts<Addresses> {
  addresses: Addresses
  /** By governance, once everything is deployed. */
  calls: {name: string; to: Address; data: Hex}[]
}

/** How the provider locks METIS for its first sequencer. */
export interface L1LockParts {
  /** Contract that owns the sequencer in LockingPool. */
  owner: Address
  /** Contract that has the METIS before, and makes the lock. */
  holder: Address
  /** Call of the holder, by governance. */
  lock(sequencer: {signer: Address; publicKey: Hex; amountWei: bigint}): Hex
}
