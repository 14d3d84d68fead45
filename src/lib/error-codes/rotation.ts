import type {ErrorEntry} from './entry.ts'

/** The rotation, and the turns of one signer. */
export const rotationCodes = () =>
  ({
    BLOCK_RANGE_EMPTY: {
      exit: 'not-found',
      facts: {from: 'number', to: 'number', head: 'number'},
    },
    DUTY_WAIT_ENDED: {
      exit: 'timeout',
      retry: 'yes',
      facts: {maxWaitSeconds: 'number', reason: 'text'},
    },
    EPOCH_MISSING: {exit: 'precondition', retry: 'yes', facts: {block: 'number'}},
    NO_WINDOW: {
      exit: 'condition-false',
      facts: {idleSeconds: 'number', widestSeconds: 'number', horizonEpochs: 'number'},
    },
    ON_DUTY: {exit: 'condition-false', retry: 'yes', facts: {reason: 'text', 'epoch?': 'number'}},
    ROTATION_UNKNOWN: {exit: 'unreachable', retry: 'yes', facts: {reason: 'text'}},
  }) as const satisfies Record<string, ErrorEntry>
