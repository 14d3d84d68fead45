import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import {createSnapshot} from '../../src/node/snapshots/create.ts'
import {applyRestore, planRestore} from '../../src/node/snapshots/restore.ts'
import {startPos, type Pos} from '../../src/pos/start-pos.ts'
import {createTestGenesis, type TestGenesis} from '../helpers/l2-chain.ts'
import {
  nodeOptions,
  startTestNode,
  testLogger,
  testNetwork,
  until,
  type TestNode,
} from '../helpers/node-cluster.ts'
import {mpc, signerOf, startChains, type Chains} from '../pos/chains.ts'

const EPOCH_LENGTH = 200n
const names = ['signer 1', 'signer 2', 'signer 3']

let chains: Chains
let genesis: TestGenesis
let nodes: TestNode[]
let pos: Pos
let dir: string
/** Of each node, in the order of their starts. */
const engines: AnvilEngine[] = []
const start = AnvilEngine.prototype.start

beforeAll(async () => {
  AnvilEngine.prototype.start = function (this: AnvilEngine, ...args) {
    if (!engines.includes(this)) engines.push(this)
    return start.apply(this, args)
  }
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-diverged-'))
  chains = await startChains({epochLength: EPOCH_LENGTH, respanDelaySeconds: 2})
  for (const index of [1, 2, 3]) await chains.lock(index, 20_000)
  genesis = await createTestGenesis({
    ...{startBlock: 100n, epochLength: EPOCH_LENGTH, firstEpochEndBlock: 100n + EPOCH_LENGTH},
    ...{initialSigner: signerOf(1).address, rich: []},
  })
  const network = testNetwork({genesis, l1RpcUrl: chains.l1Url, slotMs: 200, l1: chains.network.l1})
  network.l2.respanDelaySeconds = 2
  nodes = []
  for (const name of names) {
    const bootnodes = nodes.map(({peerAddress}) => peerAddress)
    nodes.push(await startTestNode(nodeOptions(name, network, dir, {bootnodes})))
  }
  pos = await startPos({
    ...{network, dataDir: join(dir, 'pos'), listen: {host: '127.0.0.1', port: 0}},
    ...{mpcAccount: mpc, logger: testLogger('pos'), pollMs: 50, rewardBatchEpochs: 1000},
    l2RpcUrls: nodes.map(({rpcUrl}) => rpcUrl),
  })
})

afterAll(async () => {
  AnvilEngine.prototype.start = start
  await pos?.stop()
  await Promise.all(nodes.map((node) => node.stop()))
  genesis[Symbol.dispose]()
  await chains[Symbol.asyncDispose]()
  rmSync(dir, {recursive: true, force: true})
})

test('a producer whose state was changed is refused, named, and replaced; nobody is dead for ever', async () => {
  const [producer, ...followers] = nodes as [TestNode, TestNode, TestNode]
  await until('all are in step', () =>
    nodes.every((node) => node.status().head.number > 103 && node.status().peers.length === 2),
  )
  await until('pos reads three nodes', () => pos.status().heads?.agreeing === 3)
  expect(pos.status()).toMatchObject({heads: {rule: 'majority', asked: 3}, distrusted: []})

  mintAfterTheNextLook(engines[0]!)

  const diverged = await until('a follower says who diverged', () => {
    const seen = followers.map((node) => node.status().diverged)
    return seen.find((each) => each?.state === 'refused') ?? undefined
  })
  expect(diverged.producer).toBe(producer.status().address)
  expect(diverged.ours).not.toBe(diverged.theirs)
  // Its engine is built anew from a log that nothing but the changed state can follow.
  await engines[0]!.stop()
  // They serve what all agreed on.
  for (const {rpc} of followers) {
    const last = `0x${(diverged.block - 1).toString(16)}`
    const block = await rpc.request('eth_getBlockByNumber', [last, false])
    expect(block).toMatchObject({number: last})
    expect(await rpc.request('eth_getBalance', [`0x${'77'.repeat(20)}`, 'latest'])).toBe('0x0')
  }
  await until('pos leaves the producer out', () => pos.status().distrusted.length === 1)
  expect(pos.status().distrusted).toEqual([producer.status().address])

  await until(
    'the others go on without it',
    () => followers.every((node) => node.status().head.number > diverged.block + 3),
    40_000,
  )
  expect(followers.map((node) => node.status().phase)).not.toContain('halted')
  expect(followers.map((node) => node.status().diverged)).toEqual([null, null])
  const at = `0x${diverged.block.toString(16)}`
  const blockThere = ({rpc}: TestNode) =>
    rpc.request('eth_getBlockByNumber', [at, false]) as Promise<{hash: string} | null>
  expect((await blockThere(followers[0]!))?.hash).not.toBe(diverged.theirs)
  // Asked anew each time: two respans of one height are two branches until the longer one wins.
  const hasRejoined = async (node: TestNode) => {
    const [theirs, sealed] = await Promise.all([node, followers[0]!].map(blockThere))
    return sealed != null && theirs?.hash === sealed.hash
  }
  const halted = () => producer.status().halted?.code === 'CHAIN_LOG_DIVERGED'
  // Its own log holds blocks of a state that nobody else has: it says so and stands. On a busy machine the others may have
  // gone on before its engine was stopped: then it has given those blocks up for theirs, and its state with them.
  const hasEnded = async () => halted() || (await hasRejoined(producer).catch(() => false))
  await until('the producer says what is wrong with it, or has rejoined', hasEnded, 60_000).catch(
    (error: unknown) => {
      throw new Error(JSON.stringify(producer.status()), {cause: error})
    },
  )
  if (!halted()) return

  // As the error tells its operator: the chain of another node, under its own sign guard.
  const signedUpTo = producer.status().guard.signedUpTo!
  const {options} = producer
  await producer.stop()
  nodes.shift()
  const id = {name: 'test', chainId: options.network.l2.chainId, fingerprint: '0xab' as const}
  const other = followers[0]!.options.dataDir
  const nowMs = Date.now()
  const {path} = await createSnapshot({dataDir: other, root: join(dir, 'of'), network: id, nowMs})
  const {dataDir} = options
  await applyRestore(planRestore({path, dataDir, network: id}), {replace: true, nowMs})
  const bootnodes = followers.map(({peerAddress}) => peerAddress)
  const mended = await startTestNode({...options, bootnodes})
  nodes.unshift(mended)
  await until('the producer has rejoined', () => hasRejoined(mended), 30_000)
  expect(mended.status().halted).toBeNull()
  // It signs nothing anew that it has signed on its own branch.
  const {guard} = mended.status()
  expect(Math.max(guard.floor, (guard.signedUpTo ?? 0) + 1)).toBeGreaterThan(signedUpTo)
}, 200_000)

/** The producer looks at its state before each block, so the order that it cannot see comes right after the look. */
function mintAfterTheNextLook(engine: AnvilEngine): void {
  const look = engine.stateRoot.bind(engine)
  const balance = `0x${(10n ** 30n).toString(16)}`
  engine.stateRoot = async () => {
    const root = await look()
    engine.stateRoot = look
    await engine.read('anvil_setBalance', [`0x${'77'.repeat(20)}`, balance])
    return root
  }
}
