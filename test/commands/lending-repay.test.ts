import {parseEther, type Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {cErc20Abi} from '../../src/chain/abis/c-erc20.ts'
import {comptrollerAbi} from '../../src/chain/abis/comptroller.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {localAave} from '../../src/local/defi/lending/aave/plan.ts'
import {localShoebill, localShoebillMarkets} from '../../src/local/defi/lending/shoebill/plan.ts'
import type {Network} from '../../src/protocol/network.ts'
import {proxyAnswer, startHttpStub, type HttpStub} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {marketScene, type MarketScene} from '../helpers/markets.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'
import type {Document} from '../helpers/run-cli.ts'

const owner = accountOf('owner').address
const {comptroller, repayer} = localShoebill
const {metis: market} = localShoebillMarkets

let chain: TestChain
let stub: HttpStub
/** Runs before a transaction is broadcast: others were quicker. */
let before: () => Promise<void> = async () => {}
let temp: TempHome
let scene: MarketScene
/** The same network, without the contract that repays to the last wei. */
let plain: TempHome
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner], with: ['defi']})
  const proxy = proxyAnswer(() => chain.l2.url)
  stub = await startHttpStub((body, request, response) => {
    const ready = body.includes('eth_sendRawTransaction') ? before() : Promise.resolve()
    return ready.then(() => proxy(body, request, response))
  })
  const network: Network = {...chain.network, l2: {...chain.network.l2, rpcUrls: [stub.url]}}
  temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
  plain = await makeOperator(
    {
      ...network,
      defi: {...network.defi!, lending: {...network.defi!.lending, shoebill: {comptroller}}},
    },
    {owner: 'owner', signer: 'signer'},
  )
  scene = marketScene(chain, temp)
  await scene.ask('pool swap 20 METIS m.USDC --yes')
  await scene.ask('pool swap 200 METIS artMETIS --yes')
})
afterAll(async () => {
  temp[Symbol.dispose]()
  plain[Symbol.dispose]()
  await stub[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})

const balance = async () =>
  BigInt((await chain.l2.request('eth_getBalance', [owner, 'latest'])) as Hex)
const owed = () => scene.read(market, cErc20Abi, 'borrowBalanceStored', [owner]) as Promise<bigint>
/** METIS for gas of the calls of a document. */
async function gasOf({data}: Document): Promise<bigint> {
  const hashes = (data['transactions'] as {hash: Hex}[]).map(({hash}) => hash)
  const paid = await Promise.all(
    hashes.map(async (hash) => {
      const receipt = (await chain.l2.request('eth_getTransactionReceipt', [hash])) as Record<
        'gasUsed' | 'effectiveGasPrice',
        Hex
      >
      return BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice)
    }),
  )
  return paid.reduce((sum, wei) => sum + wei, 0n)
}
const movedOf = ({data}: Document) => BigInt((data['moved'] as {units: string}).units)

test('Aave: a debt in METIS ends at exactly 0, and no more than it left the account', async () => {
  await scene.ask('lend supply 100 m.USDC --yes')
  expect((await scene.ask('lend borrow 1 METIS --yes')).error).toBeNull()
  await chain.l2.request('evm_increaseTime', [30 * 86_400])
  await chain.l2.request('evm_mine')
  const held = await balance()
  const repaid = await scene.ask('lend repay max METIS --yes')
  expect(repaid.error).toBeNull()
  expect(movedOf(repaid)).toBeGreaterThan(parseEther('1'))
  expect(await scene.held('0x4200000000000000000000000000000000003212', owner)).toBe(0n)
  expect(held - (await balance())).toBe(movedOf(repaid) + (await gasOf(repaid)))
  // The interest of a day at most stays approved.
  const {metis} = chain.network.l2.contracts
  const approved = (await scene.read(metis, erc20Abi, 'allowance', [
    owner,
    localAave.pool,
  ])) as bigint
  expect(approved).toBeLessThan(parseEther('0.01'))
})

test('Shoebill: METIS is sent with a margin, the debt ends at exactly 0, the rest comes back', async () => {
  const ask = (line: string) => scene.ask(`${line} --market shoebill`)
  await ask('lend supply 100 artMETIS --yes')
  expect((await ask('lend borrow 20 METIS --yes')).error).toBeNull()
  await chain.l2.request('anvil_mine', ['0x64'])
  const held = await balance()
  const repaid = await ask('lend repay max METIS --yes')
  expect(repaid.error).toBeNull()
  const [call] = repaid.data['calls'] as {contract: string; valueWei: string}[]
  expect(call).toMatchObject({contract: 'Maximillion', function: 'repayBehalfExplicit'})
  expect(movedOf(repaid)).toBeGreaterThan(parseEther('20'))
  expect(BigInt(call!.valueWei)).toBeGreaterThan(movedOf(repaid))
  expect(await owed()).toBe(0n)
  expect(held - (await balance())).toBe(movedOf(repaid) + (await gasOf(repaid)))
  expect(await chain.l2.request('eth_getBalance', [repayer, 'latest'])).toBe('0x0')
})

test('without that contract the rest is said, and the same command again ends it', async () => {
  const {ask, run} = marketScene(chain, plain)
  await ask('lend borrow 20 METIS --market shoebill --yes')
  const first = await run('lend repay max METIS --market shoebill --yes')
  expect(first.stdout).toContain('Interest until the block is still owed')
  let runs = 1
  for (; (await owed()) > 0n && runs < 6; runs++) {
    expect((await ask('lend repay max METIS --market shoebill --yes')).error).toBeNull()
  }
  expect(await owed()).toBe(0n)
  expect(runs).toBeGreaterThan(1)
})

test('a refusal that is mined is a failure with its name', async () => {
  const govern = (factor: bigint) =>
    scene.act(governance.address, comptroller, comptrollerAbi, 'setCollateralFactor', [
      localShoebillMarkets.lst,
      factor,
    ])
  // The simulation was accepted; then the collateral lost its value.
  before = () => govern(0n)
  const refused = await scene.ask('lend borrow 5 METIS --market shoebill --yes')
  before = async () => {}
  expect(refused.error).toMatchObject({
    code: 'POST_STATE',
    facts: {refusal: 'COMPTROLLER_REJECTION (error 3)'},
  })
  expect(await owed()).toBe(0n)
  await govern(5n * 10n ** 17n)
})
