import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, chmodSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import type {Address} from 'viem'
import {privateKeyToAccount} from 'viem/accounts'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {createMpcSigner} from '../../src/pos/mpc-signer.ts'
import {startRest, type RestServer} from '../../src/pos/rest.ts'
import {isBearer} from '../../src/lib/bearer-token.ts'
import {openToken} from '../../src/pos/rest-token.ts'
import type {PosStatus} from '../../src/pos/start-pos.ts'
import {initialState, type PosState} from '../../src/pos/state.ts'
import {openPosStore, type PosStore} from '../../src/pos/store.ts'
import {transition} from '../../src/pos/transition.ts'
import {networkOf} from './chains.ts'

const account = privateKeyToAccount(`0x${'4'.repeat(64)}`)
const address = (digit: string): Address => `0x${digit.repeat(40)}`
const KNOWN_TX = `0x${'7'.repeat(64)}` as const

let dir: string
let store: PosStore
let rest: RestServer
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-paths-'))
  store = openPosStore(join(dir, 'pos.sqlite'), 'x')
  const network = networkOf(
    {
      ...{chainId: 31_337, deploymentBlock: 1n, metis: address('1'), bridge: address('5')},
      ...{lockingPool: address('2'), lockingInfo: address('3'), addressManager: address('6')},
    },
    ...([address('4'), 'http://localhost', 'http://localhost', 30] as const),
  )
  const locked = {name: 'Locked', nonce: 1n, activationBatch: 1n, pubKey: '0x04'} as const
  const amountWei = 20_000n * 10n ** 18n
  const [state, events]: [PosState, unknown[]] = transition(initialState(1n), {
    ...{type: 'apply-l1', afterBlock: -1n, hasMore: false, toBlock: 9n, toHash: KNOWN_TX},
    events: ['a', 'b'].map((digit, index) => ({
      ...{...locked, amountWei, blockNumber: 7n, logIndex: 3 + index},
      ...{sequencerId: BigInt(index) + 1n, signer: address(digit)},
    })),
  })
  store.save(state, events as never)
  const signer = createMpcSigner({account, network, store, checkContent: async () => {}})
  rest = await startRest(
    {
      ...{network, account, store, state: () => state, epochLength: () => 20n},
      status: () => ({l1CaughtUp: true}) as PosStatus,
      l1BlockOf: async (hash) => (hash === KNOWN_TX ? 7n : null),
      requestSignature: (request) => signer.sign(request),
      onError: (error) => {
        throw error
      },
    },
    {port: 0, token: 'secret'},
  )
})
afterAll(async () => {
  await rest.close()
  store.close()
  rmSync(dir, {recursive: true, force: true})
})

async function get(path: string): Promise<[number, string]> {
  const answer = await fetch(`${rest.url}${path}`)
  return [answer.status, await answer.text()]
}

const inEnvelope = (result: string) => `{"height":"1","result":${result}}`
const zero =
  '{"address":"0x0000000000000000000000000000000000000000","coins":[],"public_key":null,"account_number":"0","sequence":"0"}'
const someone = `0x${'c'.repeat(40)}`

test.each([
  [`/auth/accounts/${someone}`, inEnvelope(`{"type":"auth/Account","value":${zero}}`)],
  [
    `/auth/accounts/${someone}/sequence`,
    inEnvelope(
      '{"address":"0x0000000000000000000000000000000000000000","account_number":"0","sequence":"0"}',
    ),
  ],
  [
    '/auth/params',
    inEnvelope(
      '{"max_memo_characters":256,"tx_sig_limit":7,"tx_size_cost_per_byte":10,"sig_verify_cost_ed25519":590,"sig_verify_cost_secp256k1":1000,"max_tx_gas":1000000,"tx_fees":"1000000000000000"}',
    ),
  ],
  [`/bank/balances/${someone}`, inEnvelope('[]')],
  ['/gov/proposals', inEnvelope('[]')],
  [`/staking/isoldtx?txhash=${KNOWN_TX}&logindex=3`, inEnvelope('true')],
  ['/syncing', '{"syncing":false}'],
  [
    '/validatorsets/latest',
    '{"height":"0","result":{"block_height":"1","validators":[{"address":"cosmosvalcons142424242424242424242424242424242veuamw","pub_key":"cosmosvalconspub1addwnp6pqsakva57","proposer_priority":"0","voting_power":"20000"},{"address":"cosmosvalcons1hwamhwamhwamhwamhwamhwamhwamhwam78tqwu","pub_key":"cosmosvalconspub1addwnp6pqsakva57","proposer_priority":"0","voting_power":"20000"}]}}',
  ],
  ['/txs?action=x', '{"height":"0","result":null}'],
])('GET %s: byte for byte', async (path, body) => {
  expect(await get(path)).toEqual([200, body])
})

/** A refusal of Themis, in its words (main 268e586): JSON inside JSON. */
const sdk = (message: string, code = 1, codespace = 'sdk') =>
  JSON.stringify({codespace, code, message})

test('the one wallet is found by its id, in the list and in the set', async () => {
  const result = async (path: string) =>
    (JSON.parse((await get(path))[1]) as {result: never}).result as unknown
  const latest = (await result('/mpc/latest/2')) as {mpc_id: string; participants: unknown}
  expect(await result(`/mpc/${latest.mpc_id}`)).toEqual(latest)
  expect(await result('/mpc/list?page=1&limit=9')).toHaveLength(4)
  expect(await result('/mpc/list?page=1&limit=9')).toContainEqual(latest)
  expect(await result('/mpc/set')).toEqual(latest.participants)
})

test('the next proposers take turns, and are not more than there are', async () => {
  const signers = async (times: string) => {
    const [, text] = await get(`/staking/proposer/${times}`)
    const {result} = JSON.parse(text) as {result: {signer: string}[]}
    return result.map(({signer}) => signer[2]).join('')
  }
  expect([await signers('0'), await signers('1'), await signers('2')]).toEqual(['', 'a', 'ab'])
  expect(await signers('18446744073709551615')).toBe('ab')
})

test('the newest block and set are there by number, others are not', async () => {
  const [status, text] = await get('/blocks/latest')
  const {block_meta: meta} = JSON.parse(text) as {block_meta: {header: object}}
  expect([status, meta.header]).toMatchObject([200, {chain_id: 'test', height: '1', num_txs: '0'}])
  expect((await get('/blocks/1'))[1]).toBe(text)
  expect(await get('/blocks/7')).toEqual([404, '{"error":"height 7 is not available, only 1"}'])
  expect((await get('/validatorsets/x'))[0]).toBe(400)
})

test.each([
  [`/staking/isoldtx?txhash=${KNOWN_TX}&logindex=9`, 404, 'event not processed yet'],
  [`/staking/isoldtx?txhash=0x${'1'.repeat(64)}&logindex=3`, 404, 'event not processed yet'],
  ['/staking/isoldtx?txhash=0x1&logindex=3', 400, "'0x1' is not a hash"],
  ['/staking/proposer-bonus-percent', 500, sdk('unknown staking query endpoint', 6)],
  ['/staking/proposer/x', 400, "'x' is not a valid uint64"],
  ['/auth/accounts/0x1', 400, "'0x1' is not an address"],
  ['/mpc/nothing', 500, sdk('could not get mpc; mpc not found for id')],
  ['/mpc/sign/nothing', 500, sdk('could not get sign; mpc sign not found for id:nothing')],
  ['/gov/proposals/1', 500, sdk('unknown proposal with id 1', 1, 'gov')],
  ['/mpc/list', 400, sdk('failed to parse params: UnmarshalJSON cannot decode empty bytes')],
  ['/metis/tx/1', 500, sdk('could not get metisTx; span not found for id')],
  ['/txs/0x00', 500, "encoding/hex: invalid byte: U+0078 'x'"],
  ['/txs/ABCD', 404, 'there is no transaction ABCD'],
])('GET %s -> %d', async (path, status, error) => {
  expect(await get(path)).toEqual([status, JSON.stringify({error})])
})

test('the token is made once, for its owner only, and anew when others could read it', () => {
  const token = openToken(dir)
  const file = join(dir, 'rest-token')
  expect(token).toMatch(/^[0-9a-f]{64}$/)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(openToken(dir)).toBe(token)
  chmodSync(file, 0o644)
  const renewed = openToken(dir)
  expect(renewed).not.toBe(token)
  expect([readFileSync(file, 'utf8').trim(), statSync(file).mode & 0o777]).toEqual([renewed, 0o600])
  writeFileSync(file, 'short', {mode: 0o600})
  expect(openToken(dir)).not.toBe('short')
  const given = [`Bearer ${token}`, `bearer ${token}`, token, '', undefined]
  expect(given.map((header) => isBearer(header, token))).toEqual([
    ...[true, false, false, false, false],
  ])
})
