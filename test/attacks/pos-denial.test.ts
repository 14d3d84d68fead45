/** One client takes all it can get of the consensus layer's REST; the others are served. */
import {once} from 'node:events'
import {get} from 'node:http'
import {connect, type Socket} from 'node:net'

import {privateKeyToAccount} from 'viem/accounts'
import {afterAll, afterEach, beforeAll, expect, test} from 'vitest'

import {startRest, type RestServer} from '../../src/pos/rest.ts'
import {POS_CONNECTIONS_EACH, POS_IN_PROGRESS_EACH} from '../../src/pos/rest-limits.ts'
import {initialState} from '../../src/pos/state.ts'
import {openPosStore, type PosStore} from '../../src/pos/store.ts'
import {until} from '../helpers/node-cluster.ts'
import {networkOf} from '../pos/chains.ts'

const ATTACKER = '127.0.0.1'
const OTHER = '127.0.0.2'
/** Far below the deadlines of headers and bodies. */
const SOON_MS = 3_000
const TOKEN = 'a'.repeat(64)
const address = (digit: string) => `0x${digit.repeat(40)}` as const
const CHEAP = '/staking/current-batch'
const ASKS_L1 = `/staking/isoldtx?logindex=1&txhash=0x${'1'.repeat(64)}`
const HALF_HEADERS = 'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: '
const HALF_BODY =
  'POST /mpc/propose-mpc-sign HTTP/1.1\r\nhost: 127.0.0.1\r\n' +
  `authorization: Bearer ${TOKEN}\r\ncontent-length: 100\r\n\r\n{`

let store: PosStore
let rest: RestServer
let sockets: Socket[] = []
let answerL1 = Promise.withResolvers<null>()

beforeAll(async () => {
  store = openPosStore(':memory:', 'x')
  const l1 = {chainId: 1, deploymentBlock: 1n, metis: address('1'), bridge: address('5')}
  const pools = {lockingPool: address('2'), lockingInfo: address('3'), addressManager: address('6')}
  rest = await startRest(
    {
      network: networkOf(
        {...l1, ...pools},
        address('4'),
        'http://localhost',
        'http://localhost',
        30,
      ),
      account: privateKeyToAccount(`0x${'4'.repeat(64)}`),
      store,
      state: () => initialState(1n),
      status: () => expect.fail(),
      epochLength: () => null,
      l1BlockOf: () => answerL1.promise,
      requestSignature: () => expect.fail(),
      onError: () => {},
    },
    {port: 0, token: TOKEN},
  )
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  sockets = []
})
afterAll(async () => {
  await rest.close()
  store.close()
})

async function open(localAddress: string, text: string): Promise<void> {
  const socket = connect({port: Number(new URL(rest.url).port), host: '127.0.0.1', localAddress})
  sockets.push(socket)
  socket.on('error', () => {})
  socket.resume()
  // One that is refused at once is an outcome too.
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {})
  if (text !== '') socket.write(text)
}

const openMany = (count: number, text: string, from = ATTACKER) =>
  Promise.all(Array.from({length: count}, () => open(from, text)))

const openNow = () => sockets.filter(({destroyed}) => !destroyed).length

function ask(localAddress: string, path = CHEAP): Promise<{status: number; tookMs: number}> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    get(`${rest.url}${path}`, {localAddress, agent: false}, (answer) => {
      answer.resume()
      const tookMs = performance.now() - started
      answer.on('end', () => resolve({status: answer.statusCode ?? 0, tookMs}))
    }).on('error', reject)
  })
}

async function expectServed(): Promise<void> {
  const {status, tookMs} = await ask(OTHER)
  expect(status).toBe(200)
  expect(tookMs).toBeLessThan(SOON_MS)
}

test('connections that say nothing, headers and bodies without an end: a share each, ended by deadlines', async () => {
  await openMany(POS_CONNECTIONS_EACH + 50, '')
  await expectServed()
  await openMany(POS_CONNECTIONS_EACH + 50, HALF_HEADERS)
  await expectServed()
  await until('the oldest gave way', () => openNow() <= POS_CONNECTIONS_EACH)
  await openMany(40, HALF_BODY)
  await expectServed()
  // A byte now and then does not hold a deadline up.
  const drip = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write('a')
  }, 1_000)
  await until('the deadlines end them', () => openNow() === 0)
  clearInterval(drip)
})

test('many hosts at once lock nobody out who has fewer connections', async () => {
  for (let host = 10; host < 18; host++) {
    await openMany(POS_CONNECTIONS_EACH, HALF_HEADERS, `127.0.0.${host}`)
  }
  await expectServed()
})

test('questions that wait for L1: one client has a share of them', async () => {
  answerL1 = Promise.withResolvers()
  const asked = Array.from({length: POS_IN_PROGRESS_EACH + 10}, () => ask(ATTACKER, ASKS_L1))
  // Those beyond its share are refused while the others still wait.
  expect((await Promise.race(asked)).status).toBe(503)
  await expectServed()
  answerL1.resolve(null)
  const statuses = (await Promise.all(asked)).map(({status}) => status)
  expect(statuses.filter((status) => status === 503)).toHaveLength(10)
  expect((await ask(ATTACKER)).status).toBe(200)
})
