import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {encodeFunctionData, keccak256, type Address, type Hex} from 'viem'
import {afterEach, beforeEach, expect, test} from 'vitest'

import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {ChainState} from '../../src/node/chain-state.ts'
import {FakeEngine} from '../helpers/fake-engine.ts'
import {DOUBT_PAUSE_MS} from '../../src/node/limits.ts'
import {Rotation} from '../../src/node/rotation/rotation.ts'
import type {BlockRules} from '../../src/node/sequencing/check-block.ts'
import {importBlock, prefersTheirs, switchBranch} from '../../src/node/sequencing/import-blocks.ts'
import {InvalidBlockError, type SealedBlock} from '../../src/protocol/block.ts'
import {currentEpochSlot, epochSlots} from '../../src/protocol/sequencer-set.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {accountOf, L2_CHAIN_ID, transfer} from '../helpers/l2-chain.ts'
import {signBlock} from '../helpers/sign-block.ts'

const sequencerSet: Address = '0x4200000000000000000000000000000000001088'
const bridge: Address = '0x4200000000000000000000000000000000000010'
const [alpha, beta, mpc, user] = ['alpha', 'beta', 'mpc', 'user'].map(accountOf) as [
  ...ReturnType<typeof accountOf>[],
] as [Account, Account, Account, Account]
type Account = ReturnType<typeof accountOf>

const rules: BlockRules = {
  transactions: {
    chainId: L2_CHAIN_ID,
    minGasPriceWei: 10_000_000n,
    maxGasLimit: 30_000_000n,
    maxSizeBytes: 131_072,
  },
  phase2Block: 104,
  contracts: {sequencerSet, bridge},
  clockSkewSeconds: 15,
}

let dir: string
let nowMs: number
let chain: ChainState
/** What the fake contract says: epoch 0 of alpha, and after a recommitment epoch 1 of somebody. */
let recommitted: {signer: Address; startBlock: number} | undefined
/** Transactions that this engine cannot execute. */
let unexecutable: Hex[]
/** Transactions that a lost branch gave back. */
let lost: Hex[]

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-import-'))
  nowMs = 0
  recommitted = undefined
  unexecutable = []
  lost = []
  chain = await openChain('own')
})

afterEach(() => {
  chain.log.close()
  rmSync(dir, {recursive: true, force: true})
})

const word = (value: bigint | number | string): Hex =>
  `0x${BigInt(value).toString(16).padStart(64, '0')}`

function readContract(method: string, params: readonly unknown[]): Hex {
  if (method === 'eth_call') return word(mpc.address)
  const slot = params[1]
  if (slot === currentEpochSlot) return word(recommitted ? 1 : 0)
  const end = recommitted ? recommitted.startBlock - 1 : 200
  const epochs: [bigint, (bigint | number | string)[]][] = [
    [0n, [0, alpha.address, 101, end]],
    [1n, [1, recommitted?.signer ?? 0, recommitted?.startBlock ?? 0, recommitted ? 300 : 0]],
  ]
  for (const [id, values] of epochs) {
    const index = epochSlots(id).indexOf(slot as Hex)
    if (index >= 0) return word(values[index]!)
  }
  return word(0)
}

async function openChain(name: string, engine?: FakeEngine): Promise<ChainState> {
  const used =
    engine ??
    new FakeEngine({
      genesisNumber: 100,
      read: readContract,
      leavesOut: (raw) => unexecutable.includes(raw),
    })
  const state = new ChainState({
    engine: used,
    log: ChainLog.open(join(dir, `${name}.sqlite`), {chainId: 1, fingerprint: '0x01'}),
    rotation: new Rotation({engine: used, sequencerSet, me: beta.address}),
    snapshotDir: join(dir, `${name}-snapshots`),
    logger: silentLogger,
    onExecuted() {},
    nowMs: () => nowMs,
  })
  await state.restore()
  return state
}

/** A block on our head as another engine of the same kind would build it. */
async function build(
  signer: Account,
  transactions: Hex[] = [],
  changed: Partial<SealedBlock> = {},
): Promise<SealedBlock> {
  const producer = await openChain(`producer ${Math.random()}`)
  for (const {timestamp, transactions: earlier} of chain.log.range(0, 1_000_000)) {
    await producer.engine.execute(producer.engine.head().hash, {
      timestamp,
      orderedTransactions: earlier,
    })
  }
  const timestamp = changed.timestamp ?? chain.head().timestamp + 1
  const payload = {timestamp, orderedTransactions: transactions}
  const {block} = await producer.engine.execute(producer.engine.head().hash, payload)
  producer.log.close()
  const {number, hash, parentHash, stateRoot} = block
  const unsigned = {number, hash, parentHash, stateRoot, timestamp, transactions, ...changed}
  return signBlock(unsigned, L2_CHAIN_ID, signer)
}

function recommitTransaction(from: Account, newSigner: Address, startBlock: number): Promise<Hex> {
  return transfer(from, 0, {
    to: sequencerSet,
    gas: 500_000n,
    value: 0n,
    data: encodeFunctionData({
      abi: metisSequencerSetAbi,
      functionName: 'recommitEpoch',
      args: [0n, 1n, BigInt(startBlock), 300n, newSigner],
    }),
  })
}

const options = () => ({
  chain,
  rules,
  clock: systemClock,
  reorgFloor: () => 100,
  onLost: (raws: readonly Hex[]) => lost.push(...raws),
  noteOwn() {},
})

async function expectRefused(block: SealedBlock, text: string): Promise<void> {
  const before = chain.head()
  await expect(importBlock(options(), block)).rejects.toThrow(text)
  await expect(importBlock(options(), block)).rejects.toThrow(InvalidBlockError)
  expect(chain.head()).toEqual(before)
  expect(chain.engine.head()).toEqual(before)
}

test('blocks of the signer whose turn it is are executed and kept', async () => {
  const first = await build(alpha, [await transfer(user, 0)])
  await importBlock(options(), first)
  const second = await build(alpha)
  await importBlock(options(), second)
  expect(chain.log.head).toEqual(second)
  expect(chain.head().hash).toBe(second.hash)
})

test('how long a block took is told with its transactions, and handing them over does not count', async () => {
  const engine = new FakeEngine({genesisNumber: 100, read: readContract})
  const staged: (readonly Hex[])[] = []
  engine.stage = (raws: readonly Hex[] = []) => {
    staged.push(raws)
    nowMs += 500
    return Promise.resolve([])
  }
  const execute = engine.execute.bind(engine)
  engine.execute = (...args) => {
    nowMs += 30
    return execute(...args)
  }
  chain.log.close()
  chain = await openChain('timed', engine)
  const told: [string, number, number][] = []
  const clock = {...systemClock, monotonicMs: () => nowMs}
  const block = await build(alpha, [await transfer(user, 0)])
  await importBlock(
    {
      ...options(),
      clock,
      onSealedIn: ({hash}, transactions, ms) => told.push([hash, transactions.length, ms]),
    },
    block,
  )
  expect(told).toEqual([[block.hash, 1, 30]])
  expect(staged).toEqual([block.transactions])
})

test('a block of anybody else is refused, also of a recent signer', async () => {
  await expectRefused(await build(beta), 'the producer is')
  const block = await build(alpha)
  await expectRefused({...block, signature: (await build(beta)).signature}, 'is not signed by')
})

test('a block must follow our head, in time and place', async () => {
  await expectRefused(await build(alpha, [], {parentHash: keccak256('0x01')}), 'does not follow')
  await expectRefused(await build(alpha, [], {number: 102}), 'does not follow')
  const late = Math.floor(Date.now() / 1000) + 60
  await expectRefused(await build(alpha, [], {timestamp: late}), 'in the future')
  await importBlock(options(), await build(alpha, [], {timestamp: 1000}))
  await expectRefused(await build(alpha, [], {timestamp: 999}), 'older than its parent')
  await importBlock(options(), await build(alpha, [], {timestamp: 1000}))
})

test('before the fork one transaction, from it on many', async () => {
  const two = [await transfer(user, 0), await transfer(user, 1)]
  await expectRefused(await build(alpha, two), 'at most 1')
  for (let number = 101; number < 104; number++) await importBlock(options(), await build(alpha))
  await importBlock(options(), await build(alpha, two))
})

test('transactions of another chain, or without a price, are refused in blocks too', async () => {
  await expectRefused(await build(alpha, [await transfer(user, 0, {gasPrice: 0n})]), 'invalid')
  const foreign = await user.signTransaction({
    ...{type: 'legacy', chainId: 1088, nonce: 0, gas: 21_000n, gasPrice: 20_000_000n},
    to: bridge,
  })
  await expectRefused(await build(alpha, [foreign]), 'invalid')
})

test('a recommitment starts the epoch of exactly the signer and block it names', async () => {
  const good = await recommitTransaction(mpc, beta.address, 101)
  await expectRefused(await build(alpha, [good]), 'another block or signer')
  const late = await recommitTransaction(mpc, beta.address, 102)
  await expectRefused(await build(beta, [late]), 'another block or signer')
  const forged = await recommitTransaction(user, beta.address, 101)
  await expectRefused(await build(beta, [forged]), 'the MPC did not sign')
  // Signed by the MPC, and without effect in the contract.
  await expectRefused(await build(beta, [good]), 'did not take effect')
  const block = await build(beta, [good])
  recommitted = {signer: beta.address, startBlock: 101}
  await importBlock(options(), block)
  expect(chain.rotation.turnAt(102)).toMatchObject({whose: 'mine'})
})

test('a recommitment hidden among other transactions is refused', async () => {
  for (let number = 101; number < 104; number++) await importBlock(options(), await build(alpha))
  const hidden = [await transfer(user, 0), await recommitTransaction(mpc, beta.address, 104)]
  await expectRefused(await build(alpha, hidden), 'mixes a reserved transaction')
})

test('a block with transactions that cannot be executed is refused, and we stand where we stood', async () => {
  const raw = await transfer(user, 0)
  const block = await build(alpha, [raw])
  unexecutable = [raw]
  await expectRefused(block, 'cannot be executed')
})

test('another hash than the producer signed: the engine is rebuilt, then the block refused, and we go on', async () => {
  const block = await build(alpha)
  const lying = signBlock({...block, hash: keccak256('0x07')}, L2_CHAIN_ID, alpha)
  await expect(importBlock(options(), lying)).rejects.toMatchObject({kind: 'reset'})
  expect(chain.engine.head()).toEqual(chain.head())
  await expectRefused(lying, 'hash mismatch')
  // Not executed again, however often it comes.
  await expectRefused(lying, 'hash mismatch')
  // And the next lie costs no engine.
  await expectRefused(
    signBlock({...block, hash: keccak256('0x08')}, L2_CHAIN_ID, alpha),
    'hash mismatch',
  )
  await importBlock(options(), block)
})

test('a block that was refused since our own state had been changed is taken at the next look', async () => {
  const block = await build(alpha)
  const execute = chain.engine.execute.bind(chain.engine)
  chain.engine.execute = async (parent, payload) => {
    const executed = await execute(parent, payload)
    return {...executed, block: {...executed.block, hash: keccak256('0x09')}}
  }
  await expect(importBlock(options(), block)).rejects.toMatchObject({kind: 'reset'})
  await expectRefused(block, 'hash mismatch')
  chain.engine.execute = execute
  await expectRefused(block, 'hash mismatch')
  nowMs += DOUBT_PAUSE_MS
  await importBlock(options(), block)
  expect(chain.head().hash).toBe(block.hash)
})

test('a branch with a recommitment wins over ours, and what ours held comes back', async () => {
  const common = await build(alpha)
  await importBlock(options(), common)
  const takeOver = await build(beta, [await recommitTransaction(mpc, beta.address, 102)])
  await importBlock(options(), await build(alpha, [await transfer(user, 0)]))
  const ours = chain.log.head!
  const heads = {ours: 102, theirs: 102}
  expect(prefersTheirs({ours, theirs: takeOver, heads}, options())).toBe(true)
  expect(prefersTheirs({ours: takeOver, theirs: ours, heads}, options())).toBe(false)

  recommitted = {signer: beta.address, startBlock: 102}
  await switchBranch(options(), 101, takeOver, 'respan')
  expect(lost).toEqual([ours.transactions[0]])
  expect(chain.log.range(0, 1000)).toEqual([common, takeOver])
  expect(chain.engine.head().hash).toBe(takeOver.hash)
})

test('between two recommitments the longer branch wins, then the lower hash, on every node alike', async () => {
  const one = await build(beta, [await recommitTransaction(mpc, beta.address, 101)])
  const two = await build(alpha, [await recommitTransaction(mpc, alpha.address, 101)])
  const [low, high] = one.hash < two.hash ? [one, two] : [two, one]
  const even = {ours: 101, theirs: 101}
  expect(prefersTheirs({ours: high, theirs: low, heads: even}, options())).toBe(true)
  expect(prefersTheirs({ours: low, theirs: high, heads: even}, options())).toBe(false)
  expect(prefersTheirs({ours: low, theirs: high, heads: {ours: 101, theirs: 102}}, options())).toBe(
    true,
  )
  expect(prefersTheirs({ours: high, theirs: low, heads: {ours: 103, theirs: 102}}, options())).toBe(
    false,
  )
})

test('a branch whose recommitment fails when executed changes nothing', async () => {
  const takeOver = await build(beta, [await recommitTransaction(mpc, beta.address, 101)])
  await importBlock(options(), await build(alpha, [await transfer(user, 0)]))
  const before = chain.log.range(0, 1000)
  await expect(switchBranch(options(), 100, takeOver, 'respan')).rejects.toThrow(
    'did not take effect',
  )
  expect(chain.log.range(0, 1000)).toEqual(before)
  expect(chain.head().hash).toBe(before[0]!.hash)
  expect(chain.engine.head()).toEqual(chain.head())
})
