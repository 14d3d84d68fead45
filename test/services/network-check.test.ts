import {afterAll, beforeAll, expect, test} from 'vitest'

import type {Network} from '../../src/protocol/network.ts'
import {openContext} from '../../src/services/context.ts'
import {checkNetwork} from '../../src/services/network/network-check.ts'
import {createProfile} from '../../src/services/network/profiles.ts'
import {openConfig} from '../../src/store/config.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {batchSpellings, limitsBatches, on} from '../chaos/behaviours.ts'
import {startChaosProxy} from '../chaos/proxy.ts'
import {startHeadsStub} from '../helpers/heads-stub.ts'
import {deadUrl} from '../helpers/http-stub.ts'
import {makeTempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

let chain: TestChain
beforeAll(async () => (chain = await startTestChain()))
afterAll(() => chain[Symbol.asyncDispose]())

async function check(change: (network: Network) => Network) {
  using temp = makeTempHome()
  saveNetwork(temp.home, change(chain.network), {replace: true})
  const context = openContext({home: temp.home, network: 'test'})
  try {
    const {ok, checks, unknownCode} = await checkNetwork(context, 20_000)
    return {
      ok,
      checks,
      unknownCode,
      failed: checks.filter((each) => !each.ok).map(({label, seen}) => `${label}: ${seen}`),
    }
  } finally {
    context.close()
  }
}

test('a network that is as its document says has no failed check', async () => {
  expect(await check((network) => network)).toMatchObject({ok: true, failed: [], unknownCode: []})
})

test('an address without code and a pointer to elsewhere are named', async () => {
  const empty = '0x00000000000000000000000000000000000000ee'
  const {ok, failed} = await check((network) => ({
    ...network,
    l1: {...network.l1, contracts: {...network.l1.contracts, bridge: empty}},
  }))

  expect(ok).toBe(false)
  expect(failed).toEqual([
    `L1 bridge ${empty} has code: no code at this address`,
    `LockingInfo.bridge is the L1 bridge: it is ${chain.at.bridge}`,
  ])
})

test('a dead second endpoint and swapped chains are named, each by its own check', async () => {
  const dead = await deadUrl()
  const {failed} = await check((network) => ({
    ...network,
    l1: {...network.l1, rpcUrls: [...network.l1.rpcUrls, dead, dead, ...network.l2.rpcUrls]},
    posRestUrl: dead,
  }))

  expect(failed).toEqual([
    `L1 endpoint ${dead} serves chain 31337: The endpoint cannot be reached (ECONNREFUSED).`,
    expect.stringContaining('The L1 endpoint serves chain 108800'),
    expect.stringContaining(
      `consensus layer ${dead} answers: The consensus layer does not respond`,
    ),
  ])
})

test('a chain that nobody serves is one line for each endpoint, not one for each contract', async () => {
  const dead = await deadUrl()
  const {failed} = await check((network) => ({...network, l1: {...network.l1, rpcUrls: [dead]}}))

  expect(failed).toEqual([expect.stringContaining(`L1 endpoint ${dead} serves chain 31337`)])
})

test('each remedy names the flag of its own chain, and whom it is about', async () => {
  using temp = makeTempHome()
  const dead = await deadUrl()
  const empty = '0x00000000000000000000000000000000000000ee'
  const {l1, l2} = chain.network
  saveNetwork(
    temp.home,
    {...chain.network, l1: {...l1, contracts: {...l1.contracts, bridge: empty}}},
    {replace: true},
  )
  createProfile(temp.home, openConfig(temp.home), {
    ...{name: 'op', network: 'test', node: null, replace: false},
    endpoints: {l1: [...l1.rpcUrls, dead], l2: [...l2.rpcUrls, dead], pos: dead},
  })
  const remedies = async (profile: string) => {
    const context = openContext({home: temp.home, profile})
    const {checks} = await checkNetwork(context, 20_000).finally(() => context.close())
    return checks.filter(({ok}) => !ok).map(({id, remedy}) => ({id, remedy}))
  }

  const ofProfile = await remedies('op')

  for (const {remedy} of ofProfile) expect(remedy).toContain('init --profile op --replace --')
  const flagOf = (id: string) => ofProfile.find((each) => each.id === id)?.remedy
  expect(flagOf('endpoint-l1')).toMatch(/--l1-rpc-url URL`\.$/)
  expect(flagOf('endpoint-l2')).toMatch(/--l2-rpc-url URL`\.$/)
  expect(flagOf('pos')).toMatch(/--pos-url URL`\.$/)
  expect(flagOf('code')).toMatch(/^Correct it in the network document.*--l1-rpc-url URL`\.$/)
  expect(JSON.stringify(ofProfile)).not.toContain('local status')
})

test('a limit of batches is named, and holds for nothing else', async () => {
  const refuse = batchSpellings['code 31 for each call']!
  await using proxy = await startChaosProxy(chain.l1.url, limitsBatches(3, refuse))
  const {ok, checks} = await check((network) => ({
    ...network,
    l1: {...network.l1, rpcUrls: [proxy.url]},
  }))

  expect(ok).toBe(true)
  expect(checks[0]?.seen).toMatch(/it takes [123] calls? per request/)
})

test('code behind the pool that this version does not know is told', async () => {
  const word = `0x${'0'.repeat(24)}${'ab'.repeat(20)}`
  const slot = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc'
  await using proxy = await startChaosProxy(
    chain.l1.url,
    on('eth_getStorageAt', async ({calls, forward, reply, isBatch}) => {
      const answers = (await forward()).map((answer, at) =>
        calls[at]?.params[1] === slot ? {...answer, result: word} : answer,
      )
      reply(isBatch ? answers : answers[0])
      return true
    }),
  )
  const known = {[chain.at.metis]: 'published'} as const
  const {ok, unknownCode} = await check((network) => ({
    ...network,
    l1: {...network.l1, rpcUrls: [proxy.url], poolImplementations: known},
  }))

  expect(ok).toBe(true)
  expect(unknownCode).toEqual([
    {contract: 'LockingPool', implementation: expect.stringMatching(/^0x(?:ab){20}$/i)},
  ])
})

test('code that nobody listed is told of each proxy, also where the network lists none at all', async () => {
  const other = `0x${'cd'.repeat(20)}` as const
  const {poolImplementations: _known, ...l1} = chain.network.l1
  const {ok, unknownCode} = await check((network) => ({
    ...network,
    l1: {...l1, infoImplementations: [other]},
    // Its own address holds code and is no proxy.
    l2: {...network.l2, sequencerSetImplementations: [other]},
  }))

  expect(ok).toBe(true)
  expect(unknownCode.map(({contract}) => contract)).toEqual([
    'LockingPool',
    'LockingInfo',
    'MetisSequencerSet',
  ])
  expect(unknownCode[0]!.implementation).not.toBeNull()
})

test('addresses that announce heads are subscribed to, and a wrong one is named with its flag', async () => {
  await using right = await startHeadsStub()
  await using foreign = await startHeadsStub('other-chain')
  await using without = await startHeadsStub('no-subscriptions')
  const results = []
  for (const {url} of [right, foreign, without]) {
    const {checks} = await check((network) => ({...network, l1: {...network.l1, wsUrl: url}}))
    results.push(checks.find(({id}) => id === 'heads-l1'))
  }

  expect(results).toMatchObject([
    {label: `L1 heads are announced at ${right.url}`, ok: true, seen: 'yes'},
    {ok: false, seen: 'It serves chain 1, but this network needs chain 31337.'},
    {ok: false, seen: expect.stringMatching(/^It refuses eth_subscribe/)},
  ])
  expect(results[1]?.remedy).toMatch(/^Correct it in the network document.*--l1-ws-url URL`\.$/)

  // One that is only down need not be another one.
  const wsUrl = (await deadUrl()).replace('http:', 'ws:')
  const {checks} = await check((network) => ({...network, l1: {...network.l1, wsUrl}}))
  expect(checks.find(({id}) => id === 'heads-l1')).toMatchObject({
    ...{ok: false, seen: 'Nothing is listening there.'},
    remedy: expect.stringMatching(/^If it should be running, start it .*--l1-ws-url URL`\.$/),
  })
  await expect.poll(() => right.subscribed).toBe(0)
})
