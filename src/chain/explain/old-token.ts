/**
 * Words of the METIS token on Ethereum, which is built with OpenZeppelin 2 and not with 4.9 as the local one: other
 * words for the same refusals, and SafeMath instead of panics.
 */
import {entriesOf} from './entry.ts'

const TOKENS = ['METIS']
const LOCKS = ['LockingPool.lockFor', 'LockingPool.lockWithRewardRecipient', 'LockingPool.relock']
const REWARD_BATCH = ['LockingPool.batchSubmitRewards']
const SPENDS = ['METIS.transferFrom']
const HINT = 'LockingInfo, not LockingPool, takes the METIS; the command approves it itself.'

export const oldTokenReasons = [
  ...entriesOf({kind: 'text', contracts: TOKENS, source: 'OpenZeppelin 2 ERC20'}, [
    {
      subject: 'ERC20: transfer amount exceeds allowance',
      calls: [...LOCKS, ...SPENDS],
      code: 'ALLOWANCE_MISSING',
      message: 'The allowance of METIS for LockingInfo is too low.',
      meaning:
        'A contract needs an allowance before it can take tokens. Here LockingInfo takes the METIS, although the call goes to LockingPool.',
      causes: [
        'The allowance was given to LockingPool.',
        'The allowance is smaller than the amount, or was used up.',
      ],
      hints: [HINT],
      source: 'OpenZeppelin 2 ERC20.transferFrom; LockingInfo: safeTransferFrom(owner)',
      check: 'metis',
    },
    {
      subject: 'ERC20: transfer amount exceeds allowance',
      calls: REWARD_BATCH,
      code: 'ALLOWANCE_MISSING',
      message: 'The reward payer allows LockingInfo less METIS than the reward batch pays.',
      meaning: 'Rewards come from one account, the reward payer, which must approve LockingInfo.',
      causes: ['The allowance of the reward payer was used up.'],
      hints: ['Nothing is lost: the batch is paid once the payer renews its allowance.'],
      source: 'OpenZeppelin 2 ERC20.transferFrom; LockingInfo.distributeReward',
      check: 'reward-payer',
    },
    {
      subject: 'ERC20: burn amount exceeds allowance',
      calls: ['METIS.burnFrom'],
      code: 'ALLOWANCE_MISSING',
      message: 'The allowance is smaller than the amount to burn.',
      meaning: 'Burning for another account needs its allowance.',
      causes: ['The allowance was used up.'],
    },
  ]),
  ...entriesOf({kind: 'text', contracts: TOKENS, source: 'OpenZeppelin 2 SafeMath'}, [
    {
      subject: 'SafeMath: subtraction overflow',
      calls: [...LOCKS, 'METIS.transfer', ...SPENDS, 'METIS.decreaseAllowance'],
      code: 'METIS_BALANCE_LOW',
      message: 'The call subtracts more METIS than there is.',
      meaning:
        'Older contracts use SafeMath, which gives no other reason when a balance or an allowance is too small.',
      causes: [
        'The account holds less METIS than the amount.',
        'The allowance for LockingInfo is smaller than the amount.',
      ],
      hints: ['Run `metis-seq sequencer eligible` to see the balance that counts.', HINT],
      check: 'metis',
    },
    ...(
      [
        ['SafeMath: addition overflow', 'The arithmetic of the contract overflows.'],
        ['SafeMath: multiplication overflow', 'The arithmetic of the contract overflows.'],
        ['SafeMath: division by zero', 'The contract divides by zero.'],
        ['SafeMath: modulo by zero', 'The contract divides by zero.'],
      ] as const
    ).map(([subject, message]) => ({
      ...{subject, message, code: 'CONTRACT_PANIC' as const},
      meaning: 'The contract cannot calculate with a number in the call.',
      causes: ['The amount is impossibly large, or a total is empty.'],
    })),
  ]),
  ...entriesOf({kind: 'text', contracts: TOKENS, source: 'OpenZeppelin 2 Roles'}, [
    {
      subject: 'MinterRole: caller does not have the Minter role',
      calls: ['METIS.mint', 'METIS.addMinter'],
      code: 'ROLE_MISSING',
      message: 'Only minters of the token may mint METIS.',
      meaning: 'The token keeps a list of minters.',
      causes: ['The call was sent by somebody else.'],
    },
    ...[
      'Roles: account is missing role',
      'Roles: account already has role',
      'Roles: account does not have role',
      'Roles: account is the zero address',
    ].map((subject) => ({
      subject,
      code: 'ROLE_MISSING' as const,
      message: 'The account cannot be given, or lose, this role.',
      meaning: 'The token keeps lists of roles, and the call does not fit them.',
      causes: ['The wrong account was given.'],
    })),
  ]),
  ...entriesOf({kind: 'text', contracts: ['LockingInfo'], source: 'OpenZeppelin SafeERC20'}, [
    {
      subject: 'SafeERC20: low-level call failed',
      calls: LOCKS,
      code: 'METIS_REFUSED',
      message: 'The METIS token rejected the transfer without a reason.',
      meaning:
        'LockingInfo takes the METIS of the owner, and the token rejected it without a reason: usually the balance or the allowance is too low.',
      causes: [
        'The allowance for LockingInfo is smaller than the amount.',
        'The account holds less METIS than the amount.',
        'Too little gas was left for the token.',
      ],
      hints: [HINT, 'Run `metis-seq sequencer eligible` to see the balance that counts.'],
      source: 'OpenZeppelin 2 and 4 SafeERC20; LockingInfo: safeTransferFrom(owner)',
      check: 'metis',
    },
    {
      subject: 'SafeERC20: low-level call failed',
      calls: REWARD_BATCH,
      code: 'METIS_REFUSED',
      message: 'The METIS token rejected the transfer from the reward payer without a reason.',
      meaning: 'Rewards come from one account, the reward payer; its METIS or allowance is gone.',
      causes: ['The allowance of the reward payer was used up.', 'It holds too little METIS.'],
      hints: ['Nothing is lost: the batch is paid once the payer has both again.'],
      source: 'OpenZeppelin 2 and 4 SafeERC20; LockingInfo.distributeReward',
      check: 'reward-payer',
    },
    {
      subject: 'SafeERC20: call to non-contract',
      code: 'CONTRACT_MISCONFIGURED',
      message: 'There is no token at the address that LockingInfo or the bridge calls.',
      meaning: 'A contract was set up with a wrong address.',
      causes: ['The token address belongs to another chain.'],
      hints: ['Run `metis-seq network check` to test every address of the network.'],
      source: 'OpenZeppelin 2 SafeERC20',
    },
  ]),
]
