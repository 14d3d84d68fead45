import type {networkCodes} from '../error-codes/network.ts'
import type {WordsOf} from './words.ts'

const RESET = 'Run `metis-seq local reset`, then `metis-seq local up`.'
const POS_STATUS = 'Run `metis-seq pos status`.'

export const networkWords: WordsOf<ReturnType<typeof networkCodes>> = {
  COMMAND_TOO_LARGE: [
    'Something on a chain does not fit into one command of the consensus layer, which stops there.',
    POS_STATUS,
  ],
  DEMO_FAILED: [
    'The demo stopped because a check failed.',
    'Look at its network with `metis-seq local status`, or run `metis-seq local demo` again.',
  ],
  FAUCET_REFUSED: [
    'The faucet of the local network cannot pay the amount. Earlier payments stand.',
    'Request less.',
  ],
  FOREIGN_DATA: [
    'The data directory belongs to another network or another version of this program.',
    'Use another data directory, or move this one away: it is rebuilt from the chains.',
  ],
  IMPOSSIBLE_AMOUNT: [
    'More METIS is locked than exists, so an endpoint is lying.',
    'Check the L1 endpoint of the consensus layer.',
  ],
  L1_STOPPED: [
    'The L1 of the local network exited unexpectedly.',
    'Run `metis-seq local up` to start it again from its last snapshot.',
  ],
  LOCAL_HALF_MADE: ['The local network was only partially created.', RESET],
  LOCAL_MISSING: ['There is no local network yet.', 'Run `metis-seq local up`.'],
  LOCAL_NAME_TAKEN: [
    'The local network needs a name that one of your profiles or keys uses.',
    'Run it in a directory of its own: `METIS_SEQ_HOME=DIR metis-seq local up`.',
  ],
  LOCAL_RUNNING: [
    'The local network is already running.',
    'Run `metis-seq local status`, or `metis-seq local down` to stop it.',
  ],
  LOCAL_STATE_INVALID: ['The state of the local network cannot be read.', RESET],
  POS_STATE_DAMAGED: [
    'The stored state of the consensus layer was modified outside of it, so it is not used.',
    'Move its data directory away and start it again: it is rebuilt from the chains.',
  ],
  PRODUCER_ALONE: [
    'One node has blocks that no other node has, so they do not count and it cannot take over.',
    'Run `metis-seq node status` on the nodes to see which of them diverged, and why.',
  ],
  REWARD_BATCH_REFUSED: [
    'The next reward batch cannot be paid; the message says why. It is retried.',
    POS_STATUS,
  ],
  REWARD_BATCH_REVERTED: [
    'A reward batch was mined and reverted. It is retried.',
    'Run `metis-seq explain HASH` to see why.',
  ],
  REWARD_BATCH_TOO_SMALL: [
    'LockingPool rejects a reward batch of so few epochs.',
    'Start the consensus layer with more epochs per reward batch.',
  ],
  SIGN_ID_TAKEN: ['The sign id belongs to another request.', 'Use another sign id.'],
  SIGN_REFUSED: [
    'The MPC account signs only decisions of the consensus layer, and this is not one.',
    POS_STATUS,
  ],
  SIGN_REQUEST_INVALID: [
    'The request for a signature is malformed.',
    'Correct the request; the message says what is wrong with it.',
  ],
}
