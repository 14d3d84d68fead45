import {entriesOf} from '../../explain/entry.ts'

const NOT_FOR_USERS = ['This call is for the provider, not for users.']

/** Steps of the provider's backend, on L2 and L1, and of the messages between them. */
export const enkiBackendReasons = [
  ...entriesOf({kind: 'text', contracts: ['EMetisMinter'], source: 'Enki EMetisMinter.sol'}, [
    ...[
      'EMetisMinter: caller is not the crossDomainMessenger',
      'EMetisMinter: caller is not the l1Dealer',
    ].map((subject) => ({
      subject,
      calls: ['EMetisMinter.mintFromL1', 'L2Messenger.relayMessage'],
      code: 'NOT_FOR_PEOPLE' as const,
      message: 'Only the dealer of Enki on L1 mints rewards, through the messenger.',
      meaning: 'Rewards of its sequencers are minted as eMETIS by a message from L1.',
      causes: ['The call was sent directly.', 'The message comes from another account on L1.'],
    })),
    {
      subject: 'EMetisMinter: insufficient balance',
      calls: ['EnkiRewardDispatcher.withdrawTreasury'],
      code: 'LIQUIDITY_LOW',
      message: 'The minter holds less METIS than the treasury wants.',
      meaning: 'The METIS is on L1 or in the redemption queue.',
      causes: NOT_FOR_USERS,
    },
  ]),
  ...entriesOf({kind: 'text', contracts: ['EMetis'], source: 'Enki EMetis.sol'}, [
    {
      subject: 'Only minters',
      calls: ['EMetis.minter_mint', 'EMetis.minter_burn_from'],
      code: 'NOT_FOR_PEOPLE',
      message: 'Only the minter and the redemption queue of Enki mint and burn eMETIS.',
      meaning: 'Users deposit METIS with EMetisMinter.',
      causes: ['The call was sent to the token instead of the minter.'],
      hints: ['Use `metis-seq lst deposit enki AMOUNT`.'],
    },
  ]),
  ...entriesOf(
    {
      kind: 'text',
      contracts: ['EMetisMinter', 'SeMetis', 'EnkiVesting', 'EnkiRedemptionQueue'],
      source: 'Enki Base.sol',
      causes: NOT_FOR_USERS,
    },
    [
      {
        subject: 'internal only',
        code: 'NOT_FOR_PEOPLE',
        message: 'Only another contract of Enki may make this call.',
        meaning: 'It is a step of a deposit, a withdrawal or a distribution of rewards.',
      },
      {
        subject: 'whenNotPaused: paused',
        code: 'LST_PAUSED',
        message: 'Enki is paused, and so are its rewards.',
        meaning: 'Rewards are neither minted nor dispatched meanwhile.',
      },
      {
        subject: 'onlyOperatorOrTimeLock: caller does not have the operator or timelock role',
        code: 'ROLE_MISSING',
        message: 'Only an operator of Enki, or its timelock, may make this call.',
        meaning: 'It collects fees, or returns tokens that were sent by mistake.',
      },
      {
        subject: 'recoverErc20: cannot recover hold token',
        code: 'LST_REFUSES',
        message: 'The token belongs to the users of the contract.',
        meaning: 'Only tokens that the contract does not use can be taken out.',
      },
      {
        subject: 'Base: not support Metis transfer',
        code: 'PAYMENT_REFUSED',
        message: 'The contracts of Enki take no native METIS.',
        meaning: 'METIS is deposited by an approval and a call of the minter, not by its value.',
        causes: ['METIS was sent with the call.'],
        hints: ['Use `metis-seq lst deposit enki AMOUNT`.'],
      },
    ],
  ),
  ...entriesOf(
    {
      kind: 'text',
      contracts: ['EnkiRewardDispatcher', 'EnkiConfig'],
      source: 'Enki RewardDispatcher.sol, Config.sol',
      causes: NOT_FOR_USERS,
    },
    [
      {
        subject: 'RewardDispatcher: no reward',
        code: 'NOTHING_TO_CLAIM',
        message: 'The dispatcher holds no eMETIS.',
        meaning: 'Rewards arrive by a message from L1, after the next reward batch.',
      },
      {
        subject: 'RewardDispatcher: insufficient balance',
        code: 'AMOUNT_OUT_OF_RANGE',
        message: 'The treasury withdraws more than its share.',
        meaning: 'Its share of the rewards is counted when they are dispatched.',
      },
      {
        subject: 'Config: above 100 %',
        code: 'SETTING_INVALID',
        message: 'A share or fee is set above 100 %.',
        meaning: 'Shares and fees are out of 1,000,000.',
      },
    ],
  ),
  ...entriesOf(
    {
      kind: 'text',
      contracts: ['EnkiDealer', 'EnkiSequencerAgent'],
      source: 'Enki Dealer.sol, SequencerAgent.sol',
      causes: NOT_FOR_USERS,
    },
    [
      ...['Dealer: zero address', 'SequencerAgent: zero address'].map((subject) => ({
        subject,
        code: 'NULL_ADDRESS' as const,
        message: 'An address in the call is the zero address.',
        meaning: 'The dealer and its agents need every contract that they work with.',
      })),
      {
        subject: 'SequencerAgent: zero amount',
        code: 'AMOUNT_OUT_OF_RANGE',
        message: 'The lock has no amount.',
        meaning: 'The amount of METIS must be within the limits of LockingPool.',
      },
      {
        subject: 'SequencerAgent: sequencer already locked',
        code: 'OWNER_HAS_SEQUENCER',
        message: 'The agent owns a sequencer already.',
        meaning: 'Each agent owns one sequencer; another one needs another agent.',
      },
      {
        subject: 'SequencerAgent: only dealer',
        code: 'NOT_FOR_PEOPLE',
        message: 'Only the dealer of Enki may order its agents.',
        meaning: 'The provider calls the dealer, which calls the agent.',
      },
      {
        subject: 'SequencerAgent: no sequencer data',
        code: 'CONTRACT_MISCONFIGURED',
        message: 'LockingPool does not return the sequencer of the agent.',
        meaning: 'The agent was set up with another contract.',
      },
      {
        subject: 'Dealer: no active sequencer',
        code: 'SEQUENCER_NOT_ACTIVE',
        message: 'The dealer has no active sequencer.',
        meaning: 'METIS can be locked only in sequencers that are active.',
      },
      {
        subject: 'Dealer: not active',
        code: 'SEQUENCER_NOT_ACTIVE',
        message: 'The sequencer of the agent is not active.',
        meaning: 'It was taken out of the list of active sequencers before.',
      },
      {
        subject: 'Dealer: already active',
        code: 'ALREADY_DONE',
        message: 'The sequencer of the agent is active already.',
        meaning: 'An agent is in the list of active sequencers once.',
      },
    ],
  ),
]
