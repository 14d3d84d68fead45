import {lstRefusals} from '../lst/providers.ts'
import {entriesOf} from './entry.ts'

const TOKENS = ['METIS', ...lstRefusals.tokens]
const LOCKS = ['LockingPool.lockFor', 'LockingPool.lockWithRewardRecipient', 'LockingPool.relock']
const REWARD_BATCH = ['LockingPool.batchSubmitRewards']

/** Reasons of ERC-20 tokens. Who lacks the balance depends on the call, and the call decides. */
export const tokenReasons = [
  ...entriesOf({kind: 'text', contracts: [], source: 'OpenZeppelin ERC20'}, [
    ...['ERC20: insufficient allowance', 'ERC20: transfer amount exceeds allowance'].map(
      (subject) => ({
        ...{subject, code: 'ALLOWANCE_MISSING' as const},
        message: 'The called contract takes more of a token than the account allows it.',
        meaning: 'A contract needs an allowance before it can take tokens.',
        causes: [
          'The allowance was used up or lowered.',
          'The endpoint returned another allowance.',
        ],
        hints: ['Run the same command again: it reads the allowance and approves what is missing.'],
      }),
    ),
  ]),
  ...entriesOf({kind: 'text', contracts: TOKENS, source: 'OpenZeppelin 4.9 ERC20'}, [
    {
      subject: 'ERC20: insufficient allowance',
      calls: [...LOCKS, 'METIS.transferFrom'],
      code: 'ALLOWANCE_MISSING',
      message: 'The allowance of METIS for LockingInfo is too low.',
      meaning:
        'A contract needs an allowance before it can take tokens. Here LockingInfo takes the METIS, although the call goes to LockingPool; approving the wrong one of the two is the most common mistake.',
      causes: [
        'The allowance was given to LockingPool.',
        'The allowance is smaller than the amount, or was used up.',
      ],
      hints: ['LockingInfo, not LockingPool, takes the METIS; the command approves it itself.'],
      source: 'LockingInfo.newSequencer, LockingInfo.increaseLocked: safeTransferFrom(owner)',
      check: 'metis',
    },
    {
      subject: 'ERC20: insufficient allowance',
      calls: REWARD_BATCH,
      code: 'ALLOWANCE_MISSING',
      message: 'The reward payer allows LockingInfo less METIS than the reward batch pays.',
      meaning: 'Rewards come from one account, the reward payer, which must approve LockingInfo.',
      causes: ['The allowance of the reward payer was used up.'],
      hints: ['Nothing is lost: the batch is paid once the payer renews its allowance.'],
      source: 'LockingInfo.distributeReward: safeTransferFrom(rewardPayer)',
      check: 'reward-payer',
    },
    {
      subject: 'ERC20: transfer amount exceeds balance',
      calls: [...LOCKS, 'METIS.transfer', 'METIS.transferFrom'],
      code: 'METIS_BALANCE_LOW',
      message: 'The sending account does not have enough METIS.',
      meaning: 'The METIS to lock must be on L1, in the account of the owner.',
      causes: ['The METIS is on L2, or in another account.', 'The amount has too many digits.'],
      hints: ['Run `metis-seq sequencer eligible` to see the balance that counts.'],
      source: 'ERC20._transfer',
      check: 'metis',
      foretoldBy: [{rule: 'metis-balance'}],
    },
    {
      subject: 'ERC20: transfer amount exceeds balance',
      calls: REWARD_BATCH,
      code: 'METIS_BALANCE_LOW',
      message: 'The reward payer does not have enough METIS for the reward batch.',
      meaning: 'Rewards come from one account, the reward payer, whose METIS has run out.',
      causes: ['The reward payer was not topped up.'],
      hints: ['Nothing is lost: the batch is paid once the payer has METIS again.'],
      source: 'LockingInfo.distributeReward',
      check: 'reward-payer',
    },
    ...lstRefusals.ofToken,
    {
      subject: 'ERC20: decreased allowance below zero',
      calls: TOKENS.map((token) => `${token}.decreaseAllowance`),
      code: 'ALLOWANCE_MISSING',
      message: 'The allowance is smaller than the amount to subtract.',
      meaning: 'An allowance cannot go below zero.',
      causes: ['It has been used since.'],
    },
    ...[
      'ERC20: transfer from the zero address',
      'ERC20: transfer to the zero address',
      'ERC20: mint to the zero address',
      'ERC20: burn from the zero address',
      'ERC20: approve from the zero address',
      'ERC20: approve to the zero address',
    ].map((subject) => ({
      subject,
      code: 'NULL_ADDRESS' as const,
      message: 'The token rejects the zero address.',
      meaning: 'Nobody holds the zero address, so tokens sent there would be lost.',
      causes: ['An address is missing in the call, or in the settings of a contract.'],
    })),
  ]),
  ...entriesOf({kind: 'text', contracts: ['MetisView'], source: 'MetisView.sol'}, [
    {
      subject: 'METIS: the engine did not move the balance',
      calls: ['METIS.transfer', 'METIS.transferFrom'],
      code: 'METIS_REFUSED',
      message: 'The engine of the local network did not move the METIS.',
      meaning: 'On a local network the engine itself moves METIS that is used as a token.',
      causes: ['The engine was started without that mode.', 'The call had too little gas.'],
    },
    {
      subject: 'METIS: native balance moves only by value transfer',
      calls: ['METIS.transfer', 'METIS.transferFrom', 'MetisView.transfer'],
      code: 'METIS_IS_NATIVE',
      message: 'METIS on this L2 moves as the value of a transaction, not as a token.',
      meaning:
        'METIS is the native coin of L2. The token view of the local network shows balances and allowances but cannot move them.',
      causes: ['A program used transfer or transferFrom of the token view.'],
      hints: ['Send METIS as the value of a transaction.'],
    },
  ]),
]
