/** A steady stream of transfers through all nodes, which remembers every hash that a node accepted. */
import type {Hex} from 'viem'

import {makeSenders, makeTransaction, sign, type Sender} from '../../bench/traffic.ts'
import {RpcResponseError} from '../../src/lib/json-rpc.ts'
import {readPrivateKey} from '../../src/services/keys/keys.ts'
import {addressOfKey} from '../../src/protocol/secp256k1.ts'
import {openConfig} from '../../src/store/config.ts'
import {until} from '../e2e/local.ts'
import {pause, type LocalNetwork, type LocalNode} from './local-network.ts'

const TICK_MS = 20
const BATCH = 25
const FUNDS_WEI = 10n ** 18n

/** The answer to an earlier attempt was lost, and that attempt was not. */
export const isThere = /known transaction: [0-9a-f]{64}|nonce too low/

interface Slot {
  sender: number
  nonce: number
  raw: Hex
}

export class Transfers {
  /** Every hash that a node answered with, and which node. */
  readonly accepted = new Map<string, {node: string; atMs: number}>()
  readonly refusals = new Map<string, number>()
  offered = 0
  readonly #network: LocalNetwork
  readonly #senders: Sender[]
  readonly #nonces: number[]
  readonly #free: number[]
  readonly #perSecond: number
  #stopped = false
  #running: Promise<void> = Promise.resolve()

  private constructor(network: LocalNetwork, senders: Sender[], perSecond: number) {
    this.#network = network
    this.#senders = senders
    this.#perSecond = perSecond
    this.#nonces = senders.map(() => 0)
    this.#free = senders.map((_sender, index) => index)
  }

  /** Gives METIS to the senders, and starts once they have it. */
  static async start(
    network: LocalNetwork,
    {perSecond, senders: count = 200}: {perSecond: number; senders?: number},
  ): Promise<Transfers> {
    const senders = makeSenders(count)
    await fundOnL2(network, senders)
    const transfers = new Transfers(network, senders, perSecond)
    transfers.#running = transfers.#run()
    return transfers
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  async #run(): Promise<void> {
    const underWay = new Set<Promise<void>>()
    let lastMs = performance.now()
    let due = 0
    for (let turn = 0; !this.#stopped; ) {
      const now = performance.now()
      // What a busy moment delayed is not made up for in one burst.
      due = Math.min(due + ((now - lastMs) / 1000) * this.#perSecond, this.#perSecond)
      lastMs = now
      while (due >= 1 && this.#free.length > 0) {
        const batch = this.#take(Math.min(BATCH, Math.floor(due)))
        due -= batch.length
        const node = this.#network.nodes[turn++ % this.#network.nodes.length]!
        const sending = this.#send(node, batch)
        underWay.add(sending)
        void sending.finally(() => underWay.delete(sending))
      }
      await pause(TICK_MS)
    }
    await Promise.all(underWay)
  }

  #take(count: number): Slot[] {
    return this.#free.splice(0, count).map((sender) => {
      const nonce = this.#nonces[sender]!
      const raw = makeTransaction('transfer', this.#senders, sender, nonce)
      return {sender, nonce, raw}
    })
  }

  /** A sender whose transaction nobody answered offers the same one again, elsewhere. */
  async #send(node: LocalNode, batch: Slot[]): Promise<void> {
    this.offered += batch.length
    const calls = batch.map(({raw}) => ({method: 'eth_sendRawTransaction', params: [raw]}))
    const answers = await node.rpc
      .batch(calls)
      .catch((error: unknown) => batch.map(() => (error instanceof Error ? error.name : 'unknown')))
    for (const [index, {sender, nonce}] of batch.entries()) {
      const answer = answers[index]
      this.#free.push(sender)
      if (typeof answer === 'string' && answer.startsWith('0x')) {
        this.accepted.set(answer, {node: node.name, atMs: performance.now()})
        this.#nonces[sender] = nonce + 1
        continue
      }
      const reason = answer instanceof RpcResponseError ? answer.message : String(answer)
      this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1)
      if (isThere.test(reason)) this.#nonces[sender] = nonce + 1
    }
  }
}

/** The network's faucet pays one METIS to each on L2. */
export async function fundOnL2(
  network: LocalNetwork,
  receivers: readonly {address: Hex}[],
  amountWei = FUNDS_WEI,
): Promise<void> {
  const {home, nodes} = network
  const privateKey = await readPrivateKey('local-faucet', {home, config: openConfig(home)})
  const faucet = {privateKey, address: addressOfKey(privateKey)}
  const {rpc} = nodes[0]!
  const nonceOf = async () =>
    Number(await rpc.request('eth_getTransactionCount', [faucet.address, 'latest']))
  const first = await nonceOf()
  let from = 0
  await until('the faucet has paid', 120_000, async () => {
    const batch = receivers.slice(from, from + 100)
    const answers = await rpc.batch(
      batch.map(({address}, index) => ({
        method: 'eth_sendRawTransaction',
        params: [sign(faucet, first + from + index, {to: address, gas: 21_000n, value: amountWei})],
      })),
    )
    // One sender gets a share of each block only: what was refused is offered again.
    const refused = answers.findIndex(
      (answer) => typeof answer !== 'string' && !isThere.test(String(answer)),
    )
    from += refused < 0 ? batch.length : refused
    return from >= receivers.length ? true : undefined
  })
  await until('the senders have METIS', 120_000, async () =>
    (await nonceOf()) >= first + receivers.length ? true : undefined,
  )
}
