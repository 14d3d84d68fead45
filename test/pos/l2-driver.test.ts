import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {silentLogger, type LogFacts} from '../../src/lib/log.ts'
import {startPos} from '../../src/pos/start-pos.ts'
import {until} from '../helpers/node-cluster.ts'
import {mpc, startChains, type Chains} from './chains.ts'

/** Whoever waits twice waits at least so long a second time. */
const RESPAN_SECONDS = 2

let chains: Chains
let dir: string

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-l2-driver-'))
  chains = await startChains({epochLength: 20n, respanDelaySeconds: RESPAN_SECONDS})
  await chains.lock(1, 20_000)
  await chains.lock(2, 20_000)
})

afterAll(async () => {
  await chains[Symbol.asyncDispose]()
  rmSync(dir, {recursive: true, force: true})
})

test('a head that was lost with its producer does not make the others wait twice', async () => {
  const seen: {event: string; atMs: number}[] = []
  const note = (event: string, _facts?: LogFacts) =>
    void seen.push({event, atMs: performance.now()})
  const logger = {...silentLogger, info: note, warn: note, child: () => logger}
  const pos = await startPos({
    ...{network: chains.network, dataDir: join(dir, 'pos'), listen: {host: '127.0.0.1', port: 0}},
    ...{mpcAccount: mpc, logger, pollMs: 20, rewardBatchEpochs: 1000},
    l2RpcUrls: [chains.l2Url],
  })
  await chains.mineL2To(105n)
  // Only when it is told to: the commitment of an epoch would be a block of its own.
  await chains.l2.request('evm_setAutomine', false)
  const head = await chains.l2Head()
  await until('it has seen the head', () => pos.status().l2Head === head)
  await chains.l2.request('anvil_rollback', 1)
  await until('a takeover is offered', () => seen.some(({event}) => event === 'respan-offered'))
  await pos.stop()
  const at = (wanted: string) => seen.find(({event}) => event === wanted)!.atMs
  expect(at('respan-offered') - at('l2-head-went-back')).toBeLessThan(RESPAN_SECONDS * 1000)
})
