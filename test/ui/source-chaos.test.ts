/** Both chains fail in each way: the screen says so, shows nothing of it, and recovers by itself. */
import {toFunctionSelector} from 'viem'
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'

import {bodies, changed, late, on, status, type Behaviour} from '../chaos/behaviours.ts'
import {startChaosScene, TIMEOUT_MS, type Key, type Scene} from '../helpers/chaos-scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startChaosScene()
})
afterAll(() => scene[Symbol.asyncDispose]())
afterEach(() => scene.mend())

const isFailing = (...keys: Key[]) =>
  scene.eventually(() => {
    for (const key of keys) expect(scene.frame().source(key).state, key).toBe('failing')
  })

/** The block that a source's value is of. */
function headOf(key: 'l2' | 'l1' | 'money'): bigint {
  const {l2, l1, money} = scene.dashboard.pollers
  if (key === 'l2') return l2.store.get().value!.headBlock
  return key === 'l1' ? l1.store.get().value!.block : money.store.get().value!.l1Block
}

const hex = (value: bigint) => `0x${value.toString(16)}`
const answersOf = (method: string, change: (result: unknown) => unknown): Behaviour =>
  on(method, (asked) =>
    changed((answers) =>
      answers.map((each, at) =>
        asked.calls[at]!.method === method ? {...each, result: change(each['result'])} : each,
      ),
    )(asked),
  )
/** What a view of a contract returns, with another word in one place. */
const word =
  (signature: string, index: number, value: bigint): Behaviour =>
  (asked) => {
    const selector = toFunctionSelector(signature)
    const isAsked = asked.calls.map(({params}) => {
      const [call] = params as [{data?: string; input?: string} | undefined]
      return (call?.data ?? call?.input ?? '').startsWith(selector)
    })
    if (!isAsked.includes(true)) return false
    const text = value.toString(16).padStart(64, '0')
    return changed((answers) =>
      answers.map((each, at) => {
        if (!isAsked[at]) return each
        const was = String(each['result'])
        const from = 2 + index * 64
        return {...each, result: was.slice(0, from) + text + was.slice(from + 64)}
      }),
    )(asked)
  }
const HUGE = {'2^256 - 1': 2n ** 256n - 1n, '2^63': 2n ** 63n, '2^53 + 1': 2n ** 53n + 1n}

const anyFault: [name: string, fault: Behaviour][] = [
  ['dead', bodies['closes without a word']!],
  ['silent', () => true],
  ['slow, twice the timeout', late(2 * TIMEOUT_MS)],
  ['status 500', status(500, '{"error":"no"}')],
  ['status 429', status(429, 'no')],
  ['a page', bodies['a page']!],
  ['cut', bodies['shorter than valid']!],
  ['null', bodies['null for everything']!],
  ['null results', changed((answers) => answers.map((each) => ({...each, result: null})))],
  ['ids of others', bodies['ids of other requests']!],
  ...Object.entries({...HUGE, '2^52 - 1': 2n ** 52n - 1n}).flatMap(([name, value]) =>
    ['number', 'timestamp'].map((field): [string, Behaviour] => [
      `the ${field} of a block: ${name}`,
      answersOf('eth_getBlockByNumber', (block) => ({...(block as object), [field]: hex(value)})),
    ]),
  ),
]

/** L2 is unknown: nothing of it is shown, and nobody restarts a node. */
function l2IsDown() {
  const {view, data, linesOf} = scene.frame()
  expect(view.state).toMatchObject({word: 'CRIT'})
  expect(linesOf('production')[0]).toMatch(/^down: /)
  expect(linesOf('rotation')[0]).toMatch(/^down: /)
  expect(linesOf('rotation')).toContain('my turn: unknown')
  expect(data.nextTurn).toBeNull()
  scene.windowIsShut()
  scene.showsNoFault()
  // It stays so, and says for how long.
  expect(scene.frame(20_000).view.panels.production!.age).toMatch(/^no data for 2\d s$/)
  scene.windowIsShut(20_000)
}

function l1IsDown() {
  const {view, linesOf} = scene.frame()
  expect(view.state.word).not.toBe('OK')
  expect(linesOf('stake')[0]).toMatch(/^down: /)
  expect(linesOf('sync').join()).toContain('does not respond')
  scene.showsNoFault()
  expect(scene.frame(60_000).view.panels.stake!.age).toMatch(/^no data for 6\d s$/)
}

describe.each(anyFault)('an endpoint: %s', (_name, fault) => {
  test('of L2', async () => {
    scene.faults.l2 = fault
    await isFailing('l2')
    await scene.asked(['l2'])
    l2IsDown()
  })

  test('of L1', async () => {
    scene.faults.l1 = fault
    await isFailing('l1', 'money')
    l1IsDown()
  })
})

describe.each(Object.entries(HUGE))('a number of a contract: %s', (_name, value) => {
  test.each<[name: string, signature: string, index: number]>([
    ['first block of an epoch', 'epochs(uint256)', 2],
    ['last block of an epoch', 'epochs(uint256)', 3],
    ['number of the newest epoch', 'currentEpochNumber()', 0],
    ['length of an epoch', 'epochLength()', 0],
  ])('L2: %s', async (_what, signature, index) => {
    scene.faults.l2 = word(signature, index, value)
    await isFailing('l2')
    await scene.asked(['l2'])
    l2IsDown()
    expect(scene.frame().linesOf('production')[0]).toContain('invalid response')
  })

  test.each<[name: string, signature: string, index: number, isWei: boolean]>([
    ['stake', 'sequencers(uint256)', 0, true],
    ['reward', 'sequencers(uint256)', 1, true],
    ['batch of activation', 'sequencers(uint256)', 2, false],
    ['time of the claim', 'sequencers(uint256)', 6, false],
    ['all stakes', 'totalLocked()', 0, true],
    ['least stake', 'minLock()', 0, true],
    ['id of the reward batch', 'curBatchState()', 0, false],
    ['last paid epoch', 'curBatchState()', 3, false],
    ['delay of an exit', 'exitDelayPeriod()', 0, false],
    ['number of sequencers', 'totalSequencers()', 0, false],
    ['METIS of the owner', 'balanceOf(address)', 0, true],
  ])('L1: %s', async (_what, signature, index, isWei) => {
    // Of wei they are small change.
    const most = 2n ** 256n - 1n
    const wei = value * 10n ** 18n > most ? most : value * 10n ** 18n
    scene.faults.l1 = word(signature, index, isWei ? wei : value)
    await isFailing('money')
    const {view, linesOf} = scene.frame()
    expect(view.state.word).not.toBe('OK')
    expect(linesOf('stake')[0]).toMatch(/^down: .*invalid response/)
    scene.showsNoFault()
    expect(scene.frame(60_000).view.panels.stake!.age).toMatch(/^no data for 6\d s$/)
  })
})

test('an epoch without a length is none', async () => {
  scene.faults.l2 = word('epochLength()', 0, 0n)
  await isFailing('l2')
  l2IsDown()
})

test('a balance beyond all ETH is none', async () => {
  scene.faults.l1 = answersOf('eth_getBalance', () => hex(2n ** 200n))
  await isFailing('money')
  expect(scene.frame().linesOf('stake')[0]).toMatch(/^down: /)
  scene.showsNoFault()
})

describe('slow, half the timeout', () => {
  test.each(['l1', 'l2'] as const)('%s: right, and said to be slow', async (chain) => {
    scene.faults[chain] = late(TIMEOUT_MS / 2)
    const before = headOf('l2')
    await scene.asked([chain])
    await scene.eventually(() => {
      const {source, view} = scene.frame()
      expect(source(chain)).toMatchObject({state: 'answered', code: null})
      expect(source(chain).tookMs).toBeGreaterThanOrEqual(TIMEOUT_MS / 2)
      expect(view.state.word).toBe('OK')
      expect(headOf('l2')).toBeGreaterThan(before)
    })
    scene.showsNoFault()
  })
})

/** The address is given to a node of Ethereum, with other blocks and other balances. */
const OTHER_HEAD = 9_876_543n
const ofOtherChain: Behaviour = (asked) =>
  changed((answers) =>
    answers.map((each, at) => {
      const {method} = asked.calls[at]!
      if (method === 'eth_chainId') return {...each, result: '0x1'}
      if (method === 'eth_getBalance') return {...each, result: hex(OTHER_HEAD * 10n ** 18n)}
      if (method !== 'eth_getBlockByNumber') return each
      return {...each, result: {...(each['result'] as object), number: hex(OTHER_HEAD)}}
    }),
  )(asked)

describe('another chain while the screen is open', () => {
  const showsNothingOfIt = () => {
    scene.showsNoFault()
    expect(scene.frame().text.replaceAll(',', '')).not.toContain('9876543')
  }

  test('at the L2 endpoint', async () => {
    scene.faults.l2 = ofOtherChain
    await isFailing('l2')
    await scene.asked(['l2'])
    l2IsDown()
    showsNothingOfIt()
    const {view, linesOf, source} = scene.frame()
    expect(source('l2').code).toBe('WRONG_CHAIN')
    expect(linesOf('production')[0]).toContain('serves chain 1, but this network needs')
    expect(view.state.text).toContain('no L2 endpoint serves this network')
    expect(scene.context.l2().sources()[0]).toMatchObject({state: 'wrong-chain'})
  })

  test('at the L1 endpoint', async () => {
    scene.faults.l1 = ofOtherChain
    await isFailing('l1', 'money')
    const {view, linesOf, source} = scene.frame()
    expect(source('l1').code).toBe('WRONG_CHAIN')
    expect(linesOf('stake')[0]).toContain('serves chain 1, but this network needs')
    expect(view.health.issues.map(({text}) => text)).toContain('no L1 endpoint serves this network')
    showsNothingOfIt()
  })

  test('and back again: the endpoint is no longer called wrong', async () => {
    scene.faults.l2 = ofOtherChain
    await isFailing('l2')
    await scene.mend()
    expect(scene.context.l2().sources()[0]).toMatchObject({state: 'fresh'})
  })
})

const older = answersOf('eth_getBlockByNumber', (block) => {
  // A block that the chain does not have stays none.
  if (block === null) return null
  const {number} = block as {number: string}
  return {...(block as object), number: hex(BigInt(number) - 5n)}
})
/** Two nodes behind one address, of which one lags. No reader meets only that one: each takes turns with itself. */
function everyOther(fault: Behaviour): Behaviour {
  const counts = new Map<string, number>()
  return (asked) => {
    const reader = asked.calls.map(({method}) => method).join()
    const count = counts.get(reader) ?? 0
    counts.set(reader, count + 1)
    return count % 2 === 0 ? fault(asked) : false
  }
}

describe('a head that goes back', () => {
  test.each(['l2', 'l1'] as const)('%s: for one answer of two, nobody sees it', async (chain) => {
    const keys = chain === 'l2' ? (['l2'] as const) : (['l1', 'money'] as const)
    const seen = keys.map((key) => [headOf(key)])
    const note = () => seen.forEach((list, at) => list.push(headOf(keys[at]!)))
    const end = scene.dashboard.pollers[chain].store.subscribe(note)
    const events = scene.frame().data.events
    scene.faults[chain] = everyOther(older)
    for (let round = 0; round < 5; round++) await scene.asked([chain])
    end()
    for (const list of seen) expect(list).toEqual(list.toSorted((a, b) => Number(a - b)))
    const {view, data, source} = scene.frame()
    expect(source(chain).state).toBe('answered')
    expect(view.state.word).toBe('OK')
    // The end of what an earlier scene raised may be told still.
    const added = data.events.filter((event) => !events.includes(event))
    expect(added.filter(({level}) => level !== 'info')).toEqual([])
  })

  test('L2: for every answer, it is said with the age of what is shown', async () => {
    const [{window}, head] = [scene.frame().data, headOf('l2')]
    scene.faults.l2 = older
    await isFailing('l2')
    const {data, source, linesOf, view} = scene.frame()
    expect(source('l2').code).toBe('ENDPOINT_STALE')
    expect(linesOf('production')[0]).toMatch(/^down: .* answers with block \d+, after block \d+\.$/)
    expect(view.state.text).toContain('the L2 endpoint is behind')
    expect(headOf('l2')).toBeGreaterThanOrEqual(head)
    expect(data.window === null || data.window.headBlock >= window!.headBlock).toBe(true)
    expect(scene.frame(20_000).view.panels.production!.age).toMatch(/^no data for 2\d s$/)
    scene.windowIsShut()
  })

  test('L1: for every answer, it is said with the age of what is shown', async () => {
    const heads = [headOf('l1'), headOf('money')]
    scene.faults.l1 = older
    await isFailing('l1', 'money')
    const {linesOf, view} = scene.frame()
    expect(linesOf('stake')[0]).toMatch(/^down: .* answers with block \d+, after block \d+\.$/)
    expect(view.health.issues.map(({text}) => text)).toContain('the L1 endpoint is behind')
    expect([headOf('l1'), headOf('money')]).toEqual(heads)
    expect(scene.frame(60_000).view.panels.stake!.age).toMatch(/^no data for \d+ s$/)
  })
})
