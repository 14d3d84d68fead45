import type {ErrorEntry} from './entry.ts'

/** Command-line input, prompt answers, and settings: profiles and networks. */
export const settingsCodes = () =>
  ({
    ADDRESS_INVALID: {exit: 'usage', facts: {given: 'text'}},
    ADDRESS_OF_OTHER_CHAIN: {
      exit: 'usage',
      facts: {given: 'text', chainId: 'number', network: 'text'},
    },
    COMMAND_UNKNOWN: {exit: 'usage', facts: {command: 'text'}},
    CONFIG_INVALID: {exit: 'config', facts: {path: 'text'}},
    CONFIRMATION_NEEDED: {exit: 'declined'},
    CONTRACTS_DISAGREE: {
      exit: 'config',
      facts: {network: 'text', expected: 'text', actual: 'text'},
    },
    DECLINED: {exit: 'declined'},
    DESCRIPTOR_CLOSED: {exit: 'usage', facts: {descriptor: 'number'}},
    EXPLAIN_UNKNOWN: {exit: ['not-found', 'usage'], facts: {triedAs: 'text'}},
    HOME_INVALID: {exit: 'config', facts: {path: 'text'}},
    HOME_UNKNOWN: {exit: 'config'},
    INTERRUPTED: {
      exit: ['sigint', 'sigterm'],
      retry: 'yes',
      facts: {'hash?': 'hex', 'from?': 'hex', 'nonce?': 'number', 'network?': 'text'},
    },
    NETWORK_EXISTS: {exit: 'config', facts: {network: 'text'}},
    NETWORK_HAS_NO_NODE: {exit: 'config', facts: {network: 'text'}},
    NETWORK_INVALID: {exit: 'config', facts: {source: 'text', 'problems?': 'text'}},
    NETWORK_MISSING: {exit: 'config'},
    NETWORK_UNKNOWN: {exit: 'config', facts: {network: 'text', known: 'text'}},
    NOT_LOCAL: {exit: 'precondition', facts: {network: 'text'}},
    OWNER_UNKNOWN: {exit: 'config', facts: {profile: 'text'}},
    PLACE_UNKNOWN: {exit: 'usage', facts: {given: 'text', 'known?': 'text'}},
    PRICE_FILE_INVALID: {exit: 'usage', facts: {path: 'text', line: 'number'}},
    PRICE_FILE_UNREADABLE: {exit: 'usage', facts: {path: 'text'}},
    RECORDING_INVALID: {exit: 'config', facts: {reason: 'text'}},
    PROFILE_EXISTS: {exit: 'precondition', facts: {profile: 'text'}},
    PROFILE_MISSING: {exit: 'config', facts: {'network?': 'text'}},
    PROFILE_NAME_INVALID: {exit: 'usage', facts: {profile: 'text'}},
    PROFILE_NETWORK_MISMATCH: {
      exit: 'config',
      facts: {profile: 'text', profileNetwork: 'text', network: 'text'},
    },
    PROFILE_RUNNING: {exit: 'busy', facts: {profile: 'text', pid: 'number'}},
    PROFILE_UNKNOWN: {exit: 'config', facts: {profile: 'text', known: 'text'}},
    PROVIDER_INVALID: {exit: 'usage', facts: {source: 'text', problems: 'text'}},
    REGISTRY_INVALID: {exit: 'usage', facts: {path: 'text'}},
    REGISTRY_UNREADABLE: {exit: 'usage', facts: {path: 'text'}},
    REVEAL_NEEDED: {exit: 'usage'},
    USAGE: {exit: 'usage'},
  }) as const satisfies Record<string, ErrorEntry>
