import {brief, entriesOf} from './entry.ts'

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
export const providerEntries = velix
