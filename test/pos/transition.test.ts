import {numberToHex, type Address, type Hash} from 'viem'
import {describe, expect, test} from 'vitest'

import {
  currentValidators,
  initialState,
  proposerOf,
  type Command,
  type L1Event,
  type PosEvent,
  type PosState,
  type Respan,
} from '../../src/pos/state.ts'
import {transition} from '../../src/pos/transition.ts'
import {selectRespanProducer} from '../../src/protocol/span.ts'

const METIS = 10n ** 18n
const [A, B, C] = ['a', 'b', 'c'].map((digit) => `0x${digit.repeat(40)}`) as [
  Address,
  Address,
  Address,
]

function run(state: PosState, ...commands: Command[]): [PosState, PosEvent[]] {
  const events: PosEvent[] = []
  for (const command of commands) {
    const [next, happened] = transition(state, command)
    state = next
    // The journal is the store's business and has its own tests.
    events.push(...happened.filter(({type}) => type !== 'l1-journaled'))
  }
  return [state, events]
}

const hashOf = (number: bigint): Hash => numberToHex(number, {size: 32})
let block = 0n
/** An event in a block of its own. */
function l1(event: DistributiveOmit<L1Event, 'blockNumber' | 'logIndex'>): Command {
  block++
  const events = [{...event, blockNumber: block, logIndex: 0}]
  const portion = {afterBlock: -1n, toBlock: block, toHash: hashOf(block), events}
  return {type: 'apply-l1', ...portion, hasMore: false}
}
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

const locked = (sequencerId: bigint, signer: Address, metis = 20_000n, activationBatch = 1n) =>
  l1({
    name: 'Locked',
    sequencerId,
    signer,
    nonce: 1n,
    activationBatch,
    amountWei: metis * METIS,
    pubKey: '0x04',
  })
const epoch = (number: bigint, signer: Address, startBlock: bigint, endBlock: bigint) => ({
  ...{number, signer, startBlock, endBlock},
})
const powers = (state: PosState) =>
  currentValidators(state).map(({id, signer, power}) => [Number(id), signer[2], power])

/** Three validators and epoch 0 of the contract: blocks 11 to 30. */
function start(): PosState {
  block = 0n
  const [state] = run(initialState(1n), locked(1n, A), locked(2n, B), locked(3n, C), {
    type: 'adopt-epochs',
    epochs: [epoch(0n, A, 11n, 30n)],
  })
  return state
}

describe('validators', () => {
  test('a lock joins at once, with whole METIS as power and no cap', () => {
    const [state, events] = run(initialState(1n), locked(1n, A, 123_456n))
    expect(events).toEqual([{type: 'validator-joined', sequencerId: 1n, signer: A, power: 123_456}])
    expect(powers(state)).toEqual([[1, 'a', 123_456]])
    expect(state.validators[0]).toMatchObject({
      ...{startBatch: 1n, endBatch: 0n, nonce: 1n, lastUpdated: `${block}00000`},
    })
  })

  test.each([
    ['a sequencer id that is taken', () => locked(1n, C)],
    ['a signer that is taken', () => locked(9n, A)],
    ['less than one METIS', () => locked(9n, C, 0n)],
  ])('%s is refused', (_name, lockAgain) => {
    const [joined] = run(initialState(0n), locked(1n, A))
    const [after, events] = run(joined, lockAgain())
    expect(events).toMatchObject([{type: 'l1-event-refused', name: 'Locked'}])
    expect(after.validators).toEqual(joined.validators)
  })

  test('an event is applied once, whatever comes again', () => {
    const command = locked(1n, A) as Command & {type: 'apply-l1'}
    const [state] = run(initialState(0n), command)
    const repeated: Command = {...command, events: command.events, toBlock: block + 5n}
    const [after, events] = run(state, repeated)
    expect(events).toMatchObject([{type: 'l1-event-refused', reason: 'it was already applied'}])
    expect(after.l1Cursor).toBe(block + 5n)
    expect(after.validators).toEqual(state.validators)
  })

  test('the cursor never goes back', () => {
    const [state] = run(initialState(0n), {
      ...{type: 'apply-l1', afterBlock: -1n, toBlock: 50n, toHash: hashOf(50n)},
      ...{events: [], hasMore: false},
    })
    const [after, events] = run(state, {
      ...{type: 'apply-l1', afterBlock: -1n, toBlock: 49n, toHash: hashOf(49n)},
      ...{events: [], hasMore: false},
    })
    expect(events).toMatchObject([{type: 'refused'}])
    expect(after.l1Cursor).toBe(50n)
  })

  test('a changed lock changes the power, capped at 100,000', () => {
    const update = (metis: bigint) =>
      l1({name: 'LockUpdate', sequencerId: 1n, nonce: 2n, newAmountWei: metis * METIS + 1n})
    const state = start()
    expect(powers(run(state, update(55_555n))[0])[0]).toEqual([1, 'a', 55_555])
    expect(powers(run(state, update(250_000n))[0])[0]).toEqual([1, 'a', 100_000])
    expect(run(state, update(0n))[1]).toMatchObject([{type: 'l1-event-refused'}])
  })

  test('a new signer takes the id and the power; the old record stays without power', () => {
    const D: Address = `0x${'d'.repeat(40)}`
    const joined = start()
    const [state, events] = run(
      joined,
      l1({...{name: 'SignerChange', sequencerId: 1n, nonce: 2n, newSigner: D, pubKey: '0x04dd'}}),
    )
    expect(events).toEqual([{type: 'signer-changed', sequencerId: 1n, oldSigner: A, newSigner: D}])
    expect(powers(state)).toEqual([
      [2, 'b', 20_000],
      [3, 'c', 20_000],
      [1, 'd', 20_000],
    ])
    expect(state.validators.find(({signer}) => signer === A)).toMatchObject({power: 0})
    // The next event of this id finds the new record.
    const [updated] = run(
      state,
      l1({name: 'LockUpdate', sequencerId: 1n, nonce: 3n, newAmountWei: 7n * METIS}),
    )
    expect(powers(updated).at(-1)).toEqual([1, 'd', 7])
  })

  test('an exit is out at once, in the first batch and in a later one', () => {
    const exit = (deactivationBatch: bigint) =>
      l1({name: 'UnlockInit', sequencerId: 2n, nonce: 2n, deactivationBatch})
    expect(powers(run(start(), exit(1n))[0]).map(([id]) => id)).toEqual([1, 3])
    const [later] = run(start(), l1({name: 'BatchSubmitReward', newBatchId: 2n}), exit(2n))
    expect(powers(later).map(([id]) => id)).toEqual([1, 3])
  })

  test('the batch id only goes forward, and moves the proposer on', () => {
    const state = start()
    expect(proposerOf(state)?.signer).toBe(A)
    const [two] = run(state, l1({name: 'BatchSubmitReward', newBatchId: 2n}))
    expect(two.l1Batch).toBe(2n)
    expect(proposerOf(two)?.signer).toBe(B)
    expect(currentValidators(two).map(({accum}) => accum)).toEqual([-40_000, 20_000, 20_000])
    const [same, events] = run(two, l1({name: 'BatchSubmitReward', newBatchId: 2n}))
    expect(events).toMatchObject([{type: 'l1-event-refused'}])
    expect(same.l1Batch).toBe(2n)
  })
})

describe('spans', () => {
  const propose = (spanId: bigint, l2Head: bigint): Command => ({
    ...{type: 'propose-span', spanId, l2Head, epochLength: 20n},
  })

  test.each([
    [12n, 'head 12 is not in the window of span 0'],
    [13n, undefined],
    [30n, undefined],
    [31n, 'head 31 is not in the window of span 0'],
  ])('span 0 is 11 to 30: at head %d the next one is refused because of: %s', (head, reason) => {
    const [state, events] = run(start(), propose(1n, head))
    if (reason) return expect(events).toMatchObject([{type: 'refused', reason}])
    expect(events).toMatchObject([{type: 'span-stored', cause: 'proposed'}])
    expect(state.spans.at(-1)).toMatchObject({id: 1n, startBlock: 31n, endBlock: 50n})
    expect(state.spans.at(-1)?.producers).toMatchObject([{power: 1}])
  })

  test('only the next span can be proposed, and only with somebody to produce it', () => {
    expect(run(start(), propose(2n, 20n))[1]).toMatchObject([{reason: 'the next span is 1'}])
    const [alone] = run(initialState(1n), {
      ...{type: 'adopt-epochs', epochs: [epoch(0n, A, 11n, 30n)]},
    })
    expect(run(alone, propose(1n, 20n))[1]).toMatchObject([{reason: 'no validator is eligible'}])
  })

  test('spans ahead of ours are recovered with the signer of the contract, gaps are refused', () => {
    const [state, events] = run(start(), {
      type: 'adopt-epochs',
      epochs: [epoch(1n, B, 31n, 50n), epoch(2n, C, 51n, 70n)],
    })
    expect(events.map(({type}) => type)).toEqual(['span-stored', 'span-stored'])
    // Recovered: the producer keeps its power, as in the real one.
    expect(state.spans.at(-1)?.producers).toMatchObject([{signer: C, power: 20_000}])
    expect(run(start(), {type: 'adopt-epochs', epochs: [epoch(2n, C, 51n, 70n)]})[1]).toMatchObject(
      [{type: 'refused', reason: 'epoch 2 leaves a gap'}],
    )
  })

  test('the same epochs again change nothing', () => {
    const [state, events] = run(start(), {
      ...{type: 'adopt-epochs', epochs: [epoch(0n, A, 11n, 30n)]},
    })
    expect(events).toEqual([])
    expect(state.spans).toEqual(start().spans)
  })

  test('a span of a length that the contract no longer takes is withdrawn', () => {
    const [planned] = run(start(), propose(1n, 20n))
    const drop = (epochLength: bigint): Command => ({type: 'drop-span', spanId: 1n, epochLength})
    expect(run(planned, drop(20n))[1]).toMatchObject([{type: 'refused'}])
    const [state, events] = run(planned, drop(25n))
    expect(events).toEqual([{type: 'spans-removed', fromSpanId: 1n}])
    expect(state.spans.at(-1)?.id).toBe(0n)
  })

  test('the state keeps the newest four', () => {
    let state = start()
    for (let id = 1n; id < 9n; id++) {
      const startBlock = 11n + id * 20n
      const epochs = [epoch(id, B, startBlock, startBlock + 19n)]
      state = run(state, {type: 'adopt-epochs', epochs})[0]
    }
    expect(state.spans.map(({id}) => id)).toEqual([5n, 6n, 7n, 8n])
  })
})

describe('takeovers', () => {
  function respanOf(state: PosState, attempt: bigint, change: Partial<Respan> = {}): Respan {
    const {validators, l1Batch} = state
    const successor = selectRespanProducer({current: A, height: 20n, validators, l1Batch, attempt})
    return {
      ...{spanId: 1n, currentProducer: A, nextProducer: successor!.signer, l2Head: 20n},
      ...{l2Epoch: 0n, startBlock: 21n, endBlock: 55n, attempt, ...change},
    }
  }
  const bind = (respan: Respan): Command => ({type: 'bind-respan', respan})

  test('the successor is bound: another one is refused, before and after', () => {
    const state = start()
    const respan = respanOf(state, 0n)
    const another = [B, C].find((signer) => signer !== respan.nextProducer)!
    expect(run(state, bind({...respan, nextProducer: another}))[1]).toMatchObject([
      {type: 'refused', reason: 'the successor differs from the bound one'},
    ])
    const [bound, events] = run(state, bind(respan))
    expect(events).toEqual([{type: 'respan-bound', respan}])
    expect(run(bound, bind(respan))[1]).toMatchObject([
      {reason: 'another respan is not decided yet'},
    ])
  })

  test('tries may be passed over and are never repeated', () => {
    const state = start()
    const later = respanOf(state, 3n)
    const [bound, events] = run(state, bind(later))
    expect(events).toEqual([{type: 'respan-bound', respan: later}])
    const [released] = run(bound, {type: 'release-respan', startBlock: 21n, reason: 'no-answer'})
    expect(released.respanAttempts).toEqual({epoch: 0n, count: 4n})
    expect(run(released, bind(respanOf(state, 3n)))[1]).toMatchObject([
      {type: 'refused', reason: 'the try is out of order'},
    ])
  })

  test.each([
    [{spanId: 2n}, 'it does not follow the epoch in progress'],
    [{l2Epoch: 7n, spanId: 8n}, 'span 7 is unknown'],
    [{startBlock: 22n}, 'it does not start after the head'],
    [{l2Head: 9n, startBlock: 10n}, 'the epoch in progress has not started'],
    [{endBlock: 21n}, 'it has fewer than two blocks'],
  ])('%o is refused: %s', (change, reason) => {
    const state = start()
    expect(run(state, bind(respanOf(state, 0n, change)))[1]).toMatchObject([
      {type: 'refused', reason},
    ])
  })

  test('it has landed when the contract says so: the old end is trimmed, later plans are gone', () => {
    const [planned] = run(start(), {
      ...{type: 'propose-span', spanId: 1n, l2Head: 20n, epochLength: 20n},
    })
    const respan = respanOf(planned, 0n)
    const landed = epoch(1n, respan.nextProducer, 21n, 55n)
    const [state, events] = run(planned, bind(respan), {
      ...{type: 'adopt-epochs', epochs: [epoch(0n, A, 11n, 20n), landed]},
    })
    expect(events.map(({type}) => type)).toEqual([
      ...['respan-bound', 'spans-removed', 'span-stored', 'span-stored', 'respan-landed'],
    ])
    expect(state.pendingRespan).toBe(null)
    expect(state.respanAttempts).toEqual({epoch: 0n, count: 1n})
    expect(state.spans).toMatchObject([
      {id: 0n, startBlock: 11n, endBlock: 20n},
      {id: 1n, startBlock: 21n, endBlock: 55n, producers: [{signer: respan.nextProducer}]},
    ])
  })

  test('another recommit at the same place is adopted but is not ours', () => {
    const state = start()
    const respan = respanOf(state, 0n)
    const another = [B, C].find((signer) => signer !== respan.nextProducer)!
    const [after, events] = run(state, bind(respan), {
      ...{type: 'adopt-epochs', epochs: [epoch(0n, A, 11n, 20n), epoch(1n, another, 21n, 55n)]},
    })
    expect(events.some(({type}) => type === 'respan-landed')).toBe(false)
    expect(after.pendingRespan).toEqual(respan)
    const release: Command = {type: 'release-respan', startBlock: 21n, reason: 'overtaken'}
    expect(run(after, release)[0].pendingRespan).toBe(null)
  })

  test('after a release the next try counts on, in this epoch only', () => {
    const state = start()
    const release: Command = {type: 'release-respan', startBlock: 21n, reason: 'no-answer'}
    const [released] = run(state, bind(respanOf(state, 0n)), release)
    expect(run(released, bind(respanOf(state, 0n)))[1]).toMatchObject([
      {reason: 'the try is out of order'},
    ])
    expect(run(released, bind(respanOf(state, 1n)))[1]).toMatchObject([{type: 'respan-bound'}])
    expect(run(released, release)[1]).toMatchObject([{reason: 'no such respan is open'}])
  })
})

test('every command counts, also a refused one, and none changes the state it was given', () => {
  const state = start()
  const copy = structuredClone(state)
  const [next] = run(state, {type: 'drop-span', spanId: 9n, epochLength: 1n})
  expect(next.revision).toBe(state.revision + 1)
  run(state, l1({name: 'UnlockInit', sequencerId: 2n, nonce: 2n, deactivationBatch: 1n}))
  run(state, l1({name: 'BatchSubmitReward', newBatchId: 5n}))
  expect(state).toEqual(copy)
})
