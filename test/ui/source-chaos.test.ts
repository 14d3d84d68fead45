/** Each source of the dashboard fails in each way: the screen says so, shows nothing of it, and recovers by itself. */
import {encodeFunctionData} from 'viem'
import {afterAll, afterEach, beforeAll, describe, expect, test, vi} from 'vitest'

import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {spanJson} from '../../src/pos/rest-shapes.ts'
import type {Json} from '../../src/lib/json.ts'
import {replayDraw} from '../../src/protocol/rotation/forecast.ts'
import type {Span} from '../../src/protocol/span.ts'
import {openContext, type Context} from '../../src/services/context.ts'
import {readAllRespans} from '../../src/services/rotation/records.ts'
import {startDashboard, type Dashboard} from '../../src/services/live/dashboard.ts'
import {toDashboardData} from '../../src/ui/dashboard/data.ts'
import type {PanelName} from '../../src/ui/dashboard/layout.ts'
import {takeSnapshot, toDashboardView} from '../../src/ui/dashboard/view.ts'
import {bodies, changed, on, status, type Behaviour} from '../chaos/behaviours.ts'
import {startChaosProxy, type ChaosProxy} from '../chaos/proxy.ts'
import {accountOf, L2_CHAIN_ID} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {mpc, startTestChain, type TestChain} from '../helpers/test-chain.ts'
import {
  eachScalar,
  startThemisStub,
  validatorOf,
  type ThemisFault,
  type ThemisStub,
} from '../helpers/themis-stub.ts'

const POWER = 100_000
const OWN_TURN = 4n
const me = accountOf('me')
const other = accountOf('other')
/** Stakes with which the other one draws epochs 1 to 3, and this one epoch 4. */
const validators = drawn()

function drawn() {
  for (let power = 20_000; power <= POWER; power += 500) {
    const stakes = [validatorOf(1n, me.address, power), validatorOf(2n, other.address, POWER)]
    const draws = [1n, 2n, 3n, OWN_TURN].map((id) => replayDraw(id, stakes))
    const isMine = draws.map((signer) => signer === me.address.toLowerCase())
    if (isMine.join() === 'false,false,false,true') return stakes
  }
  throw new Error('No stake gives these draws.')
}

/** As planned after epoch 0, which has 1001 blocks from block 100. */
const spanOf = (id: bigint): Span => ({
  ...{id, startBlock: 101n + id * 1000n, endBlock: 1100n + id * 1000n, validators},
  producers: [{...validators[1]!, power: 1}],
})

let chain: TestChain
let l1: ChaosProxy
let l2: ChaosProxy
let themis: ThemisStub
let temp: TempHome
let context: Context
let dashboard: Dashboard
let atL1: Behaviour = () => false
let atL2: Behaviour = () => false
const stop = new AbortController()

beforeAll(async () => {
  chain = await startTestChain({
    initialSigner: other.address,
    l2BlockSeconds: 1,
    l2AgeSeconds: 2000,
  })
  await chain.lock(accountOf('owner').address, me, `${validators[0]!.power}`)
  await chain.lock(accountOf('second owner').address, other, `${POWER}`)
  await commitEpoch1()
  const urls = chain.network
  l1 = await startChaosProxy(urls.l1.rpcUrls[0]!, (asked) => atL1(asked))
  l2 = await startChaosProxy(urls.l2.rpcUrls[0]!, (asked) => atL2(asked))
  themis = await startThemisStub({
    ...{l2ChainId: L2_CHAIN_ID, l1Batch: 1, validators, spans: [spanOf(1n), spanOf(2n)]},
  })
  // What L2 alone knows are 1100 blocks, 55 s: less than a restart takes. The plan gives three times as many.
  const network = {
    ...{...chain.network, posRestUrl: themis.url},
    l1: {...chain.network.l1, rpcUrls: [l1.url]},
    l2: {...chain.network.l2, rpcUrls: [l2.url], slotMs: 50, emptyBlocks: false},
  }
  temp = await makeOperator(network, {owner: 'owner', signer: 'me'})
  context = openContext({home: temp.home, timeoutSeconds: 1})
  dashboard = startDashboard(context, stop.signal)
  await allIsWell()
})
afterAll(async () => {
  stop.abort()
  context.close()
  temp[Symbol.dispose]()
  await Promise.all([l1, l2, themis, chain].map((each) => each[Symbol.asyncDispose]()))
})

afterEach(async () => {
  atL1 = atL2 = () => false
  themis.be(null)
  await allIsWell()
})

async function commitEpoch1() {
  const {startBlock, endBlock} = spanOf(1n)
  const args = [1n, startBlock, endBlock, other.address] as const
  const data = encodeFunctionData({abi: metisSequencerSetAbi, functionName: 'commitEpoch', args})
  await chain.l2.request('anvil_mine', ['0x3e8'])
  const to = chain.network.l2.contracts.sequencerSet
  await chain.l2.request('eth_sendTransaction', [{from: mpc.address, to, data, gas: '0xf4240'}])
  await chain.l2.request('evm_setNextBlockTimestamp', [Math.floor(Date.now() / 1000)])
  await chain.l2.request('anvil_mine', ['0x1'])
}

type Key = keyof Dashboard['pollers'] | keyof Dashboard['extras']

const pollerOf = (key: Key, of: Dashboard) => ({...of.pollers, ...of.extras})[key]

/** What the screen says now, or would say later if nothing more arrived. */
function frame(laterMs = 0, of = dashboard) {
  const now = {wallMs: Date.now() + laterMs, monotonicMs: performance.now() + laterMs}
  const snapshot = takeSnapshot(of)
  const view = toDashboardView(snapshot, now)
  const linesOf = (name: PanelName) =>
    (view.panels[name]?.rows ?? []).map(({label, value}) => `${label}: ${value}`)
  const all = [...Object.values(view.panels), {age: '', rows: view.sources}]
  return {
    ...{view, linesOf, data: toDashboardData(snapshot, now)},
    text: all.flatMap((panel) => panel?.rows.map(({value}) => value) ?? []).join('\n'),
    source: (name: Key) => toDashboardData(snapshot, now).sources.find((at) => at.name === name)!,
  }
}

/** Every one of these has answered or failed twice more: the last time was asked after now. */
async function asked(keys: readonly Key[], of = dashboard) {
  const counts = new Map(keys.map((key) => [key, 0]))
  const ends = keys.map((key) =>
    pollerOf(key, of).store.subscribe(() => counts.set(key, counts.get(key)! + 1)),
  )
  await eventually(() => expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(2), of)
  for (const end of ends) end()
}

function eventually(assertion: () => void, of = dashboard) {
  const look = () => {
    of.refresh()
    assertion()
  }
  return vi.waitFor(look, {timeout: 60_000, interval: 40})
}

async function allIsWell(of = dashboard) {
  await eventually(() => {
    const {data, linesOf, view} = frame(0, of)
    expect(data.nextTurn?.number).toBe(OWN_TURN)
    expect(data.window).toMatchObject({isOpen: true, reason: 'idle'})
    expect(linesOf('window')[0]).toMatch(/^restart: OPEN/)
    expect(view.state).toMatchObject({word: 'OK'})
    expect(data.sources.filter(({state}) => !['absent', 'answered'].includes(state))).toEqual([])
  }, of)
}

function windowIsShut(laterMs = 0, of = dashboard) {
  const {data, linesOf} = frame(laterMs, of)
  expect(data.window?.isOpen ?? false).toBe(false)
  expect(linesOf('window').join()).not.toContain('OPEN')
}

const huge = 2n ** 200n
const hugeWord = `0x${huge.toString(16)}`
const answersOf = (method: string, change: (result: unknown) => unknown): Behaviour =>
  on(
    method,
    changed((answers) => answers.map((each) => ({...each, result: change(each['result'])}))),
  )

/** What no screen may ever show. */
const OF_FAULTS = /1152921504606846976|9007199254740991|1606938044258990|PWNED|Welcome|<html|NaN/

describe.each<[name: string, fault: Behaviour]>([
  ['dead', bodies['closes without a word']!],
  ['silent', () => true],
  ['status 500', status(500, '{"error":"no"}')],
  ['status 429', status(429, 'no')],
  ['a page', bodies['a page']!],
  ['cut', bodies['shorter than valid']!],
  ['null', bodies['null for everything']!],
  ['null results', changed((answers) => answers.map((each) => ({...each, result: null})))],
  ['ids of others', bodies['ids of other requests']!],
  [
    'hostile blocks',
    answersOf('eth_getBlockByNumber', (block) => ({
      ...(block as object),
      ...{number: hugeWord, timestamp: hugeWord},
    })),
  ],
])('an endpoint: %s', (_name, fault) => {
  test('of L2', async () => {
    atL2 = fault
    await eventually(() => expect(frame().source('l2').state).toBe('failing'))
    await asked(['l2'])
    const {view, data, linesOf, text} = frame()
    expect(view.state).toMatchObject({word: 'CRIT'})
    expect(linesOf('production')[0]).toMatch(/^down: /)
    expect(linesOf('rotation')[0]).toMatch(/^down: /)
    expect(linesOf('rotation')).toContain('my turn: unknown')
    expect(data.nextTurn).toBeNull()
    windowIsShut()
    expect(text).not.toMatch(OF_FAULTS)
    // It stays so, and says for how long.
    expect(frame(20_000).view.panels.production!.age).toMatch(/^no data for 2\d s$/)
    windowIsShut(20_000)
  })

  test('of L1', async () => {
    atL1 = fault
    await eventually(() => expect(frame().source('l1').state).toBe('failing'))
    await eventually(() => expect(frame().source('money').state).toBe('failing'))
    const {view, linesOf, text} = frame()
    expect(view.state.word).not.toBe('OK')
    expect(linesOf('stake')[0]).toMatch(/^down: /)
    expect(linesOf('sync').join()).toContain('does not respond')
    expect(text).not.toMatch(OF_FAULTS)
    expect(frame(60_000).view.panels.stake!.age).toMatch(/^no data for 6\d s$/)
  })
})

/** The answer of one path, changed. */
const at =
  (wanted: string, change: (result: Json) => Json): ThemisFault =>
  (path, result) =>
    path === wanted ? change(result) : result
const LATEST = '/metis/latest-span'
const SET = '/staking/validator-set'
const keyIn = (wanted: string, value: Json) => (result: Json) =>
  eachScalar(result, (old, key) => (key === wanted ? value : old))
const answersWith =
  (code: number, body: string): ThemisFault =>
  (_path, _result, response) => {
    response.statusCode = code
    response.end(body)
    return undefined
  }

const down: [name: string, fault: ThemisFault][] = [
  ['dead', (_path, _result, response) => void response.destroy()],
  ['silent', () => undefined],
  ['status 500', answersWith(500, '{"error":"no"}')],
  ['a page', answersWith(200, '<html>Welcome</html>')],
  ['cut', answersWith(200, '{"height":"7","resu')],
  ['null', () => null],
  ['null fields', (_path, result) => eachScalar(result, () => null)],
  [
    'huge numbers',
    (_path, result) => eachScalar(result, (old) => (typeof old === 'number' ? 2 ** 60 : old)),
  ],
  ['another network', at(LATEST, keyIn('metis_chain_id', '1'))],
]
const doubtful: [name: string, fault: ThemisFault, why: RegExp][] = [
  ['an epoch behind', at(LATEST, () => spanJson(spanOf(0n), `${L2_CHAIN_ID}`)), /1 epochs behind/],
  ['far ahead', at(LATEST, () => spanJson(spanOf(900n), `${L2_CHAIN_ID}`)), /899 epochs behind/],
  ['syncing', at('/syncing', () => ({syncing: true})), /syncing/],
  ['a producer that is none', at(LATEST, keyIn('signer', 'PWNED')), /cannot be read as an epoch/],
  ['ids as text', at(LATEST, (span) => eachScalar(span, String)), /cannot be read as an epoch/],
  ['a validator without power', at(SET, keyIn('power', null)), /2 validators/],
  ['validators without ids of batches', at(SET, keyIn('startBatch', '')), /2 validators/],
  ['power beyond all', at(SET, keyIn('power', 2 ** 60)), /2 validators/],
  ['the same validator twice', at(SET, keyIn('signer', me.address)), /1 validator /],
]

/** The consensus layer is wrong, and both of its readers have seen it. */
async function themisIs(fault: ThemisFault) {
  themis.be(fault)
  await asked(['pos', 'rotation'])
  windowIsShut()
  windowIsShut(20_000)
  const {data, text} = frame()
  expect(data.nextTurn).toBeNull()
  expect(text).not.toMatch(OF_FAULTS)
  const later = data.forecast!.epochs.filter(({number}) => number >= OWN_TURN)
  expect(later.every(({signer, label}) => signer === null && label === 'unknown')).toBe(true)
}

test.each(down)('a consensus layer: %s', async (_name, fault) => {
  await themisIs(fault)
  const {view, linesOf, source} = frame()
  expect(view.state.word).not.toBe('OK')
  expect(source('pos').state).toBe('failing')
  expect(linesOf('rotation')[0]).toMatch(/^down: /)
  expect(linesOf('rotation')).toContain('my turn: unknown')
  expect(frame(30_000).view.panels.rotation!.age).toMatch(/^no data for 3\d s$/)
})

test.each(doubtful)('a consensus layer: %s', async (_name, fault, why) => {
  await themisIs(fault)
  const {linesOf} = frame()
  expect(linesOf('rotation').find((line) => line.startsWith('my turn'))).toMatch(why)
  expect(linesOf('rotation').find((line) => line.startsWith('forecast'))).toMatch(why)
})

test('an own validator that cannot be read is no reason to restart', async () => {
  themis.be(
    at(SET, (set) => {
      const [first, ...others] = (set as {validators: Json[]}).validators
      return {validators: [{...(first as object), power: null} as Json, ...others], proposer: null}
    }),
  )
  await asked(['pos', 'rotation'])
  windowIsShut()
})

test('nobody to draw: nothing is foretold after the planned epoch', async () => {
  themis.be(at(SET, () => ({validators: [], proposer: null})))
  await asked(['pos', 'rotation'])
  const {data, linesOf} = frame()
  expect(data.nextTurn).toBeNull()
  expect(data.window!.headBlock + data.window!.blocksLeft!).toBe(spanOf(2n).endBlock)
  expect(linesOf('rotation').join()).toContain('has no validator that can be drawn')
})

test('a list of respans without an end is not read without end', async () => {
  const respan = {
    ...{span_id: 1, current_producer: me.address, next_producer: other.address},
    ...{start_block: 1101, current_l2_epoch: 0},
  }
  const page = Array.from({length: 20}, () => respan)
  themis.be(at('/metis/respan/list', () => page))
  const before = themis.paths.length
  expect(await readAllRespans(context.pos()!)).toHaveLength(1)
  const pages = themis.paths.slice(before).filter((path) => path.includes('/respan/list'))
  expect(pages.length).toBeLessThanOrEqual(4)
})

test('a head that goes back gives no time back', async () => {
  const before = frame().data.window!
  // A block that the chain does not have stays none.
  atL2 = answersOf('eth_getBlockByNumber', (block) => {
    if (block === null) return null
    const {number} = block as {number: string}
    return {...(block as object), number: `0x${(Number(number) - 5).toString(16)}`}
  })
  await asked(['l2'])
  const {window} = frame().data
  expect(window === null || window.headBlock >= before.headBlock).toBe(true)
})
