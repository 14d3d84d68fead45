import {setTimeout as sleep} from 'node:timers/promises'

import {afterAll, beforeAll, expect, test, vi} from 'vitest'

import {createRpcClient, RpcResponseError, type RpcClient} from '../../src/lib/json-rpc.ts'
import {POOL_QUEUED_PER_SENDER} from '../../src/node/limits.ts'
import {RPC_REFUSALS_AT_ONCE, RPC_REFUSED_PAUSE_MS} from '../../src/node/rpc-limits.ts'
import {accountOf, L2_CHAIN_ID} from '../helpers/l2-chain.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'

vi.mock('node:timers/promises', async (original) => {
  const timers = await original<typeof import('node:timers/promises')>()
  return {...timers, setTimeout: vi.fn(timers.setTimeout)}
})

const flooder = accountOf('flooder')
const BATCH = 100

let lone: LoneNode
let rpc: RpcClient

beforeAll(async () => {
  lone = await startLoneNode([flooder.address])
  rpc = createRpcClient(lone.node.rpcUrl)
})
afterAll(async () => {
  rpc.close()
  await lone.stop()
})

/** Nonce 0 never comes, so all of them wait. */
function sign(nonce: number): Promise<string> {
  return flooder.signTransaction({
    ...{chainId: L2_CHAIN_ID, nonce, to: flooder.address, value: 0n, gas: 21_000n},
    ...{type: 'legacy', gasPrice: 10n ** 9n},
  })
}

/** Answers that were held back. */
function pauses(): number {
  return vi.mocked(sleep).mock.calls.filter(([ms]) => ms === RPC_REFUSED_PAUSE_MS).length
}

async function sendAll(raws: readonly string[]): Promise<{refused: number; tookMs: number}> {
  const started = performance.now()
  const answers = await rpc.batch(
    raws.map((raw) => ({method: 'eth_sendRawTransaction', params: [raw]})),
  )
  const refused = answers.filter((answer) => answer instanceof RpcResponseError).length
  return {refused, tookMs: performance.now() - started}
}

test('who is refused a lot at once waits for the answer; who is refused little does not', async () => {
  const count = POOL_QUEUED_PER_SENDER + RPC_REFUSALS_AT_ONCE + 1
  const raws = await Promise.all(Array.from({length: count}, (_, index) => sign(index + 1)))
  for (let from = 0; from < POOL_QUEUED_PER_SENDER; from += BATCH) {
    expect(await sendAll(raws.slice(from, from + BATCH))).toMatchObject({refused: 0})
  }
  const rest = raws.slice(POOL_QUEUED_PER_SENDER)

  const flood = await sendAll(rest)
  expect(pauses()).toBe(1)
  const few = await sendAll(rest.slice(1))

  expect(flood.refused).toBe(RPC_REFUSALS_AT_ONCE + 1)
  expect(flood.tookMs).toBeGreaterThanOrEqual(RPC_REFUSED_PAUSE_MS)
  expect(few.refused).toBe(RPC_REFUSALS_AT_ONCE)
  expect(pauses()).toBe(1)
})
