/** Runs one node in a process of its own, so that a test can kill it without warning. */
import {readFileSync} from 'node:fs'

import {startNode, type NodeOptions} from '../../src/node/start-node.ts'
import {accountOf} from './l2-chain.ts'
import {newHome, testLogger} from './node-cluster.ts'
import {senderOf, signerOf} from './sign-block.ts'

const options = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as NodeOptions
newHome(options)
const {name, relayerAccount, batchAccount} = options
const node = await startNode({
  ...options,
  // Whoever signs does not fit into a file; their keys follow from their names.
  signerAccount: signerOf(accountOf(name)),
  relayerAccount: relayerAccount && senderOf(accountOf('relayer')),
  batchAccount: batchAccount && senderOf(accountOf('batcher')),
  logger: testLogger(name),
})
process.once('SIGTERM', () => void node.stop().then(() => process.exit(0)))
process.stdout.write(`${JSON.stringify({rpcUrl: node.rpcUrl, peerAddress: node.peerAddress})}\n`)
