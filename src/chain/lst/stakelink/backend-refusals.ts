import {brief, entriesOf} from '../../explain/entry.ts'

const PROVIDER = 'This call is for the provider.'
const BETWEEN = 'It is a step between L1 and L2, not for users.'
const causes = ['This call is for the provider, not for users.']

const ofMessages = entriesOf(
  {
    ...{kind: 'error', contracts: ['L2Transmitter', 'L1Transmitter'], causes},
    source: 'stake.link L2Transmitter.sol, L1Transmitter.sol',
  },
  [
    ...brief('NOT_FOR_PEOPLE', {
      'InvalidSender()': ['The message or the METIS comes from an unexpected sender.', BETWEEN],
      'InvalidSourceChain()': ['The message comes from another chain than expected.', BETWEEN],
      'InvalidRouter(address)': ['The message router is not the configured one.', BETWEEN],
    }),
    ...brief('LIQUIDITY_LOW', {
      'NoTokensAvailable()': ['There is no METIS to forward.', BETWEEN],
      'InvalidTransfer()': ['No METIS from L1 has arrived that is expected.', BETWEEN],
    }),
    ...brief('LST_REFUSES', {
      'CannotExecuteWithdrawals()': ['Queued withdrawals cannot be paid now.', BETWEEN],
      'InsufficientTimeElapsed()': [
        'The last update is too recent.',
        'L2 and L1 tell each other their totals once a week; anyone may start it then.',
      ],
    }),
  ],
)

const ofRouters = entriesOf(
  {
    ...{kind: 'error', contracts: ['CcipL1Router', 'CcipL2Router'], causes},
    source: 'CcipL1Router.sol, CcipL2Router.sol',
  },
  [
    ...brief('BRIDGE_REFUSES', {
      'UnsupportedDestinationChain(uint64)': [
        'The router does not serve the chain of the message.',
        'On a local network it serves the other chain of the network alone.',
      ],
    }),
    ...brief('BRIDGE_FEE_LOW', {
      'InsufficientFeeTokenAmount()': [
        'The call brings less than the message costs.',
        'The router says its price before, and takes no less.',
      ],
    }),
    ...brief('NOT_FOR_PEOPLE', {
      'NotFromL1Router()': ['The message did not come from the router on L1.', BETWEEN],
    }),
    ...brief('ALREADY_DONE', {
      'AlreadyDelivered(bytes32)': [
        'The message was already delivered.',
        'Each message is delivered once.',
      ],
    }),
  ],
)

const ofPools = entriesOf(
  {
    ...{kind: 'error', contracts: ['PriorityPool', 'StakingPool', 'L2Strategy'], causes},
    source: 'stake.link PriorityPool.sol, StakingPool.sol, L2Strategy.sol',
  },
  [
    ...brief('NOT_FOR_PEOPLE', {
      'UnauthorizedToken()': [
        'The contract does not take this token.',
        'stake.link takes METIS and its own staking token.',
      ],
    }),
    ...brief('AMOUNT_OUT_OF_RANGE', {
      'InvalidValue()': ['No tokens were sent along with the call.', 'It must be more than zero.'],
      'InvalidDeposit()': ['The deposit does not fit into the strategies.', PROVIDER],
      'InsufficientDepositRoom()': [
        'The pool has no room for queued METIS.',
        'Anyone may stake queued METIS once there is room.',
      ],
    }),
    ...brief('LIQUIDITY_LOW', {
      'ExceedsTokensInTransitFromL1()': ['More METIS arrived than was sent from L1.', BETWEEN],
      'NothingStaked()': ['Nothing is staked in the pool.', 'A gift would belong to nobody.'],
      'NoRewards()': ['The account has no rewards of an operator.', 'Operators earn on L1.'],
    }),
    ...brief('LST_PAUSED', {
      'PoolClosed()': ['The pool is closed.', 'The provider closed it, usually after a loss.'],
      'PoolOpen()': ['The pool is already open.', 'Only a closed pool can be opened.'],
      'StatusAlreadySet()': ['The pool already has that status.', PROVIDER],
      'CannotSetClosedStatus()': ['The pool cannot be closed by this account.', PROVIDER],
      'NoLossDetected()': ['No loss was detected.', 'The pool is closed only after a loss.'],
    }),
    ...brief('LST_REFUSES', {
      'FeesTooLarge()': ['The fees are set too high.', PROVIDER],
      'NoUpkeepNeeded()': ['There is nothing to pay, or the last batch is too recent.', PROVIDER],
    }),
  ],
)

const ofVaults = entriesOf(
  {
    ...{kind: 'error', contracts: ['L1Strategy', 'SequencerVault'], causes},
    source: 'stake.link L1Strategy.sol, SequencerVault.sol',
  },
  brief('LST_REFUSES', {
    'ZeroAddress()': ['An address is the zero address.', PROVIDER],
    'AddressNotContract()': ['An address has no contract.', PROVIDER],
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
)

const ofSettings = entriesOf(
  {
    ...{kind: 'text', contracts: ['StakingPool', 'L2Strategy'], causes},
    source: 'stake.link StakingPool.sol, Strategy.sol',
  },
  brief('LST_REFUSES', {
    'StakingPool only': ['Only the staking pool moves METIS of the strategy.', PROVIDER],
    'Must be > 0 strategies to stake': ['The pool has no strategy to stake with.', PROVIDER],
    'Strategy does not exist': ['There is no strategy with that number.', PROVIDER],
    'Strategy already exists': ['The strategy is already in the pool.', PROVIDER],
    'newOrder.length must = strategies.length': ['The new order leaves strategies out.', PROVIDER],
    'all indices must be valid': ['The new order names a strategy twice.', PROVIDER],
    'Fee does not exist': ['There is no fee with that number.', PROVIDER],
    'Total fees must be <= 40%': ['The fees are set too high.', 'They may take 40 % at most.'],
    'MerkleProof: invalid multiproof': ['The proof is malformed.', PROVIDER],
  }),
)

const ofUpgrades = entriesOf(
  {
    kind: 'text',
    contracts: ['StakingPool', 'PriorityPool', 'WithdrawalPool', 'L2Strategy', 'L2Transmitter'],
    source: 'OpenZeppelin 4.9 UUPSUpgradeable',
    causes,
  },
  brief('UPGRADE_REFUSED', {
    'Function must be called through delegatecall': [
      'An upgrade goes through the proxy.',
      'The implementation behind it cannot upgrade itself.',
    ],
    'Function must be called through active proxy': [
      'An upgrade goes through the proxy in use.',
      'The proxy has another implementation by now.',
    ],
    'UUPSUpgradeable: must not be called through delegatecall': [
      'The question goes to the implementation.',
      'A proxy must not claim to be an implementation.',
    ],
  }),
)

/** Steps of the provider, on L2 and L1, and of the messages between them. */
export const stakelinkBackendReasons = [
  ...[...ofMessages, ...ofRouters, ...ofPools],
  ...[...ofVaults, ...ofSettings, ...ofUpgrades],
]
