import {join} from 'node:path'

import type {Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {silentLogger} from '../../src/lib/log.ts'
import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import {rootOfProof} from '../../src/node/engine/engine-answers.ts'
import {
  loadState,
  startEngineProcess,
  stopEngineProcess,
} from '../../src/node/engine/engine-process.ts'
import {readGenesis} from '../../src/node/engine/genesis.ts'
import {readSnapshot} from '../../src/node/engine/snapshot-file.ts'
import {splitState} from '../../src/node/engine/state-parts.ts'
import {accountOf, createTestGenesis, transfer, type TestGenesis} from '../helpers/l2-chain.ts'

const sender = accountOf('sender')
let genesis: TestGenesis

beforeAll(async () => {
  genesis = await createTestGenesis({initialSigner: sender.address, rich: [sender.address]})
})
afterAll(() => genesis[Symbol.dispose]())

/** Puts 2 in slot 1, and 0 in slot 0: both stay in the state root. */
const STORE: Hex = '0x60026001555f5f5500'

test('a state that is loaded in many parts is the whole one: root, blocks, transactions', async () => {
  const document = readGenesis(genesis.file)
  const options = {genesis: document, logger: silentLogger}
  const engine = new AnvilEngine({...options, dir: join(genesis.dir, 'whole')})
  await engine.start()
  const file = join(genesis.dir, 'whole.snapshot')
  let last: Hex | undefined
  try {
    for (let block = 0; block < 5; block++) {
      const raws = await Promise.all([
        transfer(sender, 3 * block, {to: accountOf(`new ${block}`).address, value: 0n}),
        transfer(sender, 3 * block + 1, {data: STORE, gas: 200_000n}),
        transfer(sender, 3 * block + 2, {to: accountOf(`rich ${block}`).address}),
      ])
      const payload = {timestamp: 1_700_000_010 + block, orderedTransactions: raws}
      expect((await engine.execute(engine.head().hash, payload)).dropped).toEqual([])
    }
    const read = (await engine.read('eth_getBlockByNumber', ['latest', false])) as {
      transactions: Hex[]
    }
    last = read.transactions.at(-1)
    await engine.saveSnapshot(file)
  } finally {
    await engine.stop()
  }

  const {state, meta} = readSnapshot(file)
  const parts = splitState(state, 3_000)
  expect(parts.length).toBeGreaterThan(20)
  const running = await startEngineProcess(
    {...options, dir: join(genesis.dir, 'parts')},
    meta.hardfork,
  )
  try {
    await loadState(running, state, 3_000)
    const ask = (method: string, params: unknown[]) => running.reader.request(method, params)
    const head = (await ask('eth_getBlockByNumber', ['latest', false])) as {
      hash: Hex
      stateRoot: Hex
    }
    expect(head.hash).toBe(meta.hash)
    const proof = await ask('eth_getProof', [sender.address, [], 'latest'])
    expect(rootOfProof(proof)).toBe(head.stateRoot)
    expect(await ask('eth_getTransactionReceipt', [last])).toMatchObject({blockHash: meta.hash})
    expect(await ask('eth_getBlockByNumber', ['0x65', false])).not.toBeNull()
  } finally {
    await stopEngineProcess(running)
  }
})
