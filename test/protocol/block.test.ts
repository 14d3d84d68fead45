import {keccak256} from 'viem'
import {expect, test} from 'vitest'

import {
  hasValidSignatures,
  InvalidBlockError,
  parseSealedBlock,
  type SealedBlock,
} from '../../src/protocol/block.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {signBlock} from '../helpers/sign-block.ts'

const CHAIN = 108_800
const limits = {maxTransactions: 3, maxTransactionBytes: 4}
const signer = accountOf('signer')
const unsigned = {
  number: 101,
  hash: keccak256('0x01'),
  parentHash: keccak256('0x02'),
  stateRoot: keccak256('0x03'),
  timestamp: 1_700_000_000,
}
const sealed = signBlock({...unsigned, transactions: ['0xaabb', '0xcc']}, CHAIN, signer)
const empty = signBlock({...unsigned, transactions: []}, CHAIN, signer)

test('a signed block is valid, also after a trip through JSON', () => {
  for (const block of [sealed, empty]) {
    const received = parseSealedBlock(JSON.parse(JSON.stringify(block)), limits)
    expect(received).toEqual(block)
    expect(hasValidSignatures(received, CHAIN)).toBe(true)
  }
  expect(empty.seqSign).toBeNull()
})

test.each([
  ['another number', {...sealed, number: 102}],
  ['another hash', {...sealed, hash: keccak256('0x04')}],
  ['another signer', {...sealed, signer: accountOf('other').address.toLowerCase()}],
  ['another parent', {...sealed, parentHash: keccak256('0x04')}],
  ['another state root', {...sealed, stateRoot: keccak256('0x04')}],
  ['another time', {...sealed, timestamp: 1}],
  ['another last transaction', {...sealed, transactions: ['0xaabb', '0xcd']}],
  ['a transaction less', {...sealed, transactions: ['0xaabb']}],
  ['another first transaction', {...sealed, transactions: ['0xaabc', '0xcc']}],
  ['no sequencer signature', {...sealed, seqSign: null}],
  ['a sequencer signature on an empty block', {...empty, seqSign: sealed.seqSign}],
  ['a signature of zeros', {...sealed, signature: `0x${'00'.repeat(65)}`}],
])('not valid: %s', (_name, block) => {
  expect(hasValidSignatures(block as SealedBlock, CHAIN)).toBe(false)
})

test('a block of one chain is not valid on another', () => {
  expect(hasValidSignatures(sealed, 1088)).toBe(false)
})

test.each([
  ['not an object', []],
  ['null', null],
  ['a missing field', {...sealed, hash: undefined}],
  ['a number as text', {...sealed, number: '101'}],
  ['a fraction', {...sealed, timestamp: 1.5}],
  ['a negative number', {...sealed, number: -1}],
  ['a short hash', {...sealed, hash: '0x01'}],
  ['upper-case hex', {...sealed, hash: sealed.hash.toUpperCase().replace('0X', '0x')}],
  ['transactions that are no list', {...sealed, transactions: '0x'}],
  ['too many transactions', {...sealed, transactions: ['0x01', '0x01', '0x01', '0x01']}],
  ['a transaction that is too long', {...sealed, transactions: ['0x0102030405']}],
  ['a transaction of odd length', {...sealed, transactions: ['0x010']}],
  ['a transaction that is no text', {...sealed, transactions: [7]}],
])('not a block: %s', (_name, value) => {
  expect(() => parseSealedBlock(value, limits)).toThrow(InvalidBlockError)
})
