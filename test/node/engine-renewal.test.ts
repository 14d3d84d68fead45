import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import type {Hex} from 'viem'
import {afterEach, beforeEach, expect, test} from 'vitest'

import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {ChainState} from '../../src/node/chain-state.ts'
import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import {readGenesis} from '../../src/node/engine/genesis.ts'
import {ENGINE_RENEW_BUILDING, ENGINE_RENEW_TRANSACTIONS} from '../../src/node/engine/limits.ts'
import {Rotation} from '../../src/node/rotation/rotation.ts'
import {EngineWatch} from '../../src/node/sequencing/engine-watch.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {
  accountOf,
  createTestGenesis,
  L2_CHAIN_ID,
  transfer,
  type TestGenesis,
} from '../helpers/l2-chain.ts'
import {signBlock} from '../helpers/sign-block.ts'

const sender = accountOf('sender 0')
const signer = accountOf('signer')
let genesis: TestGenesis
const chains: ChainState[] = []

beforeEach(async () => {
  genesis = await createTestGenesis({initialSigner: signer.address, rich: [sender.address]})
})

afterEach(async () => {
  for (const chain of chains.splice(0)) {
    await chain.engine.stop()
    chain.log.close()
  }
  genesis[Symbol.dispose]()
})

async function open(name: string): Promise<ChainState> {
  const dir = join(genesis.dir, name)
  const document = readGenesis(genesis.file)
  const engine = new AnvilEngine({genesis: document, dir, logger: silentLogger})
  const me = signer.address
  const chain = new ChainState({
    ...{engine, logger: silentLogger, onExecuted() {}, nowMs: () => performance.now()},
    log: ChainLog.open(join(genesis.dir, `${name}.sqlite`), document),
    rotation: new Rotation({engine, sequencerSet: genesis.sequencerSet, me}),
    snapshotDir: join(dir, 'snapshots'),
  })
  chains.push(chain)
  await chain.restore()
  return chain
}

async function build(chain: ChainState, transactions: readonly Hex[]) {
  const timestamp = chain.head().timestamp + 2
  const {block} = await chain.execute({timestamp, orderedTransactions: transactions})
  const {number, hash, parentHash, stateRoot} = block
  const sealed = {number, hash, parentHash, stateRoot, timestamp, transactions: [...transactions]}
  chain.log.append(signBlock(sealed, L2_CHAIN_ID, signer))
  await chain.accept(signBlock(sealed, L2_CHAIN_ID, signer))
  return hash
}

const pidIn = (name: string) =>
  (JSON.parse(readFileSync(join(genesis.dir, name, 'engine.pid'), 'utf8')) as {pid: number}).pid

const executed = (count: number) => ({transactions: {length: count} as unknown[]})

test('an engine that has executed much is replaced, and goes on as one that was not', async () => {
  const [renewed, other] = [await open('renewed'), await open('other')]
  const watch = new EngineWatch(renewed, systemClock)
  for (const chain of [renewed, other]) await build(chain, [await transfer(sender, 0)])
  const before = pidIn('renewed')
  await watch.tend(false)
  expect(pidIn('renewed')).toBe(before)

  renewed.count(executed(ENGINE_RENEW_TRANSACTIONS))
  const head = renewed.head()
  await watch.tend(true)
  expect(pidIn('renewed')).toBe(before)
  await watch.tend(false)
  const after = pidIn('renewed')
  expect(after).not.toBe(before)
  expect(renewed.head()).toEqual(head)
  await watch.tend(false)
  expect(pidIn('renewed')).toBe(after)
  const next = [await transfer(sender, 1)]
  expect(await build(renewed, next)).toBe(await build(other, next))
})

test('what somebody still has to read from an engine is not thrown away with it', async () => {
  const chain = await open('alone')
  const watch = new EngineWatch(chain, systemClock)
  let isBehind = true
  chain.followedBy({wait: () => Promise.resolve(), isBehind: () => isBehind})
  await build(chain, [await transfer(sender, 0)])
  const before = pidIn('alone')
  // Also while it builds: this is too much for anybody.
  chain.count(executed(ENGINE_RENEW_BUILDING))
  await watch.tend(true)
  expect(pidIn('alone')).toBe(before)
  isBehind = false
  await watch.tend(true)
  expect(pidIn('alone')).not.toBe(before)
})
