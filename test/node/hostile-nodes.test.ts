import {afterAll, beforeAll, expect, test} from 'vitest'

import {startAnvil, type Anvil} from '../helpers/anvil.ts'
import {attacks, type Attack, type Target} from '../helpers/attacks.ts'
import {accountOf, createTestGenesis, L2_CHAIN_ID, type TestGenesis} from '../helpers/l2-chain.ts'
import {
  nodeOptions,
  startTestNode,
  testNetwork,
  TestPos,
  until,
  type TestNode,
} from '../helpers/node-cluster.ts'
import {lowerAddress, warningsTo, type LogLine} from '../helpers/peer-exchange.ts'

const names = ['alpha', 'beta', 'gamma']
const logs = new Map<string, LogLine[]>()
let l1: Anvil
let genesis: TestGenesis
let nodes: TestNode[] = []
let pos: TestPos
let targets: Target[] = []

beforeAll(async () => {
  l1 = await startAnvil(['--chain-id', '31337'])
  // The signer of the first epoch is gone when the attacks begin.
  genesis = await createTestGenesis({
    initialSigner: accountOf('old').address,
    rich: [accountOf('attacker').address],
    firstEpochEndBlock: 135n,
    epochLength: 10n,
  })
  const network = testNetwork({genesis, l1RpcUrl: l1.rpcUrl})
  const start = (name: string, bootnodes: string[] = []) => {
    logs.set(name, [])
    const logger = warningsTo(logs.get(name)!)
    return startTestNode(nodeOptions(name, network, genesis.dir, {bootnodes, logger}))
  }
  const old = await start('old')
  nodes = await Promise.all(names.map((name) => start(name, [old.peerAddress])))
  pos = new TestPos({
    sequencerSet: genesis.sequencerSet,
    signers: names.map(lowerAddress),
    epochLength: 10,
    node: () => nodes[0]!.rpc,
  })
  pos.start()
  await until('the first epoch is over', () => headOf(0).number > 137)
  await old.stop()
  const {fingerprint} = network.l2.bundled!
  targets = nodes.map(({peerAddress}, index) => ({
    ...{peerAddress, network: {chainId: L2_CHAIN_ID, fingerprint}},
    head: () => headOf(index),
  }))
})

afterAll(async () => {
  await pos.stop()
  await Promise.all(nodes.map((node) => node.stop()))
  await l1.stop()
  genesis[Symbol.dispose]()
})

const headOf = (index: number) => nodes[index]!.status().head

/** Three epochs go by on all nodes, with equal blocks. */
async function chainGoesOn(): Promise<void> {
  const from = Math.max(...nodes.map((_, index) => headOf(index).number))
  await until('all go on', () => nodes.every((_, index) => headOf(index).number > from + 20))
  const block = `0x${(from + 20).toString(16)}`
  const found = await Promise.all(
    nodes.map(
      ({rpc}) => rpc.request('eth_getBlockByNumber', [block, false]) as Promise<{hash: string}>,
    ),
  )
  expect(new Set(found.map(({hash}) => hash)).size).toBe(1)
  expect(nodes.map(({status}) => status().phase)).not.toContain('halted')
}

test.each<[string, Attack, string]>([
  ['a member without a turn', attacks.blocksOutOfTurn, 'bad'],
  ['a signer of an old epoch', attacks.blocksOutOfTurn, 'old'],
  ['two blocks of one height', attacks.secondBlocks, 'bad two'],
  ['forged blocks', attacks.forgedBlocks, 'bad three'],
  ['a lie about the head', attacks.liesAboutItsHead, 'bad four'],
])('honest nodes seal on and stay equal: %s', async (_what, attack, name) => {
  await Promise.all(targets.map((target) => attack(target, name)))
  await chainGoesOn()
  const misbehaved = names.flatMap((node) =>
    logs
      .get(node)!
      .filter(
        ({event, facts}) =>
          ['peer misbehaves', 'peer is unresponsive'].includes(event) &&
          facts['peer'] === lowerAddress(name),
      )
      .map(({facts}) => `${node} ${String(facts['offence'])}`),
  )
  expect(misbehaved.length).toBeGreaterThan(0)
  expect(misbehaved).toEqual([...new Set(misbehaved)])
  const honest = new Set(names.map(lowerAddress))
  const accused = [...logs.values()]
    .flat()
    .filter(({event}) => event === 'peer misbehaves')
    .map(({facts}) => facts['peer'])
  expect(accused.filter((peer) => honest.has(peer as `0x${string}`))).toEqual([])
})
