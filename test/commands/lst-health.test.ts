/** Liquid staking on the pages of health, beside markets and a provider whose contracts are gone. */
import {readFileSync, statSync, writeFileSync} from 'node:fs'

import {parseEther, type Address} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {lockPartsOf} from '../../src/local/lst/providers.ts'
import type {Network} from '../../src/protocol/network.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {deadUrl} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {claimable} from '../helpers/lst-steps.ts'
import {marketScene, type MarketScene} from '../helpers/markets.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {Document} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address

let chain: TestChain
let temp: TempHome
let scene: MarketScene
let network: Network
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner], with: ['lst', 'defi']})
  // Markets count blocks from those in which they were made.
  await chain.l2.request('anvil_mine', ['0x400'])
  const parts = lockPartsOf(chain.at.lst!)
  const registered = (l1Owners: Address[], l1Holders: Address[]) =>
    ({status: 'none', vote: null, l1Owners, l1Holders}) as const
  // Our owner is one of the owners of Artemis, beside the one that has the lock.
  const artemis = registered([parts.artemis.owner, owner], [parts.artemis.holder])
  const enki = registered([parts.enki.owner], [parts.enki.holder])
  network = {...chain.network, lstRegistry: {artemis, enki}}
  temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
  scene = marketScene(chain, temp)
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

interface Issue {
  id: string
  subject: string | null
  severity: string
  text: string
  remedy: string
}
const issues = async (): Promise<Issue[]> => {
  const {data} = await scene.ask('status')
  const {issues: found} = data['health'] as {issues: Issue[]}
  return found.filter(({id}) => /^lst-|^loan-/.test(id))
}
/** A network on which a contract of Enki has another address. */
const withEnki = (name: string, contracts: object) =>
  saveNetwork(
    temp.home,
    {...network, name, lst: {...network.lst, enki: {...network.lst.enki!, ...contracts}}},
    {replace: true},
  )
const of = (document: Document, key: string) => document.data[key] as Record<string, unknown>[]

test('tokens with a pool have a peg, and those without one are named', async () => {
  const {data} = await scene.ask('lst peg')
  const reserve = parseEther('9950')
  const depth = BigInt((data['pegs'] as {depthMetisWei: string}[])[0]!.depthMetisWei)
  expect(data).toMatchObject({
    pegs: [
      {
        ...{provider: 'artemis', token: 'artMETIS', exchange: 'netswap'},
        ...{poolPrice: '995000000000000000', rate: '1000000000000000000'},
        discountBasisPoints: 50,
      },
      // Liquidity that depends on the price has no depth of its own.
      {token: 'artMETIS', exchange: 'algebra', discountBasisPoints: 0, depthMetisWei: null},
    ],
    withoutPool: [
      {provider: 'enki', token: 'seMETIS'},
      {provider: 'enki', token: 'eMETIS'},
      {provider: 'stakelink', token: 'stMETIS'},
      {provider: 'stakelink', token: 'wstMETIS'},
    ],
  })
  // The square of the reserve grows by a hundredth.
  const grown = ((reserve + depth) * (reserve + depth) * 10_000n) / (reserve * reserve)
  expect([grown, depth > 0n]).toEqual([10_099n, true])
  const {stdout} = await scene.run('lst peg enki')
  expect(stdout).toContain('Enki: no pool of seMETIS and METIS is known.')
})

test('the provider of the sequencer is watched without a position, and the others are not', async () => {
  const {stdout} = await scene.run('dashboard --once')
  expect(stdout).toMatch(/Liquid staking\n +Artemis +has your sequencer\n +rate +1, APR/)
  expect(stdout).not.toContain('Enki')
  // The METIS of the first deposits are on neither chain of this network.
  expect(await issues()).toMatchObject([
    {
      ...{id: 'lst-backing', subject: 'artemis', severity: 'warn'},
      text: 'the backing of Artemis is below 1 unless METIS is in transit (0.4444)',
      remedy: 'metis-seq lst backing artemis --profile op',
    },
  ])
  expect(stdout).toMatch(/backing +0.4444, BELOW 1 unless METIS is in transit/)
  const holder = lockPartsOf(chain.at.lst!).artemis.holder
  await chain.fund(holder, {metis: '20000', whitelist: false})
  expect(await issues()).toEqual([])
})

test('a claimable request is advice on every page', async () => {
  await claimable(chain, async (line) => expect((await scene.ask(line)).ok).toBe(true))
  expect(await issues()).toMatchObject([
    {
      ...{id: 'lst-claimable', subject: 'artemis', severity: 'info'},
      text: '2 METIS can be claimed from Artemis',
      remedy: 'metis-seq lst claim artemis --profile op',
    },
  ])
  const {stdout} = await scene.run('dashboard --once')
  expect(stdout).toMatch(/Artemis +worth 3 METIS, has your sequencer/)
  expect(stdout).toMatch(/requests +1 open, 2 METIS owed, 2 claimable/)
  expect(stdout).toMatch(/peg +artMETIS 0.5 % below its rate, netswap/)
})

test('a discount and a loan near liquidation are told, each with its command', async () => {
  await scene.ask('lend supply 200 METIS --yes')
  await scene.ask('lend borrow 1000 m.USDC --yes')
  await scene.price('METIS/USD', 14n * 10n ** 8n)
  // As much as is bought with it moves the price up: above the rate it is only advice.
  await scene.ask('pool swap 500 METIS artMETIS --slippage 1000 --yes')
  const above = await issues()
  expect(above[0]).toMatchObject({
    ...{id: 'loan-near-liquidation', subject: 'aave', severity: 'warn'},
    text: 'the loan with Aave v3 is near liquidation, health 1.12',
    remedy: 'metis-seq lend show --market aave --profile op',
  })
  expect(above.find(({id}) => id === 'lst-peg')).toMatchObject({
    ...{subject: 'artMETIS', severity: 'info', remedy: 'metis-seq lst peg artemis --profile op'},
    text: expect.stringMatching(/^artMETIS trades \d+\.\d+ % above its rate$/),
  })
  const {stdout} = await scene.run('dashboard --once')
  expect(stdout).toMatch(/Aave v3 +loan, health 1\.12/)
  expect(stdout).toContain('WARN the loan with Aave v3 is near liquidation')
})

const nobody = accountOf('nobody').address
const all = ['rates', 'queue', 'backing', 'compare 100', 'peg']
const accounts = ['position', 'requests'].map((word) => `${word} --account ${owner}`)

test.each(['no-code', 'mismatch'])(
  'a provider that is %s is left out with its reason, and is an error where it is named',
  async (kind) => {
    withEnki(kind, kind === 'no-code' ? {seMetis: nobody} : {eMetis: network.lst.artemis!.artMetis})
    for (const line of [...all, ...accounts]) {
      const document = await scene.ask(`lst ${line} --network ${kind}`)
      expect(document.ok, line).toBe(true)
      expect(document.warnings, line).toMatchObject([{code: 'LST_LEFT_OUT'}])
      expect(document.warnings[0]!.message).toMatch(/^Enki is left out\. .*\.$/)
      expect(JSON.stringify(document.data), line).toContain('artemis')
      expect(JSON.stringify(document.data), line).not.toContain('enki')
      if (line.startsWith('compare')) continue
      const [word = '', ...rest] = line.split(' ')
      const named = [`lst ${word} enki`, ...rest, '--network', kind].join(' ')
      expect((await scene.ask(named)).error, named).toMatchObject({code: 'CONTRACT_MISCONFIGURED'})
    }
    const {stdout, stderr, exitCode} = await scene.run(`lst rates --network ${kind}`)
    expect({exitCode, said: stdout.includes('artemis')}).toEqual({exitCode: 0, said: true})
    expect(stderr).toContain('warning: Enki is left out.')
    // The list is about their state, and leaves none out.
    const listed = await scene.ask(`lst list --network ${kind}`)
    expect(of(listed, 'providers')).toMatchObject([{state: 'live'}, {state: kind}, {state: 'live'}])
  },
)

test('without L1 the rates are shown, and only the longest wait of a withdrawal is unknown', async () => {
  const rpcUrls = [await deadUrl()]
  saveNetwork(temp.home, {...network, name: 'no-l1', l1: {...network.l1, rpcUrls}}, {replace: true})
  const {data, warnings} = await scene.ask('lst rates --network no-l1')
  expect(data).toMatchObject({
    rates: ['artemis', 'enki', 'stakelink'].map((provider) => ({
      ...{provider: {id: provider}, rate: expect.stringMatching(/^\d{18,}$/)},
      unbonding: {fromSeconds: expect.stringMatching(/^\d+$/), toSeconds: null},
    })),
  })
  expect(warnings).toMatchObject([{code: 'ENDPOINT_UNREACHABLE'}])
  expect(warnings[0]!.message).toMatch(/^The longest wait of a withdrawal is unknown, .*\.$/)
  const {stdout} = await scene.run('lst rates --network no-l1')
  expect(stdout).toMatch(/ to unknown/)
})

test('where nothing is left, it is an error, and a lock can still be compared', async () => {
  const lst = {enki: {...network.lst.enki!, seMetis: nobody}}
  saveNetwork(temp.home, {...network, name: 'gone', lst}, {replace: true})
  const {error} = await scene.ask('lst queue --network gone')
  expect(error).toMatchObject({code: 'CONTRACT_MISCONFIGURED'})
  expect(error!.message).toContain('There is no contract at the address of seMetis.')
  const compared = await scene.ask('lst compare 30000 --network gone')
  expect(of(compared, 'ways').map(({option}) => option)).toEqual(['lock'])
  expect(compared.warnings).toMatchObject([{code: 'LST_LEFT_OUT'}])
})

test('the rate as a picture: one document, no script, and no file is overwritten', async () => {
  const file = temp.path('rate.svg')
  const line = `lst history artemis --days 1 --points 4 --plot ${file}`
  expect((await scene.ask(line)).data).toMatchObject({provider: 'artemis', plot: file})
  const picture = readFileSync(file, 'utf8')
  expect(picture).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" [^]*<\/svg>\n$/)
  expect(picture).not.toMatch(/<script|href|url\(|@import/)
  expect(picture).toContain('prefers-color-scheme: dark')
  writeFileSync(file, 'mine')
  expect((await scene.ask(line)).error).toMatchObject({code: 'FILE_EXISTS'})
  expect(readFileSync(file, 'utf8')).toBe('mine')
  expect((await scene.ask(`${line} --force`)).ok).toBe(true)
  expect(statSync(file).size).toBeGreaterThan(1000)
  expect((await scene.ask('lst history artemis --force')).error).toMatchObject({code: 'USAGE'})
})
