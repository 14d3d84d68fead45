/** Offers transactions at a fixed rate, whatever comes back, and sees when each is in a block. */
import {once} from 'node:events'

import {WebSocket} from 'ws'

import {createRpcClient, RpcResponseError, type RpcClient} from '../src/lib/json-rpc.ts'

const BATCH = 50
const TICK_MS = 20
const HEAD_POLL_MS = 10
/** Five slots. */
const SETTLE_MS = 10_000
/** With fewer, what is offered waits here and not at the node. */
const CONNECTIONS = 112
/** What a node says of a block that it has and cannot show yet. */
const UNAVAILABLE = -32_002

export interface LoadResult {
  offered: number
  accepted: number
  refused: number
  /** Messages of refusals, and how often each came. */
  refusals: Record<string, number>
  /** Accepted and not in a block when the wait for them ended. */
  unconfirmed: number
  /** From the request to the block, in ms, rising. */
  latenciesMs: number[]
  /** From the request to the answer that it is accepted, in ms, rising: a part of the time above. */
  answersMs: number[]
  /** Blocks seen, with the time of each. */
  blocks: {number: number; transactions: number; atMs: number}[]
}

export interface LoadOptions {
  /** Where transactions go, in turns. */
  urls: readonly string[]
  /** Where blocks are watched. */
  watchUrl: string
  perSecond: number
  seconds: number
  /** The next transaction of a sender, or undefined when it has none left. */
  next(sender: number): string | undefined
  senders: number
  /** The sender's last one was not accepted and is offered again. */
  refused(sender: number): void
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Each sender has one transaction under way at a time: the next nonce is useless without this one. */
export async function offer(options: LoadOptions): Promise<LoadResult> {
  const {urls, perSecond, seconds, senders} = options
  const clients = urls.map((url) => createRpcClient(url, {maxSockets: CONNECTIONS}))
  const watcher = new BlockWatcher(options.watchUrl)
  await watcher.start()
  const result: LoadResult = {
    ...{offered: 0, accepted: 0, refused: 0, refusals: {}, unconfirmed: 0},
    ...{latenciesMs: [], answersMs: [], blocks: watcher.blocks},
  }
  const sentAtMs = new Map<string, number>()
  // Whoever waits for an answer is not in it. To look for one who does not would take longer than to send.
  const idle = Array.from({length: senders}, (_, sender) => sender)
  const underWay = new Set<Promise<void>>()
  const startedMs = performance.now()
  let turn = 0

  const send = async (client: RpcClient, batch: {sender: number; raw: string}[]) => {
    const atMs = performance.now()
    const answers = await client.batch(
      batch.map(({raw}) => ({method: 'eth_sendRawTransaction', params: [raw]})),
    )
    answers.forEach((answer, index) => {
      const from = batch[index]!.sender
      idle.push(from)
      if (typeof answer === 'string') {
        result.accepted++
        sentAtMs.set(answer, atMs)
        result.answersMs.push(performance.now() - atMs)
        return
      }
      result.refused++
      options.refused(from)
      const reason = answer instanceof RpcResponseError ? answer.message : String(answer)
      result.refusals[reason] = (result.refusals[reason] ?? 0) + 1
    })
  }

  while (performance.now() - startedMs < seconds * 1000) {
    let due = Math.floor(((performance.now() - startedMs) / 1000) * perSecond) - result.offered
    while (due > 0) {
      const batch: {sender: number; raw: string}[] = []
      for (const sender of idle.splice(0, Math.min(BATCH, due))) {
        const raw = options.next(sender)
        if (raw !== undefined) batch.push({sender, raw})
      }
      if (batch.length === 0) break
      result.offered += batch.length
      due -= batch.length
      const sending = send(clients[turn++ % clients.length]!, batch)
      underWay.add(sending)
      void sending.finally(() => underWay.delete(sending))
    }
    await sleep(TICK_MS)
  }
  await Promise.all(underWay)
  await watcher.settle(sentAtMs.keys())
  await watcher.stop()
  for (const client of clients) client.close()
  for (const [hash, atMs] of sentAtMs) {
    const seen = watcher.seenAtMs.get(hash)
    if (seen === undefined) result.unconfirmed++
    else result.latenciesMs.push(seen - atMs)
  }
  for (const list of [result.latenciesMs, result.answersMs]) list.sort((a, b) => a - b)
  return result
}

export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/** Transactions per second in the blocks between the first and the last full ones. */
export function steadyRate(blocks: LoadResult['blocks']): number {
  const busy = blocks.filter(({transactions}) => transactions > 0)
  // Of two, the second is all there is.
  const inner = busy.length > 2 ? busy.slice(1, -1) : busy.slice(1)
  const first = busy[0]
  const last = inner.at(-1)
  if (!first || !last) return Number.NaN
  const count = inner.reduce((sum, {transactions}) => sum + transactions, 0)
  return (count / (last.atMs - first.atMs)) * 1000
}

/**
 * Sees when each transaction is in a block. The node says when there is a block: to ask it a hundred times in a second costs
 * it as much as two hundred payments.
 */
export class BlockWatcher {
  readonly seenAtMs = new Map<string, number>()
  readonly blocks: LoadResult['blocks'] = []
  readonly #rpc: RpcClient
  readonly #url: string
  #socket: WebSocket | undefined
  #next = 0
  #isStopped = false
  #reading: Promise<void> = Promise.resolve()

  constructor(url: string) {
    this.#url = url
    this.#rpc = createRpcClient(url, {maxSockets: 1, timeoutMs: 30_000})
  }

  async start(): Promise<void> {
    this.#next = Number(await this.#rpc.request('eth_blockNumber')) + 1
    const socket = new WebSocket(this.#url.replace('http:', 'ws:'), {perMessageDeflate: false})
    this.#socket = socket
    await once(socket, 'open')
    socket.on('message', () => {
      this.#reading = this.#reading.then(() => this.#readNew())
    })
    const subscribe = {jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads']}
    socket.send(JSON.stringify(subscribe))
  }

  /** Waits until all are seen, or nothing new came for five slots. */
  async settle(hashes: Iterable<string>): Promise<void> {
    const missing = new Set(hashes)
    let quietFromMs = performance.now()
    for (let last = -1; performance.now() - quietFromMs < SETTLE_MS; await sleep(TICK_MS)) {
      if (this.blocks.length === last) continue
      last = this.blocks.length
      quietFromMs = performance.now()
      for (const hash of missing) if (this.seenAtMs.has(hash)) missing.delete(hash)
      if (missing.size === 0) return
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#socket?.terminate()
    await this.#reading
    this.#rpc.close()
  }

  async #readNew(): Promise<void> {
    const head = this.#isStopped ? 0 : Number(await this.#rpc.request('eth_blockNumber'))
    while (this.#next <= head && !this.#isStopped) {
      const block = await this.#blockAt(`0x${this.#next.toString(16)}`)
      // Not indexed yet; it is asked for again.
      if (!block) {
        await sleep(HEAD_POLL_MS)
        continue
      }
      const atMs = performance.now()
      for (const hash of block.transactions) this.seenAtMs.set(hash, atMs)
      this.blocks.push({number: this.#next, transactions: block.transactions.length, atMs})
      this.#next++
    }
  }

  async #blockAt(tag: string): Promise<{transactions: string[]} | null | undefined> {
    try {
      const block = await this.#rpc.request('eth_getBlockByNumber', [tag, false])
      return block as {transactions: string[]} | null
    } catch (error) {
      if (error instanceof RpcResponseError && error.code === UNAVAILABLE) return undefined
      throw error
    }
  }
}
