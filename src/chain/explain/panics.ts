import {entriesOf} from './entry.ts'

/** Faults that the Solidity compiler itself raises, by their code. */
export const panics = entriesOf(
  {kind: 'panic', contracts: [], source: 'Solidity, Panic(uint256)'},
  [
    {
      subject: '0x11',
      calls: ['LockingPool.withdraw'],
      contracts: ['LockingPool'],
      code: 'AMOUNT_OUT_OF_RANGE',
      message: 'The withdrawal is larger than what is locked.',
      meaning:
        'LockingPool subtracts the amount from the lock before it checks any limits, and a result below zero is an arithmetic error.',
      causes: ['The amount is above the locked amount.'],
      hints: ['Run `metis-seq stake plan` to see how much can be withdrawn.'],
      source: 'LockingPool.withdraw: underflow of the locked amount',
      check: 'limits',
      foretoldBy: [{rule: 'within-lock'}],
    },
    {
      subject: '0x11',
      code: 'CONTRACT_PANIC',
      message: 'The arithmetic of the contract under- or overflows.',
      meaning: 'An amount in the call is larger than the value it is subtracted from.',
      causes: ['The amount is too large.'],
    },
    {
      subject: '0x00',
      code: 'CONTRACT_PANIC',
      message: 'The contract panics for a general reason.',
      meaning: 'The compiler inserted this; there is no further detail.',
      causes: ['A bug in the contract.'],
    },
    {
      subject: '0x01',
      code: 'CONTRACT_PANIC',
      message: 'An assertion in the contract failed.',
      meaning: 'A state that its authors considered impossible has occurred.',
      causes: ['A bug in the contract.'],
    },
    {
      subject: '0x12',
      code: 'CONTRACT_PANIC',
      message: 'The contract divides by zero.',
      meaning: 'A total that should not be empty is empty.',
      causes: ['A pool without deposits.', 'A rate that was never set.'],
    },
    {
      subject: '0x21',
      code: 'CONTRACT_PANIC',
      message: 'A number in the call is not a valid enum value.',
      meaning: 'Enums such as a status are numbers, and this one is out of range.',
      causes: ['The call was built by hand.'],
    },
    {
      subject: '0x22',
      code: 'CONTRACT_PANIC',
      message: 'The contract read stored bytes with an invalid encoding.',
      meaning: 'Its storage is damaged, usually by an upgrade.',
      causes: ['A faulty upgrade.'],
    },
    {
      subject: '0x31',
      code: 'CONTRACT_PANIC',
      message: 'The contract removes an element from an empty list.',
      meaning: 'The list is empty.',
      causes: ['The list has been emptied since.'],
    },
    {
      subject: '0x32',
      code: 'CONTRACT_PANIC',
      message: 'The contract reads past the end of a list.',
      meaning: 'An index in the call is too high.',
      causes: ['An index is wrong.'],
    },
    {
      subject: '0x41',
      code: 'CONTRACT_PANIC',
      message: 'The contract needs more memory than there is.',
      meaning: 'A length in the call is impossibly large.',
      causes: ['The call data is damaged.'],
    },
    {
      subject: '0x51',
      code: 'CONTRACT_PANIC',
      message: 'The contract calls an uninitialized function pointer.',
      meaning: 'Part of it is not initialized.',
      causes: ['A bug in the contract.'],
    },
  ],
)
