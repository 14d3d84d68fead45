import type {ErrorEntry} from './entry.ts'

const genesis = {file: 'text', expected: 'text', actual: 'text'} as const
const guardedBlock = {block: 'number', hash: 'hex', floor: 'number'} as const
const signature = {height: 'number', hash: 'hex', signed: 'text', file: 'text'} as const

/** The bundled node: its chain, engine, batches, snapshots and sign guard. */
export const nodeCodes = () =>
  ({
    BATCH_BALANCE_LOW: {
      exit: 'precondition',
      retry: 'yes',
      facts: {balanceWei: 'number', needWei: 'number'},
    },
    BATCH_GAS_HIGH: {exit: 'precondition', retry: 'yes', facts: {priceWei: 'number'}},
    BATCH_MISMATCH: {exit: 'critical', facts: {batchIndex: 'number', block: 'number'}},
    BATCH_REVERTED: {exit: 'reverted', retry: 'yes', facts: {hash: 'hex'}},
    BATCH_STUCK: {exit: 'precondition', retry: 'yes', facts: {hash: 'hex', accountNonce: 'number'}},
    CANDIDATE_LOST: {exit: 'interlock', facts: {height: 'number', signed: 'hex'}},
    CHAIN_DIFFERS: {exit: 'critical', facts: {'*': 'text'}},
    CHAIN_LOG_DIVERGED: {exit: 'critical', facts: {block: 'number', hash: 'hex'}},
    CHAIN_LOG_MISMATCH: {exit: 'config', facts: {path: 'text', wanted: 'text', found: 'text'}},
    DOUBLE_SIGN: {exit: 'interlock', facts: signature},
    ENGINE_UNSTABLE: {exit: 'critical', facts: {restarts: 'number'}},
    GENESIS_MISMATCH: {exit: 'config', facts: genesis},
    GENESIS_UNREADABLE: {exit: 'config', facts: {file: 'text'}},
    NODE_DATA_UNKNOWN: {
      exit: 'precondition',
      facts: {file: 'text', installed: 'text', reason: 'text'},
    },
    NODE_DOWNGRADE: {
      exit: 'precondition',
      facts: {profile: 'text', running: 'text', installed: 'text'},
    },
    NODE_ENDED: {exit: 'precondition', facts: {profile: 'text'}},
    NODE_HALTED: {exit: 'internal', facts: {profile: 'text'}},
    NODE_HAS_DATA: {exit: 'precondition', facts: {dataDir: 'text'}},
    NODE_IS_EXTERNAL: {exit: 'precondition', facts: {profile: 'text', endpoint: 'text'}},
    NODE_NOT_RUNNING: {exit: 'precondition', facts: {profile: 'text', installed: 'text'}},
    NODE_NOT_SET_UP: {exit: 'config', facts: {profile: 'text'}},
    NODE_NOT_UPGRADED_HERE: {exit: 'precondition', facts: {profile: 'text', pid: 'number'}},
    NODE_REFUSES: {exit: 'unreachable', retry: 'yes', facts: {rpcCode: 'number'}},
    NODE_SILENT: {exit: 'precondition', facts: {profile: 'text'}},
    NODE_UPGRADE_FAILED: {
      exit: ['precondition', 'interlock', 'critical', 'config', 'signer', 'unreachable'],
      facts: {profile: 'text', from: 'text', to: 'text', running: 'text'},
    },
    NOTHING_TO_SNAPSHOT: {exit: 'precondition', facts: {dataDir: 'text'}},
    NOT_BUNDLED: {exit: 'config', facts: {network: 'text'}},
    PEER_ADDRESS_INVALID: {exit: 'config', facts: {address: 'text'}},
    PEER_KEY_DAMAGED: {exit: 'config', facts: {path: 'text'}},
    RPC_TOKEN_INVALID: {exit: 'config', facts: {file: 'text'}},
    SECOND_SIGNATURE: {exit: 'interlock', facts: signature},
    SECOND_SIGNER: {
      exit: 'interlock',
      facts: {block: 'number', hash: 'hex', timestamp: 'number'},
    },
    SIGN_GUARD_BEHIND: {exit: 'interlock', facts: guardedBlock},
    SIGN_GUARD_CHANGED: {exit: 'interlock', facts: {file: 'text'}},
    SIGN_GUARD_DAMAGED: {exit: 'interlock', facts: {path: 'text', line: 'number'}},
    SIGN_GUARD_MISSING: {exit: 'interlock', facts: guardedBlock},
    SNAPSHOT_DAMAGED: {exit: 'critical', facts: {path: 'text', why: 'text'}},
    SNAPSHOT_EXISTS: {exit: 'precondition', retry: 'yes', facts: {path: 'text'}},
    SNAPSHOT_FOREIGN: {exit: 'config', facts: {snapshot: 'text', network: 'text'}},
    SNAPSHOT_UNKNOWN: {exit: 'not-found', facts: {'root?': 'text', 'path?': 'text'}},
    SNAPSHOT_UNSAFE: {exit: 'critical', facts: {path: 'text', file: 'text', why: 'text'}},
  }) as const satisfies Record<string, ErrorEntry>
