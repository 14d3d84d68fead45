/** What a forecast reads of old spans and of L1, and how often. */
import {readdirSync, readlinkSync} from 'node:fs'

import {getBlock} from 'viem/actions'
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'

import {spanJson} from '../../src/pos/rest-shapes.ts'
import type {Json} from '../../src/lib/json.ts'
import {openContext, type Context} from '../../src/services/context.ts'
import {readDutyHistory} from '../../src/services/duty/history.ts'
import {activeStakesReader} from '../../src/services/rotation/active-stakes.ts'
import {rotationReader} from '../../src/services/rotation/look.ts'
import {readRecords} from '../../src/services/rotation/records.ts'
import {changed, on} from '../chaos/behaviours.ts'
import {me, other, spanOf, startChaosScene, type Scene} from '../helpers/chaos-scene.ts'
import {accountOf, L2_CHAIN_ID} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'

let scene: Scene
let temp: TempHome
let context: Context
beforeAll(async () => {
  scene = await startChaosScene()
  scene.quiet()
})
afterAll(() => scene[Symbol.asyncDispose]())
afterEach(() => {
  scene.faults.l1 = () => false
  scene.themis.be(null)
  context.close()
  temp[Symbol.dispose]()
})

/** Nothing is cached in a new home. */
async function newHome(): Promise<Context> {
  temp = await makeOperator(scene.context.network, {owner: 'owner', signer: 'me'})
  context = openContext({home: temp.home, timeoutSeconds: 20})
  return context
}

/** Numbers of the spans that were asked for meanwhile, in their order. */
async function spansAskedFor(act: () => Promise<unknown>): Promise<bigint[]> {
  const before = scene.themis.paths.length
  await act()
  return scene.themis.paths
    .slice(before)
    .flatMap((path) => /^\/metis\/span\/(\d+)$/.exec(path)?.[1] ?? [])
    .map(BigInt)
    .toSorted((a, b) => Number(b - a))
}

const isSpan = (path: string) => path.startsWith('/metis/span/')

describe('spans', () => {
  test('the scan stops after eight that are missing', async () => {
    const at = await newHome()
    scene.themis.be((path, result, response) => {
      if (!isSpan(path)) return result
      response.statusCode = 404
      response.end('{"error":"not found"}')
      return undefined
    })
    const asked = await spansAskedFor(async () => {
      const {spans, respans, records} = await readRecords(at, 200)
      expect(spans.size).toBe(0)
      expect(respans).toEqual([])
      expect(records).toHaveLength(16)
    })
    // Of fifteen, the newest ones.
    expect(asked).toEqual([15n, 14n, 13n, 12n, 11n, 10n, 9n, 8n])
  })

  test('older ones that are pruned end the scan, and those before them count', async () => {
    const at = await newHome()
    scene.themis.be((path, result, response) => {
      if (!isSpan(path) || Number(path.split('/').at(-1)) > 7) return result
      response.statusCode = 404
      response.end('{"error":"not found"}')
      return undefined
    })
    expect((await readRecords(at, 200)).spans.size).toBe(8)
  })

  test('one that disagrees with its epoch on L2 is not cached, and the others are', async () => {
    const at = await newHome()
    const {producers, ...span} = spanOf(3n)
    const [was] = producers
    const signer = was.signer === me.address.toLowerCase() ? other.address : me.address
    const lie: Json = spanJson(
      {...span, producers: [{...was, signer: signer.toLowerCase() as `0x${string}`}]},
      `${L2_CHAIN_ID}`,
    )
    scene.themis.be((path, result) => (path === '/metis/span/3' ? lie : result))
    expect((await readRecords(at, 200)).spans.get(3n)?.producer.toLowerCase()).toBe(
      signer.toLowerCase(),
    )

    scene.themis.be(null)
    const asked = await spansAskedFor(async () => {
      const {spans} = await readRecords(at, 200)
      expect(spans.get(3n)?.producer.toLowerCase()).toBe(was.signer)
      expect(spans.size).toBe(15)
    })
    // With those that a respan can still change.
    expect(asked).toEqual([15n, 14n, 13n, 3n])
    expect(await spansAskedFor(() => readRecords(at, 200))).toEqual([15n, 14n, 13n])
  })
})

test('a scan that fails leaves no file open', async () => {
  const at = await newHome()
  await readRecords(at, 5)
  const openFiles = () =>
    readdirSync('/proc/self/fd').filter((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`).startsWith(temp.root)
      } catch {
        return false
      }
    }).length
  const before = openFiles()
  // No epoch length is 0.
  const lengthWord = `0x${(1000).toString(16).padStart(64, '0')}`
  scene.faults.l2 = on(
    'eth_call',
    changed((all) =>
      all.map((each) =>
        each['result'] === lengthWord ? {...each, result: `0x${'0'.repeat(64)}`} : each,
      ),
    ),
  )
  try {
    for (let round = 0; round < 5; round++)
      await expect(readRecords(at, 5)).rejects.toMatchObject({code: 'ENDPOINT_WRONG_ANSWER'})
  } finally {
    scene.faults.l2 = () => false
  }
  expect(openFiles()).toBe(before)
})

describe('a look at the rotation', () => {
  test('reads old epochs again when the newest one was given to another signer', async () => {
    const at = await newHome()
    const {signal} = new AbortController()
    const look = rotationReader(at, {count: 5, signer: me.address, signal})
    const word = (address: string) => address.slice(2).toLowerCase().padStart(64, '0')
    const newest = async () => (await look()).past.at(-1)?.signer.toLowerCase()
    expect(await newest()).toBe(other.address.toLowerCase())
    scene.faults.l2 = on(
      'eth_call',
      changed((all) =>
        all.map((each) => {
          const {result} = each
          const isText = typeof result === 'string'
          return isText
            ? {...each, result: result.replaceAll(word(other.address), word(me.address))}
            : each
        }),
      ),
    )
    try {
      expect(await newest()).toBe(me.address.toLowerCase())
    } finally {
      scene.faults.l2 = () => false
    }
  })

  test('foretells no successor where the attempts so far are unknown', async () => {
    const at = await newHome()
    const {signal} = new AbortController()
    const look = rotationReader(at, {count: 5, signer: me.address, signal})
    expect((await look()).successor?.attempts[0]).toMatchObject({attempt: 0n})
    scene.themis.be((path, result, response) => {
      if (!/respan/.test(path)) return result
      response.statusCode = 500
      response.end('{}')
      return undefined
    })
    const silent = rotationReader(at, {count: 5, signer: me.address, signal})
    expect((await silent()).successor).toBeNull()
  })
})

describe('a duty history', () => {
  const historyFrom = async (blockNumber: bigint, more: {mostEpochs?: number} = {}) => {
    const at = await newHome()
    const {client} = at.l2()
    const [old, head] = await Promise.all([getBlock(client, {blockNumber}), getBlock(client)])
    const days = [Number(head.timestamp - old.timestamp) / 86_400]
    const {periods} = await readDutyHistory(at, {signer: me.address, days, ...more})
    return periods[0]!
  }

  test('of more epochs than are read is not whole', async () => {
    // In epoch 14 of 15.
    expect(await historyFrom(3200n)).toMatchObject({isWhole: true, luck: {unknown: 0}})
    expect(await historyFrom(3200n, {mostEpochs: 1})).toMatchObject({isWhole: false})
  })

  test('counts its luck where shares are known, and says where they are not', async () => {
    const without = (isPruned: (id: number) => boolean) =>
      scene.themis.be((path, result, response) => {
        if (!isSpan(path) || !isPruned(Number(path.split('/').at(-1)))) return result
        response.statusCode = 404
        response.end('{"error":"not found"}')
        return undefined
      })
    without((id) => id <= 7)
    expect((await historyFrom(1101n)).luck).toMatchObject({epochs: 8, unknown: 7})
    without(() => true)
    expect((await historyFrom(1101n)).luck).toBeNull()
  })
})

describe('stakes of L1 under repeated looks', () => {
  /** The calls of one look. */
  async function callsOf(look: () => Promise<unknown>): Promise<string[]> {
    const before = scene.l1.methods.length
    await look()
    return scene.l1.methods.slice(before).filter((method) => method !== 'eth_chainId')
  }
  const mine = () => scene.chain.l1.request('anvil_mine', ['0x1'])
  const QUIET = [
    'eth_getBlockByNumber',
    'eth_getBlockByNumber',
    'eth_getBlockByNumber',
    'eth_getLogs',
  ]

  test('while the head stands, one call; with blocks of others, four', async () => {
    const read = activeStakesReader(await newHome())
    const first = await read()
    expect(first?.size).toBe(2)
    expect(await callsOf(read)).toEqual(['eth_getBlockByNumber'])
    await mine()
    expect(await callsOf(read)).toEqual(QUIET)
    await mine()
    expect(await read()).toEqual(first)
  })

  test('a stake that moves is seen with its block', async () => {
    const read = activeStakesReader(await newHome())
    await read()
    await scene.chain.lock(accountOf('third owner').address, accountOf('third'), '21000')
    expect((await read())?.get(accountOf('third').address.toLowerCase())).toBe(21_000)
  })

  test.each([
    [
      'has no logs yet',
      on(
        'eth_getLogs',
        changed((all) => all.map((each) => ({...each, result: null}))),
      ),
    ],
    [
      'refuses the range',
      on('eth_getLogs', ({reply, calls, isBatch}) => {
        const all = calls.map(({id}) => ({
          jsonrpc: '2.0',
          id,
          error: {code: -32_602, message: 'no'},
        }))
        reply(isBatch ? all : all[0])
        return true
      }),
    ],
    [
      'has another block there, as after a reorg',
      on(
        'eth_getLogs',
        changed((all) =>
          all.map((each) => {
            const block = each['result'] as {hash?: string} | unknown[] | null
            const isBlock = block !== null && !Array.isArray(block) && typeof block === 'object'
            return isBlock ? {...each, result: {...block, hash: `0x${'ab'.repeat(32)}`}} : each
          }),
        ),
      ),
    ],
  ])('an endpoint that %s proves nothing: all is read again', async (_name, fault) => {
    const read = activeStakesReader(await newHome())
    const stakes = await read()
    await mine()
    scene.faults.l1 = fault
    const calls = await callsOf(async () => expect(await read()).toEqual(stakes))
    expect(calls.filter((method) => method === 'eth_call').length).toBeGreaterThan(10)
  })

  test('after five minutes all is read again, and without L1 they are unknown', async () => {
    let nowMs = 0
    const read = activeStakesReader(await newHome(), () => nowMs)
    await read()
    nowMs = 5 * 60_000
    expect((await callsOf(read)).filter((method) => method === 'eth_call').length).toBeGreaterThan(
      10,
    )
    scene.faults.l1 = ({response}) => {
      response.destroy()
      return true
    }
    expect(await read()).toBeNull()
    scene.faults.l1 = () => false
    expect((await read())?.size).toBeGreaterThan(1)
  })
})
