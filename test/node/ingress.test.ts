import type {Address, Hash, Hex} from 'viem'
import {beforeEach, expect, test, vi} from 'vitest'

import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {EngineError} from '../../src/node/engine/engine.ts'
import {openIngress, type Ingress, type IngressOptions} from '../../src/node/ingress.ts'
import {POOL_BACKLOG_RETRY_MS} from '../../src/node/limits.ts'
import {FORWARD_ANSWER_MS, FORWARD_BUSY_MS} from '../../src/node/peer-limits.ts'
import type {Accounts} from '../../src/node/mempool/accounts.ts'
import {refused} from '../../src/node/mempool/admission.ts'
import {Mempool} from '../../src/node/mempool/mempool.ts'
import {Metrics} from '../../src/node/metrics.ts'
import type {BlockExchange, Delivery, PeerView} from '../../src/node/peers/exchange.ts'
import {Forwarder, type ForwarderOptions} from '../../src/node/peers/forwarder.ts'
import type {Turn} from '../../src/node/rotation/rotation.ts'
import {recoverSender, type ParsedTransaction} from '../../src/protocol/transaction.ts'
import {accountOf, L2_CHAIN_ID, transfer} from '../helpers/l2-chain.ts'
import {capacityFor} from '../helpers/pool-capacity.ts'

const producer: Address = '0x00000000000000000000000000000000000000a1'
const member: Address = '0x00000000000000000000000000000000000000b2'
const nobody: Address = '0x0000000000000000000000000000000000000000'
const user = accountOf('user')

let mempool: Mempool
let ingress: Ingress
let ingressParts: IngressOptions & {forwarder: Forwarder}
let turn: Turn
let forwarderParts: Omit<ForwarderOptions, 'turn'>
/** What the producer does with what it is sent; each call is one request. */
let answer: (raws: readonly Hex[]) => Promise<Delivery[]>
let asked: number
/** To whom each request went. */
let askedWhom: Address[]
/** Counts tests: a forwarder of an earlier one may still have something to send. */
let round = 0
let ages: number[]
let journal: string[]

beforeEach(() => {
  mempool = new Mempool()
  turn = {whose: 'other', signer: producer} as Turn
  answer = (raws) => Promise.resolve(raws.map(() => 'taken'))
  const ours = ++round
  asked = 0
  askedWhom = []
  ages = []
  journal = []
  const exchange = {
    peers: () => [{address: producer} as PeerView],
    peer: (address: Address) => (address === nobody ? undefined : ({address} as PeerView)),
    sendTransactions({address}: PeerView, raws: readonly Hex[], agesMs: readonly number[]) {
      if (round !== ours) return Promise.resolve(raws.map(() => 'taken' as const))
      asked += raws.length
      askedWhom.push(address)
      ages.push(...agesMs)
      return answer(raws)
    },
  } as unknown as BlockExchange
  forwarderParts = {mempool, exchange, slotMs: 2000, clock: systemClock, logger: silentLogger}
  const parts = forwarderParts
  const forwarder = new Forwarder({...parts, turn: () => turn})
  const state = {accountNonce: 0, balanceWei: 10n ** 20n}
  ingressParts = {
    recovery: recoveryThat(() => {}),
    accounts: {known: () => state, read: async () => state} as unknown as Accounts,
    ...{mempool, forwarder, metrics: new Metrics()},
    rules: {
      chainId: L2_CHAIN_ID,
      minGasPriceWei: 1n,
      maxGasLimit: 30_000_000n,
      maxSizeBytes: 131_072,
    },
    contracts: {sequencerSet: nobody, bridge: nobody},
    owners: () => ({mpc: undefined, relayer: undefined}),
    nowMs: () => systemClock.monotonicMs(),
    stateCapacity: () => ({leaves: 0, limit: 1000, isFull: false, gasCapacity: 100_000_000}),
    capacity: () => ({...capacityFor(1), count: 1}),
    journal: {append: (raw) => journal.push(raw), withdraw: (raw) => journal.push(`-${raw}`)},
    onHeld: (_hash: Hash) => {},
  }
  ingress = openIngress(ingressParts)
})

const recoveryThat = (note: () => void) => ({
  async recover(parsed: ParsedTransaction) {
    note()
    return recoverSender(parsed)
  },
})

test('the user is told only after the producer has it, and many travel in one request', async () => {
  const raws = await Promise.all([0, 1, 2].map((nonce) => transfer(user, nonce)))
  let requests = 0
  answer = async (sent) => {
    requests++
    return sent.map(() => 'taken')
  }
  await Promise.all(raws.map((raw) => ingress.accept(raw)))
  expect(asked).toBe(3)
  expect(requests).toBeLessThanOrEqual(2)
  expect(mempool.counts().pending).toBe(3)
  expect(journal).toHaveLength(3)
})

test('the producer is told how long ago it came, until the user has an answer', async () => {
  await ingress.accept(await transfer(user, 0), 400)
  expect(ages.map((ms) => ms >= 400)).toEqual([true])
  expect(ages[0]).toBeLessThan(2_000)
  // What was accepted is promised, however old it is.
  await ingressParts.forwarder.handOver()
  expect(ages.slice(1)).toEqual([0])
})

test('what was handed on to us is as old as its first node says', async () => {
  const capacity = vi.fn<IngressOptions['capacity']>(() => undefined)
  ingress = openIngress({...ingressParts, capacity})
  await ingress.acceptMany([await transfer(user, 0), await transfer(user, 1)], [700], member)
  const told = capacity.mock.calls.map(([ageMs]) => ageMs)
  expect(Math.min(...told)).toBeLessThan(600)
  expect(Math.max(...told)).toBeGreaterThanOrEqual(700)
})

test.each(['pool-full', 'sender-limit', 'state-full', 'slow-code'] as const)(
  'the producer answers %s: so does this node, and it keeps nothing',
  async (reason) => {
    answer = (raws) => Promise.resolve(raws.map(() => reason))
    const raw = await transfer(user, 0)
    await expect(ingress.accept(raw)).rejects.toMatchObject({reason})
    expect(mempool.counts()).toEqual({pending: 0, queued: 0})
    expect(journal).toEqual([raw, `-${raw}`])
  },
)

test('what the producer just had no room for is refused without asking it again, until its next block', async () => {
  const recovered = vi.fn()
  ingress = openIngress({...ingressParts, recovery: recoveryThat(recovered)})
  answer = (raws) => Promise.resolve(raws.map(() => 'pool-full' as const))
  const [first, second] = [await transfer(user, 0), await transfer(user, 0, {value: 10n ** 18n})]
  await expect(ingress.accept(first!)).rejects.toMatchObject({reason: 'pool-full'})
  const again = ingress.accept(second!)
  await expect(again).rejects.toMatchObject({reason: 'pool-full', retryAfterMs: expect.any(Number)})
  expect([asked, recovered.mock.calls.length]).toEqual([1, 1])

  ingressParts.forwarder.headMoved()
  await expect(ingress.accept(second!)).rejects.toMatchObject({reason: 'pool-full'})
  expect([asked, recovered.mock.calls.length]).toEqual([2, 2])
})

test('what is refused behind a gap closes the door to nobody else', async () => {
  answer = (raws) => Promise.resolve(raws.map(() => 'pool-full' as const))
  const gap = ingress.accept(await transfer(user, 7))
  await expect(gap).rejects.toMatchObject({reason: 'pool-full'})
  answer = (raws) => Promise.resolve(raws.map(() => 'taken' as const))
  await ingress.accept(await transfer(user, 0))
  expect(asked).toBe(2)
})

test.each(['sender-limit', 'state-full', 'slow-code'] as const)(
  '%s is about one transaction: the next one is asked for',
  async (reason) => {
    answer = (raws) => Promise.resolve(raws.map(() => reason))
    for (const nonce of [0, 1]) {
      await expect(ingress.accept(await transfer(user, nonce))).rejects.toMatchObject({reason})
    }
    expect(asked).toBe(2)
  },
)

test('a producer that cannot be reached: the transaction is held, and the user gets its hash', async () => {
  answer = () => Promise.reject(new Error('away'))
  await ingress.accept(await transfer(user, 0))
  expect(mempool.counts().pending).toBe(1)
  expect(journal).toHaveLength(1)
})

test('a producer that says nothing keeps one user waiting for a slot, and is asked nothing more meanwhile', async () => {
  answer = () => new Promise(() => {})
  const started = systemClock.monotonicMs()
  const first = ingress.accept(await transfer(user, 0))
  await systemClock.sleep(FORWARD_BUSY_MS + 50)
  await expect(ingress.accept(await transfer(user, 1))).rejects.toMatchObject({reason: 'pool-full'})
  await first
  expect(systemClock.monotonicMs() - started).toBeGreaterThanOrEqual(FORWARD_ANSWER_MS - 5)
  expect(mempool.counts().pending).toBe(1)
})

test('the own room counts when nobody else produces, not when the producer decides', async () => {
  await ingress.accept(await transfer(user, 0))
  await ingress.accept(await transfer(user, 1))
  turn = {whose: 'mine'} as Turn
  await expect(ingress.accept(await transfer(user, 2))).rejects.toMatchObject({reason: 'pool-full'})
})

test('what other nodes hand on is answered one by one; what was accepted before always comes in', async () => {
  turn = {whose: 'mine'} as Turn
  const raws = await Promise.all([0, 1].map((nonce) => transfer(user, nonce)))
  expect(await ingress.acceptMany([...raws, '0x00', raws[0]!], [], member)).toEqual([
    'taken',
    'pool-full',
    'taken',
    'taken',
  ])
  journal = []
  await ingress.readmit(raws)
  expect(mempool.counts().pending).toBe(2)
  expect(journal).toEqual([])
})

test('the producer is late with room for all but this one: others are still asked for', async () => {
  answer = (raws) => Promise.resolve(raws.map(() => 'late' as const))
  const late = ingress.accept(await transfer(user, 0))
  await expect(late).rejects.toMatchObject({
    reason: 'pool-full',
    retryAfterMs: POOL_BACKLOG_RETRY_MS,
  })
  answer = (raws) => Promise.resolve(raws.map(() => 'taken' as const))
  await ingress.accept(await transfer(user, 0, {value: 5n}))
  expect(asked).toBe(2)
})

test('in its own turn a node gives a peer a copy of what its users were promised, and of nothing else', async () => {
  turn = {whose: 'mine', signer: member} as Turn
  ingress = openIngress({...ingressParts, capacity: () => undefined})
  await ingress.acceptMany([await transfer(user, 0)], [], producer)
  await ingress.accept(await transfer(user, 1))
  await ingress.accept(await transfer(user, 2))
  await expect.poll(() => asked).toBe(2)
  expect(askedWhom).not.toContain(member)
  expect(mempool.counts().pending).toBe(3)
})

test('a copy of what the producer promised is held without room, and goes to whoever takes over', async () => {
  ingress = openIngress({...ingressParts, capacity: () => ({...capacityFor(1), count: 0})})
  const raws = await Promise.all([0, 1].map((nonce) => transfer(user, nonce)))
  expect(await ingress.acceptMany(raws, [], producer)).toEqual(['taken', 'taken'])
  expect(journal).toEqual(raws)
  await ingress.accept(await transfer(user, 2))
  expect(asked, 'the producer has its own').toBe(1)

  turn = {whose: 'other', signer: member} as Turn
  ingressParts.forwarder.headMoved()
  await expect.poll(() => asked).toBe(4)
  expect(askedWhom.at(-1)).toBe(member)
})

test('a copy that could fill the state, or whose code is slow, is held no more than from anybody else', async () => {
  const slowCode = {
    assertFits: () => {
      throw refused('slow-code', 'It was slow.')
    },
  }
  ingress = openIngress({...ingressParts, slowCode})
  expect(await ingress.acceptMany([await transfer(user, 0)], [], producer)).toEqual(['slow-code'])

  const stateCapacity = () => ({leaves: 0, limit: 1000, isFull: false, gasCapacity: 1_000})
  ingress = openIngress({...ingressParts, stateCapacity})
  const large = await transfer(user, 0, {gas: 100_000n})
  expect(await ingress.acceptMany([large], [], producer)).toEqual(['state-full'])
  expect(mempool.counts()).toEqual({pending: 0, queued: 0})
})

test('a promise that the producer had no capacity for is offered again with its next block', async () => {
  const [raw] = [await transfer(user, 0)]
  answer = (raws) => Promise.resolve(raws.map(() => 'pool-full'))
  await ingress.acceptMany([raw], [0], member)
  await vi.waitFor(() => expect(asked).toBe(1))
  ingressParts.forwarder.wake()
  await vi.waitFor(() => expect(mempool.counts().pending).toBe(1))
  expect(asked).toBe(1)

  answer = (raws) => Promise.resolve(raws.map(() => 'taken'))
  ingressParts.forwarder.headMoved()
  await vi.waitFor(() => expect(asked).toBe(2))
  // It is there now.
  ingressParts.forwarder.headMoved()
  ingressParts.forwarder.wake()
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  expect(asked).toBe(2)
})

test('a transaction that was refused to its user is not offered again', async () => {
  answer = (raws) => Promise.resolve(raws.map(() => 'pool-full'))
  await expect(ingress.accept(await transfer(user, 0))).rejects.toThrow(/at capacity/)
  ingressParts.forwarder.headMoved()
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  expect(asked).toBe(1)
})

test('while nothing fits, nothing is decoded but what the MPC may have sent', async () => {
  const full = {...ingressParts, capacity: () => ({...capacityFor(0), count: 0})}
  const closed = openIngress({...full, contracts: {sequencerSet: producer, bridge: nobody}})
  turn = {whose: 'mine', signer: producer} as Turn
  await expect(closed.accept('0xff')).rejects.toMatchObject({reason: 'pool-full'})
  const nested = `0xff${producer.slice(2)}`
  await expect(closed.accept(nested)).rejects.not.toMatchObject({reason: 'pool-full'})
})

test('a new producer takes what peers hand over, whatever its capacity, for two slots', async () => {
  turn = {whose: 'mine', signer: producer} as Turn
  const forwarder = new Forwarder({...forwarderParts, slotMs: 200, turn: () => turn})
  const full = openIngress({
    ...ingressParts,
    forwarder,
    // Something waits already: a first one always fits.
    capacity: () => ({...capacityFor(0), count: 0}),
  })
  const [first, second, third] = await Promise.all([0, 1, 2].map((nonce) => transfer(user, nonce)))
  expect(forwarder.isTakingOver).toBe(false)
  expect(await full.acceptMany([first!], [0], member)).toEqual(['pool-full'])

  forwarder.wake()
  await vi.waitFor(() => expect(forwarder.isTakingOver).toBe(true))
  // A user waits for the first, and nobody for the others.
  expect(await full.acceptMany([first!], [30], member)).toEqual(['pool-full'])
  expect(await full.acceptMany([first!, second!], [0, 0], member)).toEqual(['taken', 'taken'])

  await vi.waitFor(() => expect(forwarder.isTakingOver).toBe(false))
  expect(await full.acceptMany([third!], [0], member)).toEqual(['pool-full'])
})

test('promises of another producer go first: to its successor, and here when we are it', async () => {
  const others = [accountOf('one'), accountOf('two'), accountOf('three')]
  const raws = await Promise.all(others.map((account) => transfer(account, 0)))
  turn = {whose: 'unknown'}
  const wide = openIngress({...ingressParts, capacity: () => capacityFor(10)})
  for (const raw of raws) await wide.accept(raw)
  // The last one is a copy of what the producer has promised.
  forwarderParts.mempool
    .all()
    .slice(2)
    .forEach(({hash}) => ingressParts.forwarder.hold(hash, producer))

  const sent: Hex[] = []
  answer = (these) => {
    sent.push(...these)
    return Promise.resolve(these.map(() => 'taken'))
  }
  turn = {whose: 'other', signer: member} as Turn
  ingressParts.forwarder.headMoved()
  await vi.waitFor(() => expect(sent).toEqual([raws[2], raws[0], raws[1]]))
})

test('a producer that takes over seals the promises of the one before it first', async () => {
  const others = [accountOf('one'), accountOf('two'), accountOf('three')]
  const raws = await Promise.all(others.map((account) => transfer(account, 0)))
  turn = {whose: 'other', signer: nobody} as Turn
  const wide = openIngress({...ingressParts, capacity: () => capacityFor(10)})
  for (const raw of raws) await wide.accept(raw)
  mempool
    .all()
    .slice(1)
    .forEach(({hash}) => ingressParts.forwarder.hold(hash, nobody))
  turn = {whose: 'mine', signer: producer} as Turn
  ingressParts.forwarder.headMoved()
  await vi.waitFor(() => expect(ingressParts.forwarder.isTakingOver).toBe(true))
  const all = {maxCount: 10, gas: 10 ** 9, sealMs: 10 ** 9, sizeBytes: 10 ** 9, allowAlone: true}
  const taken = mempool.take(all)
  expect(taken.map(({raw}) => raw)).toEqual([raws[1], raws[2], raws[0]])
})

test('a transaction that was replaced under way is answered, and makes nobody look busy', async () => {
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  answer = async (raws) => {
    await held
    return raws.map(() => 'taken')
  }
  const wide = openIngress({...ingressParts, capacity: () => capacityFor(10)})
  const first = wide.accept(await transfer(user, 0))
  await vi.waitFor(() => expect(asked).toBe(1))
  // Gone before it was sent, as one that was replaced.
  const second = wide.accept(await transfer(accountOf('one'), 0))
  await vi.waitFor(() => expect(mempool.all()).toHaveLength(2))
  mempool.remove(mempool.all()[1]!.hash)
  release()
  await Promise.all([first, second])
  expect(asked).toBe(1)
})

test('a promise that is offered again is not refused as late', async () => {
  turn = {whose: 'mine', signer: producer} as Turn
  const late = {...capacityFor(5_000), isLate: true}
  const closed = openIngress({...ingressParts, capacity: () => late})
  // Enough that the network is not calm.
  const before = openIngress({...ingressParts, capacity: () => capacityFor(5_000)})
  for (let nonce = 0; nonce < 20; nonce++) await before.accept(await transfer(user, nonce))
  const raw = await transfer(accountOf('one'), 0)
  expect(await closed.acceptMany([raw], [40], member)).toEqual(['late'])
  expect(await closed.acceptMany([raw], [0], member)).toEqual(['taken'])
})

test('an engine that restarts answers for one transaction, not for all of a request', async () => {
  turn = {whose: 'mine', signer: producer} as Turn
  const one = accountOf('one')
  const accounts = {
    known: () => undefined,
    async read(address: Address) {
      if (address === one.address.toLowerCase()) throw new EngineError('reset', 'It restarts.')
      return {accountNonce: 0, balanceWei: 10n ** 20n}
    },
  } as unknown as Accounts
  const wide = openIngress({...ingressParts, accounts, capacity: () => capacityFor(10)})
  const raws = [await transfer(user, 0), await transfer(one, 0)]
  expect(await wide.acceptMany(raws, [5, 5], member)).toEqual(['taken', 'late'])
  // A copy goes to another peer then, and the journal is read again.
  turn = {whose: 'other', signer: producer} as Turn
  await expect(wide.acceptMany([raws[1]!], [], producer)).rejects.toThrow(EngineError)
  await expect(wide.readmit([raws[1]!])).rejects.toThrow(EngineError)
})
