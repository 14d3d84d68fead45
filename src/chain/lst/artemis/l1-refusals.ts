import {entriesOf} from '../../explain/entry.ts'

const STATUS = 'Run `metis-seq lst provider status artemis` to see its pools.'

/** Revert reasons of the Artemis contracts on L1, which only its operator meets. */
export const artemisL1Reasons = [
  ...entriesOf({kind: 'text', contracts: ['L1StakingPool'], source: 'StakingPool.sol'}, [
    {
      subject: 'StakingPool: only manager',
      calls: [
        'L1StakingPool.bindSequencer',
        'L1StakingPool.claimRewards',
        'L1StakingPool.increaseStakingAmount',
        'L1StakingPool.unlockClaim',
        'L1StakingPool.unlockSequencer',
        'L1StakingPool.withdrawStakingAmount',
      ],
      code: 'NOT_FOR_PEOPLE',
      message: 'Only the manager of Artemis may call its pools.',
      meaning: 'An admin calls the manager, which calls the pool.',
      causes: ['The call was sent to the pool instead of the manager.'],
      hints: [STATUS],
    },
    {
      subject: 'StakingPool: sequencer bound',
      calls: ['L1StakingPool.bindSequencer', 'L1StakingPoolManager.bindSequencerFor'],
      code: 'OWNER_HAS_SEQUENCER',
      message: 'The pool owns a sequencer already.',
      meaning: 'A pool owns one sequencer; another one needs another pool.',
      causes: ['The pool is in use.'],
      hints: [STATUS],
    },
    {
      subject: 'StakingPool: cannot stake',
      calls: ['L1StakingPool.increaseStakingAmount', 'L1StakingPoolManager.stake'],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The lock of the pool would be above the maximum, or the pool has no sequencer.',
      meaning: 'A pool never locks more than LockingInfo allows.',
      causes: ['The amount does not fit.', 'No sequencer is bound to the pool.'],
      hints: ['Run `metis-seq lst provider relock artemis`, which locks as much as fits.'],
    },
    {
      subject: 'StakingPool: no sequencer',
      calls: ['L1StakingPool.getRewards', 'L1StakingPool.canStake'],
      code: 'CONTRACT_MISCONFIGURED',
      message: 'The pool cannot read its sequencer in LockingPool.',
      meaning: 'LockingPool has another interface than the pool expects.',
      causes: ['The pool points at another contract.'],
      hints: [STATUS],
    },
  ]),
  ...entriesOf(
    {kind: 'text', contracts: ['L1StakingPoolManager'], source: 'StakingPoolManager.sol'},
    [
      {
        subject: 'StakingPoolManager: unknown pool',
        code: 'NOT_FOR_PEOPLE',
        message: 'The manager of Artemis does not have this pool.',
        meaning: 'Only pools that were created by the manager or added to it can be used.',
        causes: ['The address is that of another contract, or the pool was removed.'],
        hints: [STATUS],
      },
      {
        subject: 'StakingPoolManager: pool added',
        calls: ['L1StakingPoolManager.addPool', 'L1StakingPoolManager.createPool'],
        code: 'ALREADY_DONE',
        message: 'The manager of Artemis has this pool already.',
        meaning: 'Every pool is added once.',
        causes: ['An earlier call added it.'],
        hints: [STATUS],
      },
      {
        subject: 'StakingPoolManager: no pool',
        calls: ['L1StakingPoolManager.claimRewards'],
        code: 'CONTRACT_MISCONFIGURED',
        message: 'Artemis has no pool, so there are no rewards to claim.',
        meaning: 'Rewards belong to sequencers, and every sequencer belongs to a pool.',
        causes: ['No pool was created yet.'],
        hints: [STATUS],
      },
    ],
  ),
]
