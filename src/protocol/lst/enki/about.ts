import type {Address} from 'viem'

/** Contracts of Enki on L2. A network document needs only the vault: its config leads to the others. */
export interface EnkiContracts {
  config: Address
  eMetis: Address
  minter: Address
  seMetis: Address
  vesting: Address
  redemptionQueue: Address
  rewardDispatcher: Address
  enki: Address
}
