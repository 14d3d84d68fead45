import type {Address} from 'viem'
import {expect, test} from 'vitest'

import {blocksBySigner, planRewardBatch, rewardPerBlockForMrr} from '../../src/protocol/reward.ts'

const A: Address = '0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
const B: Address = '0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'
const batchState = {id: 1n, endEpoch: 0n}

/** Epochs of ten blocks from epoch 1 on. */
function epochs(...signers: Address[]) {
  return signers.map((signer, index) => ({
    number: BigInt(index + 1),
    signer,
    startBlock: BigInt(index * 10 + 10),
    endBlock: BigInt(index * 10 + 19),
  }))
}

test('blocks are counted over whole epochs, both ends included, whatever the letter case', () => {
  const upper = A.toUpperCase().replace('0X', '0x') as Address
  expect([...blocksBySigner([...epochs(A, B, upper)])]).toEqual([
    [A, 20n],
    [B, 10n],
  ])
})

test('a batch continues where LockingPool stands; epoch 0 is never in it', () => {
  const plan = planRewardBatch({batchState, epochs: epochs(A, B, A), unpayable: new Set()})
  expect(plan).toEqual({
    kind: 'ready',
    batch: {batchId: 2n, startEpoch: 1n, endEpoch: 3n, seqs: [A, B], blocks: [20n, 10n]},
    blockedBy: undefined,
  })
})

test('one finalized epoch is not enough for the contract, fewer than configured not for us', () => {
  const base = {batchState, unpayable: new Set<Address>()}
  expect(planRewardBatch({...base, epochs: epochs(A), minEpochs: 1})).toMatchObject({
    kind: 'wait',
    needed: 2,
  })
  expect(planRewardBatch({...base, epochs: epochs(A, B, A), minEpochs: 4})).toMatchObject({
    kind: 'wait',
    epochs: 3,
    needed: 4,
  })
})

test('a gap is refused', () => {
  const [first, , third] = epochs(A, B, A)
  expect(planRewardBatch({batchState, epochs: [first!, third!], unpayable: new Set()})).toEqual({
    kind: 'refused',
    reason: 'gap',
    expectedEpoch: 2n,
  })
})

test('a burned signer ends the batch before its first epoch', () => {
  const plan = planRewardBatch({
    batchState,
    epochs: epochs(A, A, B, A),
    unpayable: new Set([B]),
  })
  expect(plan).toEqual({
    kind: 'ready',
    batch: {batchId: 2n, startEpoch: 1n, endEpoch: 2n, seqs: [A], blocks: [20n]},
    blockedBy: {epoch: 3n, signer: B},
  })
})

test('a burned signer at the front refuses everything, as on the real network', () => {
  expect(planRewardBatch({batchState, epochs: epochs(A, B, A), unpayable: new Set([B])})).toEqual({
    kind: 'refused',
    reason: 'unpayable-signer',
    blockedBy: {epoch: 2n, signer: B},
  })
})

test.each([
  // Default rewardPerBlock of LockingPool: three genesis sequencers, 2 s blocks, 20 %.
  [60_000n, 20, 2, 761_035_007_610_350n],
  [15_000n, 20, 8, 761_035_007_610_350n],
  [20_000n, 12.5, 2, 158_548_959_918_822n],
  [0n, 20, 2, 0n],
])(
  '%d METIS at %d %% with %d s blocks: %d wei a block',
  (metis, ratePercent, seconds, expected) => {
    expect(
      rewardPerBlockForMrr({
        totalLockedWei: metis * 10n ** 18n,
        ratePercent,
        blockIntervalSeconds: seconds,
      }),
    ).toBe(expected)
  },
)

test('a rate or an interval that means nothing is refused', () => {
  const base = {totalLockedWei: 1n, ratePercent: 20, blockIntervalSeconds: 2}
  expect(() => rewardPerBlockForMrr({...base, ratePercent: -1})).toThrow(RangeError)
  expect(() => rewardPerBlockForMrr({...base, blockIntervalSeconds: 0})).toThrow(RangeError)
  expect(() => rewardPerBlockForMrr({...base, blockIntervalSeconds: 1e9})).toThrow(RangeError)
})
