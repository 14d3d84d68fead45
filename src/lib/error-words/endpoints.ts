import type {endpointCodes} from '../error-codes/endpoints.ts'
import type {WordsOf} from './words.ts'

const CHECK = 'Run `metis-seq network check` to test every endpoint of the network.'

export const endpointWords: WordsOf<ReturnType<typeof endpointCodes>> = {
  CA_FILE_INVALID: [
    'The file with the certificate authority cannot be used.',
    'Pass `--ca-file` with a PEM file; `metis-seq init --replace --ca-file none` drops it from a profile.',
  ],
  CHAIN_UNREACHABLE: [
    'No endpoint of the chain answers the consensus layer. It goes on asking.',
    'Check the endpoints it was started with.',
  ],
  ENDPOINTS_DISAGREE: [
    'Endpoints of one chain have different blocks at the same height, so one of them is on another chain or a fork.',
    'Compare the block with an explorer, and take the wrong endpoint out of the profile or network.',
  ],
  ENDPOINT_AHEAD: [
    'The newest block of the endpoint lies in the future: another chain, or a slow clock here.',
    'Check the clock of this machine first, then compare the block with an explorer.',
  ],
  ENDPOINT_ANSWER_TOO_LARGE: ['The endpoint answers with more data than is read.', CHECK],
  ENDPOINT_DENIED: [
    'The endpoint does not let us in.',
    'Check the key in its URL, the plan with the provider, and whether it allows this address.',
  ],
  ENDPOINT_ERROR: ['The endpoint answers the request with an error.', CHECK],
  ENDPOINT_FAILING: [
    'The endpoint answers with a failure of its own.',
    'Wait and run the same command again, or name another endpoint.',
  ],
  ENDPOINT_NOT_JSON_RPC: ['The address does not serve JSON-RPC.', CHECK],
  ENDPOINT_RATE_LIMITED: [
    'The endpoint is rate-limited.',
    'Wait, then run the same command again; name an endpoint of your own with `metis-seq init --replace`.',
  ],
  ENDPOINT_REDIRECTS: [
    'The endpoint redirects to another address, and nothing is sent on to an address that nobody named.',
    'Put the right address in the profile or network.',
  ],
  ENDPOINT_STALE: [
    'The newest block of the endpoint is old, so balances and conditions may be out of date. Nothing was sent.',
    'Wait until it has caught up, or name another endpoint with `metis-seq init --replace --l1-rpc-url URL`.',
  ],
  ENDPOINT_UNREACHABLE: ['No endpoint of the chain answers.', CHECK],
  ENDPOINT_UNTRUSTED: [
    'The certificate of the endpoint is not trusted, and nothing was sent to it.',
    'Pass `--ca-file FILE` if it has a private certificate authority.',
  ],
  ENDPOINT_WRONG_ANSWER: [
    'The endpoint answers with something that does not fit the question.',
    CHECK,
  ],
  HEADS_DISAGREE: [
    'The nodes hold different chains, and no recent block is held by most of them. No turn changes until they agree.',
    'Ask each node with `metis-seq node status` which of them diverged.',
  ],
  L1_REORGANIZED: [
    'L1 replaced blocks that were read. For the consensus layer it is a halt: what it applied may never have happened.',
    'Run the command again; for the consensus layer, check with a second L1 endpoint which branch is right.',
  ],
  L1_UNREADABLE: [
    'The L1 endpoint does not give a block that is needed.',
    'Use an endpoint that keeps all blocks with their transactions.',
  ],
  L1_WENT_BACK: [
    'The L1 head is below blocks that are applied: the endpoint is not synced.',
    'Wait until it has synced, or use another one.',
  ],
  LOGS_UNREADABLE: [
    'The L1 endpoint does not return the required event logs. Logs read before are cached.',
    'Use an endpoint that stores all logs: `metis-seq init --replace --l1-rpc-url URL`.',
  ],
  NO_CONTRACT: [
    'An address of the network document has no such contract.',
    'Run `metis-seq network check` to test every address of the network.',
  ],
  POS_ANSWER_WRONG: [
    'The consensus layer answers without a span or batch, or for another L2.',
    CHECK,
  ],
  POS_ERROR: ['The consensus layer refuses the request.', 'Run `metis-seq pos status`.'],
  POS_UNKNOWN: [
    'No consensus layer is known for this network.',
    'Run `metis-seq init --replace --pos-url URL`.',
  ],
  POS_UNREACHABLE: [
    'The consensus layer does not respond, or what answers at its address is something else.',
    CHECK,
    'Run `metis-seq init --replace --pos-url URL` to name another one.',
  ],
  TAG_UNSUPPORTED: [
    'The endpoint does not support the block tag that the wait needs.',
    'Wait with `--for confirmed --confirmations N`, or use another endpoint.',
  ],
  WRONG_CHAIN: [
    'The endpoint serves another chain than this network needs. Nothing was sent.',
    CHECK,
    'Run `metis-seq profile show` to see the endpoints of the profile.',
  ],
}
