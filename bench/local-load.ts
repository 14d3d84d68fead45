/** Payments on a local network at a steady rate, so that what is measured beside them sees a network at work. */
import {setTimeout} from 'node:timers/promises'

import {createRpcClient} from '../src/lib/json-rpc.ts'
import {makeSenders, makeTransaction, sign} from './traffic.ts'

const SENDERS = 50
const METIS_EACH = 20n * 10n ** 18n
const SHARES_A_SECOND = 4

/** Who has to be funded before a load starts, and with how much METIS. */
export const funder = {
  address: makeSenders(1)[0]!.address,
  metis: SENDERS * 20 + 1,
}

export interface LocalLoad {
  /** @returns payments that the node accepted */
  stop(): Promise<number>
}

/** Sends payments of many accounts to one node, whose funder has its METIS. */
export async function startLoad(url: string, perSecond: number): Promise<LocalLoad> {
  const client = createRpcClient(url, {timeoutMs: 30_000, maxSockets: 8})
  const [first, ...others] = makeSenders(SENDERS)
  const funding = others.map(({address}, nonce) =>
    sign(first!, nonce, {to: address, gas: 21_000n, value: METIS_EACH}),
  )
  for (const raw of funding) await client.request('eth_sendRawTransaction', [raw])
  const senders = [first!, ...others]
  const nonces = senders.map((_, index) => (index === 0 ? others.length : 0))
  let accepted = 0
  let turn = 0
  const send = async () => {
    // Of each share every sender has few, in the order of their nonces.
    const picked = Array.from(
      {length: Math.ceil(perSecond / SHARES_A_SECOND)},
      () => turn++ % SENDERS,
    )
    const ahead = new Map<number, number>()
    const calls = picked.map((index) => {
      const nonce = nonces[index]! + (ahead.get(index) ?? 0)
      ahead.set(index, nonce - nonces[index]! + 1)
      return {
        method: 'eth_sendRawTransaction',
        params: [makeTransaction('transfer', senders, index, nonce)],
      }
    })
    const answers = await client.batch(calls).catch(() => [])
    answers.forEach((answer, at) => {
      if (typeof answer !== 'string') return
      nonces[picked[at]!]!++
      accepted++
    })
  }
  let isOver = false
  const running = (async () => {
    while (!isOver) {
      const nextMs = performance.now() + 1000 / SHARES_A_SECOND
      await send()
      await setTimeout(Math.max(0, nextMs - performance.now()))
    }
  })()
  return {
    async stop() {
      isOver = true
      await running
      client.close()
      return accepted
    },
  }
}
