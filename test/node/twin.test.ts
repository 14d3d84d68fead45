import {afterAll, beforeAll, expect, test} from 'vitest'

import {startAnvil, type Anvil} from '../helpers/anvil.ts'
import {accountOf, createTestGenesis, type TestGenesis} from '../helpers/l2-chain.ts'
import {
  nodeOptions,
  startTestNode,
  testNetwork,
  until,
  type TestNode,
} from '../helpers/node-cluster.ts'
import {signerOf} from '../helpers/sign-block.ts'

let l1: Anvil
let genesis: TestGenesis
const nodes: TestNode[] = []

beforeAll(async () => {
  l1 = await startAnvil(['--chain-id', '31337'])
  genesis = await createTestGenesis({
    initialSigner: accountOf('alpha').address,
    rich: [],
    firstEpochEndBlock: 100_000n,
  })
})

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await l1.stop()
  genesis[Symbol.dispose]()
})

test('a second node with the signer key halts before it seals, and the first seals on', async () => {
  const network = testNetwork({genesis, l1RpcUrl: l1.rpcUrl})
  const first = await startTestNode(nodeOptions('alpha', network, genesis.dir))
  nodes.push(first)
  await until('it seals', () => first.status().blocksSealed > 0)
  const second = await startTestNode({
    ...nodeOptions('copy', network, genesis.dir, {
      bootnodes: [first.peerAddress],
      // As outside of tests: on a busy machine a handshake takes half a second.
      startupGraceMs: 5_000,
    }),
    signerAccount: signerOf(accountOf('alpha')),
  })
  nodes.push(second)
  await expect(second.stopped).rejects.toMatchObject({
    code: 'SIGNER_IN_USE',
    exit: 'interlock',
    facts: {otherAddresses: first.peerAddress},
  })
  expect(second.status()).toMatchObject({phase: 'halted', blocksSealed: 0})
  const sealed = first.status().blocksSealed
  await until('the first seals on', () => first.status().blocksSealed > sealed + 5)
})
