import type {Address, Hex} from 'viem'

/** Where a provider is deployed on L1. */
export interface L1LstSite {
  /** Adds a deployment by governance; answers the address that the contract will have. */
  deploy(name: string, code: Hex): Address
  governanceAddress: Address
  proxyAdmin: Address
  metis: Address
  lockingPool: Address
  lockingInfo: Address
  discountOracle: Address
  /** Sends calls to L2. */
  messenger: Address
  bridge: Address
  l2ChainId: number
}

export interface L1LstParts<Addresses> {
  addresses: Addresses
  /** By governance, once everything is deployed. */
  calls: {name: string; to: Address; data: Hex}[]
}

export interface LockedSequencer {
  signer: Address
  publicKey: Hex
  amountWei: bigint
  /** Who runs the node: gets the operator's share of the rewards, where there is one. */
  operator: Address
}

/** How the provider locks METIS for its first sequencer. */
export interface L1LockParts {
  /** Contract that owns the sequencer in LockingPool. */
  owner: Address
  /** Contract that has the METIS before, and makes the lock. */
  holder: Address
  /** Other contracts that METIS of its depositors lies in. */
  others?: Address[]
  /** Calls by governance, in this order, once the holder has the METIS. */
  lock(sequencer: LockedSequencer): {to: Address; data?: Hex; valueWei?: bigint}[]
}
