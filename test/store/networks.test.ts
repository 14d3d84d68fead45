import {existsSync, readFileSync, writeFileSync} from 'node:fs'

import {expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {parseNetwork} from '../../src/protocol/network-document.ts'
import type {Network} from '../../src/protocol/network.ts'
import {listNetworks, readNetwork, readNetworkFile, saveNetwork} from '../../src/store/networks.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const andromeda = builtInNetworks[0]!
const bundled = {
  genesisFile: '/var/lib/metis/genesis.json',
  fingerprint: `0x${'ab'.repeat(32)}`,
  bootnodes: ['/ip4/127.0.0.1/tcp/18546'],
  relayer: '0x1111111111111111111111111111111111111111',
  followers: 'registered',
}
const own = {...andromeda, name: 'own', l2: {...andromeda.l2, bundled}} as Network

function failureOf(act: () => unknown): MetisSeqError {
  try {
    act()
  } catch (error) {
    if (error instanceof MetisSeqError) return error
    throw error
  }
  throw new Error('It did not fail.')
}

test.each(builtInNetworks)('the built-in network $name passes its own check', (network) => {
  const copy: unknown = JSON.parse(JSON.stringify(network))

  expect(parseNetwork(copy, 'built in')).toEqual(network)
})

/** Path into the document, a wrong value, and the field the error must name. */
const wrongFields: [string, unknown, string][] = [
  ['version', 2, 'version'],
  ['name', 'Own Network', 'name'],
  ['name', '../escape', 'name'],
  ['kind', 'production', 'kind'],
  ['posRestUrl', 'ftp://pos', 'posRestUrl'],
  ['posRestUrl', undefined, 'posRestUrl'],
  ['lst', null, 'lst'],
  ['lst.artemis', 1, 'lst.artemis'],
  ['lst.artemis.artMetis', '0x12', 'lst.artemis.artMetis'],
  ['lst.artemis.depositPool', null, 'lst.artemis.depositPool'],
  ['lst.artemis.rewardPool', 'x', 'lst.artemis.rewardPool'],
  ['lst.artemis.withdrawalManager', 1, 'lst.artemis.withdrawalManager'],
  ['lst.artemis.config', '', 'lst.artemis.config'],
  ['l1', [], 'l1'],
  ['l1.chainId', '1', 'l1.chainId'],
  ['l1.chainId', 0, 'l1.chainId'],
  ['l1.deploymentBlock', -1, 'l1.deploymentBlock'],
  ['l1.confirmations', 1.5, 'l1.confirmations'],
  ['l1.rpcUrls', [], 'l1.rpcUrls'],
  ['l1.rpcUrls', ['localhost:8545'], 'l1.rpcUrls'],
  ['l1.rpcUrls', 'http://a', 'l1.rpcUrls'],
  ['l1.explorerUrl', 'etherscan', 'l1.explorerUrl'],
  ['l1.contracts', null, 'l1.contracts'],
  ['l1.contracts.metis', '0x', 'l1.contracts.metis'],
  ['l1.contracts.lockingPool', null, 'l1.contracts.lockingPool'],
  ['l1.contracts.lockingInfo', null, 'l1.contracts.lockingInfo'],
  ['l1.contracts.bridge', null, 'l1.contracts.bridge'],
  ['l1.contracts.addressManager', null, 'l1.contracts.addressManager'],
  ['l1.contracts.batchInbox', null, 'l1.contracts.batchInbox'],
  ['l1.batchSenders', ['0x1'], 'l1.batchSenders'],
  ['l1.batchSenders', {}, 'l1.batchSenders'],
  ['l2', 'x', 'l2'],
  ['l2.chainId', 2 ** 53, 'l2.chainId'],
  ['l2.phase2Block', null, 'l2.phase2Block'],
  ['l2.slotMs', 49, 'l2.slotMs'],
  ['l2.respanDelaySeconds', 0, 'l2.respanDelaySeconds'],
  ['l2.batchMarginBlocks', -1, 'l2.batchMarginBlocks'],
  ['l2.emptyBlocks', 'yes', 'l2.emptyBlocks'],
  ['l2.rpcUrls', [1], 'l2.rpcUrls'],
  ['l2.explorerUrl', 1, 'l2.explorerUrl'],
  ['l2.contracts.sequencerSet', null, 'l2.contracts.sequencerSet'],
  ['l2.contracts.bridge', null, 'l2.contracts.bridge'],
  ['l2.contracts.metis', null, 'l2.contracts.metis'],
  ['l2.contracts.gasPriceOracle', null, 'l2.contracts.gasPriceOracle'],
  ['l2.bundled', undefined, 'l2.bundled'],
  ['l2.bundled.genesisFile', 'genesis.json', 'l2.bundled.genesisFile'],
  ['l2.bundled.fingerprint', '0x12', 'l2.bundled.fingerprint'],
  ['l2.bundled.bootnodes', ['x'], 'l2.bundled.bootnodes'],
  ['l2.bundled.relayer', null, 'l2.bundled.relayer'],
]

test.each(wrongFields)('%s set to %j is named in the error', (path, value, named) => {
  const document = structuredClone(own) as unknown as Record<string, unknown>
  const keys = path.split('.')
  const last = keys.pop()!
  const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, document)
  parent[last] = value

  const error = failureOf(() => parseNetwork(document, 'own.json'))

  expect(error).toMatchObject({code: 'NETWORK_INVALID', exit: 'config'})
  expect(error.facts['problems']).toMatch(new RegExp(`(^|; )${named}( |\\.)`))
  expect(error.facts['source']).toBe('own.json')
})

test.each([null, [], 'text', 1])('%j is not a network document', (value) => {
  expect(failureOf(() => parseNetwork(value, 'own.json')).code).toBe('NETWORK_INVALID')
})

test('all wrong fields are named at once', () => {
  const document = {...own, version: 3, kind: 'x', posRestUrl: 1}

  const {facts} = failureOf(() => parseNetwork(document, 'own.json'))

  expect(facts['problems']?.split('; ')).toHaveLength(3)
})

test('a saved network is listed after the built-in ones and read back', () => {
  using temp = makeTempHome()
  saveNetwork(temp.home, own, {replace: false})

  expect(listNetworks(temp.home).map(({network, source}) => `${network.name} ${source}`)).toEqual([
    'andromeda built in',
    'sepolia built in',
    'own file',
  ])
  expect(readNetwork(temp.home, 'own')).toEqual(own)
})

test('a saved network is overwritten only on request, a built-in one never', () => {
  using temp = makeTempHome()
  saveNetwork(temp.home, own, {replace: false})
  const changed = {...own, kind: 'test'} as Network

  expect(failureOf(() => saveNetwork(temp.home, changed, {replace: false}))).toMatchObject({
    code: 'NETWORK_EXISTS',
    hints: [expect.stringContaining('--replace')],
  })
  expect(readNetwork(temp.home, 'own').kind).toBe('main')
  saveNetwork(temp.home, changed, {replace: true})
  expect(readNetwork(temp.home, 'own').kind).toBe('test')
  expect(failureOf(() => saveNetwork(temp.home, andromeda, {replace: true})).code).toBe(
    'NETWORK_EXISTS',
  )
})

test('an unknown name is answered with the known ones, and never leads out of the home', () => {
  using temp = makeTempHome()
  writeFileSync(temp.path('outside.json'), JSON.stringify({...own, name: 'outside'}))
  saveNetwork(temp.home, own, {replace: false})

  expect(failureOf(() => readNetwork(temp.home, 'nope'))).toMatchObject({
    code: 'NETWORK_UNKNOWN',
    exit: 'config',
    facts: {network: 'nope', known: 'andromeda, sepolia, own'},
  })
  expect(existsSync(temp.path('outside.json'))).toBe(true)
  expect(failureOf(() => readNetwork(temp.home, '../outside')).code).toBe('NETWORK_UNKNOWN')
  expect(failureOf(() => readNetwork(temp.home, 'local')).hints[0]).toContain('local up')
})

test('a file that is not JSON, or not there, is named without a word of its content', () => {
  using temp = makeTempHome()
  const path = temp.path('broken.json')
  writeFileSync(path, '{"rpc": SECRETSECRET}')

  const broken = failureOf(() => readNetworkFile(path))
  const missing = failureOf(() => readNetworkFile(temp.path('missing.json')))

  expect(broken).toMatchObject({code: 'NETWORK_INVALID', facts: {source: path}})
  expect(broken.message).not.toContain('SECRET')
  expect(readFileSync(path, 'utf8')).toContain('SECRET')
  expect(missing.code).toBe('NETWORK_INVALID')
  expect(missing.message).toContain('missing.json')
})
