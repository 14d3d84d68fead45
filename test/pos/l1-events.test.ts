import type {Address} from 'viem'
import {expect, test} from 'vitest'

import {currentValidators, initialState, type L1Event, type PosState} from '../../src/pos/state.ts'
import {applyL1Event} from '../../src/pos/validator-set.ts'

const METIS = 10n ** 18n
const signer = (digit: string) => `0x${digit.repeat(40)}` as Address

type Parts<T> = T extends unknown ? Omit<T, 'blockNumber' | 'logIndex'> : never
const locked = (id: bigint, digit: string, change: object = {}): Parts<L1Event> => ({
  ...{name: 'Locked', sequencerId: id, signer: signer(digit), nonce: 1n, activationBatch: 1n},
  ...{amountWei: 20_000n * METIS, pubKey: `0x04${digit}` as const, ...change},
})
const updated = (id: bigint, newAmountWei: bigint, nonce = 2n): Parts<L1Event> => ({
  ...{name: 'LockUpdate', sequencerId: id, nonce, newAmountWei},
})
const changed = (id: bigint, digit: string): Parts<L1Event> => ({
  ...{name: 'SignerChange', sequencerId: id, nonce: 2n, newSigner: signer(digit), pubKey: '0x04ff'},
})
const left = (id: bigint, deactivationBatch: bigint): Parts<L1Event> => ({
  ...{name: 'UnlockInit', sequencerId: id, nonce: 2n, deactivationBatch},
})
const paid = (newBatchId: bigint): Parts<L1Event> => ({name: 'BatchSubmitReward', newBatchId})

/** Who may produce afterwards, as `id:signer:power`, and how many events were refused. */
function after(events: readonly Parts<L1Event>[]): {set: string; refused: number; state: PosState} {
  let state = initialState(0n)
  let refused = 0
  for (const [index, event] of events.entries()) {
    const [next, happened] = applyL1Event(state, {
      ...event,
      blockNumber: BigInt(index + 1),
      logIndex: 0,
    } as L1Event)
    state = next
    if (happened.type === 'l1-event-refused') refused++
  }
  const set = currentValidators(state)
    .map(({id, signer: [, , digit], power}) => `${id}:${digit}:${power}`)
    .join(' ')
  return {set, refused, state}
}

/** Each row: the rule, where it is written, what happens, the current set, refused events. */
const rows: [rule: string, source: string, Parts<L1Event>[], string, number][] = [
  [
    'power is whole METIS, rounded down',
    'Themis helper, power from amount',
    [locked(1n, 'a', {amountWei: 20_000n * METIS + METIS - 1n})],
    '1:a:20000',
    0,
  ],
  [
    'less than one METIS is an error',
    'Themis helper, power from amount',
    [locked(1n, 'a', {amountWei: METIS - 1n})],
    '',
    1,
  ],
  [
    'the cap of 100,000 is not applied at a join',
    'Themis staking/side_handler.go, PostHandleMsgValidatorJoin',
    [locked(1n, 'a', {amountWei: 150_000n * METIS})],
    '1:a:150000',
    0,
  ],
  [
    'the cap of 100,000 is applied when the lock changes',
    'Themis staking/side_handler.go, PostHandleMsgStakeUpdate',
    [locked(1n, 'a'), updated(1n, 150_000n * METIS)],
    '1:a:100000',
    0,
  ],
  [
    'a join starts in the batch that is running, so at once',
    'Themis types/validator.go, IsCurrentValidator',
    [locked(1n, 'a', {activationBatch: 1n})],
    '1:a:20000',
    0,
  ],
  [
    'a join for a later batch waits for it',
    'Themis types/validator.go, IsCurrentValidator',
    [locked(1n, 'a', {activationBatch: 2n})],
    '',
    0,
  ],
  [
    'the batch moves on with BatchSubmitReward, and the join is current then',
    'Themis staking/side_handler.go, PostHandleMsgBatchSubmitReward',
    [locked(1n, 'a', {activationBatch: 2n}), paid(1n)],
    '1:a:20000',
    0,
  ],
  [
    'a batch id that does not go forward is refused',
    'Themis staking/side_handler.go, batch id at least L1Batch + 1',
    [locked(1n, 'a'), paid(2n), paid(2n), paid(1n)],
    '1:a:20000',
    2,
  ],
  [
    'a sequencer id is never used twice',
    'Themis staking/handler.go, HandleMsgValidatorJoin',
    [locked(1n, 'a'), locked(1n, 'b')],
    '1:a:20000',
    1,
  ],
  [
    'a signer is never used twice, also after its exit',
    'Themis staking/handler.go, HandleMsgValidatorJoin',
    [locked(1n, 'a'), left(1n, 1n), locked(2n, 'a')],
    '',
    1,
  ],
  [
    'an exit counts at once, not at the end of the batch',
    'Themis types/validator.go, endBatch above L1Batch + 1 is needed',
    [locked(1n, 'a'), locked(2n, 'b'), left(1n, 1n)],
    '2:b:20000',
    0,
  ],
  [
    'an exit in a later batch counts at once as well',
    'Themis types/validator.go, endBatch above L1Batch + 1 is needed',
    [locked(1n, 'a'), locked(2n, 'b'), paid(4n), left(2n, 5n)],
    '1:a:20000',
    0,
  ],
  [
    'an event of an unknown sequencer is refused',
    'Themis staking/handler.go, GetValidatorFromValID',
    [locked(1n, 'a'), updated(9n, METIS), left(9n, 1n), changed(9n, 'c')],
    '1:a:20000',
    3,
  ],
  [
    'a new signer has the id and the power of the old one',
    'Themis staking/side_handler.go, PostHandleMsgSignerUpdate',
    [locked(1n, 'a'), locked(2n, 'b'), changed(1n, 'c')],
    '2:b:20000 1:c:20000',
    0,
  ],
  [
    'a new signer that is known already is refused',
    'Themis staking/handler.go, HandleMsgSignerUpdate',
    [locked(1n, 'a'), locked(2n, 'b'), changed(1n, 'b')],
    '1:a:20000 2:b:20000',
    1,
  ],
  [
    'after a change of signer events find the new record',
    'Themis staking/keeper.go, id to signer',
    [locked(1n, 'a'), changed(1n, 'c'), updated(1n, 30_000n * METIS, 3n)],
    '1:c:30000',
    0,
  ],
  [
    'nonces are stored and not compared: a gap does not stop the set',
    'Themis staking/side_handler.go, the strict checks are commented out',
    [locked(1n, 'a'), updated(1n, 30_000n * METIS, 9n), updated(1n, 40_000n * METIS, 4n)],
    '1:a:40000',
    0,
  ],
]

test.each(rows)('%s (%s)', (_rule, _source, events, set, refused) => {
  const found = after(events)
  expect({set: found.set, refused: found.refused}).toEqual({set, refused})
})

test('the record of a replaced signer stays, without power, ended in the batch that is running', () => {
  // Source: Themis staking/side_handler.go, PostHandleMsgSignerUpdate.
  const {state} = after([locked(1n, 'a'), paid(3n), changed(1n, 'c')])
  expect(state.validators).toMatchObject([
    {signer: signer('a'), power: 0, endBatch: 3n, lastUpdated: '300000'},
    {signer: signer('c'), power: 20_000, endBatch: 0n, nonce: 2n, pubKey: '0x04ff'},
  ])
})

test('an event that comes again is applied once', () => {
  // Source: Themis staking/handler.go, replay key block x 100000 + log index.
  const [state] = applyL1Event(initialState(0n), {
    ...locked(1n, 'a'),
    ...{blockNumber: 7n, logIndex: 3},
  } as L1Event)
  expect(state.lastReplayKey).toBe(700_003n)
  const [, again] = applyL1Event(state, {
    ...updated(1n, 50_000n * METIS),
    ...{blockNumber: 7n, logIndex: 3},
  } as L1Event)
  expect(again).toMatchObject({type: 'l1-event-refused', reason: 'it was already applied'})
})
