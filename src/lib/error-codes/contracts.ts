import type {ErrorEntry} from './entry.ts'

/** A call that a contract reverted. */
const refusedCall = {contract: 'text', function: 'text', from: 'hex', revert: 'text'} as const

/** A precondition that is not met, with the facts of the operation and of the precondition. */
const failedCondition = {
  condition: 'text',
  seen: 'text',
  'contractWouldSay?': 'text',
  'alsoMissing?': 'text',
  '*': 'text',
} as const

const refusalFacts = [refusedCall, failedCondition] as const

/** Predicted by a precondition, or returned by the contract in a simulation: nothing was sent. */
const refusal = {exit: 'precondition', facts: refusalFacts} as const

/** Reverts of the contracts, and the preconditions that predict them. */
export const refusalCodes = () =>
  ({
    ALLOWANCE_MISSING: refusal,
    ALREADY_DONE: refusal,
    ALREADY_INITIALIZED: refusal,
    AMOUNT_OUT_OF_RANGE: {exit: 'precondition', facts: [...refusalFacts, {amountWei: 'number'}]},
    LST_BALANCE_LOW: refusal,
    BFT_RESTRICTION: refusal,
    BRIDGE_FEE_LOW: refusal,
    BRIDGE_REFUSES: refusal,
    CALL_REVERTED: refusal,
    CAP_REACHED: refusal,
    COLLATERAL_LOW: refusal,
    CONTRACT_MISCONFIGURED: refusal,
    CONTRACT_PANIC: refusal,
    DEADLINE_PASSED: refusal,
    DEBT_OUT_OF_RANGE: refusal,
    DEPOSIT_OUT_OF_ORDER: refusal,
    DEPOSIT_UNKNOWN: refusal,
    EPOCH_REFUSED: refusal,
    EXIT_NOT_FINISHED: refusal,
    EXIT_NOT_STARTED: refusal,
    GAS_TOO_LOW: refusal,
    LIQUIDITY_LOW: refusal,
    LST_PAUSED: refusal,
    LST_REFUSES: refusal,
    MARKET_REFUSES: refusal,
    METIS_BALANCE_LOW: {
      exit: 'precondition',
      facts: [...refusalFacts, {balanceWei: 'number', amountWei: 'number'}],
    },
    METIS_IS_NATIVE: refusal,
    METIS_REFUSED: refusal,
    MIN_ABOVE_MAX: refusal,
    NEW_OWNER_NOT_WHITELISTED: refusal,
    NOTHING_TO_CHANGE: refusal,
    NOTHING_TO_CLAIM: refusal,
    NOTHING_TO_LOCK: refusal,
    NOTHING_TO_REPAY: refusal,
    NOTHING_TO_WITHDRAW: refusal,
    NOT_CONTRACT_OWNER: refusal,
    NOT_FOR_PEOPLE: refusal,
    NOT_INFO_OWNER: refusal,
    NOT_INITIALIZING: refusal,
    NOT_MANAGER: refusal,
    NOT_MPC: refusal,
    NOT_POOL_OWNER: refusal,
    NOT_RELAYER: refusal,
    NOT_REWARD_PAYER: refusal,
    NOT_SEQUENCER_OWNER: refusal,
    NOT_SEQUENCER_SIGNER: refusal,
    NOT_WHITELISTED: refusal,
    NO_WITHDRAW_REQUEST: refusal,
    NULL_ADDRESS: refusal,
    OWNER_HAS_SEQUENCER: refusal,
    PAYMENT_REFUSED: refusal,
    POOL_NOT_PAUSED: refusal,
    POOL_PAUSED: refusal,
    PRICE_UNKNOWN: refusal,
    PROXY_ADMIN_CALL: refusal,
    PUBKEY_INVALID: {exit: ['usage', 'precondition'], facts: [...refusalFacts, {}]},
    PUBKEY_MISMATCH: refusal,
    RATE_MOVED: refusal,
    RESERVE_CLOSED: refusal,
    REWARD_BATCH_INVALID: refusal,
    REWARD_RECIPIENT_UNSET: refusal,
    ROLE_MISSING: refusal,
    SEQUENCER_NOT_ACTIVE: refusal,
    SEQUENCER_UNKNOWN: {
      exit: ['not-found', 'precondition'],
      facts: [...refusalFacts, {sequencerId: 'number', network: 'text'}],
    },
    SETTING_INVALID: refusal,
    SIGNER_UPDATE_THROTTLED: refusal,
    SIGNER_USED: refusal,
    TICKET_NOT_YOURS: refusal,
    TICKET_USED: refusal,
    TOKEN_BALANCE_LOW: {
      exit: 'precondition',
      facts: [...refusalFacts, {balanceWei: 'number', amountWei: 'number'}],
    },
    TOKEN_NOT_MOVED: refusal,
    UPGRADE_REFUSED: refusal,
    VAULT_NOT_YOURS: refusal,
    VAULT_OPEN: refusal,
    VAULT_UNKNOWN: {
      exit: ['not-found', 'precondition'],
      facts: [...refusalFacts, {vault: 'text', network: 'text'}],
    },
    WITHDRAWAL_NOT_PROVEN: refusal,
    WITHDRAW_NOT_READY: refusal,
    WITHDRAW_NOT_UNLOCKED: refusal,
    WITHDRAW_THROTTLED: refusal,
  }) as const satisfies Record<string, ErrorEntry>
