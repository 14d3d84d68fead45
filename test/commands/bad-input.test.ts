import {readFileSync, writeFileSync} from 'node:fs'

import {numberToHex, type Address} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import type {Network} from '../../src/protocol/network.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {
  deadUrl,
  htmlAnswer,
  noAnswer,
  proxyAnswer,
  rpcAnswer,
  startHttpStub,
  type HttpStub,
} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator, type OperatorOptions} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {runBoth} from '../helpers/run-cli.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const METIS = 10n ** 18n
let chain: TestChain
let recorder: HttpStub
/** The network through a proxy that remembers what was asked. */
let network: Network

/** Locks 20,000 METIS for a signer. */
async function register(owner: string, signer: string, recipient: Address): Promise<void> {
  const {address} = accountOf(owner)
  const {address: signerAddress, publicKey} = accountOf(signer)
  await chain.fund(address)
  const {metis, lockingInfo, lockingPool} = chain.at
  await chain.act(address, metis, erc20Abi, 'approve', [lockingInfo, 100_000n * METIS])
  const args = [signerAddress, recipient, 20_000n * METIS, `0x${publicKey.slice(4)}`]
  await chain.act(address, lockingPool, lockingPoolAbi, 'lockWithRewardRecipient', args)
}

beforeAll(async () => {
  chain = await startTestChain({l2Rich: [accountOf('member').address]})
  recorder = await startHttpStub(proxyAnswer(() => chain.l1.url))
  network = {...chain.network, l1: {...chain.network.l1, rpcUrls: [recorder.url]}}
  await register('member', 'member signer', accountOf('member').address)
  await chain.fund(accountOf('fresh').address)
  await chain.fund(accountOf('unlisted').address, {whitelist: false})
  await chain.fund(accountOf('no metis').address, {metis: '1'})
  await chain.fund(accountOf('no eth').address, {eth: '0.0001'})
})
afterAll(async () => {
  for (const temp of homes.values()) temp[Symbol.dispose]()
  await recorder[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})

/** One home for each operator: these commands change nothing in it. */
const homes = new Map<string, TempHome>()
async function homeOf(options: OperatorOptions): Promise<TempHome> {
  const key = JSON.stringify(options)
  const temp = homes.get(key) ?? (await makeOperator(network, options))
  homes.set(key, temp)
  return temp
}

interface Case {
  who?: Partial<OperatorOptions>
  line: string
  code: string
  exitCode: number
  /** Of the facts and of the message. */
  facts?: Record<string, unknown>
  message?: string
}

const register20 = 'sequencer register --amount 20000 --yes'
const cases: Record<string, Case> = {
  'unknown network': {
    line: 'sequencer register --network nope',
    code: 'NETWORK_UNKNOWN',
    exitCode: 3,
  },
  'unknown profile': {line: 'reward claim --profile nobody', code: 'PROFILE_UNKNOWN', exitCode: 3},
  'network and profile that do not belong together': {
    line: 'stake show --profile op --network sepolia',
    code: 'PROFILE_NETWORK_MISMATCH',
    exitCode: 3,
  },
  'amount below the minimum': {
    line: 'sequencer register --amount 19999.999999999999999999 --yes',
    code: 'AMOUNT_OUT_OF_RANGE',
    exitCode: 5,
    message: '20,000 to 100,000 METIS',
  },
  'amount above the maximum': {
    line: 'sequencer register --amount 100000.1 --yes',
    code: 'AMOUNT_OUT_OF_RANGE',
    exitCode: 5,
  },
  'not whitelisted': {
    who: {owner: 'unlisted'},
    line: register20,
    code: 'NOT_WHITELISTED',
    exitCode: 5,
    facts: {condition: 'whitelisted', seen: 'no'},
  },
  'no METIS': {who: {owner: 'no metis'}, line: register20, code: 'METIS_BALANCE_LOW', exitCode: 5},
  'no ETH for gas': {who: {owner: 'no eth'}, line: register20, code: 'BALANCE_LOW', exitCode: 5},
  'owner already has a sequencer': {
    who: {owner: 'member'},
    line: register20,
    code: 'OWNER_HAS_SEQUENCER',
    exitCode: 5,
    facts: {seen: 'sequencer 1'},
  },
  'signer was used': {
    who: {signer: 'member signer'},
    line: register20,
    code: 'SIGNER_USED',
    exitCode: 5,
    facts: {seen: 'used by sequencer 1'},
  },
  'nobody to ask, and no --yes': {
    line: 'sequencer register --amount 20000',
    code: 'CONFIRMATION_NEEDED',
    exitCode: 9,
  },
  'missing password file': {
    line: `${register20} --password-file /nonexistent/pass`,
    code: 'PASSWORD_FILE_UNUSABLE',
    exitCode: 13,
  },
  'the zero address as recipient': {
    line: `${register20} --recipient 0x0000000000000000000000000000000000000000`,
    code: 'TRAP',
    exitCode: 5,
    facts: {trap: 'no-reward-recipient'},
  },
  'claim without a sequencer': {line: 'reward claim --yes', code: 'NOT_REGISTERED', exitCode: 4},
  'claim of someone else’s': {
    line: 'reward claim 1 --yes',
    code: 'NOT_SEQUENCER_OWNER',
    exitCode: 5,
  },
  'claim of a sequencer that is not': {
    line: 'reward claim 9 --yes',
    code: 'SEQUENCER_UNKNOWN',
    exitCode: 4,
  },
  'nothing to claim': {
    who: {owner: 'member'},
    line: 'reward claim --yes',
    code: 'NOTHING_TO_CLAIM',
    exitCode: 5,
    facts: {sequencerId: '1'},
  },
  'increase of nothing': {
    who: {owner: 'member'},
    line: 'stake increase --amount 0 --yes',
    code: 'NOTHING_TO_LOCK',
    exitCode: 5,
  },
  'increase above the maximum': {
    who: {owner: 'member'},
    line: 'stake increase --amount 80000.000000000000000001 --yes',
    code: 'AMOUNT_OUT_OF_RANGE',
    exitCode: 5,
    facts: {roomWei: `${80_000n * METIS}`},
  },
  'deposit of nothing': {
    line: 'lst deposit artemis 0 --yes',
    code: 'AMOUNT_OUT_OF_RANGE',
    exitCode: 5,
  },
  'deposit of more than there is': {
    who: {owner: 'member'},
    line: 'lst deposit artemis 1000.1 --yes',
    code: 'METIS_BALANCE_LOW',
    exitCode: 5,
    message: 'actual: 1,000 of 1,000.1 METIS',
  },
}

test.each(Object.entries(cases))(
  '%s: one clear error, and nothing is sent',
  async (_name, each) => {
    const temp = await homeOf({owner: 'fresh', signer: 'fresh signer', ...each.who})
    recorder.bodies.length = 0

    const {text, json, exitCode} = await runBoth(each.line.split(' '), {home: temp.root})

    expect({code: json.error?.code, exitCode}).toEqual({code: each.code, exitCode: each.exitCode})
    expect(json.error).toMatchObject({exitCode, facts: each.facts ?? {}})
    expect(json.error?.hints.length, 'a next step').toBeGreaterThan(0)
    expect(json.error?.message).toContain(each.message ?? '')
    expect(text.stdout).toBe('')
    expect(text.stderr).toContain(`error: ${json.error?.message} [${each.code}]`)
    expect(recorder.bodies.join()).not.toContain('eth_sendRawTransaction')
  },
)

/** Endpoints that are wrong, each in its own way. */
const endpoints: [string, () => Promise<string>, string][] = [
  ['down', deadUrl, 'ENDPOINT_UNREACHABLE'],
  ['HTML', async () => (await held(startHttpStub(htmlAnswer))).url, 'ENDPOINT_NOT_JSON_RPC'],
  [
    'another chain',
    async () => (await held(startHttpStub(rpcAnswer({eth_chainId: () => '0x1'})))).url,
    'WRONG_CHAIN',
  ],
  ['silent', async () => (await held(startHttpStub(noAnswer))).url, 'ENDPOINT_UNREACHABLE'],
]
const stubs: HttpStub[] = []
async function held(starting: Promise<HttpStub>): Promise<HttpStub> {
  const stub = await starting
  stubs.push(stub)
  return stub
}
afterAll(() => Promise.all(stubs.map((stub) => stub[Symbol.asyncDispose]())))

test.each(endpoints)(
  'L1 endpoint %s: exit 8, with the source in the document',
  async (_name, start, code) => {
    const l1 = await start()
    using temp = await makeOperator(network, {
      owner: 'fresh',
      signer: 'fresh signer',
      endpoints: {l1},
    })

    const {json, exitCode} = await runBoth([...register20.split(' '), '--timeout', '1'], {
      home: temp.root,
    })

    expect({code: json.error?.code, exitCode}).toEqual({code, exitCode: 8})
    expect(json).toMatchObject({profile: 'op', network: 'test', error: {exit: 'unreachable'}})
    expect(json.sources).toMatchObject([
      {name: 'L1', endpoint: l1, state: expect.not.stringMatching('fresh')},
    ])
  },
)

test('a key in a backend that is not available here: exit 13, with a way out', async () => {
  using temp = await makeOperator(network, {owner: 'fresh', signer: 'fresh signer'})
  const path = temp.path('config.json')
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"file"', '"secret-service"'))

  const {json, exitCode} = await runBoth(register20.split(' '), {
    home: temp.root,
    env: {DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent'},
  })

  expect(exitCode).toBe(13)
  expect(json.error?.code).toMatch(/^KEYRING_(LOCKED|UNAVAILABLE)$/)
  expect(json.error?.hints.length).toBeGreaterThan(0)
  expect(json.data).toMatchObject({action: 'sequencer register'})
})

test('a paused pool is said before anything else', async () => {
  const slot = await chain.l1.request('evm_snapshot')
  await chain.act(governance.address, chain.at.lockingPool, lockingPoolAbi, 'setPause', [true])
  using temp = await makeOperator(network, {owner: 'unlisted', signer: 'fresh signer'})

  const {json} = await runBoth(register20.split(' '), {home: temp.root})

  expect(json.error).toMatchObject({code: 'POOL_PAUSED', exitCode: 5})
  await chain.l1.request('evm_revert', [slot])
})

test('addresses without contracts are named as such', async () => {
  const empty = numberToHex(1n, {size: 20})
  const {contracts} = network.l1
  const wrong = {
    ...network,
    name: 'wrong',
    l1: {...network.l1, contracts: {...contracts, lockingPool: empty}},
  }
  using temp = await makeOperator(network, {owner: 'fresh', signer: 'fresh signer'})
  saveNetwork(temp.home, wrong, {replace: true})

  const {json, exitCode} = await runBoth(['sequencer', 'list', '--network', 'wrong'], {
    home: temp.root,
  })

  expect({code: json.error?.code, exitCode}).toEqual({code: 'NO_CONTRACT', exitCode: 3})
})
