/** Clients that read while others send: calls and logs, once in a second each. */
import {createRpcClient, RpcResponseError, type RpcClient} from '../src/lib/json-rpc.ts'
import {TOKEN} from './contracts.ts'
import {percentile} from './load.ts'
import type {Scene} from './node-scene.ts'

const PAUSE_MS = 1000
/** One in so many questions about logs goes back further than what is new. */
const LOOK_BACK_EVERY = 10
const LOOK_BACK_BLOCKS = 20

export interface Reads {
  answered: number
  /** Messages of those that were not answered, and how often each came. */
  failed: Record<string, number>
  p99Ms: number
}

/** @returns what ends them */
export function startReaders({urls}: Pick<Scene, 'urls'>, count: number): {stop(): Promise<Reads>} {
  const clients = urls.map((url) => createRpcClient(url, {maxSockets: count, timeoutMs: 30_000}))
  const latenciesMs: number[] = []
  const failed: Record<string, number> = {}
  let isStopped = false

  /** @returns the newest block that was seen */
  const readLogs = async (client: RpcClient, number: number, seen: number): Promise<number> => {
    const head = Number(await client.request('eth_blockNumber'))
    const isLookingBack = number % LOOK_BACK_EVERY === 1
    const first = isLookingBack ? head - LOOK_BACK_BLOCKS : Math.min(head, seen + 1)
    const fromBlock = `0x${Math.max(0, first).toString(16)}`
    await client.request('eth_getLogs', [
      {address: TOKEN, fromBlock, toBlock: `0x${head.toString(16)}`},
    ])
    return head
  }
  const read = async (client: RpcClient, number: number, seen: number): Promise<number> => {
    const startedMs = performance.now()
    try {
      if (number % 2 === 0)
        await client.request('eth_call', [{to: TOKEN, data: '0x18160ddd'}, 'latest'])
      else seen = await readLogs(client, number, seen)
      latenciesMs.push(performance.now() - startedMs)
    } catch (error) {
      const text = error instanceof RpcResponseError ? error.message : String(error)
      // Times to come back differ, and it is the same refusal.
      const reason = text.replaceAll(/\d+ ms/g, 'N ms')
      failed[reason] = (failed[reason] ?? 0) + 1
    }
    return seen
  }
  const reader = async (index: number) => {
    await sleep((PAUSE_MS * index) / count)
    let seen = Number.POSITIVE_INFINITY
    for (let number = index; !isStopped; number++) {
      seen = await read(clients[index % clients.length]!, number, seen)
      await sleep(PAUSE_MS)
    }
  }
  const running = Array.from({length: count}, (_, index) => reader(index))
  return {
    async stop() {
      isStopped = true
      await Promise.all(running)
      for (const client of clients) client.close()
      latenciesMs.sort((a, b) => a - b)
      return {answered: latenciesMs.length, failed, p99Ms: percentile(latenciesMs, 0.99)}
    },
  }
}

export function tellReads({answered, failed, p99Ms}: Reads): string {
  const reasons = Object.entries(failed).map(([reason, count]) => `${count} x ${reason}`)
  return `${answered} reads, p99 ${p99Ms.toFixed(0)} ms${reasons.map((line) => `, ${line}`).join('')}`
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
