import type {ErrorEntry} from './entry.ts'

/** The bundled consensus layer and the local network. */
export const networkCodes = () =>
  ({
    COMMAND_TOO_LARGE: {
      exit: 'internal',
      facts: {command: 'text', bytes: 'number', limit: 'number'},
    },
    DEMO_FAILED: {exit: 'precondition', facts: {chapter: 'text', expected: 'text', seen: 'text'}},
    FAUCET_REFUSED: {exit: 'precondition'},
    FOREIGN_DATA: {exit: 'config', facts: {path: 'text', expected: 'text', found: 'text'}},
    IMPOSSIBLE_AMOUNT: {exit: 'critical', facts: {amountWei: 'number'}},
    L1_STOPPED: {exit: 'internal', facts: {dir: 'text'}},
    LOCAL_HALF_MADE: {exit: 'precondition', facts: {createdAt: 'text'}},
    LOCAL_MISSING: {exit: 'not-found'},
    LOCAL_NAME_TAKEN: {exit: 'precondition', facts: {name: 'text'}},
    LOCAL_RUNNING: {exit: 'busy', facts: {processes: 'number'}},
    LOCAL_STATE_INVALID: {exit: 'config', facts: {path: 'text'}},
    POS_STATE_DAMAGED: {exit: 'critical', facts: {expected: 'hex', found: 'hex'}},
    PRODUCER_ALONE: {exit: 'critical', facts: {head: 'number', beyond: 'text', producers: 'text'}},
    REWARD_BATCH_REFUSED: {
      exit: 'precondition',
      facts: [
        {},
        {epoch: 'number', signer: 'hex'},
        {mpcAddress: 'hex'},
        {payer: 'hex', neededWei: 'number', availableWei: 'number'},
      ],
    },
    REWARD_BATCH_REVERTED: {
      exit: 'reverted',
      retry: 'yes',
      facts: {batchId: 'number', txHash: 'hex'},
    },
    REWARD_BATCH_TOO_SMALL: {exit: 'config', facts: {rewardBatchEpochs: 'number'}},
    SIGN_ID_TAKEN: {exit: 'precondition', facts: {signId: 'text'}},
    SIGN_REFUSED: {exit: 'precondition', facts: {reason: 'text'}},
    SIGN_REQUEST_INVALID: {exit: 'usage'},
  }) as const satisfies Record<string, ErrorEntry>
