/** Constant load for a long time: memory and files must not grow faster than the chain itself does. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import type {Drill} from './drill.ts'
import {drained, HeadWatch, judge} from './judge.ts'
import {enginePid, LocalNetwork, pause} from './local-network.ts'
import {Transfers} from './transfers.ts'
import {directoryBytes, loadOfMachine, residentMb, slope} from './usage.ts'

const SAMPLE_MS = 10_000
/** Of each node, in the second half: what leaks 100 bytes with each of 300 transactions a second does more. */
const NODE_MB_PER_MINUTE = 1.7
/** An engine is replaced after 200,000 transactions of 0.8 kB, later when it is building: twice that. */
const ENGINE_MB = 400
/** Raw transfer 110 bytes, receipt and index about 500, pool journal 130; twice that. */
const BYTES_PER_TRANSACTION = 1500

interface Sample {
  minutes: number
  nodesMb: number
  enginesMb: number
  bytes: number
  transactions: number
}

export const drill: Drill = {
  options: {minutes: 60, perSecond: 300, nodes: 3, port: 30_145},
  async run({minutes = 60, perSecond = 300, nodes = 3, port = 30_145}, say) {
    const network = await LocalNetwork.up({nodes, basePort: port})
    try {
      const watch = new HeadWatch(network)
      const transfers = await Transfers.start(network, {perSecond, senders: 600})
      const samples = await takeSamples(network, transfers, minutes, say)
      await transfers.stop()
      const left = await drained(network, 60_000)
      await watch.stop()
      const verdict = await judge(network, transfers.accepted.keys(), watch.seen)
      say(`${verdict.blocks} blocks, ${verdict.transactions} transactions`)
      say(`accepted ${transfers.accepted.size} of ${transfers.offered} offered, ${loadOfMachine()}`)
      for (const [reason, count] of transfers.refusals) say(`refused ${count}: ${reason}`)
      return [...left, ...verdict.broken, ...growth(samples, nodes, say), ...errorsInLogs(network)]
    } finally {
      await network.remove()
    }
  },
}

async function takeSamples(
  network: LocalNetwork,
  transfers: Transfers,
  minutes: number,
  say: (line: string) => void,
): Promise<Sample[]> {
  const startedMs = performance.now()
  const samples: Sample[] = []
  const elapsed = () => (performance.now() - startedMs) / 60_000
  while (elapsed() < minutes) {
    await pause(SAMPLE_MS)
    const {nodes} = network
    const sample = {
      minutes: elapsed(),
      nodesMb: nodes.reduce((sum, node) => sum + residentMb(network.nodePid(node)), 0),
      enginesMb: nodes.reduce((sum, {dir}) => sum + residentMb(enginePid(join(dir, 'engine'))), 0),
      bytes: nodes.reduce((sum, {dir}) => sum + directoryBytes(dir), 0),
      transactions: transfers.accepted.size,
    }
    samples.push(sample)
    if (samples.length % 6 !== 0) continue
    say(
      `${sample.minutes.toFixed(1)} min: nodes ${sample.nodesMb.toFixed(0)} MB, engines ` +
        `${sample.enginesMb.toFixed(0)} MB, files ${(sample.bytes / 1e6).toFixed(1)} MB, accepted ` +
        `${sample.transactions}, head ${await network.highestHead()}, ${loadOfMachine()}`,
    )
  }
  return samples
}

function growth(samples: Sample[], nodes: number, say: (line: string) => void): string[] {
  const broken: string[] = []
  const half = samples.slice(Math.floor(samples.length / 2))
  const nodesSlope = slope(half.map(({minutes, nodesMb}) => ({x: minutes, y: nodesMb}))) / nodes
  const engineMb = Math.max(...samples.map(({enginesMb}) => enginesMb)) / nodes
  say(
    `each node grows by ${nodesSlope.toFixed(2)} MB/min in the second half; an engine has ` +
      `${engineMb.toFixed(0)} MB at most`,
  )
  if (nodesSlope > NODE_MB_PER_MINUTE)
    broken.push(`a node grows by more than ${NODE_MB_PER_MINUTE} MB a minute`)
  if (engineMb > ENGINE_MB) broken.push(`an engine has more than ${ENGINE_MB} MB`)
  const perTransaction =
    slope(half.map(({transactions, bytes}) => ({x: transactions, y: bytes}))) / nodes
  say(`files grow by ${perTransaction.toFixed(0)} bytes per transaction on each node`)
  if (perTransaction > BYTES_PER_TRANSACTION)
    broken.push(`files grow by more than ${BYTES_PER_TRANSACTION} bytes per transaction`)
  return broken
}

function errorsInLogs({nodes}: LocalNetwork): string[] {
  return nodes.flatMap(({name, dir}) =>
    readFileSync(join(dir, 'node.log'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"level":"error"') || (line !== '' && !line.startsWith('{')))
      .map((line) => `${name} logged: ${line.slice(0, 300)}`),
  )
}
