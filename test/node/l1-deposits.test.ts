import {afterAll, beforeAll, expect, test} from 'vitest'
import type {Address} from 'viem'

import {startL1Network, type L1TestNetwork} from '../helpers/l1-network.ts'
import {accountOf, METIS} from '../helpers/l2-chain.ts'
import {nodeOptions, TestPos, until} from '../helpers/node-cluster.ts'
import {startNodeProcess, type NodeProcess} from '../helpers/node-process.ts'
import {senderOf} from '../helpers/sign-block.ts'

const DEPOSITS = 20
const recipient: Address = '0x00000000000000000000000000000000000000dd'
const names = ['alpha', 'beta']

let chain: L1TestNetwork
let nodes: NodeProcess[]
let pos: TestPos

beforeAll(async () => {
  chain = await startL1Network({slotMs: 250, firstEpochEndBlock: 112n})
  const first = await startNodeProcess(optionsOf('alpha', []))
  nodes = [first]
  pos = new TestPos({
    sequencerSet: chain.genesis.sequencerSet,
    signers: names.map((name) => accountOf(name).address),
    epochLength: 10,
    // Whichever is there.
    node: () => nodes.find(({child}) => child.exitCode === null && !child.killed)!.rpc,
  })
  // Before the first epoch is over: nobody could commit the next one then.
  pos.start()
  nodes.push(await startNodeProcess(optionsOf('beta', [first.peerAddress])))
})

afterAll(async () => {
  await pos.stop()
  await Promise.all(nodes.map((node) => node.kill()))
  await chain[Symbol.asyncDispose]()
})

function optionsOf(name: string, bootnodes: string[]) {
  const {network, genesis} = chain
  const relayerAccount = senderOf(accountOf('relayer'))
  const {logger: _logger, ...options} = nodeOptions(name, network, genesis.dir, {
    ...{relayerAccount, bootnodes},
  })
  return options as ReturnType<typeof nodeOptions>
}

async function paid(node: NodeProcess): Promise<number> {
  const {address} = accountOf('relayer')
  return Number(await node.rpc.request('eth_getTransactionCount', [address, 'latest']))
}

test('deposits are credited exactly once over rotations and kills', async () => {
  for (let index = 0; index < DEPOSITS; index++) {
    await chain.deposit(recipient, METIS + BigInt(index))
  }
  await chain.mine(1)
  for (const [kill, wanted] of [3, 9].entries()) {
    const [victim, other] = kill === 0 ? [nodes[0]!, nodes[1]!] : [nodes[1]!, nodes[0]!]
    await until(`${wanted} are paid`, async () => (await paid(other)) >= wanted, 60_000)
    await victim.kill()
    nodes[nodes.indexOf(victim)] = await startNodeProcess(
      optionsOf(victim.options.name, [other.peerAddress]),
    )
  }
  for (const node of nodes) {
    await until('all are paid', async () => (await paid(node)) === DEPOSITS, 60_000)
  }
  const due = METIS * 20n + BigInt((DEPOSITS * (DEPOSITS - 1)) / 2)
  const [first] = nodes
  const {number} = await pos.currentEpoch()
  expect(number).toBeGreaterThan(2)
  for (const {rpc} of nodes) {
    expect(BigInt(String(await rpc.request('eth_getBalance', [recipient, 'latest'])))).toBe(due)
  }
  await until('another epoch begins', async () => (await pos.currentEpoch()).number > number)
  expect(await paid(first!)).toBe(DEPOSITS)
})
