/** A provider of a network of one's own: whitelisted on L1, recorded in the document, and taken out again. */
import {writeFileSync} from 'node:fs'

import {sliceHex, zeroAddress, type Address} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {l2Metis} from '../../src/local/placement.ts'
import {readNetwork, saveNetwork} from '../../src/store/networks.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli, type Document} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const office = accountOf('office').address
const locker = accountOf('provider').address

let chain: TestChain
let temp: TempHome
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [office]})
  await chain.fund(office, {whitelist: false})
  const {lockingPool} = chain.at
  await chain.act(governance.address, lockingPool, lockingPoolAbi, 'transferOwnership', [office])
  await chain.keep()
})
afterAll(() => chain[Symbol.asyncDispose]())
beforeEach(async () => {
  temp?.[Symbol.dispose]()
  await chain.reset()
  const network = {...chain.network, lst: {}}
  temp = await makeOperator(network, {owner: 'office', signer: 'office signs'})
  return () => temp[Symbol.dispose]()
})

const provider = {
  version: 1,
  provider: 'artemis',
  contracts: localLst.artemis,
  registration: {
    status: 'chosen',
    vote: 'https://gov.example/1',
    l1Owners: [locker],
    l1Holders: [],
  },
}

const ownedBy = (...l1Owners: Address[]) => ({
  ...provider,
  registration: {...provider.registration, l1Owners},
})

function fileOf(document: unknown): string {
  const path = temp.path('provider.json')
  writeFileSync(path, JSON.stringify(document))
  return path
}

const run = async (...words: string[]): Promise<Document> =>
  (await runCli([...words, '--json'], {home: temp.root})).json!
const add = (document: unknown, ...more: string[]) =>
  run('governance', 'provider', 'add', fileOf(document), '--yes', ...more)
const remove = (...more: string[]) =>
  run('governance', 'provider', 'remove', 'artemis', '--yes', ...more)
const isListed = async () => {
  const {data} = await run('lst', 'list')
  return (data as {providers: {id: string; registration: {vote: string}}[]}).providers
}
const isAllowed = async () => {
  const {error} = await run('sequencer', 'allow', locker, '--dry-run')
  return error?.code === 'NOTHING_TO_CHANGE'
}

test('its owners are whitelisted, and every command knows it', async () => {
  expect(await isListed()).toEqual([])
  expect(await isAllowed()).toBe(false)

  const added = await add(provider)

  expect(added.error).toBeNull()
  expect(added.data).toMatchObject({provider: 'artemis', transactions: [{}]})
  expect(await isListed()).toMatchObject([
    {id: 'artemis', state: 'live', registration: {vote: 'https://gov.example/1'}},
  ])
  expect(await isAllowed()).toBe(true)
  // Again: nothing to send, and the document takes what changed.
  const again = await add({...provider, registration: {...provider.registration, vote: null}})
  expect(again.data).not.toHaveProperty('transactions')
  expect(await isListed()).toMatchObject([{registration: {vote: null}}])
})

test('a dry run changes neither the chain nor the document', async () => {
  expect((await add(provider, '--dry-run')).error).toBeNull()
  expect(await isListed()).toEqual([])
  expect(await isAllowed()).toBe(false)
})

test('removed, it is off the whitelist and unknown; a sequencer of its owner is a trap', async () => {
  await add(provider)
  expect((await remove()).error).toBeNull()
  expect(await isListed()).toEqual([])
  expect(await isAllowed()).toBe(false)

  await add(provider)
  const {metis, lockingInfo, lockingPool} = chain.at
  const {address: signer, publicKey} = accountOf('provider signs')
  const wei = 30_000n * 10n ** 18n
  await chain.fund(locker, {whitelist: false})
  await chain.act(locker, metis, erc20Abi, 'approve', [lockingInfo, wei])
  const args = [signer, locker, wei, sliceHex(publicKey, 1)]
  await chain.act(locker, lockingPool, lockingPoolAbi, 'lockWithRewardRecipient', args)
  expect((await remove()).error).toMatchObject({code: 'TRAP', facts: {trap: 'owner-locked-out'}})
  expect(await isListed()).toHaveLength(1)
  expect((await remove('--keep-whitelisted')).error).toBeNull()
  expect(await isListed()).toEqual([])
  expect(await isAllowed()).toBe(true)
})

test.each([
  ['another version', {...provider, version: 2}],
  ['an unknown provider', {...provider, provider: 'nobody'}],
  ['a contract missing', {...provider, contracts: {}}],
  ['an address that is none', {...provider, contracts: {...localLst.artemis, config: '0x12'}}],
  ['no owner', ownedBy()],
  ['the zero address as an owner', ownedBy(zeroAddress)],
  ['an owner twice', ownedBy(locker, locker)],
  ['no registration', {...provider, registration: null}],
  ['no object', []],
])('%s is refused, with the field named', async (_name, document) => {
  const {error} = await add(document)
  expect(error).toMatchObject({code: 'PROVIDER_INVALID', exitCode: 2})
})

test('a wrong checksum is named with its contract', async () => {
  const config = office.replace(/[a-f](?=[^a-f]*$)/i, (letter) =>
    letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
  )
  const {error} = await add({...provider, contracts: {...localLst.artemis, config}})
  expect(error).toMatchObject({
    code: 'PROVIDER_INVALID',
    message: expect.stringContaining('contracts.config must be an address'),
  })
})

test.each([
  ['accounts', {...localLst.artemis, depositPool: office}],
  ['the zero address', {...localLst.artemis, config: zeroAddress}],
  ['contracts that do not refer to each other', {...localLst.artemis, rewardPool: l2Metis}],
])('%s instead of its contracts: refused, and nothing is recorded', async (_name, contracts) => {
  const {error} = await add({...provider, contracts})
  expect(error).toMatchObject({code: 'PROVIDER_INVALID'})
  expect(await isListed()).toEqual([])
  expect(await isAllowed()).toBe(false)
})

test('other contracts for a provider are shown, and asked for also where nothing is sent', async () => {
  await add(provider)
  const network = readNetwork(temp.home, 'test')
  const elsewhere = {...localLst.artemis, artMetis: office}
  saveNetwork(temp.home, {...network, lst: {artemis: elsewhere}}, {replace: true})
  const line = ['governance', 'provider', 'add', fileOf(provider)]
  const asked = await runCli(line, {home: temp.root})
  expect(asked.exitCode).toBe(9)
  expect(asked.stderr).toContain(`${office} -> ${localLst.artemis.artMetis}`)
  expect(readNetwork(temp.home, 'test').lst.artemis?.artMetis).toBe(office)
  expect((await add(provider)).error).toBeNull()
  expect(readNetwork(temp.home, 'test').lst.artemis?.artMetis).toBe(localLst.artemis.artMetis)

  await remove()
  const {data} = await add(provider, '--dry-run')
  expect(data['effects']).toContainEqual({
    ...{label: 'depositPool, in the document', before: 'none'},
    after: localLst.artemis.depositPool,
  })
})

test('a built-in network keeps its document', async () => {
  const {error} = await run(
    ...['governance', 'provider', 'remove', 'artemis', '--network', 'andromeda'],
    ...['--keep-whitelisted', '--yes'],
  )
  expect(error).toMatchObject({
    code: expect.stringMatching(/NETWORK_EXISTS|PROFILE_NETWORK_MISMATCH/),
  })
})
