import {expect, test} from 'vitest'

import type {Json} from '../../src/lib/json.ts'
import {
  candidateOf,
  epochOfSpan,
  readBatchId,
  readRespans,
  readSpan,
  readSyncing,
  readPosFailures,
  readValidators,
  wholeOf,
} from '../../src/protocol/themis.ts'

const signer = '0x1111111111111111111111111111111111111111'
const span = {
  span_id: 3,
  start_block: 21,
  end_block: 30,
  selected_producers: [{signer}, {signer: 'x'}],
}

test('a span becomes an epoch, and stays as it came', () => {
  const read = readSpan({...span, from_later: [1]})
  expect(read?.json).toEqual({...span, from_later: [1]})
  expect(read && epochOfSpan(read)).toEqual({
    ...{number: 3n, signer, startBlock: 21n, endBlock: 30n},
  })
})

test('a validator is a candidate where all that the selection reckons with is a number', () => {
  const validator = {ID: 1, signer, power: 20, startBatch: '4', endBatch: 0, jailed: true}
  const broken: Json[] = [{...validator, power: '20'}, {...validator, signer: 'x'}, {}, 7, null]
  const read = readValidators({validators: [validator, ...broken]})
  expect(read.map(({id}) => id)).toEqual([1, 1, 1, null])
  expect(read.map(candidateOf)).toEqual([
    {signer, power: 20, startBatch: 4n, endBatch: 0n, jailed: true},
    ...[undefined, undefined, undefined],
  ])
})

test('what is not in its shape is not told, and never throws', () => {
  const strange: Json[] = [
    null,
    7,
    'x',
    [],
    {},
    {selected_producers: 7, validators: {}, batch: null},
  ]
  for (const value of [...strange, {selected_producers: [null], troubles: [null, {part: 1}]}]) {
    const read = readSpan(value)
    expect(read === null || epochOfSpan(read) === undefined).toBe(true)
    expect(readValidators(value)).toEqual([])
    expect([readBatchId(value), readSyncing(value)]).toEqual([null, null])
    expect(readPosFailures(value) ?? []).toEqual([])
  }
  expect([wholeOf('12'), wholeOf(''), wholeOf('x'), wholeOf(1.5), wholeOf(null)]).toEqual([
    ...[12, undefined, undefined, undefined, undefined],
  ])
  expect(
    readPosFailures({
      troubles: Array.from({length: 20}, () => ({part: 'l1', message: 'm', sinceMs: 1})),
    }),
  ).toHaveLength(8)
})

test('numbers that no chain reaches are not told', () => {
  const validator = {ID: 1, signer, power: 20, startBatch: 0, endBatch: 0}
  const candidate = (changed: object) =>
    candidateOf(readValidators({validators: [{...validator, ...changed}]})[0]!)
  const epoch = (changed: object) => epochOfSpan(readSpan({...span, ...changed})!)
  expect(candidate({power: 1_000_000_000})).toMatchObject({power: 1_000_000_000})
  expect(epoch({end_block: 10_000_020})).toMatchObject({endBlock: 10_000_020n})
  for (const huge of [2 ** 53 - 1, 2 ** 53, 2 ** 63, 2 ** 256, -1]) {
    expect(candidate({power: huge})).toBeUndefined()
    expect(epoch({end_block: huge})).toBeUndefined()
    expect(epoch({span_id: huge})).toBeUndefined()
    const respan = {
      span_id: 1,
      current_producer: signer,
      next_producer: signer,
      current_l2_epoch: 0,
    }
    expect(readRespans([{...respan, start_block: huge}]).respans).toEqual([])
    expect(readRespans([{...respan, start_block: 1, span_id: huge}]).respans).toEqual([])
  }
  // More blocks than an epoch ever has.
  expect(epoch({end_block: 10_000_021})).toBeUndefined()
})
