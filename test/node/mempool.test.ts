import {keccak256, toHex, type Address, type Hex} from 'viem'
import {beforeEach, describe, expect, test} from 'vitest'

import type {TransactionKind} from '../../src/node/mempool/classify.ts'
import {Accounts} from '../../src/node/mempool/accounts.ts'
import {CostModel} from '../../src/node/mempool/cost-model.ts'
import {AdmissionControl} from '../../src/node/mempool/admission-control.ts'
import {SlowCode} from '../../src/node/mempool/slow-code.ts'
import {Metrics} from '../../src/node/metrics.ts'
import {PoolMaintenance} from '../../src/node/mempool/maintenance.ts'
import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import type {SealedBlock} from '../../src/protocol/block.ts'
import {PoolRefusedError} from '../../src/node/mempool/admission.ts'
import {Mempool, type TakeLimits} from '../../src/node/mempool/mempool.ts'
import {
  POOL_ANY_MOMENT,
  POOL_ANY_MOMENT_GAS,
  POOL_BACKLOG_RETRY_MS,
  POOL_CALM,
  POOL_FEW,
  POOL_LIFETIME_MS,
  POOL_NONCE_WINDOW,
} from '../../src/node/limits.ts'
import {costsNoTime, capacityFor} from '../helpers/pool-capacity.ts'
import {maxCostWei, type SignedTransaction} from '../../src/protocol/transaction.ts'

const alice: Address = '0x00000000000000000000000000000000000000a1'
const bob: Address = '0x00000000000000000000000000000000000000b0'
const ordinary: TransactionKind = {kind: 'ordinary'}
const rich = {accountNonce: 0, balanceWei: 10n ** 18n}
const all: TakeLimits = {
  ...{maxCount: 100, gas: 10 ** 9},
  sealMs: 10 ** 9,
  ...{sizeBytes: 10 ** 6, allowAlone: true},
}

const answersTo = (calls: readonly {method: string}[], nonce: string) =>
  calls.map(({method}) => (method.endsWith('Count') ? nonce : '0xffffffff'))
const head = () => ({number: 1})
/** What is added at 0 is fresh, however long the process has been running. */
const atStart = {...systemClock, monotonicMs: () => 0}
const costs = new CostModel(2000)
let pool: Mempool
const maintain = (accounts: Accounts, model: CostModel) =>
  new PoolMaintenance({
    ...{mempool: pool, accounts, clock: atStart, logger: silentLogger, costs: model},
    ...{admission: new AdmissionControl(model), slowCode: new SlowCode(2000)},
    ...{metrics: new Metrics(), slotMs: 2000, onTidied: () => {}},
  })
beforeEach(() => {
  pool = new Mempool({transactions: 10, perSender: 6}, costsNoTime)
})

function make(sender: Address, accountNonce: number, tipPerGasWei = 100n): SignedTransaction {
  const raw = toHex(`${sender} ${accountNonce} ${tipPerGasWei}`)
  return {
    ...{raw, hash: keccak256(raw), sender, accountNonce, tipPerGasWei},
    maxFeePerGasWei: tipPerGasWei,
    sizeBytes: 100,
    type: 'legacy',
    gasLimit: 50_000n,
    to: bob,
    valueWei: 0n,
    data: '0x',
    intrinsicGas: 21_000n,
    signedBytes: new Uint8Array(),
    signature: {rs: new Uint8Array(64), parity: 0},
  }
}

function add(sender: Address, nonce: number, tip?: bigint, lane = ordinary, state = rich) {
  return pool.add(make(sender, nonce, tip), lane, state, 0)
}

function refusal(act: () => unknown): string {
  try {
    act()
    return 'taken'
  } catch (error) {
    if (error instanceof PoolRefusedError) return error.reason
    throw error
  }
}

/** Sender initial and nonce of each: `a0 b0 a1`. */
function names(held: readonly SignedTransaction[]): string {
  return held
    .map(({sender, accountNonce}) => `${sender === alice ? 'a' : 'b'}${accountNonce}`)
    .join(' ')
}

const raws = (...items: [Address, number][]): Hex[] =>
  items.map(([sender, nonce]) => make(sender, nonce).raw)

test('order: arrival between senders, nonces within a sender', () => {
  add(alice, 0)
  add(bob, 0)
  add(alice, 1)
  expect(names(pool.take(all))).toBe('a0 b0 a1')
})

test('a gap holds what is behind it until it is filled', () => {
  expect(add(alice, 2)).toBe('queued')
  expect(add(alice, 1)).toBe('queued')
  expect(add(bob, 0)).toBe('pending')
  expect(pool.counts()).toEqual({pending: 1, queued: 2})
  expect(add(alice, 0)).toBe('pending')
  expect(pool.nextNonce(alice)).toBe(3)
  expect(names(pool.take(all))).toBe('b0 a0 a1 a2')
})

test('taking respects count, gas for instructions and size, and never skips', () => {
  for (const nonce of [0, 1, 2]) add(alice, nonce)
  expect(names(pool.take({...all, maxCount: 2}))).toBe('a0 a1')
  pool.requeue()
  expect(names(pool.take({...all, gas: 29_000}))).toBe('a0')
  pool.requeue()
  expect(names(pool.take({...all, sizeBytes: 299}))).toBe('a0 a1')
  pool.requeue()
  expect(names(pool.take(all))).toBe('a0 a1 a2')
})

test('what was taken comes back in front, in its order', () => {
  add(alice, 0)
  add(bob, 0)
  pool.take(all)
  add(alice, 1)
  pool.requeue()
  expect(names(pool.take(all))).toBe('a0 b0 a1')
})

test('a replacement pays a tenth more and keeps the place', () => {
  add(alice, 0, 100n)
  add(bob, 0)
  expect(refusal(() => add(alice, 0, 109n))).toBe('underpriced')
  expect(refusal(() => add(alice, 0, 100n))).toBe('already-known')
  add(alice, 0, 110n)
  expect(pool.counts()).toEqual({pending: 2, queued: 0})
  const taken = pool.take(all)
  expect(names(taken)).toBe('a0 b0')
  expect(taken[0]!.tipPerGasWei).toBe(110n)
  expect(refusal(() => add(alice, 0, 1000n))).toBe('in-block')
})

describe('refuses', () => {
  test.each([
    [
      'a nonce that is used',
      () => add(alice, 4, 100n, ordinary, {...rich, accountNonce: 5}),
      'nonce-too-low',
    ],
    ['a nonce far ahead', () => add(alice, POOL_NONCE_WINDOW + 1), 'nonce-too-high'],
    [
      'what the sender cannot pay',
      () => add(alice, 0, 100n, ordinary, {...rich, balanceWei: 4_999_999n}),
      'funds',
    ],
  ])('%s', (_name, act, reason) => {
    expect(refusal(act)).toBe(reason)
    expect(pool.counts()).toEqual({pending: 0, queued: 0})
  })

  test('what the sender cannot pay together with the others', () => {
    const state = {...rich, balanceWei: 5_000_000n * 2n}
    add(alice, 0, 100n, ordinary, state)
    add(alice, 1, 100n, ordinary, state)
    expect(refusal(() => add(alice, 2, 100n, ordinary, state))).toBe('funds')
  })

  test('more than its limits, but still takes replacements', () => {
    for (let nonce = 0; nonce < 6; nonce++) add(alice, nonce)
    expect(refusal(() => add(alice, 6))).toBe('sender-limit')
    for (let nonce = 0; nonce < 4; nonce++) add(bob, nonce)
    expect(refusal(() => add(bob, 4))).toBe('pool-full')
    add(alice, 3, 200n)
  })
})

test('included ones go, and the rest stays ready in its order', () => {
  for (const nonce of [0, 1, 2]) add(alice, nonce)
  add(bob, 0)
  pool.take({...all, maxCount: 1})
  pool.included(raws([alice, 0]))
  expect(pool.counts()).toEqual({pending: 3, queued: 0})
  expect(names(pool.take(all))).toBe('b0 a1 a2')
  pool.included(raws([alice, 1], [alice, 2], [bob, 0]))
  expect(pool.counts()).toEqual({pending: 0, queued: 0})
})

test('a transaction that only others knew was included: what is behind it becomes ready', () => {
  add(alice, 1)
  add(alice, 2)
  expect(pool.waitingSenders(10)).toEqual([alice])
  pool.setAccount(alice, {...rich, accountNonce: 1})
  expect(pool.waitingSenders(10)).toEqual([])
  expect(names(pool.take(all))).toBe('a1 a2')
})

test('an old answer about an account does not take its nonce back; a rollback does', () => {
  for (const nonce of [0, 1, 2]) add(alice, nonce)
  pool.setAccount(alice, {...rich, accountNonce: 1})
  pool.setAccount(alice, {...rich, accountNonce: 0})
  expect(names(pool.take(all))).toBe('a1 a2')
  pool.requeue()
  pool.setAccount(alice, {...rich, accountNonce: 0}, true)
  expect(pool.counts()).toEqual({pending: 0, queued: 2})
})

test('an account that lost its money loses its last transactions', () => {
  for (const nonce of [0, 1, 2]) add(alice, nonce)
  pool.setAccount(alice, {accountNonce: 0, balanceWei: 10_000_000n}, true)
  expect(names(pool.take(all))).toBe('a0 a1')
})

test('dropping one makes those behind it wait', () => {
  for (const nonce of [0, 1, 2]) add(alice, nonce)
  pool.remove(make(alice, 1).hash)
  expect(pool.counts()).toEqual({pending: 1, queued: 1})
  add(alice, 1, 500n)
  expect(names(pool.take(all))).toBe('a0 a1 a2')
})

test('what the MPC sends goes first, in nonce order', () => {
  add(alice, 0)
  add(bob, 1, 100n, {kind: 'system'})
  add(bob, 0, 100n, {kind: 'system'})
  add(alice, 1)
  expect(names(pool.take(all))).toBe('b0 b1 a0 a1')
})

test('a relay transaction is alone in its block', () => {
  add(alice, 0)
  add(bob, 0, 100n, {kind: 'relay'})
  add(alice, 1)
  expect(names(pool.take(all))).toBe('a0')
  expect(pool.take({...all, allowAlone: false})).toEqual([])
  pool.included(raws([alice, 0]))
  expect(names(pool.take(all))).toBe('b0')
})

test('a recommitment is only for the signer and the block it names', () => {
  const recommit = {oldEpochId: 1n, newEpochId: 2n, startBlock: 50n, endBlock: 60n, newSigner: bob}
  add(alice, 0, 100n, {kind: 'recommit', recommit})
  expect(pool.take(all)).toEqual([])
  expect(pool.recommitFor(alice, 50)).toBeUndefined()
  expect(pool.recommitFor(bob, 49)).toBeUndefined()
  expect(pool.recommitFor(bob, 50)).toMatchObject({sender: alice})
  pool.dropRecommitsUpTo(49)
  expect(pool.counts()).toEqual({pending: 1, queued: 0})
  pool.dropRecommitsUpTo(50)
  expect(pool.counts()).toEqual({pending: 0, queued: 0})
})

test('what waits too long goes, but not out of the open block', () => {
  add(alice, 0)
  add(bob, 1)
  pool.take(all)
  pool.expire(POOL_LIFETIME_MS + 1)
  expect(pool.counts()).toEqual({pending: 1, queued: 0})
})

test('after a block of others the pool asks the chain about senders of whom nothing is next', async () => {
  const asked: unknown[] = []
  const accounts = new Accounts({
    head,
    readAll: (calls) => {
      asked.push(...calls.map(({params}) => params?.[0]))
      return Promise.resolve(answersTo(calls, '0x1'))
    },
  })
  const maintenance = maintain(accounts, costs)
  add(alice, 1)
  add(bob, 0)
  const changed = Promise.withResolvers<void>()
  maintenance.afterBlock({number: 1, transactions: []} as unknown as SealedBlock, changed.resolve)
  await changed.promise
  expect(asked).toEqual([alice, alice])
  expect(names(pool.take(all))).toBe('b0 a1')
})

test('what is known of an account moves on with our blocks, and is read anew after those of others', async () => {
  let whileReading = () => {}
  const accounts = new Accounts({
    head,
    readAll: (calls) => {
      whileReading()
      return Promise.resolve(answersTo(calls, '0x3'))
    },
  })
  const first = make(alice, 3)
  await accounts.read(alice)
  const {balanceWei} = accounts.known(alice)!
  accounts.passed([first, make(bob, 0)])
  expect(accounts.known(alice)).toEqual({
    accountNonce: 4,
    balanceWei: balanceWei - maxCostWei(first),
  })
  expect(accounts.known(bob)).toBeUndefined()
  // What was asked before a block is not what holds after it.
  whileReading = () => accounts.passed([])
  await accounts.read(bob)
  expect(accounts.known(bob)).toBeUndefined()

  const maintenance = maintain(accounts, costs)
  add(bob, 0)
  const sealed = (...transactions: readonly Hex[]) =>
    maintenance.afterBlock({number: 1, transactions} as unknown as SealedBlock, () => {})
  sealed(make(bob, 0).raw)
  expect(accounts.known(alice)).toMatchObject({accountNonce: 4})
  sealed('0x99')
  expect(accounts.known(alice)).toBeUndefined()
})

test('blocks of others tell what calls cost, also those that nobody sent here', () => {
  const learning = new CostModel(2000)
  const maintenance = maintain(new Accounts({head, readAll: async () => []}), learning)
  const call = {
    ...make(alice, 0),
    ...{to: bob, data: `0xa9059cbb${'00'.repeat(64)}` as Hex},
    ...{gasLimit: 121_500n, intrinsicGas: 21_500n},
  }
  const before = learning.costOf(call, 0)
  for (let number = 1; number <= 10; number++) {
    const calls = Array.from({length: 100}, () => call)
    const hash: Hex = `0x0${number.toString(16)}`
    const block = {number, hash, transactions: calls.map(({raw}) => raw)} as unknown as SealedBlock
    maintenance.sealedIn(block, calls, 40)
    maintenance.afterBlock(block, () => {})
    maintenance.spent(
      hash,
      calls.map(() => 51_500),
    )
  }
  const after = learning.costOf(call, 0)
  expect(after.gas).toBeLessThan(before.gas / 2)
  expect(after.ms).toBeLessThan(before.ms / 2)
})

describe('fairness', () => {
  test('senders take turns, however many one of them sent before', () => {
    pool = new Mempool({}, costsNoTime)
    for (let nonce = 0; nonce < 50; nonce++) add(alice, nonce)
    add(bob, 0)
    add(bob, 1)
    expect(names(pool.take({...all, maxCount: 5}))).toBe('a0 b0 a1 b1 a2')
  })

  test('one sender gets at most eight times what it leaves free', () => {
    pool = new Mempool({}, costsNoTime)
    const capacity = capacityFor(900)
    let taken = 0
    const flood = () => pool.add(make(alice, taken), ordinary, rich, 0, capacity)
    while (refusal(flood) === 'taken') taken++
    expect(refusal(flood)).toBe('sender-limit')
    // Eight ninths of 0.7 x 900.
    expect(taken).toBe(561)
    expect(refusal(() => pool.add(make(bob, 0), ordinary, rich, 0, capacity))).toBe('taken')
  })
})

test('when there is less room than was thought, the last of it is for those who hold few', () => {
  pool = new Mempool({}, costsNoTime)
  const offer = (sender: Address, nonce: number, waiting: number) =>
    refusal(() => pool.add(make(sender, nonce), ordinary, rich, 0, capacityFor(waiting)))
  for (let nonce = 0; nonce < 90; nonce++) offer(alice, nonce, 900)
  expect(offer(alice, 90, 100)).toBe('sender-limit')
  for (let nonce = 0; nonce < POOL_FEW; nonce++) expect(offer(bob, nonce, 100)).toBe('taken')
  expect(offer(bob, POOL_FEW, 100)).toBe('sender-limit')
})

describe('room', () => {
  const roomy = {...capacityFor(100), count: 100}
  const closed = {...capacityFor(0), ms: 0, leastMs: 20, stageMs: 0.4, isNext: true}
  const addInto = (capacity: typeof roomy, sender: Address, nonce: number) =>
    refusal(() => pool.add(make(sender, nonce), ordinary, rich, 0, capacity))

  test('what is in the open block counts for the block, not for what waits', () => {
    for (let nonce = 0; nonce < 2; nonce++) addInto(roomy, alice, nonce)
    pool.take({...all, maxCount: 1})
    expect(addInto({...roomy, count: 2}, bob, 0)).toBe('pool-full')
    expect(addInto({...roomy, gas: 80_000}, bob, 0)).toBe('pool-full')
    expect(addInto({...roomy, bytes: 299}, bob, 0)).toBe('pool-full')
    expect(addInto({...roomy, gas: 87_000, bytes: 300}, bob, 0)).toBe('taken')
  })

  test('what is in a block that is being sealed takes nothing from the next one', () => {
    for (let nonce = 0; nonce < 3; nonce++) addInto(roomy, alice, nonce)
    pool.take(all)
    expect(addInto({...roomy, count: 1}, bob, 0)).toBe('pool-full')
    expect(addInto({...roomy, count: 1, isNext: true}, bob, 0)).toBe('taken')
  })

  test('when time is short a few are let in, and no more; one alone always', () => {
    const full = {...capacityFor(0), ms: 0}
    expect(addInto(full, bob, 0)).toBe('taken')
    pool = new Mempool({}, costsNoTime)
    let taken = 0
    const flood = () => pool.add(make(alice, taken), ordinary, rich, 0, full)
    while (refusal(flood) === 'taken') taken++
    expect(taken).toBe(POOL_FEW)
    expect(refusal(flood)).toBe('sender-limit')
    for (let nonce = 0; nonce < POOL_ANY_MOMENT - POOL_FEW; nonce++) addInto(full, bob, nonce)
    expect(addInto(full, bob, POOL_ANY_MOMENT - POOL_FEW)).toBe('pool-full')
  })

  test('what could not be ready is refused before anybody asks who sent it, and told when to come back', () => {
    for (let nonce = 0; nonce < POOL_ANY_MOMENT / 2; nonce++) {
      for (const sender of [alice, bob]) addInto(roomy, sender, nonce)
    }
    const full = {...capacityFor(0), ms: 0}
    const assert = (capacity: typeof full | undefined) =>
      pool.assertFits(pool.sizeOf(make(alice, 9), 0), capacity)
    expect(() => assert(full)).toThrow(
      expect.objectContaining({reason: 'pool-full', retryAfterMs: 700}),
    )
    expect(refusal(() => assert(roomy))).toBe('taken')
    expect(refusal(() => assert(undefined))).toBe('taken')
    expect(pool.takeRefused()).toBe(1)
  })

  test('sealing has a time of its own, however long the slot still is', () => {
    pool = new Mempool({}, {costOf: () => ({gas: POOL_ANY_MOMENT_GAS / 2, ms: 40})})
    const capacity = {...capacityFor(10_000), sealMs: 100}
    expect([0, 1, 2].map((nonce) => addInto(capacity, alice, nonce))).toEqual([
      'taken',
      'taken',
      'pool-full',
    ])
    expect(pool.take({...all, sealMs: 50})).toHaveLength(1)
  })

  test('a few of little gas are let in however slow they are said to be, on a network of short slots', () => {
    pool = new Mempool({}, {costOf: () => ({gas: 1_000_000, ms: 40})})
    const capacity = {...capacityFor(0), sealMs: 100}
    for (let nonce = 0; nonce < POOL_FEW; nonce++) {
      expect(addInto(capacity, alice, nonce)).toBe('taken')
    }
  })

  test('a burst of one sender on a calm network is let in at any moment', () => {
    pool = new Mempool({}, costsNoTime)
    for (let nonce = 0; nonce < 30; nonce++) expect(addInto(closed, alice, nonce)).toBe('taken')
  })

  test('while a full block is sealed nobody is let in for the one after: it would be more than a slot', () => {
    pool = new Mempool({}, costsNoTime)
    const wide = capacityFor(10_000)
    const senders = Array.from({length: POOL_CALM}, (_, index) => toHex(1000 + index, {size: 20}))
    expect(senders.map((sender) => addInto(wide, sender, 0))).not.toContain('pool-full')
    expect(pool.take({...all, maxCount: POOL_CALM})).toHaveLength(POOL_CALM)
    expect(addInto(closed, bob, 0)).toBe('pool-full')
  })

  test('what would be late is refused, and on a calm network nobody is', () => {
    pool = new Mempool({}, costsNoTime)
    const late = {...capacityFor(10_000), isLate: true, retryAfterMs: 900}
    const senders = Array.from({length: POOL_CALM}, (_, index) => toHex(1000 + index, {size: 20}))
    const answers = senders.map((sender) => addInto(late, sender, 0))
    expect(answers.indexOf('pool-full')).toBe(POOL_ANY_MOMENT)
    // That is no spike by itself.
    expect(pool.takeRefused()).toBe(0)
    expect(() => pool.add(make(bob, 0), ordinary, rich, 0, late)).toThrow(
      expect.objectContaining({reason: 'pool-full', retryAfterMs: 900}),
    )
  })

  test('what waits for the engine has a bound of its own, and is let in again a moment later', () => {
    pool = new Mempool({}, costsNoTime)
    const capacity = {...capacityFor(10_000), backlogMs: 2 * POOL_ANY_MOMENT}
    const senders = Array.from({length: 60}, (_, index) => toHex(index, {size: 20}))
    const taken = senders.filter((sender) => addInto(capacity, sender, 0) === 'taken')
    expect(taken).toHaveLength(2 * POOL_ANY_MOMENT + 1)
    expect(() => pool.add(make(alice, 0), ordinary, rich, 0, capacity)).toThrow(
      expect.objectContaining({reason: 'pool-full', retryAfterMs: POOL_BACKLOG_RETRY_MS}),
    )
    pool.take({...all, maxCount: POOL_ANY_MOMENT})
    expect(addInto(capacity, alice, 0)).toBe('taken')
  })

  test('what waits for a nonce takes no room, and has its own limit', () => {
    expect(addInto({...roomy, count: 0, ms: 0}, alice, 1)).toBe('taken')
    expect(addInto({...roomy, count: 0, ms: 0}, alice, 0)).toBe('pool-full')
  })

  test('what the MPC sends is never refused for room', () => {
    const full = {...roomy, count: 0, ms: 0}
    const system = () => pool.add(make(bob, 0), {kind: 'system'}, rich, 0, full)
    expect(refusal(system)).toBe('taken')
  })
})
