import {join} from 'node:path'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {RpcResponseError, type RpcClient} from '../../src/lib/json-rpc.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {startAnvil, type Anvil} from '../helpers/anvil.ts'
import {accountOf, createTestGenesis, transfer, type TestGenesis} from '../helpers/l2-chain.ts'
import {
  nodeOptions,
  startTestNode,
  testNetwork,
  TestPos,
  until,
  type TestNode,
} from '../helpers/node-cluster.ts'

const EPOCH = 20
/** The first turn is long enough for a busy machine to start everything and commit the next one. */
const FIRST_END = 130
const PHASE_2 = 145
const names = ['alpha', 'beta', 'gamma']
const signers = names.map((name) => accountOf(name).address.toLowerCase() as `0x${string}`)
const users = Array.from({length: 12}, (_, index) => accountOf(`user ${index}`))

let l1: Anvil
let genesis: TestGenesis
let nodes: TestNode[] = []
let pos: TestPos

beforeAll(async () => {
  l1 = await startAnvil(['--chain-id', '31337'])
  genesis = await createTestGenesis({
    initialSigner: signers[0]!,
    rich: users.map(({address}) => address),
    firstEpochEndBlock: BigInt(FIRST_END),
    epochLength: BigInt(EPOCH),
  })
  const network = testNetwork({genesis, l1RpcUrl: l1.rpcUrl, phase2Block: PHASE_2, slotMs: 200})
  // The producer last: blocks come from then on, and somebody has to commit the next turn in time.
  const start = (name: string, bootnodes: string[]) =>
    startTestNode(nodeOptions(name, network, genesis.dir, {bootnodes}))
  const beta = await start('beta', [])
  const gamma = await start('gamma', [beta.peerAddress])
  nodes = [await start('alpha', [beta.peerAddress, gamma.peerAddress]), beta, gamma]
  pos = new TestPos({
    sequencerSet: genesis.sequencerSet,
    signers,
    epochLength: EPOCH,
    node: () => nodes.at(-1)!.rpc,
  })
})

afterAll(async () => {
  await pos.stop()
  await Promise.all(nodes.map((node) => node.stop()))
  await l1.stop()
  genesis[Symbol.dispose]()
})

interface RpcBlock {
  hash: string
  transactions: string[]
}

async function blockAt(rpc: RpcClient, number: number): Promise<RpcBlock> {
  const params = [`0x${number.toString(16)}`, false]
  return (await rpc.request('eth_getBlockByNumber', params)) as RpcBlock
}

function logOf(name: string): ChainLog {
  const {fingerprint} = nodes[0]!.options.network.l2.bundled!
  return ChainLog.open(join(genesis.dir, name, 'chain.sqlite'), {chainId: 108_800, fingerprint})
}

/** A full pool says so at the door; then the transfer is offered again. */
async function offer(rpc: RpcClient, raw: string): Promise<void> {
  for (;;) {
    const refusal = await rpc.request('eth_sendRawTransaction', [raw]).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (refusal === undefined) return
    const isFull =
      refusal instanceof RpcResponseError &&
      (refusal.data as {reason?: string} | undefined)?.reason === 'pool-full'
    if (!isFull) throw refusal
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Sends each user's next transfer to another node, round and round, until told to stop. */
function startLoad(): {stop(): Promise<{sent: number; refused: unknown[]}>} {
  let isStopped = false
  let sent = 0
  const refused: unknown[] = []
  const run = async () => {
    const nonces = await Promise.all(
      users.map(({address}) =>
        nodes[0]!.rpc.request('eth_getTransactionCount', [address, 'pending']),
      ),
    )
    for (let round = 0; !isStopped; round++) {
      await Promise.all(
        users.map(async (user, index) => {
          const raw = await transfer(user, Number(nonces[index]) + round)
          const node = nodes[(round + index) % nodes.length]!
          await offer(node.rpc, raw).then(
            () => sent++,
            (error: unknown) => refused.push(error),
          )
        }),
      )
      // More than the blocks can take would only make all of this one process busy with signatures.
      const isFull = () => nodes.some((node) => node.status().pool.pending > 40)
      while (!isStopped && isFull()) await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const running = run()
  return {
    async stop() {
      isStopped = true
      await running
      return {sent, refused}
    },
  }
}

async function allAt(height: number): Promise<void> {
  const isThere = () => nodes.every((node) => node.status().head.number >= height)
  await until(`every node is at ${height}`, isThere, 150_000).catch((error: unknown) => {
    // A stalled network is a riddle without what its nodes say.
    const said = JSON.stringify(nodes.map((node) => node.status()))
    throw new Error(`${String(error)} ${String(pos.failures[0])} ${said}`, {cause: error})
  })
}

test('three nodes take turns across the fork: one chain, each block by the signer of its epoch', async () => {
  pos.start()
  await until('epoch 1 is committed', async () => (await pos.currentEpoch()).number === 1)
  const load = startLoad()
  await allAt(200)
  const {sent, refused} = await load.stop()
  expect(refused).toEqual([])
  const isDone = () => nodes.every(({status}) => status().pool.pending + status().pool.queued === 0)
  // Turns go on until then: the last one may be too short for what is left.
  await until('every transaction is in a block', isDone)
  await pos.stop()
  await until('the last commitments are in a block', isDone)

  // A node that has not heard of the last ones has none in its pool, and not their block either.
  const top = Math.max(...nodes.map((node) => node.status().head.number))
  await allAt(top)
  let transactions = 0
  let most = 0
  for (let number = 101; number <= top; number++) {
    const blocks = await Promise.all(nodes.map(({rpc}) => blockAt(rpc, number)))
    expect(new Set(blocks.map(({hash}) => hash)).size).toBe(1)
    const count = blocks[0]!.transactions.length
    if (number < PHASE_2) expect(count).toBeLessThanOrEqual(1)
    most = Math.max(most, count)
    transactions += count
  }
  expect(most).toBeGreaterThan(1)
  const commits = (await pos.currentEpoch()).number
  expect(transactions).toBe(sent + commits)
  expect(pos.failures).toEqual([])

  const log = logOf('beta')
  for (const {number, signer} of log.range(101, top)) {
    expect(signer).toBe(signers[epochIndexOf(number) % 3])
  }
  log.close()
})

/** The first epoch ends with 130; then twenty blocks each, round-robin. */
function epochIndexOf(block: number): number {
  return block <= FIRST_END ? 0 : 1 + Math.floor((block - FIRST_END - 1) / EPOCH)
}
