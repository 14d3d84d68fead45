import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {keccak256, type Hex} from 'viem'
import {afterEach, beforeEach, expect, test} from 'vitest'

import {createRpcClient, type RpcClient} from '../../src/lib/json-rpc.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {identifyProcess} from '../../src/lib/process-identity.ts'
import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import {readGenesis} from '../../src/node/engine/genesis.ts'
import type {NodeOptions} from '../../src/node/start-node.ts'
import {killOrphan} from '../../src/process/anvil.ts'
import {ChainLog, type Candidate} from '../../src/store/chain-log.ts'
import {SignGuard} from '../../src/store/sign-guard.ts'
import {startAnvil, type Anvil} from '../helpers/anvil.ts'
import {
  accountOf,
  createTestGenesis,
  L2_CHAIN_ID,
  transfer,
  type TestGenesis,
} from '../helpers/l2-chain.ts'
import {
  nodeOptions,
  startTestNode,
  testNetwork,
  TestPos,
  until,
  type TestNode,
} from '../helpers/node-cluster.ts'
import {signBlock} from '../helpers/sign-block.ts'

const user = accountOf('user')
const alpha = accountOf('alpha')
const beta = accountOf('beta')

let l1: Anvil
let genesis: TestGenesis
let nodes: TestNode[]
let children: ChildProcess[]

beforeEach(async () => {
  nodes = []
  children = []
  l1 = await startAnvil(['--chain-id', '31337'])
  genesis = await createTestGenesis({
    initialSigner: alpha.address,
    rich: [user.address],
    firstEpochEndBlock: 5_000n,
  })
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(nodes.map((node) => node.stop()))
  // A test that fails half-way must not leave the engine of a killed node running.
  await killOrphan(join(genesis.dir, 'alpha/engine'), 'engine')
  await l1.stop()
  genesis[Symbol.dispose]()
})

async function startChild(
  options: NodeOptions,
): Promise<{child: ChildProcess; rpc: RpcClient; peerAddress: string}> {
  const file = join(genesis.dir, `${options.name}-options.json`)
  const {logger: _logger, ...plain} = options
  writeFileSync(file, JSON.stringify(plain))
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../helpers/node-child.ts'), file],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  children.push(child)
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  const {rpcUrl, peerAddress} = JSON.parse(line.toString()) as {rpcUrl: string; peerAddress: string}
  return {child, rpc: createRpcClient(rpcUrl), peerAddress}
}

async function start(options: NodeOptions): Promise<TestNode> {
  const node = await startTestNode(options)
  nodes.push(node)
  return node
}

async function sendTo(rpc: RpcClient, nonce: number): Promise<Hex> {
  return String(await rpc.request('eth_sendRawTransaction', [await transfer(user, nonce)])) as Hex
}

async function blockOf(rpc: RpcClient, hash: Hex): Promise<number | undefined> {
  const receipt = await rpc.request('eth_getTransactionReceipt', [hash])
  return receipt === null ? undefined : Number((receipt as {blockNumber: string}).blockNumber)
}

async function hashAt(rpc: RpcClient, number: number): Promise<string | undefined> {
  const block = await rpc.request('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])
  return (block as {hash: string} | null)?.hash
}

interface Stores {
  log: ChainLog
  guard: SignGuard
}

/** Opens what a dead node left behind, and closes it again. */
async function withStores<T>(dir: string, act: (stores: Stores) => Promise<T>): Promise<T> {
  const log = ChainLog.open(join(dir, 'chain.sqlite'), readGenesis(genesis.file))
  const guard = SignGuard.open(join(dir, 'sign-guard.log'))
  try {
    return await act({log, guard})
  } finally {
    log.close()
    guard.close()
  }
}

/** What the dead node would have built next: its log replayed, and one more block on top. */
async function nextBlock(log: ChainLog, transactions: Hex[]): Promise<Candidate> {
  const engine = new AnvilEngine({
    genesis: readGenesis(genesis.file),
    dir: join(genesis.dir, 'scratch'),
    logger: silentLogger,
  })
  await engine.start()
  try {
    for (const block of log.range(0, Number.MAX_SAFE_INTEGER)) {
      await engine.execute(engine.head().hash, {
        timestamp: block.timestamp,
        orderedTransactions: block.transactions,
      })
    }
    const {timestamp, hash} = engine.head()
    const payload = {timestamp: timestamp + 1, orderedTransactions: transactions}
    const {block, included} = await engine.execute(hash, payload)
    expect(included).toEqual(transactions)
    const {number, parentHash, stateRoot} = block
    return {
      ...{number, hash: block.hash, parentHash, stateRoot},
      timestamp: block.timestamp,
      transactions: included,
    }
  } finally {
    await engine.stop()
  }
}

test('the producer is killed with an unannounced block: others go on, and it gives the block up', async () => {
  const network = testNetwork({genesis, l1RpcUrl: l1.rpcUrl})
  const options = nodeOptions('alpha', network, genesis.dir)
  let victim = await startChild(options)
  const bootnodes = [victim.peerAddress]
  const second = await start(nodeOptions('beta', network, genesis.dir, {bootnodes}))
  const third = await start(nodeOptions('gamma', network, genesis.dir, {bootnodes}))
  const confirmed = await sendTo(third.rpc, 0)
  await until('alpha seals it', () => blockOf(third.rpc, confirmed))
  await until('both know the other', () => nodes.every(({status}) => status().peers.length === 2))

  const heads = () => nodes.map(({status}) => status().head.number)
  for (;;) {
    victim.child.kill('SIGKILL')
    await once(victim.child, 'exit')
    await until('both followers have the same head', () => new Set(heads()).size === 1)
    const signed = await withStores(options.dataDir, async ({guard}) => guard.top ?? 0)
    if (signed <= heads()[0]!) break
    // A block was on its way at the kill. Only the one made below is to be unannounced, so it comes back and announces it.
    victim = await startChild({...options, bootnodes: [second.peerAddress]})
    await until('the others have that block', () => heads().every((head) => head >= signed))
  }

  const lostRaw = await transfer(user, 1)
  const lost = await withStores(options.dataDir, async ({log, guard}) => {
    const candidate = await nextBlock(log, [lostRaw])
    guard.checkAndRecord(candidate.number, candidate.hash)
    log.append(signBlock(candidate, L2_CHAIN_ID, alpha))
    return candidate
  })
  const signedBefore = await withStores(options.dataDir, async ({guard}) =>
    guard.signedAt(lost.number),
  )

  const pos = new TestPos({
    sequencerSet: genesis.sequencerSet,
    signers: [beta.address],
    epochLength: 10,
    node: () => third.rpc,
  })
  await pos.recommit(lost.number, beta.address)
  await until('beta goes on', () => second.status().head.number >= lost.number + 3)
  expect(second.status().turn).toBe('mine')

  const enginePid = (
    JSON.parse(readFileSync(join(options.dataDir, 'engine/engine.pid'), 'utf8')) as {pid: number}
  ).pid
  // It ended with its node.
  expect(identifyProcess(enginePid)).toBeUndefined()
  const back = await start({...options, bootnodes: [second.peerAddress]})
  await until(
    'alpha caught up',
    () => back.status().head.number >= lost.number + 3 && !back.status().syncing,
  )

  const top = Math.min(...nodes.map(({status}) => status().head.number))
  for (let number = 101; number <= top; number++) {
    const hashes = await Promise.all(nodes.map(({rpc}) => hashAt(rpc, number)))
    expect(new Set(hashes).size).toBe(1)
  }
  expect(await hashAt(back.rpc, lost.number)).not.toBe(lost.hash)
  // Nothing confirmed is gone, and what only the lost block held is in a block again.
  expect(await blockOf(back.rpc, confirmed)).toBeLessThan(lost.number)
  await until('the lost transaction is in a block', () => blockOf(second.rpc, keccak256(lostRaw)))
  await back.stop()
  nodes.pop()
  const signedAfter = await withStores(options.dataDir, async ({guard}) =>
    guard.signedAt(lost.number),
  )
  expect(signedAfter).toBe(signedBefore)
})

test('killed between the guard and the log: the very same block is finished after the restart', async () => {
  const network = testNetwork({genesis, l1RpcUrl: l1.rpcUrl})
  const options = nodeOptions('alpha', network, genesis.dir)
  const before = await startChild(options)
  const first = await sendTo(before.rpc, 0)
  await until('it is sealed', () => blockOf(before.rpc, first))
  before.child.kill('SIGKILL')
  await once(before.child, 'exit')

  const raw = await transfer(user, 1)
  const candidate = await withStores(options.dataDir, async ({log, guard}) => {
    const next = await nextBlock(log, [raw])
    if (guard.signedAt(next.number) !== undefined)
      throw new Error('The crash came at an odd moment.')
    log.saveCandidate(next)
    guard.checkAndRecord(next.number, next.hash)
    return next
  })
  // Whoever was killed waits for a peer, and here is none.
  const node = await start({...options, alone: true})
  await until('the chain goes on', () => node.status().head.number > candidate.number + 1)
  expect(await hashAt(node.rpc, candidate.number)).toBe(candidate.hash)
  expect(await blockOf(node.rpc, keccak256(raw))).toBe(candidate.number)
})

test('the engine is killed under a running node: it is restored from the log, and nothing is lost', async () => {
  const network = testNetwork({genesis, l1RpcUrl: l1.rpcUrl})
  const node = await start(nodeOptions('alpha', network, genesis.dir))
  const before = await sendTo(node.rpc, 0)
  const number = await until('it is sealed', () => blockOf(node.rpc, before))
  const hash = await hashAt(node.rpc, number)
  const pidFile = join(node.options.dataDir, 'engine/engine.pid')
  for (const nonce of [1, 2]) {
    const {pid} = JSON.parse(readFileSync(pidFile, 'utf8')) as {pid: number}
    process.kill(pid, 'SIGKILL')
    // Nobody knows yet that it is gone; the transaction may be refused for a moment, never lost.
    const sent = await until('it is accepted', () => sendTo(node.rpc, nonce).catch(() => undefined))
    await until('it is sealed', () => blockOf(node.rpc, sent).catch(() => undefined))
  }
  expect(await hashAt(node.rpc, number)).toBe(hash)
  await until('the error is over', () => Object.keys(node.status().lastError).length === 0)
})

test('a height signed on a lost branch is never signed again, and the node says so', async () => {
  const network = testNetwork({genesis, l1RpcUrl: l1.rpcUrl})
  const options = nodeOptions('alpha', network, genesis.dir)
  const node = await startTestNode(options)
  await until('it seals', () => node.status().head.number > 102)
  await node.stop()
  const head = await withStores(options.dataDir, async ({log, guard}) => {
    const {number} = log.head!
    guard.checkAndRecord(number + 1, keccak256('0x01'))
    return number
  })
  const again = await start({...options, startupGraceMs: 0})
  await until('it reports the guard', () => again.status().lastError['guard'])
  await sendTo(again.rpc, 0)
  await until('it looked at the transaction', () => again.status().pool.pending === 1)
  expect(again.status()).toMatchObject({head: {number: head}, blocksSealed: 0, turn: 'mine'})
  // Refusing is enough; a halt would also end following whoever gets the turn.
  expect(again.status().phase).not.toBe('halted')
})
