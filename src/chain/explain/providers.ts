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

const stakeLinkEntries = entriesOf(
  {kind: 'error', contracts: ['stake.link'], source: 'stake.link METIS staking'},
  [
    ...brief('NOT_FOR_PEOPLE', {
      'SenderNotAuthorized()': [
        'The sending account may not make this call of stake.link.',
        'It is reserved for another contract or for the provider.',
      ],
      'InvalidSender()': [
        'The message comes from an unexpected sender.',
        'It is a step between L1 and L2, not for users.',
      ],
      'InvalidSourceChain()': [
        'The message comes from another chain than expected.',
        'It is a step between L1 and L2, not for users.',
      ],
      'InvalidRouter(address)': [
        'The message router is not the configured one.',
        'It is a step between L1 and L2, not for users.',
      ],
      'InvalidTransfer()': [
        'The message carries unexpected tokens.',
        'It is a step between L1 and L2, not for users.',
      ],
      'UnauthorizedToken()': [
        'The contract does not take this token.',
        'stake.link takes METIS and its own staking token.',
      ],
    }),
    ...brief('AMOUNT_OUT_OF_RANGE', {
      'InvalidAmount()': ['The amount is invalid.', 'It must be above zero.'],
      'InvalidValue()': ['A value in the call is invalid.', 'Check amount and recipient.'],
      'InvalidDeposit()': ['The deposit is invalid.', 'Amount and strategies must match.'],
      'AmountTooSmall()': [
        'The withdrawal is below the minimum of the queue.',
        'Withdraw more at once.',
      ],
      'InsufficientBalance()': [
        'The account holds too few tokens.',
        'Deposits waiting in the queue do not count as staked.',
      ],
      'InsufficientQueuedTokens()': [
        'Fewer tokens of the account wait in the queue.',
        'Part of them has been staked since.',
      ],
      'InsufficientDepositRoom()': [
        'The pool has no capacity for the deposit.',
        'The sequencers are full; the deposit must wait in the queue.',
      ],
    }),
    ...brief('LIQUIDITY_LOW', {
      'InsufficientLiquidity()': [
        'Not enough METIS can be withdrawn right now.',
        'The rest is locked in sequencers and comes back with the withdrawal queue.',
      ],
      'NoTokensAvailable()': [
        'There are no tokens to forward.',
        'It is a step between L1 and L2, not for users.',
      ],
      'ExceedsTokensInTransitFromL1()': [
        'More tokens were recorded than are in transit from L1.',
        'It is a step between L1 and L2, not for users.',
      ],
      'NothingStaked()': ['Nothing is staked in the pool.', 'There is nothing to distribute.'],
      'NoRewards()': ['There are no rewards to distribute.', 'Try again after the next batch.'],
      'NothingToClaim()': [
        'There is nothing to claim.',
        'It was claimed, or has not been distributed.',
      ],
    }),
    ...brief('LST_PAUSED', {
      'DepositsDisabled()': [
        'Deposits are currently closed.',
        'The pool is draining or closed; withdrawals may still work.',
      ],
      'WithdrawalsDisabled()': [
        'Withdrawals are currently closed.',
        'The pool is closed, usually after a loss.',
      ],
      'PoolClosed()': ['The pool is closed.', 'The provider closed it, usually after a loss.'],
      'PoolOpen()': ['The pool is already open.', 'Only a closed pool can be opened.'],
      'StatusAlreadySet()': ['The pool already has that status.', 'This call is for the provider.'],
      'CannotSetClosedStatus()': [
        'The pool cannot be closed by this account.',
        'This call is for the provider.',
      ],
      'NoLossDetected()': ['No loss was detected.', 'The pool is closed only after a loss.'],
    }),
    ...brief('LST_REFUSES', {
      'InvalidProof()': [
        'The proof of the share is invalid.',
        'The list of shares was updated; fetch the proof again.',
      ],
      'WithdrawFailed()': ['The withdrawal failed inside the provider.', 'Try again later.'],
      'InvalidWithdrawalId()': [
        'There is no such withdrawal, or it belongs to another account.',
        'Check the withdrawals of the account first.',
      ],
      'NoUpkeepNeeded()': ['There is nothing to do.', 'This call is for an automation service.'],
      'CannotExecuteWithdrawals()': [
        'Queued withdrawals cannot be processed now.',
        'It is a step between L1 and L2, not for users.',
      ],
      'InsufficientTimeElapsed()': [
        'The step was run too recently.',
        'It is a step between L1 and L2, not for users.',
      ],
      'FeesTooLarge()': ['The fees are set too high.', 'This call is for the provider.'],
      'ZeroAddress()': ['An address is the zero address.', 'This call is for the provider.'],
      'AddressNotContract()': ['An address has no contract.', 'This call is for the provider.'],
      'AlreadyExited()': ['The sequencer of the vault has exited.', 'An exit happens once.'],
      'SequencerStopped()': [
        'The sequencer of the vault is exiting.',
        'Its stake can no longer be changed.',
      ],
      'CurrentBatchAlreadyWithdrawn()': [
        'The vault has withdrawn in this reward batch.',
        'LockingPool allows one withdrawal per batch.',
      ],
      'ExitDelayTimeNotElapsed()': [
        'The exit delay of the vault is not over.',
        'It is that of LockingPool, 21 days on mainnet.',
      ],
      'UnclaimedRewards()': [
        'The vault has rewards that are not claimed.',
        'They must be claimed before its exit.',
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
      'InvalidInitialization()': [
        'The contract was already initialized.',
        'Initialization runs once.',
      ],
      'NotInitializing()': [
        'The contract is not being initialized.',
        'It is part of a deployment.',
      ],
    }),
    ...brief('AMOUNT_OUT_OF_RANGE', {
      'ERC20InsufficientBalance(address,uint256,uint256)': [
        'The account holds fewer tokens than the call needs.',
        'The values are the account, its balance and the amount needed, in the smallest unit.',
      ],
      'ERC4626ExceededMaxDeposit(address,uint256,uint256)': [
        'The deposit exceeds the limit of the vault.',
        'The values are the receiver, the amount and the limit.',
      ],
      'ERC4626ExceededMaxMint(address,uint256,uint256)': [
        'The call requests more shares than the vault may mint.',
        'The values are the receiver, the shares and the limit.',
      ],
      'ERC4626ExceededMaxWithdraw(address,uint256,uint256)': [
        'The withdrawal exceeds the balance of the account in the vault.',
        'The values are the owner, the amount and the limit.',
      ],
      'ERC4626ExceededMaxRedeem(address,uint256,uint256)': [
        'The call redeems more shares than the account has.',
        'The values are the owner, the shares and the limit.',
      ],
    }),
    ...brief('ALLOWANCE_MISSING', {
      'ERC20InsufficientAllowance(address,uint256,uint256)': [
        'The allowance is smaller than the call needs.',
        'The values are the spender, the allowance and the amount needed.',
      ],
      'ERC721InsufficientApproval(address,uint256)': [
        'The account is not approved for the ticket.',
        'The values are the account and the id of the ticket.',
      ],
    }),
    ...brief('NULL_ADDRESS', {
      'ERC20InvalidApprover(address)': ['The approving address is invalid.', 'It is zero.'],
      'ERC20InvalidReceiver(address)': ['The receiving address is invalid.', 'It is zero.'],
      'ERC20InvalidSender(address)': ['The sending address is invalid.', 'It is zero.'],
      'ERC20InvalidSpender(address)': ['The spending address is invalid.', 'It is zero.'],
      'ERC721InvalidApprover(address)': ['The approving address is invalid.', 'It may not.'],
      'ERC721InvalidOperator(address)': ['The operator address is invalid.', 'It is zero.'],
      'ERC721InvalidOwner(address)': ['The owner address is invalid.', 'It is zero.'],
      'ERC721InvalidReceiver(address)': [
        'The receiver does not accept tickets.',
        'It is zero, or a contract that cannot hold them.',
      ],
      'ERC721InvalidSender(address)': ['The sending address is invalid.', 'It is zero.'],
    }),
    ...brief('TICKET_NOT_YOURS', {
      'ERC721IncorrectOwner(address,uint256,address)': [
        'The ticket belongs to another account.',
        'The values are the sender, the ticket and its owner.',
      ],
      'ERC721NonexistentToken(uint256)': [
        'There is no such ticket.',
        'It was never minted, or was redeemed and burned.',
      ],
    }),
    ...brief('LST_REFUSES', {
      'ReentrancyGuardReentrantCall()': [
        'Reentrant call: the contract was called during its own execution.',
        'Another contract called back in between, which is not allowed.',
      ],
      'SafeERC20FailedOperation(address)': [
        'A token rejected a transfer without a reason.',
        'The value is the address of the token.',
      ],
      'StringsInsufficientHexLength(uint256,uint256)': [
        'A number does not fit into its string.',
        'It is a bug in the contract.',
      ],
    }),
  ],
)

/** Custom errors and reasons of the other liquid-staking providers. */
export const providerEntries = [...stakeLinkEntries, ...velix]
