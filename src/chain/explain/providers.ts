import type {RefusalCode} from '../../lib/error-codes/index.ts'
import {entriesOf, type EntryPart} from './entry.ts'

/** `signature: what is true`, for providers whose contracts are not ours to explain in depth. */
function brief(
  code: RefusalCode,
  list: Record<string, [message: string, meaning: string]>,
): EntryPart[] {
  return Object.entries(list).map(([subject, [message, meaning]]) => ({
    subject,
    code,
    message,
    meaning,
  }))
}

const enki = [
  ...entriesOf(
    {
      kind: 'error',
      contracts: ['RedemptionQueue (Enki)', 'RedemptionQueue (Velix)'],
      source: 'Enki RedemptionQueue',
    },
    [
      ...brief('WITHDRAW_NOT_READY', {
        'NotMatureYet(uint256,uint64)': [
          'The redemption ticket is not mature yet.',
          'The two numbers are the time now and the time from which the ticket pays, in seconds since 1970.',
        ],
      }),
      ...brief('TICKET_USED', {
        'AlreadyRedeemed()': [
          'The redemption ticket was redeemed before.',
          'Each ticket pays once.',
        ],
        'AlreadyReducedMaturity()': [
          'The maturity of the ticket was shortened before.',
          'It can be shortened once.',
        ],
      }),
      ...brief('TICKET_NOT_YOURS', {
        'Erc721CallerNotOwnerOrApproved()': [
          'The redemption ticket belongs to another account.',
          'Only the holder of the ticket, or an account the holder approved, may use it.',
        ],
      }),
      ...brief('LST_REFUSES', {
        'LpTokenNotLocked()': [
          'No liquidity tokens are locked for this ticket.',
          'They are locked only when the maturity was shortened.',
        ],
        'ReduceTimeExceedsLimit()': [
          'The maturity cannot be shortened that far.',
          'A shortest waiting time stays in any case; lock fewer liquidity tokens.',
        ],
        'ExceedsCollectedFees(uint128,uint128)': [
          'The provider would collect more fees than there are.',
          'It is a call of the provider, not of users.',
        ],
      }),
    ],
  ),
  ...entriesOf(
    {kind: 'text', contracts: ['RedemptionQueue (Enki)'], source: 'Enki RedemptionQueue'},
    brief('LST_REFUSES', {
      'RedemptionQueue: amount is zero': [
        'The redemption asks for nothing.',
        'The amount must be above zero.',
      ],
      'RedemptionQueue: zero address': [
        'An address in the call is the zero address.',
        'Name the recipient.',
      ],
    }),
  ),
]

const stakeLinkEntries = entriesOf(
  {kind: 'error', contracts: ['stake.link'], source: 'stake.link METIS staking'},
  [
    ...brief('NOT_FOR_PEOPLE', {
      'SenderNotAuthorized()': [
        'The sending account may not make this call of stake.link.',
        'It is kept for another contract or for the provider.',
      ],
      'InvalidSender()': [
        'The message comes from a sender that is not expected.',
        'It is a step between L1 and L2, not for users.',
      ],
      'InvalidSourceChain()': [
        'The message comes from another chain than expected.',
        'It is a step between L1 and L2, not for users.',
      ],
      'InvalidRouter(address)': [
        'The message router is not the one that is set.',
        'It is a step between L1 and L2, not for users.',
      ],
      'InvalidTransfer()': [
        'The tokens of the message are not those expected.',
        'It is a step between L1 and L2, not for users.',
      ],
      'UnauthorizedToken()': [
        'The contract does not take this token.',
        'stake.link takes METIS and its own staking token.',
      ],
    }),
    ...brief('AMOUNT_OUT_OF_RANGE', {
      'InvalidAmount()': ['The amount cannot be used.', 'It must be above zero.'],
      'InvalidValue()': ['A value in the call cannot be used.', 'Check amount and recipient.'],
      'InvalidDeposit()': ['The deposit cannot be used.', 'Amount and strategies must fit.'],
      'AmountTooSmall()': [
        'The withdrawal is below the smallest one the queue takes.',
        'Withdraw more at once.',
      ],
      'InsufficientBalance()': [
        'The account holds too few tokens.',
        'Deposits that wait in the queue count as not staked.',
      ],
      'InsufficientQueuedTokens()': [
        'Fewer tokens of the account wait in the queue.',
        'Part of them was staked meanwhile.',
      ],
      'InsufficientDepositRoom()': [
        'The pool has no room for the deposit.',
        'Sequencers are full; the deposit has to wait in the queue.',
      ],
    }),
    ...brief('LIQUIDITY_LOW', {
      'InsufficientLiquidity()': [
        'Too little METIS can be taken out at this moment.',
        'The rest is locked in sequencers and comes back with the withdrawal queue.',
      ],
      'NoTokensAvailable()': [
        'There are no tokens to send on.',
        'It is a step between L1 and L2, not for users.',
      ],
      'ExceedsTokensInTransitFromL1()': [
        'More tokens are booked in than are on their way from L1.',
        'It is a step between L1 and L2, not for users.',
      ],
      'NothingStaked()': ['Nothing is staked in the pool.', 'There is nothing to give or take.'],
      'NoRewards()': ['There are no rewards to share out.', 'Try again after the next batch.'],
      'NothingToClaim()': ['There is nothing to claim.', 'It was claimed, or is not shared out.'],
    }),
    ...brief('LST_PAUSED', {
      'DepositsDisabled()': [
        'Deposits are closed at the moment.',
        'The pool is draining or closed; withdrawals may still work.',
      ],
      'WithdrawalsDisabled()': [
        'Withdrawals are closed at the moment.',
        'The pool is closed, usually after a loss.',
      ],
      'PoolClosed()': ['The pool is closed.', 'The provider closed it, usually after a loss.'],
      'PoolOpen()': ['The pool is open already.', 'Only a closed pool can be opened.'],
      'StatusAlreadySet()': ['The pool has that status already.', 'It is a call of the provider.'],
      'CannotSetClosedStatus()': [
        'The pool cannot be closed by this account.',
        'It is a call of the provider.',
      ],
      'NoLossDetected()': ['No loss is seen.', 'The pool is closed only when there is one.'],
    }),
    ...brief('LST_REFUSES', {
      'InvalidProof()': [
        'The proof of the share does not hold.',
        'The list of shares was renewed; fetch the proof again.',
      ],
      'WithdrawFailed()': ['The withdrawal failed inside the provider.', 'Try again later.'],
      'InvalidWithdrawalId()': [
        'There is no such withdrawal, or it belongs to another account.',
        'Look at the withdrawals of the account first.',
      ],
      'NoUpkeepNeeded()': ['There is nothing to do.', 'It is a call of an automaton.'],
      'CannotExecuteWithdrawals()': [
        'Queued withdrawals cannot be carried out now.',
        'It is a step between L1 and L2, not for users.',
      ],
      'InsufficientTimeElapsed()': [
        'The step was done too short a time ago.',
        'It is a step between L1 and L2, not for users.',
      ],
      'FeesTooLarge()': ['The fees are set too high.', 'It is a call of the provider.'],
      'ZeroAddress()': ['An address is the zero address.', 'It is a call of the provider.'],
      'AddressNotContract()': ['An address holds no contract.', 'It is a call of the provider.'],
      'AlreadyExited()': ['The sequencer of the vault has exited.', 'An exit is made once.'],
      'SequencerStopped()': [
        'The sequencer of the vault is exiting.',
        'Its stake cannot be changed any more.',
      ],
      'CurrentBatchAlreadyWithdrawn()': [
        'The vault has withdrawn in this reward batch.',
        'LockingPool allows one withdrawal in a batch.',
      ],
      'ExitDelayTimeNotElapsed()': [
        'The exit delay of the vault is not over.',
        'It is that of LockingPool, 21 days on mainnet.',
      ],
      'UnclaimedRewards()': [
        'The vault has rewards that are not claimed.',
        'They are claimed before its exit.',
      ],
    }),
  ],
)

/** Errors of the newer OpenZeppelin library, which Velix uses. */
const velix = entriesOf(
  {
    kind: 'error',
    contracts: ['Velix'],
    source: 'Velix contracts (test network), OpenZeppelin 5',
  },
  [
    ...brief('ALREADY_INITIALIZED', {
      'InvalidInitialization()': ['The contract was set up before.', 'Set-up runs once.'],
      'NotInitializing()': ['The contract is not being set up.', 'It belongs to a deployment.'],
    }),
    ...brief('AMOUNT_OUT_OF_RANGE', {
      'ERC20InsufficientBalance(address,uint256,uint256)': [
        'The account holds fewer tokens than the call needs.',
        'The values are the account, what it holds and what is needed, in the smallest unit.',
      ],
      'ERC4626ExceededMaxDeposit(address,uint256,uint256)': [
        'The deposit is above what the vault takes.',
        'The values are the receiver, the amount and the limit.',
      ],
      'ERC4626ExceededMaxMint(address,uint256,uint256)': [
        'More shares are asked for than the vault gives.',
        'The values are the receiver, the shares and the limit.',
      ],
      'ERC4626ExceededMaxWithdraw(address,uint256,uint256)': [
        'The withdrawal is above what the account has in the vault.',
        'The values are the owner, the amount and the limit.',
      ],
      'ERC4626ExceededMaxRedeem(address,uint256,uint256)': [
        'More shares are given back than the account has.',
        'The values are the owner, the shares and the limit.',
      ],
    }),
    ...brief('ALLOWANCE_MISSING', {
      'ERC20InsufficientAllowance(address,uint256,uint256)': [
        'The allowance is smaller than the call needs.',
        'The values are who wants to take, what is allowed and what is needed.',
      ],
      'ERC721InsufficientApproval(address,uint256)': [
        'The account is not approved for the ticket.',
        'The values are the account and the id of the ticket.',
      ],
    }),
    ...brief('NULL_ADDRESS', {
      'ERC20InvalidApprover(address)': ['The approving address cannot be used.', 'It is zero.'],
      'ERC20InvalidReceiver(address)': ['The receiving address cannot be used.', 'It is zero.'],
      'ERC20InvalidSender(address)': ['The sending address cannot be used.', 'It is zero.'],
      'ERC20InvalidSpender(address)': ['The spending address cannot be used.', 'It is zero.'],
      'ERC721InvalidApprover(address)': ['The approving address cannot be used.', 'It may not.'],
      'ERC721InvalidOperator(address)': ['The operator address cannot be used.', 'It is zero.'],
      'ERC721InvalidOwner(address)': ['The owner address cannot be used.', 'It is zero.'],
      'ERC721InvalidReceiver(address)': [
        'The receiver does not take tickets.',
        'It is zero, or a contract that cannot hold them.',
      ],
      'ERC721InvalidSender(address)': ['The sending address cannot be used.', 'It is zero.'],
    }),
    ...brief('TICKET_NOT_YOURS', {
      'ERC721IncorrectOwner(address,uint256,address)': [
        'The ticket belongs to another account.',
        'The values are the sender, the ticket and its owner.',
      ],
      'ERC721NonexistentToken(uint256)': [
        'There is no such ticket.',
        'It was never made, or was redeemed and burned.',
      ],
    }),
    ...brief('LST_REFUSES', {
      'ReentrancyGuardReentrantCall()': [
        'The contract is called while it is at work.',
        'Another contract called back in between, which is not allowed.',
      ],
      'SafeERC20FailedOperation(address)': [
        'A token refuses a transfer without saying why.',
        'The value is the address of the token.',
      ],
      'StringsInsufficientHexLength(uint256,uint256)': [
        'A number does not fit into its text.',
        'It is a fault of the contract.',
      ],
    }),
  ],
)

/** Custom errors and reasons of the other liquid-staking providers. */
export const providerEntries = [...enki, ...stakeLinkEntries, ...velix]
