import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {numberToHex, type Address, type Hash} from 'viem'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'

import {silentLogger, type Logger} from '../../src/lib/log.ts'
import {findSplit} from '../../src/pos/l1-watcher.ts'
import {startPos} from '../../src/pos/start-pos.ts'
import {
  initialState,
  L1_ANCHORS,
  type Command,
  type L1Event,
  type L1Portion,
  type PosEvent,
  type PosState,
} from '../../src/pos/state.ts'
import {transition} from '../../src/pos/transition.ts'
import {lower, mpc, signerOf, startChains, type Chains} from './chains.ts'

const within = {timeout: 60_000, interval: 20}
const hash = (number: bigint | number, branch = 0): Hash =>
  numberToHex(BigInt(number) + (BigInt(branch) << 64n), {size: 32})

describe('where two branches part', () => {
  const anchors = [10n, 20n, 30n].map((number) => ({number, hash: hash(number)}))
  const chainOf = (hashes: Record<number, Hash>) => ({
    names: [],
    request: async (_method: string, params: readonly unknown[] = []) => {
      const found = hashes[Number(params[0])]
      return found === undefined ? null : {hash: found}
    },
  })

  test.each([
    ['the same chain', {10: hash(10), 20: hash(20), 30: hash(30)}, undefined],
    ['a node that is behind', {10: hash(10), 20: hash(20)}, undefined],
    ['a node that has nothing yet', {}, undefined],
    ['the newest block is another', {10: hash(10), 20: hash(20), 30: hash(30, 1)}, 20n],
    ['a shorter branch', {10: hash(10), 20: hash(20, 1)}, 10n],
    ['all are others', {10: hash(10, 1), 20: hash(20, 1), 30: hash(30, 1)}, 4n],
  ])('%s', async (_name, hashes, split) => {
    expect(await findSplit(chainOf(hashes), anchors, 4n)).toBe(split)
  })
})

describe('the set from the new branch', () => {
  const [A, B, C] = ['a', 'b', 'c'].map((digit) => `0x${digit.repeat(40)}`) as [
    Address,
    Address,
    Address,
  ]
  const locked = (id: bigint, signer: Address, blockNumber: bigint): L1Event => ({
    ...{name: 'Locked', sequencerId: id, signer, nonce: 1n, activationBatch: 1n, pubKey: '0x04'},
    ...{amountWei: 20_000n * 10n ** 18n, blockNumber, logIndex: 0},
  })
  const epoch = (number: bigint, signer: Address) => ({
    ...{number, signer, startBlock: 11n + number * 20n, endBlock: 30n + number * 20n},
  })

  /** A locked in block 5, B in 9; epoch 1 is committed to B, the head is in epoch 0. */
  function before(): PosState {
    let state = initialState(1n)
    const steps = [
      applied(0n, 6n, locked(1n, A, 5n)),
      applied(6n, 9n, locked(2n, B, 9n)),
      {type: 'adopt-epochs', epochs: [epoch(0n, A), epoch(1n, B)]},
    ] as const
    for (const step of steps) [state] = transition(state, step as Command)
    return state
  }
  const portion = (afterBlock: bigint, toBlock: bigint, ...events: L1Event[]) => ({
    ...{afterBlock, toBlock, events, hasMore: false},
  })
  const applied = (afterBlock: bigint, toBlock: bigint, ...events: L1Event[]): Command => ({
    ...{type: 'apply-l1', toHash: hash(toBlock)},
    ...portion(afterBlock, toBlock, ...events),
  })
  const begin: Command = {type: 'begin-l1-replacement', splitBlock: 6n}
  const stage = (part: L1Portion): Command => ({type: 'stage-l1', splitBlock: 6n, ...part})
  const journal = stage({toHash: null, ...portion(-1n, 6n, locked(1n, A, 5n))})
  const swap = (l2Head = 20n, committedEpoch = 1n): Command => ({
    ...{type: 'replace-l1', splitBlock: 6n, vanished: 1, committedEpoch, l2Head},
  })
  /** The whole replacement; events are those of its last command. */
  function replace(branch: L1Event[] | null, last = swap()): [PosState, PosEvent[]] {
    const news = branch && stage({toHash: hash(12, 1), ...portion(6n, 12n, ...branch)})
    let state = before()
    for (const command of [begin, journal, ...(news ? [news] : [])]) {
      const [next, events] = transition(state, command)
      expect(events.filter(({type}) => type === 'refused')).toEqual([])
      // The set in force stays until the new one is whole.
      expect(next.validators).toEqual(before().validators)
      state = next
    }
    return transition(state, last)
  }

  test('an event that comes again in another block is applied there', () => {
    const [state, events] = replace([locked(2n, B, 10n)])
    expect(state.validators).toMatchObject([{signer: A}, {signer: B, lastUpdated: '1000000'}])
    expect(state).toMatchObject({l1Cursor: 12n, lastReplayKey: 1_000_000n})
    expect(state.l1Anchors).toEqual([
      {number: 6n, hash: hash(6)},
      {number: 12n, hash: hash(12, 1)},
    ])
    expect(events).toMatchObject([
      {type: 'l1-replaced', splitBlock: 6n, toBlock: 12n, vanished: 1, added: 1},
    ])
  })

  test('a set without the producer of an open epoch is refused until that epoch is over', () => {
    const without = [locked(2n, C, 10n)]
    const [same, events] = replace(without)
    expect(events).toMatchObject([{type: 'refused', reason: expect.stringContaining(`to ${B}`)}])
    expect(same.validators.map(({signer}) => signer)).toEqual([A, B])
    const [state] = replace(without, swap(50n))
    expect(state.validators.map(({signer}) => signer)).toEqual([A, C])
    expect(state.spans.map(({id}) => id)).toEqual([0n, 1n])
  })

  test('a plan that is not committed is withdrawn, to be made again from the new set', () => {
    const [state, events] = replace([], swap(20n, 0n))
    expect(events).toContainEqual({type: 'spans-removed', fromSpanId: 1n})
    expect(state.spans.map(({id}) => id)).toEqual([0n])
    expect(state.validators.map(({signer}) => signer)).toEqual([A])
  })

  test('a branch of which nothing is confirmed yet adds no block to remember', () => {
    const [state] = replace(null, swap(50n))
    expect(state).toMatchObject({l1Cursor: 6n, l1Anchors: [{number: 6n}]})
  })

  test.each<[string, Command[], Command, string]>([
    ['a swap without its journal', [begin], swap(), 'its journal is not complete'],
    ['a swap of which nothing is staged', [], swap(), 'no such replacement is open'],
    ['the same portion again', [begin, journal], journal, 'it was already applied'],
    [
      'a portion that leaves a gap',
      [begin, journal],
      stage({toHash: hash(20, 1), ...portion(9n, 20n)}),
      'events after block 6 are missing',
    ],
    [
      'a portion of both branches',
      [begin],
      stage({toHash: hash(12, 1), ...portion(-1n, 12n)}),
      'it mixes the journal and the new branch',
    ],
  ])('%s is refused, and nothing changes', (_name, first, last, reason) => {
    const state = first.reduce((made, command) => transition(made, command)[0], before())
    const [next, events] = transition(state, last)
    expect(events).toEqual([{type: 'refused', command: last.type, reason}])
    expect(next).toEqual({...state, revision: state.revision + 1})
  })

  test('what was staged is void when the old branch goes on, and when another replacement begins', () => {
    const staged = [begin, journal].reduce((made, each) => transition(made, each)[0], before())
    expect(transition(staged, applied(9n, 11n))[0].l1Replacement).toBeNull()
    expect(transition(staged, begin)[0].l1Replacement).toMatchObject({cursor: -1n, validators: []})
  })

  test('the remembered blocks are bounded', () => {
    let state = initialState(1n)
    for (let toBlock = 1n; toBlock < 100n; toBlock++) {
      ;[state] = transition(state, applied(toBlock - 1n, toBlock))
    }
    expect(state.l1Anchors).toHaveLength(L1_ANCHORS)
    expect(state.l1Anchors.at(-1)?.number).toBe(99n)
  })
})

describe('over real contracts', () => {
  let chains: Chains
  let dir: string
  beforeEach(async () => {
    chains = await startChains({epochLength: 20n, respanDelaySeconds: 3600})
    dir = mkdtempSync(join(tmpdir(), 'metis-seq-reorg-'))
  })
  afterEach(async () => {
    await chains[Symbol.asyncDispose]()
    rmSync(dir, {recursive: true, force: true})
  })

  test('locks that vanish leave the set, those of the new branch join it, and it is said loudly', async () => {
    const errors: string[] = []
    const logger: Logger = {...silentLogger, error: (event) => void errors.push(event)}
    await using stack = new AsyncDisposableStack()
    const start = async () =>
      startPos({
        ...{network: chains.network, dataDir: dir, listen: {host: '127.0.0.1', port: 0}},
        ...{mpcAccount: mpc, logger, pollMs: 20, rewardBatchEpochs: 50},
      })
    const pos = await start()
    stack.defer(() => pos.stop())
    const signers = () => pos.status().validators.map(({signer}) => signer)
    const of = (...indexes: number[]) =>
      indexes.map((index) => lower(signerOf(index).address)).sort()
    await chains.lock(1, 20_000)
    await expect.poll(() => signers(), within).toEqual(of(1))
    const snapshot = await chains.l1.request('evm_snapshot')
    await chains.lock(2, 20_000)
    await chains.lock(3, 20_000)
    await expect.poll(() => signers().toSorted(), within).toEqual(of(1, 2, 3))
    await chains.l1.request('evm_revert', snapshot)
    await chains.lock(4, 20_000)
    // Only a branch that is as long as the old one can be told from a node that is behind.
    await chains.l1.request('anvil_mine', '0xa')
    await expect.poll(() => signers().toSorted(), within).toEqual(of(1, 4))
    expect(errors).toEqual(expect.arrayContaining(['l1-reorganized', 'l1-replaced']))
    await expect.poll(() => pos.status().troubles, within).toEqual([])
    // The chain goes on from the set of the new branch.
    await chains.mineL2To(104n)
    await expect.poll(() => chains.readSet('currentEpochNumber'), within).toBe(1n)
  })
})
