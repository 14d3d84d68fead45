import type {ErrorEntry} from './entry.ts'

/** The public half of a key: an account has an address, the identity of a node has a node id. */
const half = {'address?': 'hex', 'nodeId?': 'text'} as const
const kept = {key: 'text', backend: 'text'} as const
const file = {path: 'text'} as const
const remote = {signer: 'text', endpoint: 'text'} as const

/** Keys, their passwords and backups, and other signers. */
export const keyCodes = () =>
  ({
    BACKUP_IS_THE_KEY: {exit: 'precondition', facts: file},
    BACKUP_NOT_ENCRYPTED: {exit: 'precondition', facts: file},
    BACKUP_NOT_KEPT: {exit: 'precondition', facts: file},
    BACKUP_OF_OTHER_KEY: {
      exit: 'precondition',
      facts: {path: 'text', key: 'text', ...half, found: 'text'},
    },
    KEYRING_LOCKED: {exit: 'signer', retry: 'yes', facts: kept},
    KEYRING_UNAVAILABLE: {exit: 'signer', retry: 'yes', facts: {backend: 'text'}},
    KEYSTORE_INVALID: {exit: 'signer', facts: file},
    KEYSTORE_UNREADABLE: {exit: 'signer', facts: file},
    KEYS_BUSY: {exit: 'busy', retry: 'yes', facts: {pid: 'text'}},
    KEYS_OF_ONE_KIND: {exit: 'usage', facts: {keys: 'text', file: 'text'}},
    KEY_CHANGED: {exit: 'precondition', facts: {key: 'text'}},
    KEY_EXISTS: {exit: 'precondition', facts: {key: 'text', ...half}},
    KEY_FILE_DAMAGED: {exit: 'signer', facts: file},
    KEY_FILE_UNSUPPORTED: {exit: 'signer', facts: file},
    KEY_INVALID: {exit: 'usage'},
    KEY_IS_IDENTITY: {exit: 'signer', facts: {key: 'text', nodeId: 'text'}},
    KEY_LEFTOVER: {exit: 'precondition', facts: {...kept, 'path?': 'text'}},
    KEY_MISMATCH: {exit: 'signer', facts: {...kept, ...half}},
    KEY_MISSING: {exit: 'signer', facts: {...kept, ...half}},
    KEY_NAME_INVALID: {exit: 'usage', facts: {'key?': 'text'}},
    KEY_NOT_HERE: {
      exit: 'signer',
      facts: [
        {address: 'text'},
        {profile: 'text', role: 'text', address: 'hex'},
        {signer: 'text', kind: 'text', address: 'hex'},
      ],
    },
    KEY_NOT_KEPT: {exit: 'signer', facts: kept},
    KEY_RUNNING: {exit: 'interlock', facts: {key: 'text', profile: 'text'}},
    KEY_UNKNOWN: {
      exit: 'signer',
      facts: [
        {key: 'text', known: 'text'},
        {given: 'text', known: 'text'},
      ],
    },
    NOT_A_SAFE: {exit: 'precondition', facts: {signer: 'text', address: 'hex', network: 'text'}},
    OLD_COPY_STAYS: {exit: 'signer', retry: 'yes', facts: kept},
    PASSWORDS_DIFFER: {exit: 'usage'},
    PASSWORD_EMPTY: {exit: 'usage'},
    PASSWORD_FILE_UNUSABLE: {exit: 'signer', facts: file},
    PASSWORD_NEEDED: {exit: 'signer', facts: [{subject: 'text'}, {key: 'text'}]},
    PASSWORD_UNREADABLE: {exit: 'signer'},
    PASSWORD_WEAK: {exit: 'usage'},
    SECRET_NEEDED: {exit: 'usage'},
    SECRET_UNREADABLE: {exit: 'usage', facts: {'descriptor?': 'number'}},
    SIGNER_ADDRESS_NEEDED: {exit: 'signer', facts: {accounts: 'text'}},
    SIGNER_EXISTS: {exit: 'precondition', facts: {signer: 'text', address: 'hex'}},
    SIGNER_FILE_UNREADABLE: {exit: 'signer', facts: {signer: 'text', path: 'text'}},
    SIGNER_IN_USE: {
      exit: ['interlock', 'precondition'],
      facts: [
        {signer: 'hex', otherPeer: 'text', otherAddresses: 'text', since: 'text'},
        {signer: 'text', profiles: 'text'},
      ],
    },
    SIGNER_IS_KEY: {exit: 'precondition', facts: {key: 'text'}},
    SIGNER_MISMATCH: {exit: 'signer', facts: {address: 'hex'}},
    SIGNER_NOT_FOUND: {exit: 'signer', facts: {signer: 'text', known: 'text'}},
    SIGNER_REFUSED: {
      exit: 'signer',
      retry: 'depends',
      facts: [
        {...remote, rpcCode: 'number'},
        {...remote, reason: 'text', 'httpStatus?': 'number'},
      ],
    },
    SIGNER_UNKNOWN: {exit: ['signer', 'config'], facts: {profile: 'text'}},
    SIGNER_UNREACHABLE: {
      exit: 'signer',
      retry: 'depends',
      facts: {...remote, reason: 'text', 'httpStatus?': 'number'},
    },
    SIGNER_URL_UNSAFE: {exit: 'usage'},
    SIGNER_WRONG_ANSWER: {exit: 'signer', facts: {'signer?': 'text', 'endpoint?': 'text'}},
    WRONG_KEY: {
      exit: 'signer',
      facts: [
        {'signer?': 'text', 'endpoint?': 'text', needed: 'hex', key: 'text'},
        {accounts: 'text'},
      ],
    },
    WRONG_PASSWORD: {exit: 'signer', facts: {'key?': 'text', path: 'text'}},
  }) as const satisfies Record<string, ErrorEntry>
