import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {keccak256, type Hex} from 'viem'
import {afterEach, beforeEach, expect, test} from 'vitest'

import {createRpcClient, type RpcClient} from '../../src/lib/json-rpc.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {readGenesis} from '../../src/node/engine/genesis.ts'
import type {NodeOptions} from '../../src/node/start-node.ts'
import {killOrphan} from '../../src/process/anvil.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {HistoryLog} from '../../src/store/history-log.ts'
import {accountOf, createTestGenesis, transfer, type TestGenesis} from '../helpers/l2-chain.ts'
import {
  nodeOptions,
  startTestNode,
  testNetwork,
  until,
  type TestNode,
} from '../helpers/node-cluster.ts'

const users = ['user 0', 'user 1', 'user 2'].map(accountOf)
let genesis: TestGenesis
let children: ChildProcess[]
let nodes: TestNode[]

beforeEach(async () => {
  children = []
  nodes = []
  genesis = await createTestGenesis({
    initialSigner: accountOf('alpha').address,
    rich: users.map(({address}) => address),
    firstEpochEndBlock: 100_000n,
  })
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(nodes.map((node) => node.stop()))
  await killOrphan(join(genesis.dir, 'alpha/engine'), 'engine')
  genesis[Symbol.dispose]()
})

/** Every transaction of the chain log is in the history, with its receipt, up to the last collected block. */
function assertComplete(options: NodeOptions): {blocks: number; transactions: number; lag: number} {
  const network = readGenesis(options.network.l2.bundled!.genesisFile)
  const log = ChainLog.open(join(options.dataDir, 'chain.sqlite'), network)
  const history = HistoryLog.open(join(options.dataDir, 'history.sqlite'), network)
  try {
    const newest = history.newest!.number
    let transactions = 0
    for (let number = network.number + 1; number <= newest; number++) {
      const kept = history.block(number)!
      const sealed = log.block(number)!
      expect(kept).toMatchObject({hash: sealed.hash, hasReceipts: true})
      expect(kept.transactionHashes).toEqual(sealed.transactions.map((raw) => keccak256(raw)))
      const [first] = kept.transactionHashes
      if (first) expect(history.blocksWith(first)).toContain(number)
      const pages = Math.ceil(kept.transactionHashes.length / 50)
      for (let page = 0; page < pages; page++) expect(history.chunk(number, page)).toBeDefined()
      transactions += kept.transactionHashes.length
    }
    return {blocks: newest - network.number, transactions, lag: log.head!.number - newest}
  } finally {
    log.close()
    history.close()
  }
}

/** A slot this short has little room, so a sender may have to wait for the next. */
function accepted(rpc: RpcClient, raw: Hex): Promise<Hex> {
  return until('it is accepted', async () => {
    return (await rpc.request('eth_sendRawTransaction', [raw])) as Hex
  })
}

test('a node that is killed at any moment lacks no receipt when it is back', async () => {
  const network = testNetwork({genesis, l1RpcUrl: 'http://127.0.0.1:1'})
  const options = nodeOptions('alpha', network, genesis.dir, {
    ...{logger: silentLogger, alone: true},
  })
  const file = join(genesis.dir, 'alpha.json')
  writeFileSync(file, JSON.stringify(options))
  let nonce = 0
  let hashes: Hex[] = []
  for (let round = 0; round < 3; round++) {
    const script = join(import.meta.dirname, '../helpers/node-child.ts')
    const child = spawn(process.execPath, [script, file], {stdio: ['ignore', 'pipe', 'inherit']})
    children.push(child)
    const [line] = (await once(child.stdout!, 'data')) as [Buffer]
    const {rpcUrl} = JSON.parse(line.toString('utf8')) as {rpcUrl: string}
    const rpc = createRpcClient(rpcUrl)
    for (const hash of hashes) {
      const receipt = await rpc.request('eth_getTransactionReceipt', [hash])
      expect(receipt).toMatchObject({transactionHash: hash, status: '0x1'})
    }
    hashes = []
    for (let count = 0; count < 8; count++, nonce++) {
      const raws = await Promise.all(users.map((user) => transfer(user, nonce)))
      for (const raw of raws) hashes.push(await accepted(rpc, raw))
    }
    await until('all are sealed', async () =>
      Boolean(await rpc.request('eth_getTransactionReceipt', [hashes.at(-1)])),
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
    rpc.close()
    const {lag} = assertComplete(options)
    expect(lag).toBeLessThan(9)
  }
})

test('a node that joins late collects every block it imports', async () => {
  const network = testNetwork({genesis, l1RpcUrl: 'http://127.0.0.1:1'})
  const alpha = await startTestNode(nodeOptions('alpha', network, genesis.dir, {alone: true}))
  nodes.push(alpha)
  for (let nonce = 0; nonce < 40; nonce++) {
    const raws = await Promise.all(users.map((user) => transfer(user, nonce)))
    for (const raw of raws) await accepted(alpha.rpc, raw)
  }
  await until('there is something to import', () => alpha.status().head.number > 160)
  const options = nodeOptions('beta', network, genesis.dir, {bootnodes: [alpha.peerAddress]})
  const beta = await startTestNode(options)
  await until('it caught up', () => beta.status().head.number > 165)
  await beta.stop()
  const {transactions, blocks} = assertComplete(options)
  expect(transactions).toBe(120)
  expect(blocks).toBeGreaterThan(60)
})
