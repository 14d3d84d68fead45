import {parseEther} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {cErc20Abi} from '../../src/chain/abis/c-erc20.ts'
import {cEtherAbi} from '../../src/chain/abis/c-ether.ts'
import {comptrollerAbi} from '../../src/chain/abis/comptroller.ts'
import {localShoebill, localShoebillMarkets} from '../../src/local/defi/lending/shoebill/plan.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {marketScene, type MarketScene} from '../helpers/markets.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const {comptroller} = localShoebill
const {metis, lst} = localShoebillMarkets
const WAD = 10n ** 18n

let chain: TestChain
let temp: TempHome
let scene: MarketScene
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner], with: ['defi']})
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
  scene = marketScene(chain, temp)
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

const ask = (line: string) => scene.ask(`${line} --market shoebill`)
const liquidity = async () => {
  const [error, left, shortfall] = (await scene.read(
    comptroller,
    comptrollerAbi,
    'getAccountLiquidity',
    [owner],
  )) as bigint[]
  expect(error).toBe(0n)
  return {left: left!, shortfall: shortfall!}
}
const govern = (fn: string, args: readonly unknown[]) =>
  scene.act(governance.address, comptroller, comptrollerAbi, fn, args)
/** Within a hundred-millionth of a dollar, which is what a line counts in. */
const near = (a: bigint, b: bigint) => (a > b ? a - b : b - a) <= 2n

test('the markets, found through the comptroller, with the rate of the staked token in its price', async () => {
  const {data} = await ask('lend show')
  expect(data).toMatchObject({
    market: 'shoebill',
    reserves: [
      {token: {symbol: 'METIS'}, priceE8: '2500000000', ltvBasisPoints: 6000, borrowed: '0'},
      {token: {symbol: 'artMETIS'}, priceE8: '2500000000', bonusBasisPoints: 800},
    ],
  })
})

test('supply of METIS is the value of the call, and counts as collateral at once', async () => {
  const {data} = await ask('lend supply 100 METIS --yes')
  expect(data).toMatchObject({
    calls: [
      {contract: 'Comptroller', function: 'enterMarkets'},
      {contract: 'CEther', function: 'mint', valueWei: `${parseEther('100')}`},
    ],
    position: {borrowableUsdE8: `${1500n * 10n ** 8n}`},
  })
  expect(await scene.read(metis, cEtherAbi, 'balanceOf', [owner])).toBe(
    (parseEther('100') * WAD) / (2n * 10n ** 26n),
  )
  expect((await liquidity()).left).toBe(parseEther('1500'))
})

test('a loan of the staked token: the preview agrees with the comptroller', async () => {
  const {data} = await ask('lend borrow 30 artMETIS --yes')
  expect(data['calls']).toMatchObject([{contract: 'CErc20', function: 'borrow'}])
  expect(data['moved']).toMatchObject({symbol: 'artMETIS', units: `${parseEther('30')}`})
  const position = data['position'] as Record<string, string> & {
    liquidationPrices: {token: {symbol: string}; priceE8: string}[]
  }
  const {left} = await liquidity()
  expect(near(BigInt(position['borrowableUsdE8']!), left / 10n ** 10n)).toBe(true)
  // 1,500 dollars of limit for 750 of debt.
  expect(BigInt(position['healthFactorE18']!) / 10n ** 12n).toBe(2_000_000n)
})

test('below the floor an override is needed; beyond the limit the number of the contract is foretold', async () => {
  const low = await ask('lend borrow 15 artMETIS --yes')
  expect(low.error).toMatchObject({code: 'TRAP', facts: {trap: 'health-floor'}})
  const much = await ask('lend borrow 31 artMETIS --yes --override health-floor')
  expect(much.error).toMatchObject({code: 'COLLATERAL_LOW'})
  const out = await ask('lend withdraw 60 METIS --yes --override health-floor')
  expect(out.error).toMatchObject({code: 'COLLATERAL_LOW'})
  // The contract itself says it with a number, in a call that succeeds.
  const code = await scene.read(lst, cErc20Abi, 'borrow', [parseEther('31')])
  expect(code).toBe(3n)
})

test('a collateral factor of 0 is said before anything is signed', async () => {
  const nonce = () => chain.l2.request('eth_getTransactionCount', [owner, 'latest'])
  const before = await nonce()
  await govern('setCollateralFactor', [metis, 0n])
  const withdrawn = await ask('lend withdraw 1 METIS --yes --override health-floor')
  expect(withdrawn.error).toMatchObject({code: 'COLLATERAL_LOW'})
  await govern('setCollateralFactor', [metis, 6n * 10n ** 17n])
  expect(await nonce()).toBe(before)
})

test('paused: nothing goes in, everything gets out', async () => {
  await govern('setMintPaused', [metis, true])
  await govern('setBorrowPaused', [lst, true])
  expect((await ask('lend supply 1 METIS --yes')).error).toMatchObject({
    code: 'RESERVE_CLOSED',
    facts: {contractWouldSay: 'mint is paused'},
  })
  expect((await ask('lend borrow 1 artMETIS --yes')).error).toMatchObject({
    code: 'RESERVE_CLOSED',
    facts: {contractWouldSay: 'borrow is paused'},
  })
  expect((await ask('lend withdraw 5 METIS --yes')).ok).toBe(true)
  expect((await ask('lend repay 5 artMETIS --yes')).ok).toBe(true)
  await govern('setMintPaused', [metis, false])
  await govern('setBorrowPaused', [lst, false])
})

test('repay everything with interest, then withdraw everything', async () => {
  await scene.ask('pool swap 2 METIS artMETIS --yes')
  const repaid = await ask('lend repay max artMETIS --yes')
  expect(repaid.data['position']).toMatchObject({debtUsdE8: '0', healthFactorE18: null})
  expect(await scene.read(lst, cErc20Abi, 'borrowBalanceStored', [owner])).toBe(0n)
  const {data} = await ask('lend withdraw max METIS --yes')
  expect(data['calls']).toMatchObject([{function: 'redeem'}])
  expect(await scene.read(metis, cEtherAbi, 'balanceOf', [owner])).toBe(0n)
  expect((await ask('lend repay 1 artMETIS --yes')).error).toMatchObject({code: 'NOTHING_TO_REPAY'})
})
