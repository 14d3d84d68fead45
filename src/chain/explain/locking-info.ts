import {entriesOf} from './entry.ts'

/** Reasons of LockingInfo, the escrow that LockingPool calls. */
export const lockingInfoReasons = entriesOf(
  {kind: 'text', contracts: ['LockingInfo'], source: 'LockingInfo.sol'},
  [
    {
      subject: 'invalid amount',
      calls: [
        'LockingPool.lockFor',
        'LockingPool.lockWithRewardRecipient',
        'LockingInfo.newSequencer',
      ],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The resulting amount is outside the minimum and maximum lock.',
      meaning:
        'At registration: the first lock must lie between minLock and maxLock (20,000 and 100,000 METIS unless governance changed them).',
      causes: ['The amount is too small or too large.', 'Governance moved a limit meanwhile.'],
      hints: ['Run `metis-seq stake show` to see both limits.'],
      source: 'LockingInfo.newSequencer: minLock <= amount <= maxLock',
      check: 'limits',
    },
    {
      subject: 'invalid amount',
      calls: ['LockingPool.withdraw', 'LockingInfo.withdrawLocking'],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The withdrawal is zero, or leaves less than the minimum lock.',
      meaning:
        'At a withdrawal: something must be taken out, and at least minLock must stay locked. To take everything, exit instead.',
      causes: ['The amount is zero.', 'Less than minLock would stay.'],
      hints: ['Run `metis-seq stake plan` to see how much can be taken out.'],
      source: 'LockingInfo.withdrawLocking: amount > 0 and rest >= minLock',
      check: 'limits',
    },
    {
      subject: 'locked>maxLock',
      calls: ['LockingPool.relock', 'LockingInfo.increaseLocked'],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The resulting amount is above the maximum lock.',
      meaning:
        'What is locked, what is added and a relocked reward together may reach maxLock only.',
      causes: ['The amount is too large.', 'The reward that is locked as well takes the room.'],
      hints: ['Run `metis-seq stake show` to see how much can be added.'],
      source: 'LockingInfo.increaseLocked',
      check: 'limits',
    },
    {
      subject: 'No new locked added',
      calls: ['LockingPool.relock', 'LockingInfo.increaseLocked'],
      code: 'NOTHING_TO_LOCK',
      message: 'The call would lock nothing.',
      meaning: 'An increase must add METIS, a reward, or both.',
      causes: ['The amount is zero, and there is no reward to lock.'],
      hints: ['Run `metis-seq reward show` to see the reward, or name an amount above zero.'],
      source: 'LockingInfo.increaseLocked',
      check: 'limits',
    },
    {
      subject: 'Not manager',
      code: 'NOT_MANAGER',
      message: 'Only LockingPool may call this function of LockingInfo.',
      meaning:
        'LockingInfo holds the METIS and obeys LockingPool alone. People call LockingPool; to LockingInfo they only give an allowance.',
      causes: ['A call was sent to LockingInfo instead of LockingPool.'],
      hints: ['Run `metis-seq network show` to see both addresses.'],
      source: 'LockingInfo.onlyManager',
    },
    {
      subject: 'manager has been initialized',
      calls: ['LockingInfo.initManager'],
      code: 'ALREADY_INITIALIZED',
      message: 'LockingInfo has its manager already.',
      meaning: 'The manager is set once, when the contracts are deployed.',
      causes: ['A deployment script ran twice.'],
      source: 'LockingInfo.initManager',
    },
    {
      subject: '_minLock=0',
      calls: ['LockingInfo.setMinLock'],
      code: 'SETTING_INVALID',
      message: 'The minimum lock cannot be zero.',
      meaning: 'Only the owner of LockingInfo changes it.',
      causes: ['A proposal of governance carries a zero.'],
      source: 'LockingInfo.setMinLock',
    },
    {
      subject: 'maxLock<minLock',
      calls: ['LockingInfo.setMaxLock'],
      code: 'SETTING_INVALID',
      message: 'The maximum lock cannot be below the minimum.',
      meaning: 'Only the owner of LockingInfo changes it.',
      causes: ['The limits are changed in the wrong order.'],
      source: 'LockingInfo.setMaxLock',
    },
  ],
)
