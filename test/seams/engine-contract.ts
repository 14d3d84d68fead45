import {parseEther, toHex, type Address, type Hash, type Hex} from 'viem'
import {expect} from 'vitest'

import {RpcResponseError} from '../../src/lib/json-rpc.ts'
import {EngineError, type ExecutionEngine} from '../../src/node/engine/engine.ts'
import type {Rule} from './contract.ts'

/** An engine that was never started, and how the chain looks that it is for. */
export interface EngineScene {
  engine: ExecutionEngine
  /** The same engine as a process of its own, not started. */
  another(): ExecutionEngine
  genesisNumber: number
  /** Of the genesis block, seconds since 1970. */
  timestamp: number
  /** The account of `pay`, with money. */
  payer: Address
  /** A signed payment of the payer with this nonce. */
  pay(nonce: number, wei?: bigint): Promise<Hex>
  /** A path for a file. */
  file(name: string): string
}

const kindOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'nothing',
    (error: unknown) => (error instanceof EngineError ? error.kind : String(error)),
  )

/** The next block, with the payments of these nonces. */
async function seal(scene: EngineScene, nonces: readonly number[], engine = scene.engine) {
  const {hash, timestamp} = engine.head()
  const orderedTransactions = await Promise.all(nonces.map((nonce) => scene.pay(nonce)))
  return engine.execute(hash, {timestamp: timestamp + 2, orderedTransactions})
}

const nonceAt = async ({engine, payer}: EngineScene, at: number | Hash): Promise<number> =>
  Number(await engine.read('eth_getTransactionCount', [payer], at))

export const engineContract: readonly Rule<EngineScene>[] = [
  {
    rule: 'it begins with the genesis block',
    async holds({engine, genesisNumber}) {
      const start = await engine.start()
      expect(start.number).toBe(genesisNumber)
      expect(engine.head()).toEqual(start)
    },
  },
  {
    rule: 'a block follows its parent and holds what was given, in that order',
    async holds(scene) {
      const start = await scene.engine.start()
      const {block, included, dropped} = await seal(scene, [0, 1, 2])
      expect(block).toMatchObject({number: start.number + 1, parentHash: start.hash})
      expect(block.timestamp).toBe(start.timestamp + 2)
      expect(included).toEqual(await Promise.all([0, 1, 2].map((nonce) => scene.pay(nonce))))
      expect(dropped).toEqual([])
      expect(scene.engine.head()).toEqual(block)
    },
  },
  {
    rule: 'two of them make the same block of the same payload',
    async holds(scene) {
      const other = scene.another()
      await Promise.all([scene.engine.start(), other.start()])
      try {
        const [ours, theirs] = [await seal(scene, [0, 1]), await seal(scene, [0, 1], other)]
        expect(theirs.block).toEqual(ours.block)
      } finally {
        await other.stop()
      }
    },
  },
  {
    rule: 'what is not in the block is named as dropped, once',
    async holds(scene) {
      await scene.engine.start()
      const [good, poor, far] = [
        await scene.pay(0),
        await scene.pay(1, parseEther('1000000000')),
        await scene.pay(7),
      ]
      const {hash, timestamp} = scene.engine.head()
      const payload = {timestamp: timestamp + 2, orderedTransactions: [good, poor, far]}
      const {included, dropped} = await scene.engine.execute(hash, payload)
      expect(included).toEqual([good])
      expect(dropped.map(({raw}) => raw).toSorted()).toEqual([poor, far].toSorted())
    },
  },
  {
    rule: 'a parent that is not the head is refused, and nothing changes',
    async holds(scene) {
      const start = await scene.engine.start()
      const {block} = await seal(scene, [0])
      const payload = {timestamp: start.timestamp + 9, orderedTransactions: []}
      expect(await kindOf(scene.engine.execute(start.hash, payload))).toBe('wrong-parent')
      expect(scene.engine.head()).toEqual(block)
    },
  },
  {
    rule: 'what is staged is a hint, and only the payload decides',
    async holds(scene) {
      await scene.engine.start()
      await scene.engine.stage([await scene.pay(0), await scene.pay(1)])
      expect((await seal(scene, [0])).included).toHaveLength(1)
      expect((await seal(scene, [1])).included).toHaveLength(1)
    },
  },
  {
    rule: 'blocks that are taken back leave no trace, and come out the same again',
    async holds(scene) {
      const start = await scene.engine.start()
      const first = await seal(scene, [0])
      await seal(scene, [1])
      if (scene.engine.capabilities.rollback < 2) {
        expect(await kindOf(scene.engine.rollback(2))).toBe('no-history')
        return
      }
      const back = await scene.engine.rollback(2)
      expect([back.hash, scene.engine.head().hash]).toEqual([start.hash, start.hash])
      expect(await nonceAt(scene, start.number)).toBe(0)
      expect((await seal(scene, [0])).block).toEqual(first.block)
    },
  },
  {
    rule: 'more than it can take back is refused',
    async holds(scene) {
      await scene.engine.start()
      await seal(scene, [0])
      const tooMany = scene.engine.capabilities.rollback + 2
      expect(await kindOf(scene.engine.rollback(tooMany))).toBe('no-history')
    },
  },
  {
    rule: 'a read is of the block that it names, or refused',
    async holds(scene) {
      const {engine} = scene
      const start = await engine.start()
      const first = await seal(scene, [0])
      await seal(scene, [1, 2])
      expect(await nonceAt(scene, engine.head().number)).toBe(3)
      expect(await nonceAt(scene, engine.head().hash)).toBe(3)
      for (const [at, nonce] of [
        [start.number, 0],
        [first.block.number, 1],
        [first.block.hash, 1],
      ] as const) {
        const answer = await nonceAt(scene, at).catch((error: unknown) => error)
        if (engine.capabilities.history > 1) expect(answer).toBe(nonce)
        else expect(answer).toBeInstanceOf(RpcResponseError)
      }
      const ahead = await nonceAt(scene, engine.head().number + 1).catch((error: unknown) => error)
      expect(ahead).toBeInstanceOf(RpcResponseError)
      const calls = [{method: 'eth_getTransactionCount', params: [scene.payer]}]
      const at = engine.head().number
      expect(await engine.readAll(calls.map((call) => ({...call, at})))).toEqual(['0x3'])
    },
  },
  {
    rule: 'equal times are taken or refused as it says',
    async holds({engine}) {
      const {hash, timestamp} = await engine.start()
      const made = engine.execute(hash, {timestamp, orderedTransactions: []})
      const isTaken = (await kindOf(made)) === 'nothing'
      expect(isTaken).toBe(engine.capabilities.timestampStep === 0)
      if (isTaken) expect(engine.head().timestamp).toBe(timestamp)
    },
  },
  {
    rule: 'a snapshot brings another one to the same head, from which it goes on alike',
    async holds(scene) {
      const {engine} = scene
      if (!engine.capabilities.snapshot) return
      await engine.start()
      const {block} = await seal(scene, [0, 1])
      const file = scene.file('state.snapshot')
      await engine.saveSnapshot(file)
      expect(engine.snapshotMeta(file)).toMatchObject({number: block.number, hash: block.hash})
      const other = scene.another()
      try {
        expect((await other.start(file)).hash).toBe(block.hash)
        const [ours, theirs] = [await seal(scene, [2]), await seal(scene, [2], other)]
        expect(theirs.block.hash).toBe(ours.block.hash)
      } finally {
        await other.stop()
      }
    },
  },
  {
    rule: 'the block of a number is the one of our chain, after a rollback as well',
    async holds(scene) {
      const {engine} = scene
      await engine.start()
      const check = async () => {
        const {number, hash, parentHash} = engine.head()
        const expected = {number: toHex(number), hash, parentHash}
        expect(await engine.blockAt(number)).toMatchObject(expected)
      }
      await seal(scene, [0])
      await check()
      await seal(scene, [1])
      await check()
      await engine.rollback(1)
      await check()
      await seal(scene, [2])
      await check()
    },
  },
  {
    rule: 'without a process nothing is answered: it has to be started',
    async holds(scene) {
      await scene.engine.start()
      await scene.engine.stop()
      const read = scene.engine.read('eth_getBalance', [scene.payer], scene.genesisNumber)
      expect(await kindOf(read)).toBe('reset')
      expect(() => scene.engine.head()).toThrow(EngineError)
    },
  },
]
