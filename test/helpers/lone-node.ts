import type {Address} from 'viem'

import type {NodeOptions} from '../../src/node/node-options.ts'
import {accountOf, createTestGenesis, type TestGenesis} from './l2-chain.ts'
import {nodeOptions, startTestNode, testNetwork, until, type TestNode} from './node-cluster.ts'

export interface LoneNode extends AsyncDisposable {
  node: TestNode
  genesis: TestGenesis
  stop(): Promise<void>
}

/**
 * One node that seals and has no L1: what tests of its RPC need.
 *
 * @param changed options that differ; given the directory of the genesis document
 * @param slots the network's, when they matter
 */
export async function startLoneNode(
  rich: Address[],
  changed: (dir: string) => Partial<NodeOptions> = () => ({}),
  slots: {slotMs?: number} = {},
): Promise<LoneNode> {
  const genesis = await createTestGenesis({
    initialSigner: accountOf('alpha').address,
    rich,
    firstEpochEndBlock: 100_000n,
  })
  // Nothing listens there: an L1 that is down must not keep the L2 from working.
  const network = testNetwork({genesis, l1RpcUrl: 'http://127.0.0.1:1', ...slots})
  const options = nodeOptions('alpha', network, genesis.dir, {
    alone: true,
    ...changed(genesis.dir),
  })
  const node = await startTestNode(options)
  await until('it seals', () => node.status().head.number > 101)
  const stop = async () => {
    await node.stop()
    genesis[Symbol.dispose]()
  }
  return {node, genesis, stop, [Symbol.asyncDispose]: stop}
}
