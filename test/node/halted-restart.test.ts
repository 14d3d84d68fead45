/** What a restarted node says of itself while L2 stands still, because no epoch covers the next block. */
import {afterAll, beforeAll, expect, test} from 'vitest'

import {silentLogger, type Logger} from '../../src/lib/log.ts'
import {startAnvil, type Anvil} from '../helpers/anvil.ts'
import {accountOf, createTestGenesis, type TestGenesis} from '../helpers/l2-chain.ts'
import {
  nodeOptions,
  startTestNode,
  testNetwork,
  TestPos,
  until,
  type TestNode,
} from '../helpers/node-cluster.ts'

const END = 112

let l1: Anvil
let genesis: TestGenesis
let nodes: TestNode[] = []
/** Events of the nodes, since the last start. */
let said: string[] = []

const logger: Logger = {
  ...silentLogger,
  info: (event) => void said.push(event),
  child: () => logger,
}

beforeAll(async () => {
  l1 = await startAnvil(['--chain-id', '31337'])
  genesis = await createTestGenesis({
    initialSigner: accountOf('alpha').address.toLowerCase() as `0x${string}`,
    rich: [],
    firstEpochEndBlock: BigInt(END),
    epochLength: 10n,
  })
})
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await l1.stop()
  genesis[Symbol.dispose]()
})

async function start(name: string): Promise<TestNode> {
  const network = testNetwork({genesis, l1RpcUrl: l1.rpcUrl})
  const bootnodes = nodes.map(({peerAddress}) => peerAddress)
  const node = await startTestNode(nodeOptions(name, network, genesis.dir, {bootnodes, logger}))
  nodes.push(node)
  return node
}

test('without a peer it does not know; with one it is in step, and the next block is sealed', async () => {
  await start('beta')
  const producer = await start('alpha')
  await until('both at the end of the epoch', () =>
    nodes.every((node) => node.status().head.number === END),
  )
  expect(producer.status().turn).toBe('unknown')
  await Promise.all(nodes.splice(0).map((node) => node.stop()))

  said = []
  const alpha = await start('alpha')
  await until('it knows enough to sign', () => said.includes('may seal'))
  expect(alpha.status()).toMatchObject({phase: 'catching-up', bestPeerHead: null, syncing: true})
  expect(await alpha.rpc.request('eth_syncing')).not.toBe(false)

  const beta = await start('beta')
  await until('both follow', () => nodes.every((node) => node.status().phase === 'following'))
  for (const node of [alpha, beta]) {
    expect(node.status()).toMatchObject({
      ...{turn: 'unknown', head: {number: END}, bestPeerHead: END, syncing: false, blocksSealed: 0},
    })
    expect(await node.rpc.request('eth_syncing')).toBe(false)
  }

  const pos = new TestPos({
    ...{sequencerSet: genesis.sequencerSet, epochLength: 10, node: () => beta.rpc},
    signers: [accountOf('beta').address.toLowerCase() as `0x${string}`],
  })
  await pos.recommit(END + 1, accountOf('beta').address)
  await until('both go on', () => nodes.every((node) => node.status().head.number > END + 2))
  expect(beta.status()).toMatchObject({phase: 'building', turn: 'mine'})
})
