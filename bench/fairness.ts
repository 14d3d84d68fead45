/**
 * One sender with more than fits beside many who send once: `node bench/fairness.ts [--heavy 50000] [--light 1000]
 * [--seconds 20] [--nodes 1]`. Says how long those many wait for their block, from their first try, and how many of their
 * tries were refused.
 */
import {parseArgs} from 'node:util'

import {createRpcClient, RpcResponseError} from '../src/lib/json-rpc.ts'
import {BlockWatcher, percentile} from './load.ts'
import {openScene} from './node-scene.ts'
import {makePayment, makeSenders} from './traffic.ts'

const BATCH = 100
const AGAIN_MS = 50
const LIGHT_P99_MS = 2200

const {values} = parseArgs({
  options: {
    heavy: {type: 'string', default: '50000'},
    light: {type: 'string', default: '1000'},
    seconds: {type: 'string', default: '20'},
    nodes: {type: 'string', default: '1'},
  },
})
const lightCount = Number(values.light)
const seconds = Number(values.seconds)
const senders = makeSenders(lightCount + 1)
const HEAVY = lightCount
const heavyRaws = Array.from({length: Number(values.heavy)}, (_, nonce) =>
  makePayment(senders, HEAVY, nonce),
)
const lightRaws = Array.from({length: lightCount}, (_, index) => makePayment(senders, index, 0))

const scene = await openScene('transfer', Number(values.nodes))
const clients = scene.urls.map((url) => createRpcClient(url, {maxSockets: 48, timeoutMs: 30_000}))
let isOver = false
const watcher = new BlockWatcher(scene.urls[0]!)
await watcher.start()

const heavy = sendHeavy()
const light = await Promise.all(lightRaws.map((raw, index) => sendLight(raw, index)))
isOver = true
const heavyAccepted = await heavy
await watcher.settle([...light.map(({hash}) => hash), ...heavyAccepted])
await watcher.stop()

const seenAtMs = (hash: string) => watcher.seenAtMs.get(hash) ?? Number.POSITIVE_INFINITY
const waits = light.map(({hash, atMs}) => seenAtMs(hash) - atMs).sort((a, b) => a - b)
const lost = [...heavyAccepted].filter((hash) => !watcher.seenAtMs.has(hash)).length
const [p50, p99, most] = [0.5, 0.99, 1].map((part) => percentile(waits, part))
const refusals = light.reduce((sum, {refused}) => sum + refused, 0)
say(
  `${p99! <= LIGHT_P99_MS ? 'ok  ' : 'OVER'} ${lightCount} senders with one payment each beside one with ${values.heavy}:`,
)
say(
  `     p50 ${ms(p50)}, p99 ${ms(p99)}, most ${ms(most)} from the first try; ${refusals} tries refused`,
)
say(`     of the one sender ${heavyAccepted.size} were accepted, ${lost} of them not confirmed`)
for (const client of clients) client.close()
await scene.close()
process.exit(p99! <= LIGHT_P99_MS && lost === 0 ? 0 : 1)

/** As fast as it is let: what was refused is offered again, in order. */
async function sendHeavy(): Promise<Set<string>> {
  const accepted = new Set<string>()
  for (let next = 0, turn = 0; next < heavyRaws.length && !isOver; turn++) {
    const calls = heavyRaws
      .slice(next, next + BATCH)
      .map((raw) => ({method: 'eth_sendRawTransaction', params: [raw]}))
    const answers = await clients[turn % clients.length]!.batch(calls)
    const refusedAt = answers.findIndex((answer) => typeof answer !== 'string')
    const taken = refusedAt === -1 ? answers : answers.slice(0, refusedAt)
    for (const hash of taken) accepted.add(String(hash))
    // Behind a gap some may have been held.
    for (const answer of answers.slice(taken.length))
      if (typeof answer === 'string') accepted.add(answer)
    next += taken.length
    if (refusedAt !== -1) await sleep(AGAIN_MS)
  }
  return accepted
}

async function sendLight(raw: string, index: number) {
  await sleep((index / lightCount) * seconds * 1000)
  const atMs = performance.now()
  for (let refused = 0; ; refused++) {
    try {
      const hash = await clients[index % clients.length]!.request('eth_sendRawTransaction', [raw])
      return {hash: String(hash), atMs, refused}
    } catch (error) {
      if (!(error instanceof RpcResponseError)) throw error
      await sleep(AGAIN_MS)
    }
  }
}

function sleep(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time))
}

function ms(value: number | undefined): string {
  return `${value?.toFixed(0)} ms`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
