import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

import {afterEach, beforeEach, expect, test} from 'vitest'

import {appHash} from '../../src/pos/app-hash.ts'
import {
  initialState,
  lastKeyOf,
  type PosState,
  type Respan,
  type SentRewardBatch,
} from '../../src/pos/state.ts'
import {openPosStore} from '../../src/pos/store.ts'
import {transition} from '../../src/pos/transition.ts'

const A = `0x${'a'.repeat(40)}` as const
const B = `0x${'b'.repeat(40)}` as const
const respan: Respan = {
  ...{spanId: 3n, currentProducer: A, nextProducer: B, l2Head: 70n, l2Epoch: 2n},
  ...{startBlock: 71n, endBlock: 120n, attempt: 0n},
}
const batch: SentRewardBatch = {
  ...{batchId: 2n, startEpoch: 1n, endEpoch: 2n, seqs: [A], blocks: [40n]},
  ...{txHash: `0x${'1'.repeat(64)}`, outcome: 'sent'},
}

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-store-'))
  path = join(dir, 'deep/pos.sqlite')
})
afterEach(() => rmSync(dir, {recursive: true, force: true}))

/** Epochs 0 to `last`, twenty blocks each. */
function withSpans(last: bigint): PosState {
  const store = openPosStore(path, 'x')
  let state = initialState(5n)
  for (let number = 0n; number <= last; number++) {
    const epochs = [
      {number, signer: A, startBlock: number * 20n + 11n, endBlock: number * 20n + 30n},
    ]
    const [next, events] = transition(state, {type: 'adopt-epochs', epochs})
    store.save(next, events)
    state = next
  }
  store.close()
  return state
}

test('what was saved is there after a restart, with every bigint', () => {
  const saved = withSpans(12n)
  const store = openPosStore(path, 'x')
  expect(store.loadState()).toEqual(saved)
  // Older ones than the state keeps.
  expect(store.span(1n)).toMatchObject({id: 1n, startBlock: 31n, producers: [{signer: A}]})
  expect(store.span(99n)).toBeUndefined()
  store.close()
})

test('the hash of the state is saved with it, and is none where an older version saved the state', () => {
  const saved = withSpans(2n)
  const store = openPosStore(path, 'x')
  expect(store.savedHash()).toBe(appHash(saved))
  store.close()
  const older = new DatabaseSync(path)
  const {document} = older.prepare('SELECT document FROM state').get() as {document: string}
  const next = document.replace(`"revision":${saved.revision}`, `"revision":${saved.revision + 1}`)
  older.prepare('INSERT OR REPLACE INTO state VALUES (1, ?)').run(next)
  older.close()
  const reopened = openPosStore(path, 'x')
  expect([reopened.loadState()?.revision, reopened.savedHash()]).toEqual([saved.revision + 1, null])
  reopened.close()
})

test('spans are listed in the order of Themis: ids as text', () => {
  withSpans(12n)
  const store = openPosStore(path, 'x')
  const ids = (page: number) => store.listSpans(page, 5).map(({id}) => Number(id))
  expect([ids(1), ids(2), ids(3), ids(4)]).toEqual([
    [0, 1, 10, 11, 12],
    [2, 3, 4, 5, 6],
    [7, 8, 9],
    [],
  ])
  store.close()
})

test('removed spans are gone, landed takeovers and reward batches stay', () => {
  const state = withSpans(5n)
  const store = openPosStore(path, 'x')
  store.save(state, [
    {type: 'spans-removed', fromSpanId: 3n},
    {type: 'respan-bound', respan},
    {type: 'respan-landed', respan},
    {type: 'reward-batch-recorded', batch},
    {type: 'reward-batch-recorded', batch: {...batch, outcome: 'credited'}},
  ])
  store.close()
  const reopened = openPosStore(path, 'x')
  expect(reopened.listSpans(1, 20).map(({id}) => id)).toEqual([0n, 1n, 2n])
  expect(reopened.listRespans(1, 20)).toEqual([respan])
  expect(reopened.listRewardBatches()).toEqual([{...batch, outcome: 'credited'}])
  reopened.close()
})

test('data of another network or version is refused and kept', () => {
  const saved = withSpans(1n)
  expect(() => openPosStore(path, 'y')).toThrow(
    expect.objectContaining({code: 'FOREIGN_DATA', exit: 'config'}),
  )
  const store = openPosStore(path, 'x')
  expect(store.loadState()).toEqual(saved)
  store.close()
})

test('a full disk is said as such, and the state before it is still there', () => {
  const state = initialState(5n)
  const store = openPosStore(path, 'x', {maxPages: 20})
  store.save({...state, revision: 1}, [])
  const tooMuch: SentRewardBatch = {...batch, seqs: Array<typeof A>(10_000).fill(A)}
  expect(() =>
    store.save({...state, revision: 2}, [{type: 'reward-batch-recorded', batch: tooMuch}]),
  ).toThrow(expect.objectContaining({code: 'DISK_FULL', exit: 'precondition', retryable: true}))
  expect(store.loadState()?.revision).toBe(1)
  expect(store.listRewardBatches()).toEqual([])
  store.save({...state, revision: 3}, [])
  store.close()
  const reopened = openPosStore(path, 'x')
  expect(reopened.loadState()?.revision).toBe(3)
  reopened.close()
})

test('a document that cannot be written leaves nothing behind and the store open', () => {
  const state = withSpans(1n)
  const store = openPosStore(path, 'x')
  const span = {...state.spans[0]!, id: 1n << 64n}
  expect(() =>
    store.save({...state, revision: 99}, [
      {type: 'respan-landed', respan},
      {type: 'span-stored', span, cause: 'recovered'},
    ]),
  ).toThrow()
  expect(store.listRespans(1, 20)).toEqual([])
  store.save({...state, revision: 100}, [])
  expect(store.loadState()?.revision).toBe(100)
  store.close()
})

test('the journal of L1 events is replaced behind a block, and tells what it holds', () => {
  const store = openPosStore(path, 'x')
  const paid = (blockNumber: bigint, logIndex: number) =>
    ({name: 'BatchSubmitReward', newBatchId: 1n, blockNumber, logIndex}) as const
  const journal = (afterBlock: bigint, ...events: ReturnType<typeof paid>[]) =>
    store.save(initialState(1n), [{type: 'l1-journaled', afterKey: lastKeyOf(afterBlock), events}])
  const all = () => store.l1Events(-1n, 100)
  journal(0n, paid(3n, 0), paid(5n, 7))
  journal(5n, paid(9n, 1))
  expect(all()).toEqual([paid(3n, 0), paid(5n, 7), paid(9n, 1)])
  journal(4n, paid(6n, 0))
  expect(all()).toEqual([paid(3n, 0), paid(6n, 0)])
  expect([store.hasL1Event(600_000n), store.hasL1Event(500_007n)]).toEqual([true, false])
  // In pages, and counted.
  expect([store.l1Events(-1n, 1), store.l1Events(300_000n, 9)]).toEqual([
    [paid(3n, 0)],
    [paid(6n, 0)],
  ])
  expect([store.countL1Events(-1n), store.countL1Events(300_000n)]).toEqual([2, 1])
  store.close()
})

test('spans that share a set of validators keep it once', () => {
  withSpans(50n)
  const database = new DatabaseSync(path, {readOnly: true})
  const count = (table: string) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()
  expect([count('span'), count('validator_set')]).toEqual([{n: 51}, {n: 1}])
  database.close()
})
