import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import type {Address} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {BatchReader} from '../../src/node/inbox/batch-reader.ts'
import {L1_POLL_MS} from '../../src/node/limits.ts'
import {readInboxBlocks} from '../../src/node/inbox/read-inbox.ts'
import {verifyFromL1} from '../../src/node/verify/verify.ts'
import {batcher, startL1Network, type L1TestNetwork} from '../helpers/l1-network.ts'
import {accountOf, METIS} from '../helpers/l2-chain.ts'
import {nodeOptions, startTestNode, TestPos, until, type TestNode} from '../helpers/node-cluster.ts'
import {senderOf} from '../helpers/sign-block.ts'

const CONFIRMATIONS = 2
const recipient: Address = '0x00000000000000000000000000000000000000cc'

let chain: L1TestNetwork
let node: TestNode
let pos: TestPos

/** L1 mines only when a test says so. */
beforeAll(async () => {
  chain = await startL1Network({l1: {confirmations: CONFIRMATIONS}})
  const {network, genesis, l1} = chain
  await l1.request('evm_setAutomine', [false])
  const keys = {
    relayerAccount: senderOf(accountOf('relayer')),
    batchAccount: senderOf(batcher),
    batchMaxAgeMs: 0,
  }
  node = await startTestNode(nodeOptions('alpha', network, genesis.dir, keys))
  pos = new TestPos({
    sequencerSet: genesis.sequencerSet,
    signers: [accountOf('alpha').address],
    epochLength: 10,
    node: () => node.rpc,
  })
  pos.start()
})

afterAll(async () => {
  await pos.stop()
  await node.stop()
  await chain[Symbol.asyncDispose]()
})

async function l1Head(): Promise<number> {
  return Number(await chain.l1.request('eth_blockNumber'))
}

/** Where the batches on L1 end, as far down as `depth` blocks below the head. */
async function heldByL1(depth = 0): Promise<number> {
  const top = (await l1Head()) - depth
  const reader = new BatchReader({batchIndex: 0, l2Block: 100})
  for (let number = 0; number <= top; number++) {
    const [block] = await readInboxBlocks(chain.l1, chain.network.l1, [number])
    for (const {calldata} of block!.transactions) reader.take(number, calldata)
  }
  return reader.position.l2Block
}

/** A batch waits in the pool of L1; then it is mined, in the newest block. */
async function mineBatch(): Promise<number> {
  const before = await heldByL1()
  const {l1} = chain
  const count = (tag: string) => l1.request('eth_getTransactionCount', [batcher.address, tag])
  await until('a batch is sent', async () => (await count('pending')) !== (await count('latest')))
  await chain.mine(1)
  const after = await heldByL1()
  expect(after).toBeGreaterThan(before)
  return after
}

/** The node saw this L1 head, and its loop went round once more: it does so every second. */
async function nodeHasRead(): Promise<void> {
  const head = await l1Head()
  let sinceMs: number | undefined
  await until('the node has read L1', async () => {
    const info = (await node.rpc.request('rollup_getInfo')) as {ethContext: {blockNumber: number}}
    if (info.ethContext.blockNumber !== head) return false
    sinceMs ??= performance.now()
    return performance.now() - sinceMs > 2 * L1_POLL_MS
  })
}

test('a batch that vanishes from L1 is sent again, and safe is never ahead of L1', async () => {
  const first = await mineBatch()
  await chain.mine(CONFIRMATIONS)
  await until('it is safe', () => node.status().safe === first)
  const second = await mineBatch()
  await chain.mine(CONFIRMATIONS - 1)
  await nodeHasRead()
  expect(node.status().safe).toBe(first)

  await chain.l1.request('anvil_reorg', [CONFIRMATIONS, []])
  expect(await heldByL1()).toBe(first)
  await chain.mine(CONFIRMATIONS + 2)
  await nodeHasRead()
  expect(node.status().safe).toBe(first)
  expect(await heldByL1()).toBe(first)

  const again = await mineBatch()
  expect(again).toBeGreaterThanOrEqual(second)
  await chain.mine(CONFIRMATIONS)
  await until('it is safe at last', () => node.status().safe === again)
})

test('a deposit that vanishes before its depth is never paid; the one in its place is', async () => {
  const {l1} = chain
  const before = await l1Head()
  await chain.deposit(recipient, 5n * METIS)
  await chain.mine(CONFIRMATIONS)
  await nodeHasRead()
  await l1.request('anvil_rollback', [(await l1Head()) - before])
  await l1.request('anvil_dropAllTransactions', [])
  await chain.deposit(recipient, 7n * METIS)
  await chain.mine(CONFIRMATIONS)
  await nodeHasRead()
  expect(await balance()).toBe(0n)
  await chain.mine(1)
  await until('it is paid', async () => (await balance()) === 7n * METIS)
  await chain.mine(CONFIRMATIONS + 1)
  await nodeHasRead()
  expect(await balance()).toBe(7n * METIS)
})

test('L1 loses more than was confirmed: safe follows it, finalized stays, all comes again', async () => {
  const {l1} = chain
  const bottom = await l1Head()
  const reached = await mineBatch()
  await chain.mine(CONFIRMATIONS * 2)
  const finalized = await until('it is final', () => {
    const {finalized: now} = node.status()
    return now !== null && now >= reached && now
  })
  await l1.request('anvil_rollback', [(await l1Head()) - bottom])
  const held = await heldByL1(CONFIRMATIONS)
  expect(held).toBeLessThan(reached)
  await until('safe follows', () => (node.status().safe ?? 100) <= held)
  expect(node.status().finalized).toBe(finalized)

  await until('it comes again', async () => {
    await chain.mine(1)
    return (node.status().safe ?? 0) > reached
  })
  expect(node.status().finalized).toBeGreaterThanOrEqual(finalized)
  expect(node.status().safe).toBeLessThanOrEqual(await heldByL1(CONFIRMATIONS))
})

test('after all of that the chain still follows from L1', async () => {
  await pos.stop()
  const dir = mkdtempSync(join(tmpdir(), 'metis-seq-reorg-'))
  const found = await verifyFromL1({
    ...{network: chain.network, l1: chain.l1, node: node.rpc, dir, clock: systemClock},
    ...{logger: silentLogger, signal: new AbortController().signal, onProgress: () => {}},
  })
  rmSync(dir, {recursive: true})
  expect(found).toMatchObject({difference: null, deposits: 1, equalBlocks: found.blocks})
})

async function balance(): Promise<bigint> {
  return BigInt(String(await node.rpc.request('eth_getBalance', [recipient, 'latest'])))
}
