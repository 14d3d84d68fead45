import {entriesOf} from '../../explain/entry.ts'
import type {LstRefusals} from '../refusals.ts'

/** Of a deposit without METIS. */
export const refusalOfNothing = 'AMTDepositPool: INVALID_AMOUNT'

const POSITION = 'Run `metis-seq lst position` to see what the account holds and has requested.'

/** Reasons of the contracts of Artemis on L2. */
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
      causes: ['The value was left out.'],
      hints: ['Run `metis-seq lst deposit artemis AMOUNT --dry-run`.'],
    },
    {
      subject: 'AMTDepositPool: artMetis is too high',
      calls: ['AMTDepositPool.deposit'],
      code: 'RATE_MOVED',
      message: 'The deposit would give less artMETIS than was asked for at least.',
      meaning:
        'Each artMETIS grows in value, so a deposit buys a little less of it after every harvest. The lower limit in the call protects against a surprise.',
      causes: ['Rewards were harvested between the quote and the deposit.'],
      hints: ['Run `metis-seq lst rates`, then the deposit again.'],
      check: 'lst',
    },
    {
      subject: 'AMTDepositPool: only withdrawal manager',
      calls: ['AMTDepositPool.adminWithdrawMetis', 'AMTDepositPool.initiateWithdrawalFor'],
      code: 'NOT_FOR_PEOPLE',
      message: 'Only the withdrawal manager of Artemis may make this call.',
      meaning: 'People ask AMTWithdrawalManager; it calls the deposit pool for them.',
      causes: ['The call was sent to the wrong contract.'],
    },
    {
      subject: 'AMTDepositPool: no L1 staking pool',
      calls: ['AMTDepositPool.bridgeMetisToL1'],
      code: 'CONTRACT_MISCONFIGURED',
      message: 'Artemis has no staking pool on L1 in its name book.',
      meaning: 'The METIS cannot be sent to L1 before the provider has named where to.',
      causes: ['The provider is not set up completely.'],
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
        message: 'The fee of the provider is set to something impossible.',
        meaning: 'A fee needs a receiver, and cannot be more than everything.',
        causes: ['The provider made a mistake; it is not for users.'],
        source: 'AMTRewardPool.sol',
      }),
    ),
  ],
)

/** Reasons of the queue of people who leave Artemis. */
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
      message: 'The withdrawal asks for nothing.',
      meaning: 'The amount of artMETIS must be above zero.',
      causes: ['The amount was left out.'],
    },
    {
      subject: 'AMTWithdrawalManager: invalid first exclude nonce',
      calls: ['AMTWithdrawalManager.unlockWithdrawal'],
      code: 'SETTING_INVALID',
      message: 'These requests are unlocked already.',
      meaning: 'The provider unlocks requests in order and never takes it back.',
      causes: ['The provider ran the step twice; it is not for users.'],
    },
    {
      subject: 'AMTWithdrawalManager: no withdraw request',
      calls: ['AMTWithdrawalManager.completeWithdrawal'],
      code: 'NO_WITHDRAW_REQUEST',
      message: 'The account has no open withdrawal request.',
      meaning: 'A withdrawal is requested first and completed later; there is none to complete.',
      causes: ['Every request was completed.', 'The request was made by another account.'],
      check: 'lst',
    },
    {
      subject: 'AMTWithdrawalManager: withdraw request has not unlocked yet',
      calls: ['AMTWithdrawalManager.completeWithdrawal'],
      code: 'WITHDRAW_NOT_UNLOCKED',
      message: 'The provider has not unlocked the oldest request of the account yet.',
      meaning:
        'The METIS comes back from L1 first; then the provider unlocks requests in the order they were made.',
      causes: ['It is not this request’s turn.'],
      check: 'lst',
    },
    {
      subject: 'AMTWithdrawalManager: withdraw request is not ready to complete',
      calls: ['AMTWithdrawalManager.completeWithdrawal'],
      code: 'WITHDRAW_NOT_READY',
      message: 'The waiting time of the withdrawal is not over.',
      meaning: 'Every request waits withdrawDelay seconds (14 days at first), unlocked or not.',
      causes: ['The request is too young.'],
      check: 'lst',
    },
    {
      subject: 'AMTWithdrawalManager: INVALID_INDEX',
      calls: ['AMTWithdrawalManager.getUserWithdrawRequest'],
      code: 'NO_WITHDRAW_REQUEST',
      message: 'The account has no request at that place.',
      meaning: 'Requests of an account are counted from 0.',
      causes: ['A request was completed meanwhile.'],
      check: 'lst',
    },
    {
      subject: 'AMTWithdrawalManager: INVALID_NONCE',
      calls: ['AMTWithdrawalManager.calculateUnlockNonce', 'AMTWithdrawalManager.unlockWithdrawal'],
      code: 'NO_WITHDRAW_REQUEST',
      message: 'A request with that number was never made.',
      meaning: 'Requests of everybody are numbered from 0.',
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
  ofToken: [
    {
      subject: 'ERC20: burn amount exceeds balance',
      calls: ['AMTWithdrawalManager.initiateWithdrawal', 'ArtMetis.burn'],
      code: 'ARTMETIS_BALANCE_LOW',
      message: 'The account holds less artMETIS than it wants to give back.',
      meaning: 'A withdrawal burns artMETIS at once; the METIS is paid later.',
      causes: ['The amount was meant in METIS instead of artMETIS.'],
      hints: ['Run `metis-seq lst position` to see what the account holds.'],
      source: 'ERC20._burn',
      check: 'lst',
    },
  ],
  own: [...artemisReasons, ...artemisWithdrawalReasons],
  roles: entriesOf(
    {kind: 'text', contracts: ['ArtMetis'], source: 'OpenZeppelin 4.9 AccessControl'},
    [
      {
        subject: 'AccessControl: account ',
        open: true,
        calls: ['ArtMetis.mint', 'ArtMetis.burn', 'ArtMetis.grantRole', 'ArtMetis.revokeRole'],
        code: 'ROLE_MISSING',
        message: 'The sending account does not have the role that this call needs.',
        meaning: 'Only the deposit pool mints and burns artMETIS, and only its admin gives roles.',
        causes: ['The call was sent straight to the token, instead of to the deposit pool.'],
        hints: ['Use `metis-seq lst deposit artemis AMOUNT`.'],
      },
      {
        subject: 'AccessControl: can only renounce roles for self',
        calls: ['ArtMetis.renounceRole'],
        code: 'ROLE_MISSING',
        message: 'An account can give up only its own roles.',
        meaning: 'Somebody else’s role is taken away with revokeRole.',
        causes: ['Another address is in the call.'],
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
        message: 'The contract holds less METIS than it has to pay.',
        meaning: 'The METIS has not come back from L1 yet.',
        causes: ['The provider unlocked requests before the METIS arrived.'],
        hints: ['Try again later; `metis-seq lst position` shows the open requests.'],
        check: 'lst',
      },
      {
        subject: 'Address: unable to send value, recipient may have reverted',
        code: 'PAYMENT_REFUSED',
        message: 'The recipient did not take the native METIS.',
        meaning: 'The account that is paid is a contract without a payable receive function.',
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
        meaning: 'There is nothing to take out of it.',
        causes: ['Every request was completed already.'],
        hints: ['Run `metis-seq lst position` to see the open requests.'],
        check: 'lst',
      },
      {
        subject: 'OutOfBounds()',
        code: 'NO_WITHDRAW_REQUEST',
        message: 'The queue has no withdrawal request at that place.',
        meaning: 'A request is asked for by its place in the queue, counted from 0.',
        causes: ['The request was completed meanwhile.'],
        hints: ['Run `metis-seq lst position` to see the open requests.'],
        check: 'lst',
      },
    ],
  ),
}
