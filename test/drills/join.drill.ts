/** A node joins a network with a long history; another one is killed and comes back. */
import {join} from 'node:path'
import {writeFileSync} from 'node:fs'

import {createRpcClient} from '../../src/lib/json-rpc.ts'
import {readNodeStatus} from '../../src/services/node/node-answers.ts'
import {openConfig} from '../../src/store/config.ts'
import {until} from '../e2e/local.ts'
import type {Drill} from './drill.ts'
import {drained, judge} from './judge.ts'
import {LocalNetwork, type LocalNode} from './local-network.ts'
import {Transfers} from './transfers.ts'
import {loadOfMachine} from './usage.ts'

const SERVING_GOAL_MS = 5000
const FILL_LIMIT_MS = 3_600_000

export const drill: Drill = {
  options: {blocks: 5000, transactions: 100_000, slotMs: 100, nodes: 1, port: 28_745},
  async run(options, say) {
    const {blocks = 5000, transactions = 100_000, slotMs = 100} = options
    const {nodes = 1, port = 28_745} = options
    // Long enough that a busy machine does not depose the only producer.
    const timing = {slotMs, epochLength: 200, respanDelaySeconds: 60}
    const network = await LocalNetwork.up({nodes, basePort: port, ...timing})
    try {
      const perSecond = Math.ceil((transactions / blocks / slotMs) * 1000)
      const transfers = await Transfers.start(network, {perSecond, senders: 600})
      await fill(network, transfers, blocks, transactions, say)
      const broken = await joinOne(network, port + 100, say)
      await transfers.stop()
      broken.push(...(await drained(network, 60_000)))
      broken.push(...(await killOne(network, say)))
      const verdict = await judge(network, transfers.accepted.keys(), [])
      say(`${verdict.blocks} blocks, ${verdict.transactions} transactions, equal on all nodes`)
      return [...broken, ...verdict.broken]
    } finally {
      await network.remove()
    }
  },
}

async function fill(
  network: LocalNetwork,
  transfers: Transfers,
  blocks: number,
  transactions: number,
  say: (line: string) => void,
): Promise<void> {
  const first = network.network.l2.phase2Block
  let told = 0
  await until('the history', FILL_LIMIT_MS, async () => {
    const done = (await network.highestHead()) - first
    if (done >= told + 500) {
      told = done
      say(`${done} blocks, ${transfers.accepted.size} transactions; ${loadOfMachine()}`)
    }
    return done >= blocks && transfers.accepted.size >= transactions ? true : undefined
  })
}

/** A node as a new operator makes one: own key, own profile; the network goes on meanwhile. */
async function joinOne(
  network: LocalNetwork,
  port: number,
  say: (line: string) => void,
): Promise<string[]> {
  const {cli, home} = network
  const passwordFile = join(home.root, 'joiner.password')
  writeFileSync(passwordFile, 'a password for one rehearsal\n', {mode: 0o600})
  await cli.data(
    `key create joiner --backend file --password-file ${passwordFile} --remember-password-file`,
  )
  await cli.data(
    `init --profile joiner --network local --owner joiner --signer joiner --node-port ${port} --no-input`,
  )
  const rpc = createRpcClient(`http://127.0.0.1:${port}`, {timeoutMs: 5000})
  const signer = String(openConfig(home).read().profiles['joiner']!.signer).toLowerCase()
  const joiner: LocalNode = {name: 'joiner', dir: home.nodeDir('joiner'), signer, rpc}
  const from = network.network.l2.phase2Block - network.blocksBeforeFork
  const servingMs = await network.startNode(joiner)
  const startedMs = performance.now() - servingMs
  let told = startedMs
  const head = await until('the new node is in step', 1_200_000, async () => {
    const [own, highest] = await Promise.all([
      network.headOf(joiner).catch(() => 0),
      network.highestHead(),
    ])
    if (performance.now() > told + 10_000) {
      told = performance.now()
      const status = await readNodeStatus(joiner.dir)
      say(`joiner at ${own - from} of ${highest - from}, sync ${JSON.stringify(status?.['sync'])}`)
    }
    return own > 0 && highest - own <= 1 ? own : undefined
  })
  network.nodes.push(joiner)
  const seconds = (performance.now() - startedMs) / 1000
  say(
    `joined: served after ${(servingMs / 1000).toFixed(1)} s, in sync after ${seconds.toFixed(1)} s, ` +
      `${((head - from) / seconds).toFixed(0)} blocks per second; ${loadOfMachine()}`,
  )
  return []
}

/** The node that came last is killed and started: its log has the whole history. */
async function killOne(network: LocalNetwork, say: (line: string) => void): Promise<string[]> {
  const node = network.nodes.at(-1)!
  await network.killNode(node)
  const servingMs = await network.startNode(node)
  const atMs = performance.now()
  await until('the restarted node is in step', 120_000, async () => {
    const own = await network.headOf(node).catch(() => 0)
    return own > 0 && (await network.highestHead()) - own <= 1 ? true : undefined
  })
  const inStepMs = servingMs + performance.now() - atMs
  say(
    `killed: served after ${(servingMs / 1000).toFixed(1)} s, in sync after ` +
      `${(inStepMs / 1000).toFixed(1)} s; ${loadOfMachine()}`,
  )
  return servingMs > SERVING_GOAL_MS
    ? [`a killed node served after ${servingMs.toFixed(0)} ms, the goal is ${SERVING_GOAL_MS} ms`]
    : []
}
