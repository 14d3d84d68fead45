import {consensusAddress, consensusKey} from '../../src/pos/bech32.ts'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import type {Address} from 'viem'
import {privateKeyToAccount} from 'viem/accounts'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {createMpcSigner, type MpcSigner} from '../../src/pos/mpc-signer.ts'
import type {PosStatus} from '../../src/pos/start-pos.ts'
import {startRest, type RestServer} from '../../src/pos/rest.ts'
import {initialState, type Command, type L1Event, type PosState} from '../../src/pos/state.ts'
import {openPosStore, type PosStore} from '../../src/pos/store.ts'
import {transition} from '../../src/pos/transition.ts'
import {networkOf} from './chains.ts'

const account = privateKeyToAccount(`0x${'4'.repeat(64)}`)
const [A, B] = [`0x${'a'.repeat(40)}`, `0x${'b'.repeat(40)}`] as [Address, Address]
const mixedCase = (digit: string): Address => `0x${digit.repeat(38)}Cc`
const network = networkOf(
  {
    ...{chainId: 31_337, deploymentBlock: 1n, metis: mixedCase('1'), bridge: mixedCase('5')},
    ...{lockingPool: mixedCase('2'), lockingInfo: mixedCase('3'), addressManager: mixedCase('6')},
  },
  mixedCase('4'),
  'http://localhost',
  'http://localhost',
  30,
)
const pubKey = (digit: string) => `0x04${digit.repeat(128)}` as const

const KNOWN_TX = `0x${'7'.repeat(64)}` as const
const TOKEN = 'a'.repeat(64)

let dir: string
let signer: MpcSigner
let store: PosStore
let rest: RestServer
let state: PosState = initialState(1n)
const failures: unknown[] = []

function apply(command: Command) {
  const [next, events] = transition(state, command)
  store.save(next, events)
  state = next
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-rest-'))
  store = openPosStore(join(dir, 'pos.sqlite'), 'x')
  const lock = {name: 'Locked', nonce: 1n, activationBatch: 1n} as const
  const events: L1Event[] = [
    {
      ...{...lock, blockNumber: 7n, logIndex: 3, sequencerId: 1n, signer: A},
      ...{amountWei: 20_000n * 10n ** 18n, pubKey: pubKey('a')},
    },
    {
      ...{...lock, blockNumber: 8n, logIndex: 0, sequencerId: 2n, signer: B},
      ...{amountWei: 30_000n * 10n ** 18n, pubKey: pubKey('b')},
    },
  ]
  apply({
    ...{type: 'apply-l1', afterBlock: -1n, toBlock: 9n, toHash: `0x${'9'.repeat(64)}`},
    ...{events, hasMore: false},
  })
  const epoch = {number: 0n, signer: A, startBlock: 11n, endBlock: 30n}
  apply({type: 'adopt-epochs', epochs: [epoch]})
  apply({
    type: 'bind-respan',
    respan: {
      ...{spanId: 1n, currentProducer: A, nextProducer: B, l2Head: 20n, l2Epoch: 0n},
      ...{startBlock: 21n, endBlock: 55n, attempt: 0n},
    },
  })
  apply({
    type: 'adopt-epochs',
    epochs: [
      {...epoch, endBlock: 20n},
      {number: 1n, signer: B, startBlock: 21n, endBlock: 55n},
    ],
  })
  const status = {l1CaughtUp: true, l2Head: 21n, troubles: [], l1Cursor: 9n}
  signer = createMpcSigner({account, network, store, checkContent: async () => {}})
  rest = await startRest(
    {
      ...{network, account, store, state: () => state, epochLength: () => 20n},
      status: () => status as unknown as PosStatus,
      l1BlockOf: async (hash) => (hash === KNOWN_TX ? 7n : null),
      requestSignature: (request) => signer.sign(request),
      onError: (error) => failures.push(error),
    },
    {port: 0, token: TOKEN},
  )
})
afterAll(async () => {
  await rest.close()
  store.close()
  rmSync(dir, {recursive: true, force: true})
})

async function get(path: string, init?: RequestInit): Promise<[number, string]> {
  const answer = await fetch(`${rest.url}${path}`, init)
  expect(answer.headers.get('content-type')).toBe('application/json')
  return [answer.status, await answer.text()]
}

const V = (id: number, digit: string, power: number, updated: string) =>
  `{"ID":${id},"startBatch":1,"endBatch":0,"nonce":1,"power":${power},"pubKey":"0x04${digit.repeat(128)}","signer":"0x${digit.repeat(40)}","last_updated":"${updated}","jailed":false,"accum":0}`
const VA = V(1, 'a', 20_000, '700003')
const VB = V(2, 'b', 30_000, '800000')
const set = `{"validators":[${VA},${VB}],"proposer":${VA}}`
const span0 = `{"span_id":0,"start_block":11,"end_block":20,"validator_set":${set},"selected_producers":[${VA}],"metis_chain_id":"108800"}`
const span1 = `{"span_id":1,"start_block":21,"end_block":55,"validator_set":${set},"selected_producers":[${VB}],"metis_chain_id":"108800"}`
const seed2 = '0xdbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986'
const mpc = account.address.toLowerCase()
const respan = `{"span_id":1,"proposer":"${mpc}","current_producer":"${A}","next_producer":"${B}","current_l2_height":20,"current_l2_epoch":0,"start_block":21,"end_block":55,"metis_chain_id":"108800","seed":"0x${'0'.repeat(64)}"}`

test.each([
  ['/metis/latest-span', span1],
  ['/metis/span/0', span0],
  ['/metis/span/1', span1],
  ['/metis/span/list?page=1&limit=20', `[${span0},${span1}]`],
  ['/metis/span/list?page=2&limit=1', `[${span1}]`],
  ['/metis/span/list?page=3&limit=1', 'null'],
  ['/metis/respan/list?page=1&limit=20', `[${respan}]`],
  ['/metis/params', '{"sprint_duration":10,"span_duration":20,"producer_count":1}'],
  ['/staking/validator-set', set],
  [`/staking/signer/${B.toUpperCase().replace('0X', '0x')}`, VB],
  ['/staking/validator/2', VB],
  [`/staking/validator-status/${A}`, '{"result":true}'],
  [`/staking/validator-status/0x${'c'.repeat(40)}`, '{"result":false}'],
  ['/staking/current-batch', '{"batch":0}'],
  ['/staking/current-proposer', VA],
  ['/staking/totalpower', '{"result":50000}'],
  ['/staking/totalpower?height=0', '{"result":50000}'],
  ['/staking/totalpower?height=4', '{"result":50000}'],
  [
    '/chainmanager/params',
    `{"mainchain_tx_confirmations":0,"metischain_tx_confirmations":1,"chain_params":{"main_chain_id":"31337","metis_chain_id":"108800","metis_token_address":"0x${'1'.repeat(38)}cc","staking_manager_address":"0x${'2'.repeat(38)}cc","staking_info_address":"0x${'3'.repeat(38)}cc","validator_set_address":"0x${'4'.repeat(38)}cc"}}`,
  ],
])('GET %s: byte for byte', async (path, result) => {
  expect(await get(path)).toEqual([200, `{"height":"4","result":${result}}`])
})

test.each([
  ['/metis/next-span-seed', `"${seed2}"`],
  [
    '/metis/prepare-next-span?span_id=2&start_block=56&chain_id=108800',
    `{"span_id":2,"start_block":56,"end_block":75,"validator_set":${set},"selected_producers":[${V(2, 'b', 1, '800000')}],"metis_chain_id":"108800"}`,
  ],
])('GET %s: byte for byte, without a height', async (path, result) => {
  expect(await get(path)).toEqual([200, `{"height":"0","result":${result}}`])
})

test('GET /mpc/latest/{type}: the keys of the real one, in its order', async () => {
  const [status, text] = await get('/mpc/latest/2')
  expect(status).toBe(200)
  const {result} = JSON.parse(text) as {result: Record<string, unknown>}
  expect(Object.keys(result)).toEqual([
    ...['mpc_id', 'threshold', 'participants', 'mpc_address', 'mpc_pubkey', 'mpc_type'],
  ])
  expect(result).toMatchObject({threshold: 0, mpc_address: mpc, mpc_type: 2})
})

test.each([
  ['/node_info', /^{"node_info":{"network":"test",.*"application_version":{/],
  ['/syncing', /^{"syncing":false}$/],
  ['/healthz', /^{"ok":true,"height":4,"troubles":\[\]}$/],
  ['/metis-seq/status', /"l1Cursor":"9"/],
])('GET %s has no envelope', async (path, pattern) => {
  const [status, text] = await get(path)
  expect(status).toBe(200)
  expect(text).toMatch(pattern)
})

/** A refusal of Themis, in its words (main 268e586): JSON inside JSON. */
const sdk = (message: string, code = 1, codespace = 'sdk') =>
  JSON.stringify({codespace, code, message})

test.each([
  ['/metis/span/list?page=0&limit=2', null],
  ['/metis/span/list?page=99&limit=5', null],
  ['/metis/respan/list?page=99&limit=2', null],
  [
    '/mpc/latest/9',
    {
      ...{mpc_id: '', threshold: 0, participants: null, mpc_pubkey: null, mpc_type: 0},
      mpc_address: '0x0000000000000000000000000000000000000000',
    },
  ],
  [
    '/auth/params',
    {
      ...{max_memo_characters: 256, tx_sig_limit: 7, tx_size_cost_per_byte: 10},
      ...{sig_verify_cost_ed25519: 590, sig_verify_cost_secp256k1: 1000, max_tx_gas: 1_000_000},
      tx_fees: '1000000000000000',
    },
  ],
])('GET %s answers as Themis', async (path, result) => {
  const [status, text] = await get(path)
  expect(status).toBe(200)
  expect(JSON.parse(text)).toMatchObject({result})
})

test('a limit of 50 is one of 20, and what is computed has no height', async () => {
  const [status, text] = await get('/metis/span/list?page=1&limit=50')
  expect(status).toBe(200)
  expect((JSON.parse(text) as {result: unknown[]}).result.length).toBeGreaterThan(0)
  for (const path of ['/metis/next-span-seed', '/txs', '/validatorsets/latest']) {
    expect(JSON.parse((await get(path))[1])).toMatchObject({height: '0'})
  }
})

test.each(['/batch', '/', '/overview', '/supply/total', '/swagger-ui/'])(
  'GET %s is no path: plain text, as the real one',
  async (path) => {
    const answer = await fetch(`${rest.url}${path}`)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect([answer.status, await answer.text()]).toEqual([404, '404 page not found\n'])
  },
)

test('addresses and keys of the chain below are in bech32, as the real one writes them', () => {
  expect(consensusAddress('0x4bd6b66ecac6f65db0d9e18f719c9984a0c70fea')).toBe(
    'cosmosvalcons1f0ttvmk2cmm9mvxeux8hr8yesjsvwrl2e5x5km',
  )
  expect(
    consensusKey(
      '0x04ebbedf26b68e334c889431068fd8d10ef20ddda1388e32a97a1cdc7f33a71467d401a94ceffd1b50a73476faaa39c08c87558bb305ed5ef463a6458c7e7421e8',
    ),
  ).toBe(
    'cosmosvalconspub1addwnp6pqn4mahexk68rxnygjscsdr7c6y80yrwa5yuguv4f0gwdclen5u2x04qp49xwllgm2znngah64guupry82k9mxp0dtm6x8fj933l8gg0gmm778q',
  )
})

test.each([
  ['/metis/span/2', 500, sdk('could not get span; span not found for id')],
  ['/metis/span/x', 400, "'x' is not a valid uint64"],
  ['/metis/span/18446744073709551616', 400, "'18446744073709551616' is not a valid uint64"],
  ['/metis/span/list', 400, "'' is not a valid uint64"],
  ['/metis/respan/list?page=1&limit=-1', 400, "'-1' is not a valid uint64"],
  ['/metis/prepare-next-span?span_id=2', 400, "'' is not a valid uint64"],
  ['/staking/signer/0x12', 400, "'0x12' is not an address"],
  [
    `/staking/signer/0x${'c'.repeat(40)}`,
    400,
    sdk('Error while getting validator by signer; Validator not found'),
  ],
  ['/staking/validator/9', 400, sdk('No validator found', 6)],
  [
    '/metis/latest-span?height=3',
    500,
    sdk('failed to load state at height 3; version does not exist (latest height: 4)'),
  ],
  ['//', 400, 'the path cannot be read'],
])('GET %s -> %d', async (path, status, error) => {
  const [found, text] = await get(path)
  expect(found).toBe(status)
  expect(text).toBe(JSON.stringify({error}))
})

test('other methods are refused and named, HEAD has no body', async () => {
  const answer = await fetch(`${rest.url}/metis/latest-span`, {method: 'POST', body: '{}'})
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect(await answer.json()).toEqual({error: 'method POST is not allowed'})
  const head = await fetch(`${rest.url}/metis/latest-span`, {method: 'HEAD'})
  expect([head.status, await head.text()]).toEqual([200, ''])
})

test('nothing unexpected happened, and it listens on the loopback interface', () => {
  expect(failures).toEqual([])
  expect(new URL(rest.url).hostname).toBe('127.0.0.1')
})
