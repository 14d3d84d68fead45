import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {encodeFunctionData, type Hex} from 'viem'
import {afterEach, beforeEach, expect, test} from 'vitest'

import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {ChainState} from '../../src/node/chain-state.ts'
import {EngineError} from '../../src/node/engine/engine.ts'
import {FakeEngine} from '../helpers/fake-engine.ts'
import {ENGINE_CHECK_MS} from '../../src/node/limits.ts'
import type {PeerView} from '../../src/node/peers/exchange.ts'
import {PeerError} from '../../src/node/peers/exchange.ts'
import {Rotation} from '../../src/node/rotation/rotation.ts'
import {BranchFollower} from '../../src/node/sequencing/branch-follower.ts'
import {catchUp, type CatchUpOptions} from '../../src/node/sequencing/catch-up.ts'
import type {DriverOptions} from '../../src/node/sequencing/driver-options.ts'
import {EngineWatch} from '../../src/node/sequencing/engine-watch.ts'
import {Metrics} from '../../src/node/metrics.ts'
import {observe, type Surroundings} from '../../src/node/sequencing/observe.ts'
import {finishCandidate} from '../../src/node/sequencing/seal-block.ts'
import {rulesOf} from '../../src/node/stage-parts.ts'
import {lowerCase, type SealedBlock} from '../../src/protocol/block.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {SignGuard} from '../../src/store/sign-guard.ts'
import {Random} from '../sim/random.ts'
import {accountOf, drawSetup, L2_CHAIN_ID, users} from '../sim/setup.ts'
import {transferOf} from '../sim/users.ts'
import {signBlock, signerOf} from '../helpers/sign-block.ts'

const setup = drawSetup(new Random(1))
const rules = rulesOf(setup.network)
const {sequencerSet} = setup.network.l2.contracts
const noted: Hex[] = []

let dir: string
let ours: ChainState
let theirs: ChainState

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-branches-'))
  noted.length = 0
  ours = await open('ours')
  theirs = await open('theirs')
  for (const chain of [ours, theirs]) await build(chain, 'alpha', [], 1_700_000_000)
})

afterEach(() => {
  ours.log.close()
  theirs.log.close()
  rmSync(dir, {recursive: true, force: true})
})

async function open(name: string): Promise<ChainState> {
  const engine = new FakeEngine({genesisNumber: setup.genesis.number, genesis: setup.fakeGenesis})
  const me = accountOf('beta').address
  const chain = new ChainState({
    ...{engine, logger: silentLogger, onExecuted() {}, nowMs: () => 0},
    log: ChainLog.open(join(dir, `${name}.sqlite`), setup.genesis),
    rotation: new Rotation({engine, sequencerSet, me}),
    snapshotDir: join(dir, name),
  })
  await chain.restore()
  return chain
}

async function build(
  chain: ChainState,
  name: string,
  transactions: readonly Hex[],
  timestamp = 1_700_000_001,
): Promise<SealedBlock> {
  const candidate = await execute(chain, transactions, timestamp)
  const block = signBlock(candidate, L2_CHAIN_ID, accountOf(name))
  chain.log.append(block)
  await chain.accept(block)
  return block
}

async function execute(chain: ChainState, orderedTransactions: readonly Hex[], timestamp: number) {
  const {block, included} = await chain.execute({timestamp, orderedTransactions})
  const {number, hash, parentHash, stateRoot} = block
  return {number, hash, parentHash, stateRoot, timestamp, transactions: included}
}

/** Beta takes over at block 102. */
function takeOver(): Promise<Hex> {
  const args = [0n, 1n, 102n, 140n, accountOf('beta').address] as const
  return accountOf('mpc').signTransaction({
    ...{type: 'legacy', chainId: L2_CHAIN_ID, nonce: 0, gas: 5_000_000n, gasPrice: 20_000_000n},
    to: sequencerSet,
    data: encodeFunctionData({abi: metisSequencerSetAbi, functionName: 'recommitEpoch', args}),
  })
}

const transfer = (user = 0) => transferOf(users[user]!, 0)

function peerOf(chain: ChainState): PeerView {
  const {number, hash} = chain.head()
  return {address: '0xaa', peerAddress: 'theirs', head: {number, hash}, heardAtMs: 0}
}

function following(changed: Partial<CatchUpOptions> = {}): CatchUpOptions {
  const exchange = {
    fetchBlocks: (_peer: PeerView, from: number, count: number) =>
      Promise.resolve(theirs.rangeUpTo(from, count)),
  } as unknown as CatchUpOptions['exchange']
  return {
    ...{chain: ours, rules, exchange, clock: systemClock, onImported() {}, noteOwn() {}},
    reorgFloor: () => 101,
    l1Divergence: () => undefined,
    onLost: (raws) => noted.push(...raws),
    ...changed,
  }
}

test('the branch of a takeover wins, and what ours held is noted before it is given up', async () => {
  await build(ours, 'alpha', [transfer()])
  await build(theirs, 'beta', [await takeOver()])
  expect(await catchUp(following(), peerOf(theirs))).toBe(1)
  expect(ours.head().hash).toBe(theirs.head().hash)
  expect(noted).toEqual([transfer()])
})

test('what L1 has confirmed wins over a takeover', async () => {
  await build(ours, 'beta', [await takeOver()])
  await build(ours, 'beta', [transfer(1)])
  const confirmed = await build(theirs, 'alpha', [transfer()])
  expect(await catchUp(following(), peerOf(theirs))).toBe(0)
  const other = {number: 102, timestamp: 1, transactions: []}
  expect(await catchUp(following({l1Divergence: () => other}), peerOf(theirs))).toBe(0)
  expect(await catchUp(following({l1Divergence: () => confirmed}), peerOf(theirs))).toBe(1)
  expect(ours.head().hash).toBe(confirmed.hash)
  expect(noted).toContain(transfer(1))
})

test('blocks on their way to L1 are not given up, also when they leave at the last moment', async () => {
  await build(ours, 'alpha', [transfer()])
  await build(theirs, 'beta', [await takeOver()])
  const before = ours.head()
  const fixed = catchUp(following({reorgFloor: () => 102}), peerOf(theirs))
  await expect(fixed).rejects.toThrow(PeerError)
  const heads = [101, 102]
  const late = catchUp(following({reorgFloor: () => heads.shift() ?? 102}), peerOf(theirs))
  await expect(late).rejects.toThrow('the reorg floor')
  expect(ours.head()).toEqual(before)
  expect(ours.log.head?.hash).toBe(before.hash)
})

test('lost transactions wait until the pool has them again', async () => {
  await build(ours, 'alpha', [transfer()])
  await build(theirs, 'beta', [await takeOver()])
  const accepted: Hex[] = []
  let isBroken = true
  const options = following()
  const driverOptions = {
    ...options,
    exchange: {...options.exchange, peers: () => [peerOf(theirs)]},
    gate: {noteOwn() {}},
    logger: silentLogger,
    keep: (raws: readonly Hex[]) => noted.push(...raws),
    reaccept: async (raws: readonly Hex[]) => {
      if (isBroken) throw new EngineError('reset', 'gone')
      accepted.push(...raws)
    },
  } as unknown as DriverOptions
  const follower = new BranchFollower(driverOptions, {
    onImported() {},
    onSealedIn() {},
    refreshPool: () => Promise.resolve(),
  })
  await expect(follower.follow()).rejects.toThrow('gone')
  expect(noted).toEqual([transfer()])
  expect(follower.lost).toEqual([transfer()])
  isBroken = false
  await follower.giveBack()
  expect(accepted).toEqual([transfer()])
  expect(follower.lost).toEqual([])
})

test('a takeover that was signed before a crash is finished, and nothing else is built there', async () => {
  const guard = SignGuard.open(join(dir, 'sign-guard.log'))
  const candidate = await execute(ours, [await takeOver()], 1_700_000_002)
  ours.log.saveCandidate(candidate)
  guard.checkAndRecord(102, candidate.hash)
  await ours.restore()
  const seen = observe({
    ...{chain: ours, guard, rules, open: undefined, isSingle: false},
    ...{me: lowerCase(accountOf('beta').address), emptyBlocks: true},
    mempool: {hasPending: false, recommitFor: () => undefined},
    gate: {look: () => true, bars: () => false},
    slots: {isDue: false, isSingleDue: false},
    peers: {ahead: () => undefined},
    metrics: {fail() {}},
    l1Divergence: () => undefined,
  } as unknown as Surroundings)
  expect(seen).toMatchObject({recommitReady: true, unfinished: true, turn: 'other'})
  const signer = signerOf(accountOf('beta'))
  const metrics = new Metrics()
  const options = {chain: ours, guard, clock: systemClock, metrics, chainId: L2_CHAIN_ID, signer}
  expect((await finishCandidate(options))?.hash).toBe(candidate.hash)
  expect(ours.rotation.turnAt(103)).toMatchObject({whose: 'mine'})
  guard.close()
})

test('an idle engine that is gone, or elsewhere than it was left, is noticed', async () => {
  let nowMs = 0
  let reads = 0
  let block = 101
  const engine = {
    read: () => (reads++, block < 0 ? Promise.reject(new EngineError('reset', 'gone')) : block),
    head: () => ({number: 101}),
  }
  const clock = {...systemClock, monotonicMs: () => nowMs}
  const watch = new EngineWatch({engine} as unknown as ChainState, clock)
  await watch.check()
  await watch.check()
  expect(reads).toBe(1)
  nowMs += ENGINE_CHECK_MS
  block = 100
  await expect(watch.check()).rejects.toThrow('not its last known block')
  nowMs += ENGINE_CHECK_MS
  block = -1
  await expect(watch.check()).rejects.toThrow(EngineError)
})

test('between two blocks the engine is renewed when that is due, and else its state is saved', async () => {
  const doneBy = async (isRenewalDue: boolean, isSnapshotDue: boolean) => {
    const done: string[] = []
    const chain = {
      ...{isRenewalDue: (isBuilding: boolean) => isRenewalDue && !isBuilding, isSnapshotDue},
      renewEngine: async () => void done.push('renewed'),
      saveSnapshot: async () => void done.push('saved'),
    }
    const watch = new EngineWatch(chain as unknown as ChainState, systemClock)
    await watch.tend(false)
    return done
  }
  expect(await doneBy(true, true)).toEqual(['renewed'])
  expect(await doneBy(false, true)).toEqual(['saved'])
  expect(await doneBy(false, false)).toEqual([])
})

test('of what peers send, the next block is imported at once; another is left to catch-up', async () => {
  const first = await build(theirs, 'alpha', [transfer()], 1_700_000_001)
  const second = await build(theirs, 'alpha', [transfer(1)], 1_700_000_002)
  const third = await build(theirs, 'alpha', [transfer(2)], 1_700_000_003)
  const imported: [number, boolean | undefined][] = []
  const ignored: string[] = []
  const options = {
    ...following(),
    exchange: {peers: () => [], ignore: (from: string) => void ignored.push(from)},
    ...{gate: {noteOwn() {}}, logger: silentLogger},
  } as unknown as DriverOptions
  const follower = new BranchFollower(options, {
    onImported: (block, how) => void imported.push([block.number, how?.isFresh]),
    ...{onSealedIn() {}, refreshPool: async () => {}},
  })
  const from = '0xaa' as const
  const queue = [first, third, second, first].map((block) => ({block, from}))
  await follower.importQueued(queue, async () => {})
  expect(imported).toEqual([
    [102, true],
    [103, true],
  ])
  expect([ours.head().hash, ignored]).toEqual([second.hash, []])
})
