import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {silentLogger} from '../../src/lib/log.ts'
import {startPos, type Pos} from '../../src/pos/start-pos.ts'
import {openPosStore, type PosStore} from '../../src/pos/store.ts'
import {lower, mpc, signerOf, startChains, type Chains} from './chains.ts'

const within = {timeout: 60_000, interval: 10}

interface Death {
  side: 'before' | 'after'
  /** At which write. */
  writes: number
}

let chains: Chains
let dir: string
beforeAll(async () => {
  chains = await startChains({epochLength: 20n, respanDelaySeconds: 3600})
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-restart-'))
})
afterAll(async () => {
  await chains[Symbol.asyncDispose]()
  rmSync(dir, {recursive: true, force: true})
})

/** Writes nothing any more around its n-th write: what a process leaves that is killed just there. */
function dyingStore(store: PosStore, {side, writes}: Death, onDeath: () => void): PosStore {
  let isDead = false
  let left = writes
  const once = (write: () => void) => {
    if (isDead) throw new Error('killed')
    if (--left > 0) return write()
    isDead = true
    if (side === 'after') write()
    onDeath()
    throw new Error('killed')
  }
  return {
    ...store,
    save: (state, events) => once(() => store.save(state, events)),
    saveSignRequest: (request) => once(() => store.saveSignRequest(request)),
  }
}

/** One life that ends at a write, or when there is nothing left to write. */
async function liveUntilWrite(death: Death, respanDelaySeconds = 3600, idleMs = 400) {
  const died = Promise.withResolvers<void>()
  const pos = await start((store) => dyingStore(store, death, died.resolve), {
    respanDelaySeconds,
  })
  const idle = setTimeout(() => died.resolve(), idleMs)
  await died.promise
  clearTimeout(idle)
  await pos.stop()
}

function start(
  wrap: (store: PosStore) => PosStore = (store) => store,
  {respanDelaySeconds = 3600} = {},
): Promise<Pos> {
  const network = structuredClone(chains.network)
  network.l2.respanDelaySeconds = respanDelaySeconds
  return startPos({
    ...{network, dataDir: dir, listen: {host: '127.0.0.1', port: 0}, mpcAccount: mpc},
    ...{logger: silentLogger, pollMs: 15, rewardBatchEpochs: 2, respanExtensionBlocks: 5},
    openStore: (...args) => wrap(openPosStore(...args)),
  })
}

test('a history in which every write is the last of a life, once before and once after it', async () => {
  await chains.lock(1, 20_000)
  await chains.lock(2, 30_000)
  let lives = 0
  const current = async () => Number(await chains.readSet('currentEpochNumber'))
  async function liveUntil(what: string, reached: () => Promise<boolean>, delay?: number) {
    for (let tries = 0; !(await reached()); tries++) {
      if (tries > 30) throw new Error(`it never came to: ${what}`)
      // Some steps take several writes in a row; a life that always ends at the first never gets by.
      const writes = 1 + (tries % 3)
      // On a busy machine a life needs longer to come to a write.
      const idleMs = 400 + tries * 100
      await liveUntilWrite({side: 'before', writes}, delay, idleMs)
      await liveUntilWrite({side: 'after', writes}, delay, idleMs)
      lives += 2
    }
  }

  await chains.mineL2To(104n)
  await liveUntil('epoch 1 is committed', async () => (await current()) === 1)
  await chains.mineL2To(123n)
  await liveUntil('epoch 2 is committed', async () => (await current()) === 2)
  const epoch = (await chains.readSet('epochs', [2n])) as [bigint, `0x${string}`, bigint, bigint]
  // Before a tenth of it, so that only a takeover can make the next block.
  await chains.mineL2To(epoch[2] + 1n)
  const head = await chains.l2Head()
  const takenOver = async () => (await chains.l2Head()) > head
  await liveUntil('a takeover', takenOver, 0.1)
  const batchId = async () => ((await chains.readPool('curBatchState')) as bigint[])[0]!
  const newest = await chains.readSet('currentEpochNumber')
  const [, , , endBlock] = (await chains.readSet('epochs', [newest])) as bigint[]
  await chains.mineL2To(endBlock! + 1n)
  await liveUntil('a reward batch', async () => (await batchId()) === 2n)

  expect(lives).toBeGreaterThan(8)
  await using calm = new AsyncDisposableStack()
  const pos = calm.adopt(await start(), (running) => running.stop())
  await expect.poll(() => pos.status().l1Batch, within).toBe(2n)
  await expect.poll(() => pos.status().lastRewardBatch?.outcome, within).toBe('credited')
  await expect.poll(() => pos.status().pendingRespan, within).toBe(null)
  expect(
    pos
      .status()
      .validators.map(({signer}) => signer)
      .sort(),
  ).toEqual([signerOf(1), signerOf(2)].map(({address}) => lower(address)).sort())
  const answer = await fetch(`${pos.restUrl}/metis/respan/list?page=1&limit=20`)
  const {result} = (await answer.json()) as {result: unknown[]}
  expect(result).toHaveLength(1)
  expect(pos.status()).toMatchObject({troubles: []})
})

test('without any L2 node it starts, says what it waits for, and goes on when one is there', async () => {
  const other = mkdtempSync(join(dir, 'waiting-'))
  const pos = await startPos({
    ...{network: chains.network, dataDir: other, listen: {host: '127.0.0.1', port: 0}},
    ...{mpcAccount: mpc, logger: silentLogger, pollMs: 20},
    l2RpcUrls: ['http://127.0.0.1:1'],
  })
  const l2Trouble = () => pos.status().troubles.find(({part}) => part === 'l2')?.message
  await expect.poll(l2Trouble, within).toBe('No L2 endpoint answers.')
  await expect.poll(() => pos.status().l1CaughtUp, within).toBe(true)
  expect((await fetch(`${pos.restUrl}/staking/validator-set`)).status).toBe(200)
  expect((await fetch(`${pos.restUrl}/healthz`)).status).toBe(503)
  await pos.stop()
})
