import type {SignerEntry} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import type {SequencerSnapshot} from '../../protocol/locking-pool.ts'
import type {Condition} from '../sending/check.ts'

/** What more a few calls need to know than the standing. */
export interface CallFacts {
  /** Of the signer that is to be used. */
  signerEntry?: SignerEntry
  /** Live sequencer of the caller; 0 means none. */
  ownedSequencerId?: bigint
  newOwner?: {isWhitelisted: boolean; ownedSequencerId: bigint}
}

/** One condition, looked at in a standing, or in as much of it as it needs. */
export type Rule<parts extends keyof SequencerSnapshot = keyof SequencerSnapshot> = (
  snapshot: Pick<SequencerSnapshot, parts>,
) => Condition
