/** What LockingPool paid, read from its calls and logs and held against the epochs on L2. */
import {encodeAbiParameters, encodeFunctionData, pad, toHex, type Address, type Hex} from 'viem'
import {expect, test} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import type {Epoch} from '../../src/protocol/epoch.ts'
import type {L1Log} from '../../src/protocol/l1-log.ts'
import {checkBatch} from '../../src/protocol/reward-check.ts'
import type {CreditEntry} from '../../src/protocol/reward-ledger.ts'
import {
  parseRelock,
  parseRewardBatch,
  parseRewardLogs,
  REWARD_TOPICS,
} from '../../src/protocol/reward-log.ts'

const [ours, theirs, third]: [Address, Address, Address] = [
  `0x${'a1'.repeat(20)}`,
  `0x${'b2'.repeat(20)}`,
  `0x${'c3'.repeat(20)}`,
]
const [pool, info]: [Address, Address] = [`0x${'d4'.repeat(20)}`, `0x${'e5'.repeat(20)}`]

const batchCall = (seqs: Address[], blocks: bigint[]): Hex =>
  encodeFunctionData({
    ...{abi: lockingPoolAbi, functionName: 'batchSubmitRewards'},
    args: [7n, 10n, 19n, seqs, blocks],
  })

test('the call that paid a batch: its numbers, and each signer with its blocks', () => {
  const call = batchCall([ours, theirs], [300n, 200n])
  expect(parseRewardBatch(call)).toEqual({
    ...{batchId: 7n, startEpoch: 10n, endEpoch: 19n, seqs: [ours, theirs], blocks: [300n, 200n]},
  })
  expect(parseRewardBatch(batchCall([], []))).toMatchObject({seqs: [], blocks: []})
})

test('what is not exactly that call says nothing', () => {
  const call = batchCall([ours, theirs], [300n, 200n])
  const withWord = (index: number, value: bigint): Hex =>
    `${call.slice(0, 10 + index * 64)}${pad(toHex(value)).slice(2)}${call.slice(74 + index * 64)}` as Hex
  expect(parseRewardBatch(`0x00000000${call.slice(10)}`)).toBeUndefined()
  expect(parseRewardBatch(call.slice(0, 10 + 2 * 64) as Hex)).toBeUndefined()
  // Arrays that differ in length, that reach past the end, or begin within the head or between two words.
  expect(parseRewardBatch(batchCall([ours, theirs], [300n]))).toBeUndefined()
  expect(parseRewardBatch(withWord(5, 99n))).toBeUndefined()
  for (const offset of [128n, 161n, 32n * 99n])
    expect(parseRewardBatch(withWord(3, offset)), `${offset}`).toBeUndefined()
})

test('a relock says what is added, and whether the reward is', () => {
  const call = (withReward: boolean): Hex =>
    encodeFunctionData({abi: lockingPoolAbi, functionName: 'relock', args: [3n, 5n, withReward]})
  expect(parseRelock(call(true))).toEqual({sequencerId: 3n, amountMetisWei: 5n, lockReward: true})
  expect(parseRelock(call(false))).toMatchObject({lockReward: false})
  expect(parseRelock(`${call(true)}00`)).toBeUndefined()
  expect(parseRelock(batchCall([], []))).toBeUndefined()
})

test('logs: each event by its contract; those of others are left out', () => {
  const [distribute, claim, relocked, locked, change] = REWARD_TOPICS as [Hex, Hex, Hex, Hex, Hex]
  const words = (...values: bigint[]) =>
    encodeAbiParameters(
      values.map(() => ({type: 'uint256'})),
      values,
    )
  const topic = (value: bigint | Address) => pad(typeof value === 'bigint' ? toHex(value) : value)
  const log = (address: Address, topics: Hex[], data: Hex): L1Log => ({
    ...{l1Block: 5n, logIndex: 2, txHash: topic(1n), address, topics, data, timeSeconds: 9},
  })
  const logs = [
    log(pool, [distribute, topic(7n)], words(10n, 19n, 500n, 3n)),
    log(info, [claim, topic(4n), topic(60n)], words(BigInt(theirs))),
    log(info, [relocked, topic(4n)], words(70n)),
    log(info, [locked, topic(ours), topic(4n)], words(0n)),
    log(info, [change, topic(4n), topic(ours), topic(theirs)], words(0n)),
    log(info, [distribute, topic(7n)], words(10n, 19n, 500n, 3n)),
    log(pool, [claim, topic(4n), topic(60n)], words(BigInt(theirs))),
    log(third, [relocked, topic(4n)], words(70n)),
  ]
  const place = {l1Block: 5n, logIndex: 2, txHash: topic(1n), timeSeconds: 9}
  expect(parseRewardLogs(logs, {lockingPool: pool, lockingInfo: info})).toEqual([
    {
      ...{kind: 'batch', ...place, batchId: 7n, startEpoch: 10n, endEpoch: 19n},
      ...{totalMetisWei: 500n, rewardPerBlockMetisWei: 3n},
    },
    {kind: 'claim', ...place, sequencerId: 4n, recipient: theirs, amountMetisWei: 60n},
    {kind: 'relock', ...place, sequencerId: 4n, addedMetisWei: 70n},
    {kind: 'signer', ...place, sequencerId: 4n, signer: ours},
    {kind: 'signer', ...place, sequencerId: 4n, signer: theirs},
  ])
})

/** Epochs 10 to 13: two of ours with 100 and 60 blocks, one of each other with 100 and 30. */
const epochs = new Map<bigint, Epoch>(
  (
    [
      [ours, 100n],
      [theirs, 100n],
      [ours, 60n],
      [third, 30n],
    ] as const
  ).map(([signer, blocks], index) => {
    const number = 10n + BigInt(index)
    return [number, {number, signer, startBlock: 1n, endBlock: blocks}]
  }),
)

function credited(blocks: bigint | null, endEpoch = 13n): CreditEntry {
  return {
    ...{kind: 'credit', batchId: 7n, startEpoch: 10n, endEpoch, rewardPerBlockMetisWei: 3n},
    ...{l1Block: 5n, logIndex: 0, txHash: '0x1', timeSeconds: null},
    ...{totalMetisWei: 900n, cumulatedMetisWei: 0n},
    ...{source: blocks === null ? 'unknown' : 'calldata', blocks},
    ...{creditedMetisWei: blocks === null ? null : blocks * 3n},
  }
}
const payment = (own: bigint, other: bigint) =>
  [[ours, own] as const, [theirs, other] as const, [third, 30n] as const] as const
const check = (credit: CreditEntry, paid?: ReturnType<typeof payment>) =>
  checkBatch(credit, epochs, new Set([ours]), paid)

test('a batch that credits what is due is equal', () => {
  expect(check(credited(160n), payment(160n, 100n))).toMatchObject({
    ...{state: 'equal', dueBlocks: 160n, dueMetisWei: 480n, creditedMetisWei: 480n},
    ...{differenceBlocks: 0n, differenceMetisWei: 0n, suspects: [], others: [], missingEpochs: []},
    ownEpochs: [
      {number: 10n, blocks: 100n},
      {number: 12n, blocks: 60n},
    ],
  })
})

test.each<[string, bigint, object[]]>([
  ['an epoch of ours is left out', 60n, [{epoch: 10n, blocks: 100n, reason: 'left-out'}]],
  ['the cut one is paid in full', 200n, [{epoch: 12n, blocks: 60n, reason: 'paid-uncut'}]],
  ['one of another is paid to us', 260n, [{epoch: 11n, blocks: 100n, reason: 'of-another'}]],
  [
    'any of ours may be behind the rest',
    159n,
    [
      {epoch: 10n, blocks: 100n, reason: 'one-of-ours'},
      {epoch: 12n, blocks: 60n, reason: 'one-of-ours'},
    ],
  ],
])('a difference has suspects: %s', (_name, blocks, suspects) => {
  expect(check(credited(blocks))).toMatchObject({
    ...{state: 'differs', differenceBlocks: blocks - 160n, others: []},
    ...{differenceMetisWei: (blocks - 160n) * 3n, suspects},
  })
})

test.each([
  ['second', 100n, 60n],
  ['first', 60n, 100n],
])('of two epochs the cut one is paid in full, also when it is the %s', (_name, ...lengths) => {
  const both = new Map(
    lengths.map((endBlock, index): [bigint, Epoch] => {
      const number = 10n + BigInt(index)
      return [number, {number, signer: ours, startBlock: 1n, endBlock}]
    }),
  )
  const {suspects} = checkBatch(credited(200n, 11n), both, new Set([ours]), undefined)
  const cut = 10n + BigInt(lengths.indexOf(60n))
  expect(suspects).toEqual([{epoch: cut, blocks: 60n, reason: 'paid-uncut'}])
})

test('with one epoch in the batch it is that one', () => {
  expect(check(credited(99n, 11n)).suspects).toEqual([
    {epoch: 10n, blocks: 100n, reason: 'only-one'},
  ])
})

test('others whose blocks differ as well are named, and nobody else', () => {
  expect(check(credited(200n), payment(200n, 60n)).others).toEqual([
    {signer: theirs, differenceBlocks: -40n},
  ])
})

test('without the credit, or without an epoch, nothing is said', () => {
  expect(check(credited(null))).toMatchObject({state: 'unknown', differenceMetisWei: null})
  expect(check(credited(60n, 14n))).toMatchObject({
    ...{state: 'unknown', missingEpochs: [14n], differenceBlocks: null, suspects: []},
  })
})
