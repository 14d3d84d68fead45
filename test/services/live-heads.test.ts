/** The live sources at a real node: its WebSocket announces each block, and HTTP reads it. */
import {afterAll, beforeAll, expect, test} from 'vitest'

import {openContext, type Context} from '../../src/services/context.ts'
import {startDashboard, type Dashboard} from '../../src/services/live/dashboard.ts'
import {toDashboardData} from '../../src/ui/dashboard/data.ts'
import {takeSnapshot, toDashboardView} from '../../src/ui/dashboard/view.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'

const SLOT_MS = 1500
const soon = {timeout: 60_000, interval: 10}

let lone: LoneNode
let temp: TempHome
beforeAll(async () => {
  lone = await startLoneNode([], () => ({}), {slotMs: SLOT_MS})
  const {network} = lone.node.options
  temp = await makeOperator(
    {...network, l2: {...network.l2, rpcUrls: [lone.node.rpcUrl], wsUrl: lone.node.wsUrl}},
    {owner: 'owner', signer: 'alpha'},
  )
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await lone.stop()
})

async function watching(
  act: (dashboard: Dashboard, context: Context) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const context = openContext({home: temp.home, timeoutSeconds: 5})
  try {
    await act(startDashboard(context, stop.signal), context)
  } finally {
    stop.abort()
    context.close()
  }
}

const frame = (dashboard: Dashboard) => {
  const now = {wallMs: Date.now(), monotonicMs: performance.now()}
  const snapshot = takeSnapshot(dashboard)
  const source = (name: string) =>
    toDashboardData(snapshot, now).sources.find((each) => each.name === name)
  const row = (name: string) =>
    toDashboardView(snapshot, now).sources.find(({label}) => label === name)?.value
  return {source, row}
}

test('each block is read when it is sealed, and nothing else is asked for', async () => {
  await watching(async (dashboard) => {
    await expect.poll(() => dashboard.heads().l2.state, soon).toBe('pushed')
    expect(dashboard.heads().l1).toEqual({state: 'none'})
    await expect
      .poll(() => frame(dashboard).row('l2'), soon)
      .toContain('at each head and every 2 s')

    let reads = 0
    const seen = new Set<bigint>()
    const end = dashboard.pollers.l2.store.subscribe(() => {
      reads++
      const {value} = dashboard.pollers.l2.store.get()
      if (value) seen.add(value.headBlock)
    })
    await expect.poll(() => seen.size, soon).toBeGreaterThan(3)
    end()
    // One read a block; a second period would have passed between two of them.
    expect(reads).toBeLessThanOrEqual(seen.size + 1)
    const heads = {state: 'pushed', endpoint: lone.node.wsUrl, code: null, reason: null}
    // A third of the time after which the address would be given up: three slots and a second.
    const periodMs = Math.floor((3 * SLOT_MS + 1000) / 3)
    expect(frame(dashboard).source('l2')).toMatchObject({state: 'answered', periodMs, heads})
    expect(frame(dashboard).source('l1')?.heads).toMatchObject({state: 'polled', endpoint: null})
    expect(frame(dashboard).source('node')?.heads).toBeNull()
  })
})

test('a node that is gone: the source fails, is polled, and the screen says why no heads come', async () => {
  await watching(async (dashboard) => {
    await expect.poll(() => dashboard.heads().l2.state, soon).toBe('pushed')
    await lone.node.stop()
    await expect
      .poll(() => frame(dashboard).row('l2'), soon)
      .toMatch(/failing for .*; no heads from ws:\/\/127\.0\.0\.1:\d+: .* \[(closed|refused)\]$/)
    expect(frame(dashboard).source('l2')).toMatchObject({
      state: 'failing',
      periodMs: 1000,
      heads: {state: 'polled', endpoint: lone.node.wsUrl},
    })
  })
})
