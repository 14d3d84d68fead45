import type {ErrorEntry} from './entry.ts'

/** All endpoints of a chain failed; the HTTP facts are present if one responded over HTTP. */
const unreachable = {
  exit: 'unreachable',
  retry: 'depends',
  facts: {chain: 'text', endpoints: 'text', '*': 'text'},
} as const

/** Endpoints of L1 and L2, the consensus layer, and their responses. */
export const endpointCodes = () =>
  ({
    CA_FILE_INVALID: {exit: 'config', facts: {path: 'text'}},
    CHAIN_UNREACHABLE: {exit: 'unreachable', retry: 'yes', facts: {chain: 'text'}},
    ENDPOINTS_DISAGREE: {
      exit: 'unreachable',
      facts: {chain: 'text', block: 'number', '*': 'text'},
    },
    ENDPOINT_AHEAD: {
      exit: 'stale',
      facts: {endpoint: 'text', block: 'number', aheadSeconds: 'number'},
    },
    ENDPOINT_ANSWER_TOO_LARGE: unreachable,
    ENDPOINT_DENIED: unreachable,
    ENDPOINT_ERROR: {exit: 'unreachable', retry: 'yes', facts: {rpcCode: 'number'}},
    ENDPOINT_FAILING: unreachable,
    ENDPOINT_NOT_JSON_RPC: unreachable,
    ENDPOINT_RATE_LIMITED: {...unreachable, retry: 'yes'},
    ENDPOINT_REDIRECTS: unreachable,
    ENDPOINT_STALE: {
      exit: 'stale',
      retry: 'yes',
      facts: {endpoint: 'text', block: 'number', ageSeconds: 'number', limitSeconds: 'number'},
    },
    ENDPOINT_UNREACHABLE: {
      ...unreachable,
      facts: [unreachable.facts, {endpoint: 'text'}],
    },
    ENDPOINT_UNTRUSTED: unreachable,
    ENDPOINT_WRONG_ANSWER: {
      ...unreachable,
      facts: {'chain?': 'text', 'endpoints?': 'text', '*': 'text'},
    },
    HEADS_DISAGREE: {exit: 'critical', retry: 'yes', facts: {heads: 'text'}},
    L1_REORGANIZED: {
      exit: ['unreachable', 'critical'],
      retry: 'yes',
      facts: [{l1Block: 'number'}, {splitBlock: 'number', appliedUpTo: 'number'}],
    },
    L1_UNREADABLE: {exit: 'unreachable', retry: 'yes', facts: {l1Block: 'number'}},
    L1_WENT_BACK: {exit: 'stale', retry: 'yes', facts: {l1Head: 'number', cursor: 'number'}},
    LOGS_UNREADABLE: {exit: 'unreachable', retry: 'yes', facts: {'l1Block?': 'number'}},
    NO_CONTRACT: {exit: 'config', facts: {'address?': 'text', 'functionName?': 'text'}},
    POS_ANSWER_WRONG: {exit: 'unreachable', retry: 'yes'},
    POS_ERROR: {
      exit: ['not-found', 'unreachable'],
      facts: {path: 'text', status: 'number', 'sdkCode?': 'text'},
    },
    POS_UNKNOWN: {exit: 'config', facts: {network: 'text'}},
    POS_UNREACHABLE: {
      exit: 'unreachable',
      retry: 'depends',
      facts: {
        endpoint: 'text',
        'httpStatus?': 'number',
        'endpointSays?': 'text',
        'location?': 'text',
      },
    },
    TAG_UNSUPPORTED: {exit: 'precondition', facts: {layer: 'text', tag: 'text'}},
    WRONG_CHAIN: {
      exit: ['unreachable', 'config'],
      facts: [
        {chain: 'text', endpoint: 'text', expectedChainId: 'number', actualChainId: 'number'},
        {where: 'text', expectedChainId: 'number', actualChainId: 'number'},
        {'endpoint?': 'text', expected: 'number', actual: 'number'},
        {endpoint: 'text', expected: 'number', found: 'number'},
      ],
    },
  }) as const satisfies Record<string, ErrorEntry>
