/** Runs one node in a process of its own, so that a test can kill it without warning. */
import {readFileSync} from 'node:fs'

import {silentLogger} from '../../src/lib/log.ts'
import {startNode, type NodeOptions} from '../../src/node/start-node.ts'

const options = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as NodeOptions
const node = await startNode({...options, logger: silentLogger})
process.stdout.write(`${JSON.stringify({rpcUrl: node.rpcUrl, peerUrl: node.peerUrl})}\n`)
