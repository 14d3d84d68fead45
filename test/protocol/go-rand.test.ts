import {expect, test} from 'vitest'

import {createGoRand} from '../../src/protocol/go-rand.ts'
import vectors from '../fixtures/go-rand-vectors.json' with {type: 'json'}

// The vectors were printed by Go itself, so they hold whatever we believe about the algorithm.
for (const {
  seed,
  uint64,
  uint64AtOffset1300,
  int63,
  int31n1000003,
  intn,
  intnArguments,
} of vectors.raw) {
  test(`seed ${seed}: the same stream as Go`, () => {
    const plain = createGoRand(BigInt(seed))
    expect(uint64.map(() => plain.uint64().toString())).toEqual(uint64)
    // Past 607 values every word of the state has been replaced twice.
    for (let skipped = uint64.length; skipped < 1300; skipped++) plain.uint64()
    expect(uint64AtOffset1300.map(() => plain.uint64().toString())).toEqual(uint64AtOffset1300)

    const signed = createGoRand(BigInt(seed))
    expect(int63.map(() => signed.int63().toString())).toEqual(int63)

    const limited = createGoRand(BigInt(seed))
    expect(int31n1000003.map(() => limited.int31n(1_000_003))).toEqual(int31n1000003)

    const varied = createGoRand(BigInt(seed))
    expect(intnArguments.map((n) => varied.intn(n))).toEqual(intn)
  })
}

test('seeds are taken as int64: 2^64 - 1 is -1', () => {
  expect(createGoRand((1n << 64n) - 1n).uint64()).toBe(createGoRand(-1n).uint64())
})

test('limits that make Go panic are refused', () => {
  const rand = createGoRand(1n)
  expect(() => rand.intn(0)).toThrow(RangeError)
  expect(() => rand.intn(-5)).toThrow(RangeError)
  expect(() => rand.intn(1.5)).toThrow(RangeError)
  expect(() => rand.int31n(2 ** 31)).toThrow(RangeError)
  expect(() => rand.int63n(1n << 63n)).toThrow(RangeError)
})
