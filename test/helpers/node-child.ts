/** Runs one node in a process of its own, so that a test can kill it without warning. */
import {readFileSync} from 'node:fs'

import {startNode, type NodeOptions} from '../../src/node/start-node.ts'
import {newHome, testLogger} from './node-cluster.ts'

const options = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as NodeOptions
newHome(options)
const node = await startNode({...options, logger: testLogger(options.name)})
process.once('SIGTERM', () => void node.stop().then(() => process.exit(0)))
process.stdout.write(`${JSON.stringify({rpcUrl: node.rpcUrl, peerAddress: node.peerAddress})}\n`)
