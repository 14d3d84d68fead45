import type {ErrorEntry} from './entry.ts'

/** A transaction of the journal. */
const sent = {hash: 'hex', from: 'hex', nonce: 'number', network: 'text'} as const

/** Planning, signing, sending and tracking transactions. */
export const transactionCodes = () =>
  ({
    ACCOUNT_BUSY: {exit: 'busy', retry: 'yes', facts: {account: 'hex', pid: 'text'}},
    BALANCE_LOW: {
      exit: 'precondition',
      facts: {account: 'hex', balanceWei: 'number', neededWei: 'number'},
    },
    CLAIM_NOT_WORTH: {
      exit: 'precondition',
      retry: 'yes',
      facts: {rewardMetisWei: 'number', costEthWei: 'number', ratio: 'text', minRatio: 'text'},
    },
    DONE_EARLIER: {exit: 'precondition', facts: {'action?': 'text', hash: 'text', 'rest?': 'text'}},
    FEED_UNKNOWN: {exit: 'not-found', facts: {feed: 'text', network: 'text', known: 'text'}},
    FEE_TOO_LOW: {exit: 'usage', facts: {offeredWei: 'number', neededWei: 'number'}},
    FILE_NOT_SIGNABLE: {exit: 'usage', facts: {form: 'text'}},
    FORMAT_UNFIT: {exit: 'usage', facts: {signer: 'text', address: 'hex'}},
    LST_CANNOT: {exit: 'usage', facts: {provider: 'text', operation: 'text'}},
    LST_CLOSED: {exit: 'precondition', retry: 'depends', facts: {provider: 'text', state: 'text'}},
    LST_UNKNOWN: {exit: 'not-found', facts: {network: 'text'}},
    MARKET_READ_ONLY: {exit: 'precondition', facts: {network: 'text', market: 'text'}},
    MARKET_UNKNOWN: {exit: 'not-found', facts: {network: 'text', kind: 'text'}},
    NONCE_GAP: {
      exit: 'precondition',
      facts: {account: 'hex', nonce: 'number', next: 'number', 'hash?': 'hex'},
    },
    NONCE_TAKEN_BY_OWN: {
      exit: 'precondition',
      facts: {nonce: 'number', hash: 'hex', entry: 'number'},
    },
    NONCE_UNFIT: {exit: 'usage'},
    NONCE_USED: {
      exit: 'precondition',
      retry: 'depends',
      facts: [
        {account: 'hex', nonce: 'number', next: 'number', 'hash?': 'hex'},
        {hash: 'hex', nonce: 'number'},
      ],
    },
    NOTHING_CLAIMABLE: {
      exit: 'precondition',
      retry: 'yes',
      facts: {account: 'hex', openRequests: 'number'},
    },
    NOTHING_OPEN: {exit: 'not-found', facts: {network: 'text'}},
    NOT_REGISTERED: {exit: 'not-found', facts: {owner: 'hex', network: 'text'}},
    NOT_SIGNED: {exit: 'usage'},
    PLAN_CHANGED: {exit: 'precondition', retry: 'yes', facts: {action: 'text'}},
    POOL_UNKNOWN: {exit: 'not-found', facts: {network: 'text', tokens: 'text'}},
    POST_STATE: {
      exit: 'precondition',
      facts: [
        {block: 'number', '*': 'text'},
        {account: 'hex'},
        {sequencerId: 'number', block: 'number', '*': 'text'},
      ],
    },
    SENDERS_DIFFER: {exit: 'usage'},
    SIGNER_NOT_REGISTERED: {exit: 'not-found', facts: {signer: 'hex', network: 'text'}},
    TICKETS_NOT_FOUND: {
      exit: 'precondition',
      facts: {
        ...{account: 'hex', held: 'number', found: 'number'},
        ...{searchedFrom: 'number', searchedUntil: 'number'},
      },
    },
    TOKEN_UNKNOWN: {exit: 'not-found', facts: {token: 'text', network: 'text', known: 'text'}},
    TRAP: {exit: 'precondition', facts: {trap: 'text', 'key?': 'text'}},
    TX_AMBIGUOUS: {exit: 'usage', facts: {'*': 'text'}},
    TX_NOT_FOUND: {
      exit: 'not-found',
      facts: {'id?': 'text', 'network?': 'text', looked: 'text'},
    },
    TX_NOT_OPEN: {
      exit: ['not-found', 'precondition'],
      facts: [
        {network: 'text', open: 'text'},
        {hash: 'hex', state: 'text'},
      ],
    },
    TX_REJECTED: {exit: 'precondition', facts: {...sent, rpcCode: 'number'}},
    TX_REPLACED: {
      exit: 'precondition',
      facts: [{hash: 'hex', from: 'hex', nonce: 'number', layer: 'text'}, sent],
    },
    TX_REVERTED: {exit: 'reverted', facts: {...sent, block: 'number', feeWei: 'number'}},
    TX_UNDECODABLE: {exit: 'usage', facts: {source: 'text'}},
    TX_UNKNOWN: {
      exit: 'tx-unknown',
      retry: 'yes',
      facts: [
        {...sent, 'rpcCode?': 'number'},
        {'hash?': 'hex', goal: 'text'},
        {hash: 'hex', '*': 'text'},
      ],
    },
    WRONG_NETWORK: {exit: 'usage', facts: {chainId: 'text', network: 'text'}},
  }) as const satisfies Record<string, ErrorEntry>
