import type {SignerEntry} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import type {SequencerSnapshot} from '../../protocol/locking-pool.ts'
import type {Condition} from '../sending/check.ts'

/** Additional input of some calls, beyond the snapshot. */
export interface CallFacts {
  /** Public key of the new signer. */
  signerEntry?: SignerEntry
  /** Active sequencer of the caller; 0 for none. */
  ownedSequencerId?: bigint
  newOwner?: {isWhitelisted: boolean; ownedSequencerId: bigint}
}

/** One precondition, checked against a snapshot, or the part of it that it needs. */
export type Rule<parts extends keyof SequencerSnapshot = keyof SequencerSnapshot> = (
  snapshot: Pick<SequencerSnapshot, parts>,
) => Condition
