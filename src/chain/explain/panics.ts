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
        'LockingPool takes the amount off what is locked before it looks at limits, and a number below zero is an arithmetic fault.',
      causes: ['The amount is above the locked amount.'],
      hints: ['Run `metis-seq stake plan` to see how much can be taken out.'],
      source: 'LockingPool.withdraw: underflow of the locked amount',
      check: 'limits',
      foretoldBy: [{rule: 'within-lock'}],
    },
    {
      subject: '0x11',
      code: 'CONTRACT_PANIC',
      message: 'The contract calculates below zero or above the largest number.',
      meaning: 'An amount in the call is larger than what it is taken off.',
      causes: ['The amount is too large.'],
    },
    {
      subject: '0x00',
      code: 'CONTRACT_PANIC',
      message: 'The contract panics for a general reason.',
      meaning: 'The compiler put this in; it says nothing more.',
      causes: ['A fault of the contract.'],
    },
    {
      subject: '0x01',
      code: 'CONTRACT_PANIC',
      message: 'The contract contradicts itself: an assertion does not hold.',
      meaning: 'Something that its authors held for impossible has happened.',
      causes: ['A fault of the contract.'],
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
      message: 'A number in the call stands for no known choice.',
      meaning: 'Choices such as a status are numbers, and this one is out of range.',
      causes: ['The call was built by hand.'],
    },
    {
      subject: '0x22',
      code: 'CONTRACT_PANIC',
      message: 'The contract finds stored bytes that are encoded wrongly.',
      meaning: 'Its storage is damaged, usually by an upgrade.',
      causes: ['A faulty upgrade.'],
    },
    {
      subject: '0x31',
      code: 'CONTRACT_PANIC',
      message: 'The contract takes something from an empty list.',
      meaning: 'There is nothing to take.',
      causes: ['The list was emptied meanwhile.'],
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
      message: 'The contract wants more memory than there is.',
      meaning: 'A length in the call is impossibly large.',
      causes: ['The call data is damaged.'],
    },
    {
      subject: '0x51',
      code: 'CONTRACT_PANIC',
      message: 'The contract calls a function that was never set.',
      meaning: 'A part of it is not set up.',
      causes: ['A fault of the contract.'],
    },
  ],
)
