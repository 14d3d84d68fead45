/** Two nodes with one signer key would sign two blocks of one height. Pure. */
import {MetisSeqError} from '../../lib/errors.ts'
import {BLOCK_CLOCK_SKEW_SECONDS} from '../limits.ts'
import type {PeerRecord} from './peer-record.ts'

/**
 * Decides how to handle a record with our own signer.
 *
 * - `none`: it is our own record, or one of an earlier run.
 * - `yield`: another node runs with our key and is older, so this node must stop.
 * - `stay`: another node runs with our key and is younger, so that one must stop.
 */
export type DuplicateVerdict = 'none' | 'yield' | 'stay'

/**
 * @param seen `direct`: it is connected to us right now. `advances`: how often we received a newer
 * record of it, which proves that it is alive, whatever its clock says
 */
export function duplicateVerdict(
  ours: PeerRecord,
  theirs: PeerRecord,
  seen: {direct: boolean; advances: number},
): DuplicateVerdict {
  if (theirs.signer !== ours.signer) return 'none'
  const isSamePeer = theirs.peerId === ours.peerId
  if (isSamePeer && theirs.startedAtMs === ours.startedAtMs) return 'none'
  // A copied home also has our peer key. Records of our own earlier run were signed before we
  // started, unless our clock was set back since.
  const marginMs = isSamePeer ? BLOCK_CLOCK_SKEW_SECONDS * 1000 : 0
  const wasSignedSinceWeStarted = theirs.sequence > ours.startedAtMs + marginMs
  // Peers may still relay two records of our earlier run, one after the other.
  const isAlive = seen.advances >= (isSamePeer ? 2 : 1)
  if (!seen.direct && !isAlive && !wasSignedSinceWeStarted) return 'none'
  if (theirs.startedAtMs !== ours.startedAtMs) {
    return theirs.startedAtMs < ours.startedAtMs ? 'yield' : 'stay'
  }
  return theirs.peerId < ours.peerId ? 'yield' : 'stay'
}

export function signerInUse({signer, peerId, addresses, startedAtMs}: PeerRecord): MetisSeqError {
  const since = new Date(startedAtMs).toISOString()
  return new MetisSeqError({
    code: 'SIGNER_IN_USE',
    message: `Another node signs with ${signer} since ${since}, so this node stops.`,
    exit: 'interlock',
    facts: {signer, otherPeer: peerId, otherAddresses: addresses.join(' '), since},
    hints: [
      'Decide which of the two nodes should run and stop the other one.',
      'To move a node, stop it, copy its entire data directory including the sign guard, then start it here.',
      'Restart this node with `metis-seq node start` once the other one has stopped.',
    ],
  })
}
