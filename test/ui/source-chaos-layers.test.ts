/** The consensus layer and the node fail in each way: the screen says so, shows nothing of it, and recovers by itself. */
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest'

import type {Json} from '../../src/lib/json.ts'
import {spanJson} from '../../src/pos/rest-shapes.ts'
import {readAllRespans} from '../../src/services/rotation/records.ts'
import {
  me,
  NODE_TIMEOUT_MS,
  other,
  OWN_TURN,
  PLANNED,
  spanOf,
  startChaosScene,
  TIMEOUT_MS,
  type NodeFault,
  type Scene,
} from '../helpers/chaos-scene.ts'
import {L2_CHAIN_ID} from '../helpers/l2-chain.ts'
import {eachScalar, type ThemisFault} from '../helpers/themis-stub.ts'

let scene: Scene
beforeAll(async () => {
  scene = await startChaosScene()
})
afterAll(() => scene[Symbol.asyncDispose]())
afterEach(() => scene.mend())

/** The answer of one path, changed. */
const at =
  (wanted: string, change: (result: Json) => Json): ThemisFault =>
  (path, result) =>
    path === wanted ? change(result) : result
const LATEST = '/metis/latest-span'
const SET = '/staking/validator-set'
const BATCH = '/staking/current-batch'
const keyIn = (wanted: string, value: Json) => (result: Json) =>
  eachScalar(result, (old, key) => (key === wanted ? value : old))
const answersWith =
  (code: number, body: string): ThemisFault =>
  (_path, _result, response) => {
    response.statusCode = code
    response.end(body)
    return undefined
  }
/** The right answer, later. */
const lateBy =
  (ms: number): ThemisFault =>
  (path, result, response) => {
    const isBare = path === '/syncing'
    const body = JSON.stringify(isBare ? result : {height: '7', result})
    setTimeout(() => response.end(body), ms)
    return undefined
  }

const HUGE = {
  '2^256 - 1': 2 ** 256,
  '2^63': 2 ** 63,
  '2^53 + 2': 2 ** 53 + 2,
  '2^53 - 1': 2 ** 53 - 1,
}

const down: [name: string, fault: ThemisFault][] = [
  ['dead', (_path, _result, response) => void response.destroy()],
  ['silent', () => undefined],
  ['slow, twice the timeout', lateBy(2 * TIMEOUT_MS)],
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
  ['a batch of 2^63', at(BATCH, keyIn('batch', 2 ** 63))],
  ['a batch of 2^53 - 1', at(BATCH, keyIn('batch', 2 ** 53 - 1))],
]
const unread = /cannot be read as an epoch/
const doubtful: [name: string, fault: ThemisFault, why: RegExp][] = [
  [
    'an epoch behind',
    at(LATEST, () => spanJson(spanOf(PLANNED - 2n), `${L2_CHAIN_ID}`)),
    /1 epoch behind/,
  ],
  [
    'far ahead',
    at(LATEST, () => spanJson(spanOf(PLANNED + 898n), `${L2_CHAIN_ID}`)),
    /899 epochs behind/,
  ],
  ['syncing', at('/syncing', () => ({syncing: true})), /syncing/],
  ['a producer that is none', at(LATEST, keyIn('signer', 'PWNED')), unread],
  ['ids as text', at(LATEST, (span) => eachScalar(span, String)), unread],
  ['a span that ends before it begins', at(LATEST, keyIn('end_block', 1)), unread],
  ['a validator without power', at(SET, keyIn('power', null)), /2 validators/],
  ['validators without ids of batches', at(SET, keyIn('startBatch', '')), /2 validators/],
  ['the same validator twice', at(SET, keyIn('signer', me.address)), /1 validator /],
  ...Object.entries(HUGE).flatMap(([name, value]): [string, ThemisFault, RegExp][] => [
    [`a first block of ${name}`, at(LATEST, keyIn('start_block', value)), unread],
    [`a last block of ${name}`, at(LATEST, keyIn('end_block', value)), unread],
    [`stakes of ${name}`, at(SET, keyIn('power', value)), /2 validators/],
  ]),
]

/** The consensus layer is wrong, and both of its readers have seen it. */
async function themisIs(fault: ThemisFault) {
  scene.themis.be(fault)
  await scene.asked(['pos', 'rotation'])
  scene.windowIsShut()
  scene.windowIsShut(20_000)
  const {data} = scene.frame()
  expect(data.nextTurn).toBeNull()
  scene.showsNoFault()
  const later = data.forecast!.epochs.filter(({number}) => number >= OWN_TURN)
  expect(later.every(({signer, label}) => signer === null && label === 'unknown')).toBe(true)
}

test.each(down)('a consensus layer: %s', async (_name, fault) => {
  await themisIs(fault)
  const {view, linesOf, source} = scene.frame()
  expect(view.state.word).not.toBe('OK')
  expect(source('pos').state).toBe('failing')
  expect(linesOf('rotation')[0]).toMatch(/^down: /)
  expect(linesOf('rotation')).toContain('my turn: unknown')
  expect(scene.frame(30_000).view.panels.rotation!.age).toMatch(/^no data for 3\d s$/)
})

test.each(doubtful)('a consensus layer: %s', async (_name, fault, why) => {
  await themisIs(fault)
  const {linesOf} = scene.frame()
  expect(linesOf('rotation').find((line) => line.startsWith('my turn'))).toMatch(why)
  expect(linesOf('rotation').find((line) => line.startsWith('forecast'))).toMatch(why)
})

test('a consensus layer: slow, half the timeout', async () => {
  scene.themis.be(lateBy(TIMEOUT_MS / 2))
  await scene.asked(['pos', 'rotation'])
  await scene.eventually(() => {
    const {source, data, view} = scene.frame()
    expect(source('pos')).toMatchObject({state: 'answered', code: null})
    expect(source('pos').tookMs).toBeGreaterThanOrEqual(TIMEOUT_MS / 2)
    expect(data.nextTurn?.number).toBe(OWN_TURN)
    expect(view.state.word).toBe('OK')
  })
})

test.each(Object.entries(HUGE))('an id of a span of %s is none', async (_name, value) => {
  scene.themis.be(at(LATEST, keyIn('span_id', value)))
  await scene.asked(['pos', 'rotation'])
  const {data, linesOf} = scene.frame()
  expect(data.nextTurn).toBeNull()
  expect(linesOf('rotation').join()).toMatch(/down: |cannot be read as an epoch/)
  scene.windowIsShut()
  scene.showsNoFault()
})

test('an own validator that cannot be read is no reason to restart', async () => {
  scene.themis.be(
    at(SET, (set) => {
      const [first, ...others] = (set as {validators: Json[]}).validators
      return {validators: [{...(first as object), power: null} as Json, ...others], proposer: null}
    }),
  )
  await scene.asked(['pos', 'rotation'])
  scene.windowIsShut()
})

test('nobody to draw: nothing is foretold after the planned epoch', async () => {
  scene.themis.be(at(SET, () => ({validators: [], proposer: null})))
  await scene.asked(['pos', 'rotation'])
  const {data, linesOf} = scene.frame()
  expect(data.nextTurn).toBeNull()
  expect(data.window!.headBlock + data.window!.blocksLeft!).toBe(spanOf(PLANNED).endBlock)
  expect(linesOf('rotation').join()).toContain('has no validator that can be drawn')
})

test('a list of respans without an end is not read without end', async () => {
  const respan = {
    ...{span_id: 1, current_producer: me.address, next_producer: other.address},
    ...{start_block: 1101, current_l2_epoch: 0},
  }
  const page = Array.from({length: 20}, () => respan)
  scene.themis.be(at('/metis/respan/list', () => page))
  const before = scene.themis.paths.length
  expect(await readAllRespans(scene.context.pos()!)).toHaveLength(1)
  const pages = scene.themis.paths.slice(before).filter((path) => path.includes('/respan/list'))
  expect(pages.length).toBeLessThanOrEqual(4)
})

const nodeAnswers =
  (body: (status: object) => unknown, code = 200): NodeFault =>
  (status, response) => {
    response.statusCode = code
    const told = body(status)
    response.end(typeof told === 'string' ? told : JSON.stringify(told))
    return true
  }
const inHead = (change: object) =>
  nodeAnswers((status) => ({...status, head: {...(status as {head: object}).head, ...change}}))
const nodeLateBy =
  (ms: number): NodeFault =>
  (status, response) => {
    setTimeout(() => response.end(JSON.stringify(status)), ms)
    return true
  }

describe('a node', () => {
  test.each<[name: string, fault: NodeFault]>([
    [
      'dead',
      (_status, response) => {
        response.destroy()
        return true
      },
    ],
    ['silent', () => true],
    ['slow, twice the timeout', nodeLateBy(2 * NODE_TIMEOUT_MS)],
    ['status 500', nodeAnswers(() => ({error: 'no'}), 500)],
    ['a page', nodeAnswers(() => '<html>Welcome</html>')],
    ['cut', nodeAnswers((status) => JSON.stringify(status).slice(0, -9))],
    ['null', nodeAnswers(() => null)],
    ['null fields', nodeAnswers((status) => eachScalar(status as Json, () => null))],
    [
      'huge numbers',
      nodeAnswers((status) =>
        eachScalar(status as Json, (old, key) =>
          typeof old === 'number' && key !== 'pid' ? 2 ** 60 : old,
        ),
      ),
    ],
    ['another process', nodeAnswers((status) => ({...status, pid: 1}))],
    ...Object.entries(HUGE).map(([name, value]): [string, NodeFault] => [
      `a head of ${name}`,
      inHead({number: value}),
    ]),
  ])('%s: it counts as not running', async (_name, fault) => {
    scene.faults.node = fault
    await scene.asked(['node'])
    const {view, linesOf, data} = scene.frame()
    expect(data.node).toBeNull()
    expect(view.state).toMatchObject({word: 'CRIT'})
    expect(view.state.text).toContain('your node is not running')
    expect(linesOf('sync')).toContain('node: not running')
    scene.showsNoFault()
    // The age of what is known of it.
    const later = scene.frame(20_000)
    expect(later.source('node')).toMatchObject({state: 'stale'})
    expect(later.linesOf('sync')).toContain('node: unknown')
  })

  test('slow, half the timeout: right, and said to be slow', async () => {
    scene.faults.node = nodeLateBy(NODE_TIMEOUT_MS / 2)
    await scene.asked(['node'])
    await scene.eventually(() => {
      const {source, view, linesOf} = scene.frame()
      expect(source('node')).toMatchObject({state: 'answered', code: null})
      expect(source('node').tookMs).toBeGreaterThanOrEqual(NODE_TIMEOUT_MS / 2)
      expect(linesOf('sync')).toContain('node: following')
      expect(view.state.word).toBe('OK')
    })
  })

  test('a head that goes back is behind, and says by how much', async () => {
    scene.faults.node = (status, response) => {
      const {head} = status as {head: {number: number}}
      return inHead({number: head.number - 500})(status, response)
    }
    await scene.asked(['node', 'l2'])
    await scene.eventually(() => {
      const {view, linesOf} = scene.frame()
      expect(view.state.word).not.toBe('OK')
      expect(linesOf('sync').join()).toMatch(/head: \d+, (499|50\d) behind/)
    })
  })

  test('its lag is not measured against an endpoint of L2 that is down', async () => {
    scene.faults.l2 = ({response}) => {
      response.destroy()
      return true
    }
    await scene.asked(['l2'])
    scene.faults.node = (status, response) => {
      const {head} = status as {head: {number: number}}
      return inHead({number: head.number - 700})(status, response)
    }
    await scene.asked(['node'])
    const lags = () => scene.frame().data.series.lag.map(({value}) => value)
    expect(Math.max(0, ...lags())).toBeLessThan(699)
    scene.faults.l2 = () => false
    await scene.eventually(() => expect(Math.max(0, ...lags())).toBeGreaterThanOrEqual(699))
  })
})
