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
  type L1Event,
  type PosState,
  type ReplaceL1,
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
      {...{type: 'apply-l1', toBlock: 6n, toHash: hash(6)}, events: [locked(1n, A, 5n)]},
      {...{type: 'apply-l1', toBlock: 9n, toHash: hash(9)}, events: [locked(2n, B, 9n)]},
      {type: 'adopt-epochs', epochs: [epoch(0n, A), epoch(1n, B)]},
    ] as const
    for (const step of steps) [state] = transition(state, {...step} as never)
    return state
  }
  const replace = (change: Partial<ReplaceL1> = {}): ReplaceL1 => ({
    ...{type: 'replace-l1', splitBlock: 6n, kept: [locked(1n, A, 5n)]},
    ...{vanished: [locked(2n, B, 9n)], events: [locked(2n, B, 10n)], toBlock: 12n},
    ...{toHash: hash(12, 1), committedEpoch: 1n, l2Head: 20n, ...change},
  })

  test('an event that comes again in another block is applied there', () => {
    const [state, events] = transition(before(), replace())
    expect(state.validators).toMatchObject([{signer: A}, {signer: B, lastUpdated: '1000000'}])
    expect(state).toMatchObject({l1Cursor: 12n, lastReplayKey: 1_000_000n})
    expect(state.l1Anchors).toEqual([
      {number: 6n, hash: hash(6)},
      {number: 12n, hash: hash(12, 1)},
    ])
    expect(events).toMatchObject([
      {type: 'validator-joined', signer: B},
      {type: 'l1-journaled', afterBlock: 6n, events: [locked(2n, B, 10n)]},
      {type: 'l1-replaced', splitBlock: 6n, toBlock: 12n, vanished: 1, added: 1},
    ])
  })

  test('a set without the producer of an open epoch is refused until that epoch is over', () => {
    const without = {events: [locked(2n, C, 10n)]}
    const [same, events] = transition(before(), replace(without))
    expect(events).toMatchObject([{type: 'refused', reason: expect.stringContaining(`to ${B}`)}])
    expect(same.validators.map(({signer}) => signer)).toEqual([A, B])
    const [state] = transition(before(), replace({...without, l2Head: 50n}))
    expect(state.validators.map(({signer}) => signer)).toEqual([A, C])
    expect(state.spans.map(({id}) => id)).toEqual([0n, 1n])
  })

  test('a plan that is not committed is withdrawn, to be made again from the new set', () => {
    const [state, events] = transition(before(), replace({committedEpoch: 0n, events: []}))
    expect(events).toContainEqual({type: 'spans-removed', fromSpanId: 1n})
    expect(state.spans.map(({id}) => id)).toEqual([0n])
    expect(state.validators.map(({signer}) => signer)).toEqual([A])
  })

  test('a branch of which nothing is confirmed yet adds no block to remember', () => {
    const [state] = transition(
      before(),
      replace({toBlock: 6n, toHash: null, events: [], l2Head: 50n}),
    )
    expect(state).toMatchObject({l1Cursor: 6n, l1Anchors: [{number: 6n}]})
  })

  test('the remembered blocks are bounded', () => {
    let state = initialState(1n)
    for (let toBlock = 1n; toBlock < 100n; toBlock++) {
      ;[state] = transition(state, {type: 'apply-l1', toBlock, toHash: hash(toBlock), events: []})
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
