/** One sender offers all it can; another one's transactions must not wait for that. */
import {keccak256, toHex, type Hex} from 'viem'

import {makeSenders, sign} from '../../bench/traffic.ts'
import {isRecord} from '../../src/lib/json.ts'
import {createRpcClient, RpcResponseError, type RpcClient} from '../../src/lib/json-rpc.ts'
import {addressOfKey} from '../../src/protocol/secp256k1.ts'
import type {Drill} from './drill.ts'
import {drained, judge} from './judge.ts'
import {LocalNetwork, pause} from './local-network.ts'
import {fundOnL2, isThere} from './transfers.ts'
import {loadOfMachine, percentile} from './usage.ts'

const BATCH = 100
const STREAMS = 8
const QUIET_LIMIT_MS = 60_000

export const drill: Drill = {
  options: {transactions: 50_000, slotMs: 2000, port: 29_145},
  async run({transactions = 50_000, slotMs = 2000, port = 29_145}, say) {
    const network = await LocalNetwork.up({nodes: 3, basePort: port, slotMs})
    try {
      const [other] = makeSenders(1)
      const privateKey = keccak256(toHex('flooding sender'))
      const flooder = {privateKey, address: addressOfKey(privateKey)}
      await fundOnL2(network, [other!, flooder], 10n ** 18n * 1000n)
      await network.settled(60_000)
      say('signing')
      const to = other!.address
      const raws = Array.from({length: transactions}, (_, nonce) =>
        sign(flooder, nonce, {to, gas: 21_000n, value: 1n}),
      )
      let isOver = false
      const flood = offerAll(network, raws, say)
      const waits = watchOther(network, other!, () => isOver)
      const accepted = await flood
      isOver = true
      const waitedMs = await waits
      const {offeredPerSecond, seconds, hashes, refusals} = accepted
      say(
        `flood: ${hashes.size} of ${transactions} accepted in ${seconds.toFixed(1)} s, ` +
          `${offeredPerSecond.toFixed(0)} offered per second; ${loadOfMachine()}`,
      )
      for (const [reason, count] of refusals) say(`refused ${count}: ${reason}`)
      say(
        `other sender: ${waitedMs.length} confirmed, p50 ${percentile(waitedMs, 0.5).toFixed(0)} ms, ` +
          `p99 ${percentile(waitedMs, 0.99).toFixed(0)} ms, most ${Math.max(...waitedMs).toFixed(0)} ms`,
      )
      const broken = await drained(network, 120_000)
      const verdict = await judge(network, hashes, [])
      say(`${verdict.blocks} blocks, ${verdict.transactions} transactions`)
      broken.push(...verdict.broken)
      const late = waitedMs.filter((ms) => ms > 2 * slotMs).length
      if (late > 0) broken.push(`${late} of the other sender's transactions took over 2 slots`)
      return broken
    } finally {
      await network.remove()
    }
  },
}

interface FloodResult {
  hashes: Set<string>
  refusals: Map<string, number>
  seconds: number
  offeredPerSecond: number
}

/** In order, each batch again until it is accepted; gives up when nothing is for long. */
async function offerAll(
  network: LocalNetwork,
  raws: readonly Hex[],
  say: (line: string) => void,
): Promise<FloodResult> {
  const clients = network.nodes.map(({rpc}) =>
    createRpcClient(rpc.url, {maxSockets: STREAMS, timeoutMs: 30_000}),
  )
  const hashes = new Set<string>()
  const refusals = new Map<string, number>()
  const waiting = raws.map((_raw, index) => index)
  const startedMs = performance.now()
  let offered = 0
  let lastAcceptedMs = startedMs
  let told = 0
  const stream = async (turn: number) => {
    while (waiting.length > 0) {
      const indexes = waiting.splice(0, BATCH)
      offered += indexes.length
      const answers = await clients[turn % clients.length]!.batch(
        indexes.map((index) => ({method: 'eth_sendRawTransaction', params: [raws[index]!]})),
      ).catch((error: unknown) => indexes.map(() => String(error)))
      const again: number[] = []
      for (const [at, answer] of answers.entries()) {
        if (typeof answer === 'string' && answer.startsWith('0x')) {
          hashes.add(answer)
          lastAcceptedMs = performance.now()
          continue
        }
        const reason = answer instanceof RpcResponseError ? answer.message : String(answer)
        if (isThere.test(reason)) hashes.add(keccak256(raws[indexes[at]!]!))
        else again.push(indexes[at]!)
        refusals.set(reason, (refusals.get(reason) ?? 0) + 1)
      }
      // The lowest nonces first: those behind them can only wait.
      waiting.push(...again)
      waiting.sort((a, b) => a - b)
      if (performance.now() - lastAcceptedMs > QUIET_LIMIT_MS) return
      if (hashes.size >= told + 5000) {
        told = hashes.size
        say(`${told} accepted, ${waiting.length} left`)
      }
    }
  }
  await Promise.all(Array.from({length: STREAMS}, (_, turn) => stream(turn)))
  for (const client of clients) client.close()
  const seconds = (performance.now() - startedMs) / 1000
  return {hashes, refusals, seconds, offeredPerSecond: offered / seconds}
}

/** Sends it again while there is no room, as the node asks for. */
async function accepted(rpc: RpcClient, raw: Hex): Promise<unknown> {
  for (;;) {
    try {
      return await rpc.request('eth_sendRawTransaction', [raw])
    } catch (error) {
      if (!(error instanceof RpcResponseError) || !hasNoCapacity(error)) throw error
      await pause(100)
    }
  }
}

function hasNoCapacity({data}: RpcResponseError): boolean {
  return isRecord(data) && data['reason'] === 'pool-full'
}

/** One transaction each second, through the nodes in turns. @returns ms from the request to the block */
async function watchOther(
  network: LocalNetwork,
  sender: {address: Hex; privateKey: Hex},
  isOver: () => boolean,
): Promise<number[]> {
  const waits: Promise<number>[] = []
  for (let nonce = 0; !isOver(); nonce++) {
    const {rpc} = network.nodes[nonce % network.nodes.length]!
    const raw = sign(sender, nonce, {to: sender.address, gas: 21_000n, value: 1n})
    const sentMs = performance.now()
    const confirmed = async () => {
      const hash = await accepted(rpc, raw)
      while (!(await rpc.request('eth_getTransactionReceipt', [hash]))) await pause(50)
      return performance.now() - sentMs
    }
    waits.push(confirmed())
    await pause(1000)
  }
  return Promise.all(waits)
}
