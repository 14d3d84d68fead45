import {entriesOf} from '../../explain/entry.ts'
import type {LstRefusals} from '../refusals.ts'
import {stakelinkBackendReasons} from './backend-refusals.ts'

const POSITION = 'Run `metis-seq lst position stakelink` to see the balances of the account.'
const REQUESTS = 'Run `metis-seq lst requests stakelink` to see the withdrawals of the account.'
const LIST = 'Run `metis-seq lst list` to see the state of the provider.'
const PREVIEW = 'Run `metis-seq lst withdraw stakelink AMOUNT --dry-run` to see how it is paid.'

/** Answers of the contracts that a precondition foretells. */
export const stakelinkWords = {
  nothing: 'InvalidAmount()',
  depositsClosed: 'DepositsDisabled()',
  withdrawalsClosed: 'WithdrawalsDisabled()',
  queuePaused: 'Pausable: paused',
  tooLittle: 'WithdrawFailed()',
  inTree: 'InvalidProof()',
  balance: 'Transfer amount exceeds balance',
  notAuthorized: 'SenderNotAuthorized()',
  updatedRecently: 'InsufficientTimeElapsed()',
  noUpkeep: 'NoUpkeepNeeded()',
} as const

const IN = 'PriorityPool.deposit'
const OUT = 'PriorityPool.withdraw'
const UNQUEUE = 'PriorityPool.unqueueTokens'
const CLAIM = 'WithdrawalPool.withdraw'

/** What users meet. */
const userErrors = entriesOf(
  {kind: 'error', contracts: ['PriorityPool'], source: 'stake.link PriorityPool.sol', check: 'lst'},
  [
    {
      subject: stakelinkWords.nothing,
      calls: [IN, OUT, UNQUEUE],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The amount of the call is zero.',
      meaning: 'A deposit, a withdrawal and unqueueing need an amount above zero.',
      causes: ['The amount is missing, or rounds to zero.'],
      hints: [POSITION],
    },
    {
      subject: stakelinkWords.depositsClosed,
      calls: [IN, 'PriorityPool.depositQueuedTokens', 'PriorityPool.performUpkeep'],
      code: 'LST_PAUSED',
      message: 'stake.link takes no deposits at the moment.',
      meaning:
        'Its pool is draining or closed. While it drains, withdrawals go on; while it is closed, they stop too, and only what is finalized is paid.',
      causes: ['The provider winds down.', 'A loss was found, and the pool was closed.'],
      hints: [LIST],
    },
    {
      subject: stakelinkWords.withdrawalsClosed,
      calls: [OUT, 'StakingPool.transferAndCall'],
      code: 'LST_PAUSED',
      message: 'stake.link takes no withdrawals at the moment.',
      meaning:
        'Its pool is closed, which happens after a loss. Queued METIS can be taken back, and withdrawals that are finalized are paid.',
      causes: ['The provider closed the pool.'],
      hints: [LIST, REQUESTS],
    },
    {
      subject: 'InsufficientLiquidity()',
      contracts: ['PriorityPool', 'L2Strategy'],
      calls: [OUT],
      code: 'LIQUIDITY_LOW',
      message: 'Not enough METIS is on L2 to pay the withdrawal at once.',
      meaning:
        'The rest is locked on L1 and comes back through the queue of withdrawals. The call was made without joining it.',
      causes: ['The METIS was withdrawn by others since the preview.'],
      hints: [PREVIEW],
    },
    {
      subject: stakelinkWords.tooLittle,
      calls: [OUT],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'Nothing can be paid at once, and the amount is too small for the queue.',
      meaning: 'The queue of withdrawals has a minimum; less than that is handed back.',
      causes: ['The amount is below the minimum, 1 stMETIS on mainnet.'],
      hints: [PREVIEW, 'Withdraw more at once.'],
    },
    {
      subject: stakelinkWords.inTree,
      calls: [UNQUEUE, OUT, 'PriorityPool.claimLSDTokens'],
      code: 'LST_REFUSES',
      message: 'The proof of the queued METIS is missing or out of date.',
      meaning:
        'Some of what the account queued was staked, and the list of who gets how much is published off chain. For those on the list, the call needs their entry and its proof.',
      causes: ['A distribution was made since the METIS was queued.'],
      hints: ['Use the page of the provider, which has the current list.'],
    },
    {
      subject: 'InsufficientQueuedTokens()',
      calls: [UNQUEUE, 'PriorityPool.depositQueuedTokens', 'PriorityPool.performUpkeep'],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'Less METIS is queued than the call needs.',
      meaning: 'Queued METIS is staked as soon as there is room, and swapped for withdrawals.',
      causes: ['It was staked or swapped since.'],
      hints: [POSITION],
    },
    {
      subject: 'InsufficientBalance()',
      calls: [UNQUEUE],
      code: 'LST_BALANCE_LOW',
      message: 'The account has less METIS in the queue than the call takes.',
      meaning: 'Only METIS that the account itself queued can be taken back.',
      causes: ['The amount is larger than what was queued.'],
      hints: [POSITION],
    },
    {
      subject: 'NothingToClaim()',
      calls: ['PriorityPool.claimLSDTokens'],
      code: 'NOTHING_TO_CLAIM',
      message: 'No stMETIS of earlier queued METIS is left to claim.',
      meaning: 'It is handed out by distributions, and each entry pays once.',
      causes: ['It was claimed before.', 'The distribution has not been made.'],
      hints: [POSITION],
    },
  ],
)

const queueErrors = entriesOf(
  {kind: 'error', contracts: ['WithdrawalPool'], source: 'stake.link WithdrawalPool.sol'},
  [
    {
      subject: 'InvalidWithdrawalId()',
      calls: [CLAIM, 'WithdrawalPool.forceWithdraw'],
      code: 'WITHDRAW_NOT_READY',
      message: 'The withdrawal is not finalized, or the batch in the call is not its own.',
      meaning: 'A withdrawal is paid at the price of the batch that finalized it.',
      causes: ['It still waits.', 'The call names another batch.'],
      hints: [REQUESTS],
      check: 'lst',
    },
    {
      subject: 'AmountTooSmall()',
      calls: ['WithdrawalPool.queueWithdrawal', OUT],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The withdrawal is below the minimum of the queue.',
      meaning: 'Smaller rests are handed back as stMETIS.',
      causes: ['The amount is below the minimum.'],
      hints: [PREVIEW],
    },
    {
      subject: stakelinkWords.notAuthorized,
      contracts: ['L1Transmitter'],
      calls: ['L1Transmitter.depositQueuedTokens'],
      code: 'ROLE_MISSING',
      message: 'The account does not decide which vault of stake.link gets METIS.',
      meaning: 'The transmitter on L1 names one account for that, its deposit controller.',
      causes: ['The profile has another account.', 'The provider named another account.'],
      hints: ['Use the profile of the deposit controller: `--profile NAME`.'],
    },
    {
      subject: 'SenderNotAuthorized()',
      contracts: [
        ...['WithdrawalPool', 'PriorityPool', 'StakingPool', 'L2Strategy'],
        ...['L1Strategy', 'SequencerVault'],
      ],
      code: 'NOT_FOR_PEOPLE',
      message: 'The sending account may not make this call of stake.link.',
      meaning:
        'Most functions are for other contracts of the provider. A withdrawal is paid to the account that asked for it, once.',
      causes: ['The withdrawal belongs to another account, or was paid.', 'The call is internal.'],
      hints: [REQUESTS],
    },
  ],
)

const tokenReasons = entriesOf(
  {kind: 'text', contracts: ['StakingPool'], source: 'stake.link StakingRewardsPool.sol'},
  [
    ...[stakelinkWords.balance, 'Burn amount exceeds balance'].map((subject) => ({
      subject,
      calls: [OUT, 'WrappedSDToken.wrap', 'StakingPool.transfer', 'StakingPool.burn'],
      code: 'LST_BALANCE_LOW' as const,
      message: 'The account has less stMETIS than the call takes.',
      meaning: 'Balances are shares of the pool, so a loss makes them smaller.',
      causes: ['The amount is larger than the balance.'],
      hints: [POSITION],
    })),
    ...[
      'Transfer from the zero address',
      'Transfer to the zero address',
      'Mint to the zero address',
      'Burn from the zero address',
    ].map((subject) => ({
      subject,
      code: 'NULL_ADDRESS' as const,
      message: 'The token rejects the zero address.',
      meaning: 'Nobody holds the zero address, so tokens sent there would be lost.',
      causes: ['An address is missing in the call.'],
    })),
    {
      subject: 'Not enough liquidity available to withdraw',
      calls: [OUT, 'WithdrawalPool.performUpkeep'],
      code: 'LIQUIDITY_LOW',
      message: 'The pool has less METIS on L2 than the withdrawal takes.',
      meaning: 'The rest is locked on L1, or on its way.',
      causes: ['Others were paid first.'],
      hints: [PREVIEW],
      check: 'lst',
    },
  ],
)

const wrapReasons = entriesOf(
  {kind: 'text', contracts: ['WrappedSDToken'], source: 'stake.link WrappedSDToken.sol'},
  [
    {
      subject: 'Amount must be > 0',
      calls: ['WrappedSDToken.wrap', 'WrappedSDToken.unwrap', 'StakingPool.transferAndCall'],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The amount to wrap or unwrap is zero.',
      meaning: 'It must be above zero.',
      causes: ['The amount is missing.'],
      hints: [POSITION],
    },
    {
      subject: 'Sender must be staking derivative token',
      calls: ['WrappedSDToken.onTokenTransfer'],
      code: 'NOT_FOR_PEOPLE',
      message: 'Only stMETIS can be sent to wstMETIS for wrapping.',
      meaning: 'The function is called by the token that is sent.',
      causes: ['Another token was sent along with a call.'],
    },
  ],
)

const pauseReasons = entriesOf(
  {kind: 'text', contracts: ['PriorityPool'], source: 'OpenZeppelin 4.9 Pausable', check: 'lst'},
  [
    {
      subject: stakelinkWords.queuePaused,
      calls: [IN, OUT, UNQUEUE],
      code: 'LST_PAUSED',
      message: 'The queue of deposits is paused.',
      meaning:
        'The provider works out who gets the stMETIS of queued METIS. Until that is published, nothing can be queued or taken back; deposits that find room are not affected.',
      causes: ['A distribution is being made, which takes hours.'],
      hints: [LIST],
    },
    {
      subject: 'Pausable: not paused',
      calls: ['PriorityPool.updateDistribution'],
      code: 'LST_REFUSES',
      message: 'A distribution needs a paused queue.',
      meaning: 'The provider pauses the queue first.',
      causes: ['This call is for the provider, not for users.'],
    },
  ],
)

const ON_L2 = ['PriorityPool', 'StakingPool', 'WithdrawalPool', 'L2Strategy', 'L2Transmitter']
const ON_L1 = ['L1Strategy', 'L1Transmitter', 'SequencerVault']

export const stakelinkRefusals: LstRefusals = {
  owned: [...ON_L2, ...ON_L1, 'CcipL1Router'],
  proxied: [...ON_L2, ...ON_L1],
  tokens: ['StakingPool', 'WrappedSDToken'],
  casting: ['SequencerVault'],
  bridging: ['L2Transmitter.executeUpdate'],
  tickets: [],
  vaults: [],
  permits: [],
  guarded: [],
  ofToken: [],
  own: [
    ...[...userErrors, ...queueErrors, ...tokenReasons, ...wrapReasons],
    ...[...pauseReasons, ...stakelinkBackendReasons],
  ],
  roles: [],
  payments: [],
  queues: [],
}
