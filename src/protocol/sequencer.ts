import type {Address, Hex} from 'viem'

/** `Inactive` in the contract means exiting: unlocked, waiting for its METIS. */
export type SequencerStatus = 'unavailable' | 'inactive' | 'active' | 'unlocked'

const statuses: readonly SequencerStatus[] = ['unavailable', 'inactive', 'active', 'unlocked']

/**
 * The registered record of a sequencer.
 *
 * Source: `LockingPool.sequencers`, MetisProtocol/metis-sequencer-contract (`Status` enum in order).
 */
export interface Sequencer {
  /** Counts from 1. */
  sequencerId: bigint
  amountMetisWei: bigint
  /** Credited and not yet claimed. */
  rewardMetisWei: bigint
  activationBatch: bigint
  /** Batch of the last withdraw or signer update; both wait for a later one. */
  updatedBatch: bigint
  /** 0 while not exiting. */
  deactivationBatch: bigint
  /** Seconds; 0 while not exiting. */
  unlockClaimTimeSeconds: bigint
  operationNonce: bigint
  owner: Address
  signer: Address
  publicKey: Hex
  /** The zero address means unset. */
  rewardRecipient: Address
  status: SequencerStatus
}

/** The contract's number for a status as our word. */
export function sequencerStatus(value: number): SequencerStatus {
  return statuses[value] ?? 'unavailable'
}

/** The human-readable word: `inactive` is meaningless to someone who waits for 21 days. */
export function statusWord(status: SequencerStatus): string {
  return status === 'inactive' ? 'exiting' : status
}
