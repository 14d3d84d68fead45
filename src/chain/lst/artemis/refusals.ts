import {entriesOf} from '../../explain/entry.ts'
import type {LstRefusals} from '../refusals.ts'
import {artemisL1Reasons} from './l1-refusals.ts'

/** For a deposit without METIS. */
export const refusalOfNothing = 'AMTDepositPool: INVALID_AMOUNT'

const POSITION = 'Run `metis-seq lst position` to see the balance and open requests of the account.'

/** Revert reasons of the Artemis contracts on L2. */
const artemisReasons = entriesOf(
  {kind: 'text', contracts: ['AMTDepositPool'], source: 'AMTDepositPool.sol'},
  [
    {
      subject: refusalOfNothing,
      calls: ['AMTDepositPool.deposit'],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The deposit carries no METIS.',
      meaning:
        'The amount of a deposit is the value of the transaction, and it must be above zero.',
      causes: ['The transaction has no value.'],
      hints: ['Run `metis-seq lst deposit artemis AMOUNT --dry-run`.'],
    },
    {
      subject: 'AMTDepositPool: artMetis is too high',
      calls: ['AMTDepositPool.deposit'],
      code: 'RATE_MOVED',
      message: 'The deposit would yield less artMETIS than the requested minimum.',
      meaning:
        'The value of artMETIS grows, so a deposit buys slightly less of it after every harvest. The minimum in the call protects against slippage.',
      causes: ['Rewards were harvested between the quote and the deposit.'],
      hints: ['Run `metis-seq lst rates`, then the deposit again.'],
      check: 'lst',
    },
    {
      subject: 'AMTDepositPool: only withdrawal manager',
      calls: ['AMTDepositPool.adminWithdrawMetis', 'AMTDepositPool.initiateWithdrawalFor'],
      code: 'NOT_FOR_PEOPLE',
      message: 'Only the withdrawal manager of Artemis may make this call.',
      meaning: 'Users call AMTWithdrawalManager, which calls the deposit pool on their behalf.',
      causes: ['The call was sent to the wrong contract.'],
    },
    {
      subject: 'AMTDepositPool: no L1 staking pool',
      calls: ['AMTDepositPool.bridgeMetisToL1'],
      code: 'CONTRACT_MISCONFIGURED',
      message: 'Artemis has no L1 staking pool in its address registry.',
      meaning: 'The METIS cannot be sent to L1 until the provider has set the destination.',
      causes: ['The provider is not fully configured.'],
    },
    {
      subject: 'AMTRewardPool: only deposit pool',
      contracts: ['AMTRewardPool'],
      calls: ['AMTRewardPool.claimReward'],
      code: 'NOT_FOR_PEOPLE',
      message: 'Only the deposit pool of Artemis may collect the rewards.',
      meaning: 'Anyone may call harvest on the deposit pool, which collects them.',
      causes: ['The call was sent to the wrong contract.'],
      source: 'AMTRewardPool.claimReward',
    },
    ...['AMTRewardPool: INVALID_FEE_RECEIVER', 'AMTRewardPool: INVALID_FEE_RATE'].map(
      (subject) => ({
        subject,
        contracts: ['AMTRewardPool'],
        calls: ['AMTRewardPool.setFeeReceiver', 'AMTRewardPool.setFeeRate'],
        code: 'SETTING_INVALID' as const,
        message: 'The fee of the provider is set to an invalid value.',
        meaning: 'A fee needs a receiver and cannot exceed 100 %.',
        causes: ['The provider made a mistake; this call is not for users.'],
        source: 'AMTRewardPool.sol',
      }),
    ),
  ],
)

/** Revert reasons of the withdrawal queue of Artemis. */
const artemisWithdrawalReasons = entriesOf(
  {
    kind: 'text',
    contracts: ['AMTWithdrawalManager'],
    source: 'AMTWithdrawalManager.sol',
    hints: [POSITION],
  },
  [
    {
      subject: 'AMTWithdrawalManager: INVALID_AMOUNT',
      calls: ['AMTWithdrawalManager.initiateWithdrawal'],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The withdrawal has no amount.',
      meaning: 'The amount of artMETIS must be above zero.',
      causes: ['The amount is missing.'],
    },
    {
      subject: 'AMTWithdrawalManager: invalid first exclude nonce',
      calls: ['AMTWithdrawalManager.unlockWithdrawal'],
      code: 'SETTING_INVALID',
      message: 'These requests are already unlocked.',
      meaning: 'The provider unlocks requests in order and never locks them again.',
      causes: ['The provider ran the step twice; this call is not for users.'],
    },
    {
      subject: 'AMTWithdrawalManager: no withdraw request',
      calls: ['AMTWithdrawalManager.completeWithdrawal'],
      code: 'NO_WITHDRAW_REQUEST',
      message: 'The account has no open withdrawal request.',
      meaning: 'A withdrawal is requested first and completed later; there is none to complete.',
      causes: ['All requests have been completed.', 'The request was made by another account.'],
      check: 'lst',
    },
    {
      subject: 'AMTWithdrawalManager: withdraw request has not unlocked yet',
      calls: ['AMTWithdrawalManager.completeWithdrawal'],
      code: 'WITHDRAW_NOT_UNLOCKED',
      message: 'The provider has not unlocked the oldest request of the account yet.',
      meaning:
        'The METIS must return from L1 first; then the provider unlocks requests in the order they were made.',
      causes: ['Earlier requests are still in the queue.'],
      check: 'lst',
    },
    {
      subject: 'AMTWithdrawalManager: withdraw request is not ready to complete',
      calls: ['AMTWithdrawalManager.completeWithdrawal'],
      code: 'WITHDRAW_NOT_READY',
      message: 'The waiting time of the withdrawal is not over.',
      meaning: 'Every request waits withdrawDelay seconds (initially 14 days), unlocked or not.',
      causes: ['The request is too young.'],
      check: 'lst',
    },
    {
      subject: 'AMTWithdrawalManager: INVALID_INDEX',
      calls: ['AMTWithdrawalManager.getUserWithdrawRequest'],
      code: 'NO_WITHDRAW_REQUEST',
      message: 'The account has no request at that index.',
      meaning: 'Requests of an account are numbered from 0.',
      causes: ['A request has been completed in the meantime.'],
      check: 'lst',
    },
    {
      subject: 'AMTWithdrawalManager: INVALID_NONCE',
      calls: ['AMTWithdrawalManager.calculateUnlockNonce', 'AMTWithdrawalManager.unlockWithdrawal'],
      code: 'NO_WITHDRAW_REQUEST',
      message: 'A request with that number was never made.',
      meaning: 'All requests of the provider are numbered from 0.',
      causes: ['The number is too high.'],
    },
  ],
)

const BEHIND_PROXIES = ['AMTConfig', 'AMTDepositPool', 'AMTRewardPool', 'AMTWithdrawalManager']

export const artemisRefusals: LstRefusals = {
  owned: BEHIND_PROXIES,
  proxied: BEHIND_PROXIES,
  tokens: ['ArtMetis'],
  casting: ['AMTWithdrawalManager'],
  bridging: ['AMTDepositPool.bridgeMetisToL1'],
  ...{tickets: [], vaults: [], permits: [], guarded: []},
  ofToken: [
    {
      subject: 'ERC20: burn amount exceeds balance',
      calls: ['AMTWithdrawalManager.initiateWithdrawal', 'ArtMetis.burn'],
      code: 'LST_BALANCE_LOW',
      message: 'The account holds less artMETIS than it wants to withdraw.',
      meaning: 'A withdrawal burns artMETIS at once; the METIS is paid later.',
      causes: ['The amount was given in METIS instead of artMETIS.'],
      hints: ['Run `metis-seq lst position` to see the balance of the account.'],
      source: 'ERC20._burn',
      check: 'lst',
    },
  ],
  own: [...artemisReasons, ...artemisWithdrawalReasons, ...artemisL1Reasons],
  roles: entriesOf(
    {kind: 'text', contracts: ['ArtMetis'], source: 'OpenZeppelin 4.9 AccessControl'},
    [
      {
        subject: 'AccessControl: account ',
        open: true,
        calls: ['ArtMetis.mint', 'ArtMetis.burn', 'ArtMetis.grantRole', 'ArtMetis.revokeRole'],
        code: 'ROLE_MISSING',
        message: 'The sending account does not have the role that this call needs.',
        meaning: 'Only the deposit pool mints and burns artMETIS, and only its admin grants roles.',
        causes: ['The call was sent directly to the token instead of the deposit pool.'],
        hints: ['Use `metis-seq lst deposit artemis AMOUNT`.'],
      },
      {
        subject: 'AccessControl: can only renounce roles for self',
        calls: ['ArtMetis.renounceRole'],
        code: 'ROLE_MISSING',
        message: 'An account can renounce only its own roles.',
        meaning: 'Use revokeRole to remove another account’s role.',
        causes: ['The call contains another address.'],
      },
    ],
  ),
  payments: entriesOf(
    {
      kind: 'text',
      contracts: ['AMTDepositPool', 'AMTRewardPool', 'AMTWithdrawalManager'],
      source: 'OpenZeppelin 4.9 Address',
    },
    [
      {
        subject: 'Address: insufficient balance',
        calls: ['AMTDepositPool.adminWithdrawMetis', 'AMTWithdrawalManager.completeWithdrawal'],
        code: 'LIQUIDITY_LOW',
        message: 'The contract holds less METIS than it must pay.',
        meaning: 'The METIS has not returned from L1 yet.',
        causes: ['The provider unlocked requests before the METIS arrived.'],
        hints: ['Try again later; `metis-seq lst position` shows the open requests.'],
        check: 'lst',
      },
      {
        subject: 'Address: unable to send value, recipient may have reverted',
        code: 'PAYMENT_REFUSED',
        message: 'The recipient did not accept the native METIS.',
        meaning: 'The paid account is a contract without a payable receive function.',
        causes: ['The call was made from a contract wallet that cannot receive.'],
      },
    ],
  ),
  queues: entriesOf(
    {
      kind: 'error',
      contracts: ['AMTWithdrawalManager'],
      calls: [
        'AMTWithdrawalManager.completeWithdrawal',
        'AMTWithdrawalManager.getUserWithdrawRequest',
      ],
      source: 'OpenZeppelin 4.9 DoubleEndedQueue',
    },
    [
      {
        subject: 'Empty()',
        code: 'NO_WITHDRAW_REQUEST',
        message: 'The queue of withdrawal requests is empty.',
        meaning: 'There is nothing to remove from it.',
        causes: ['All requests have already been completed.'],
        hints: ['Run `metis-seq lst position` to see the open requests.'],
        check: 'lst',
      },
      {
        subject: 'OutOfBounds()',
        code: 'NO_WITHDRAW_REQUEST',
        message: 'The queue has no withdrawal request at that index.',
        meaning: 'Requests are addressed by their index in the queue, starting at 0.',
        causes: ['The request has been completed in the meantime.'],
        hints: ['Run `metis-seq lst position` to see the open requests.'],
        check: 'lst',
      },
    ],
  ),
}
