import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {silentLogger} from '../../src/lib/log.ts'
import {startPos, type Pos} from '../../src/pos/start-pos.ts'
import type {Network} from '../../src/protocol/network.ts'
import {createTestGenesis, type TestGenesis} from '../helpers/l2-chain.ts'
import {
  nodeOptions,
  startTestNode,
  testNetwork,
  until,
  type TestNode,
} from '../helpers/node-cluster.ts'
import {mpc, signerOf, startChains, type Chains} from './chains.ts'

const EPOCH_LENGTH = 30n

let chains: Chains
let genesis: TestGenesis
let network: Network
let nodes: TestNode[]
let dir: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-outage-'))
  chains = await startChains({epochLength: EPOCH_LENGTH, respanDelaySeconds: 3600})
  await chains.lock(1, 20_000)
  await chains.lock(2, 20_000)
  genesis = await createTestGenesis({
    ...{startBlock: 100n, epochLength: EPOCH_LENGTH, firstEpochEndBlock: 100n + EPOCH_LENGTH},
    ...{initialSigner: signerOf(1).address, rich: []},
  })
  network = testNetwork({genesis, l1RpcUrl: chains.l1Url, slotMs: 150, l1: chains.network.l1})
  nodes = []
  for (const name of ['signer 1', 'signer 2']) {
    const bootnodes = nodes.map(({peerAddress}) => peerAddress)
    nodes.push(await startTestNode(nodeOptions(name, network, dir, {bootnodes})))
  }
})
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  genesis[Symbol.dispose]()
  await chains[Symbol.asyncDispose]()
  rmSync(dir, {recursive: true, force: true})
})

test('while it is away the producer goes on to the end of its epoch, and beyond when it is back', async () => {
  const start = (respanDelaySeconds: number): Promise<Pos> => {
    const document = structuredClone(network)
    document.l2.respanDelaySeconds = respanDelaySeconds
    return startPos({
      ...{network: document, dataDir: join(dir, 'pos'), listen: {host: '127.0.0.1', port: 0}},
      ...{mpcAccount: mpc, logger: silentLogger, pollMs: 20, rewardBatchEpochs: 1000},
      l2RpcUrls: nodes.map(({rpcUrl}) => rpcUrl),
    })
  }
  const head = () => Math.max(...nodes.map((node) => node.status().head.number))
  await until('the nodes know each other', () =>
    nodes.every((node) => node.status().peers.length > 0),
  )
  let pos = await start(3600)
  const endOfLast = await until('epoch 1 is committed', () => {
    const {latestSpan, committedEpoch} = pos.status()
    return committedEpoch === 1n && latestSpan?.id === 1n && Number(latestSpan.endBlock)
  })
  await pos.stop()
  expect(head(), 'it was stopped in the middle of an epoch').toBeLessThan(endOfLast)

  await until('the end of the last epoch that is committed', () => head() === endOfLast)
  // It stops there, and not one block later: no epoch, no turn.
  await until('nobody has the turn', () => nodes.every((node) => node.status().turn === 'unknown'))
  expect(head()).toBe(endOfLast)

  // Nobody may seal the block with an ordinary commitment: the other sequencer takes over.
  pos = await start(1)
  await until('the chain goes on', () => head() > endOfLast + 3)
  await until('nothing is wrong', () => pos.status().troubles.length === 0)
  await pos.stop()
})
