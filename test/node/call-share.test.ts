/** Who used up the share of the engine: a moment is waited for, more is refused with the time to come back. */
import {expect, test} from 'vitest'

import type {Clock} from '../../src/lib/clock.ts'
import {createCallQueue} from '../../src/node/rpc/call-queue.ts'
import {EngineCalls} from '../../src/node/rpc/engine-calls.ts'
import {
  RPC_CALL_MS_BURST,
  RPC_CALL_MS_PER_SECOND,
  RPC_CALL_WAIT_MS,
} from '../../src/node/rpc-limits.ts'

const client = {client: 'one', signal: new AbortController().signal}

/** Time passes only where somebody waits. */
function idleClock(): Clock & {nowAt: number} {
  const clock = {
    nowAt: 0,
    nowMs: () => clock.nowAt,
    monotonicMs: () => clock.nowAt,
    sleep: (ms: number) => Promise.resolve(void (clock.nowAt += ms)),
  }
  return clock
}

test('a call that is a moment too early waits; one that is far too early is told when to come', async () => {
  const clock = idleClock()
  const calls = new EngineCalls({
    slotMs: 2000,
    gate: {read: (act) => act()},
    reads: createCallQueue(),
    own: () => [],
    clock,
  })
  const run = (ms: number) => {
    const execute = () => clock.sleep(ms).then(() => 'done')
    return calls.call({call: {gas: '0x5208'}, execute}, client)
  }
  // Half as much again as its share, and less than that of all.
  const usedMs = 1.5 * RPC_CALL_MS_PER_SECOND
  let waitedMs = 0
  for (let second = 0; second < (4 * RPC_CALL_MS_BURST) / RPC_CALL_MS_PER_SECOND; second++) {
    const startedMs = clock.nowAt
    for (let call = 0; call < 15; call++) expect(await run(usedMs / 15)).toBe('done')
    waitedMs += clock.nowAt - startedMs - usedMs
    await clock.sleep(Math.max(0, 1000 - (clock.nowAt - startedMs)))
  }
  expect(waitedMs).toBeGreaterThan(0)

  expect(await run(4 * RPC_CALL_MS_PER_SECOND)).toBe('done')
  const refusal = await run(0).catch((error: unknown) => error)
  expect(refusal).toMatchObject({
    code: -32_005,
    message: expect.stringMatching(/used up their share of the engine; retry in \d+ ms/),
  })
  const {retryAfterMs} = (refusal as {data: {retryAfterMs: number}}).data
  expect(retryAfterMs).toBeGreaterThan(RPC_CALL_WAIT_MS)
  await clock.sleep(retryAfterMs)
  expect(await run(0)).toBe('done')
})
