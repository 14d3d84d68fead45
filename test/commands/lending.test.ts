import {parseEther, type Address} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {aavePoolAbi} from '../../src/chain/abis/aave-pool.ts'
import {localAave} from '../../src/local/defi/lending/aave/plan.ts'
import {localTokens} from '../../src/local/defi/tokens.ts'
import {l2Metis} from '../../src/local/placement.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {marketScene, type MarketScene} from '../helpers/markets.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const usdc = localTokens['m.USDC']
const {pool} = localAave
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

const account = async () => {
  const [collateral, debt, power, , , factor] = (await scene.read(
    pool,
    aavePoolAbi,
    'getUserAccountData',
    [owner],
  )) as bigint[]
  return {collateral: collateral!, debt: debt!, power: power!, factor: factor!}
}
const govern = (fn: string, args: readonly unknown[]) =>
  scene.act(governance.address, pool, aavePoolAbi, fn, args)

interface Position {
  healthFactorE18: string | null
  collateralUsdE8: string
  debtUsdE8: string
  borrowableUsdE8: string
  liquidationPrices: {token: {symbol: string}; priceE8: string}[]
  reserves: {
    token: {symbol: string; address: Address}
    supplied: string
    borrowed: string
    isCollateral: boolean
  }[]
}
const position = async () => (await scene.ask('lend show')).data as unknown as Position

test('the reserves with their settings, as the contracts have them', async () => {
  const {data} = await scene.ask('lend show')
  expect(data).toMatchObject({
    market: 'aave',
    healthFactorE18: null,
    reserves: [
      {
        token: {symbol: 'METIS', decimals: 18},
        state: 'open',
        priceE8: '2500000000',
        ltvBasisPoints: 3000,
        thresholdBasisPoints: 4000,
        bonusBasisPoints: 1000,
        available: `${parseEther('5000')}`,
      },
      {token: {symbol: 'm.USDC', decimals: 6}, priceE8: '100000000', supplied: '0'},
    ],
  })
  expect((await scene.run('lend show')).stdout).toContain('0x')
})

test('supply: approved exactly, collateral at once, and the chain agrees', async () => {
  const {data} = await scene.ask('lend supply 200 METIS --yes')
  expect(data).toMatchObject({
    calls: [
      {contract: 'METIS', function: 'approve', args: [{}, {value: `${parseEther('200')}`}]},
      {contract: 'AavePool', function: 'supply'},
    ],
    moved: {units: `${parseEther('200')}`},
  })
  const shown = await position()
  expect(shown.reserves[0]).toMatchObject({supplied: `${parseEther('200')}`, isCollateral: true})
  const {collateral, power} = await account()
  expect(collateral).toBe(5000n * 10n ** 8n)
  expect(shown).toMatchObject({collateralUsdE8: `${collateral}`, borrowableUsdE8: `${power}`})
})

test('borrow: the preview is the arithmetic of the pool, and the chain agrees with it', async () => {
  const dry = await scene.ask('lend borrow 1000 m.USDC --dry-run')
  const factor = (((5000n * 4000n) / 10_000n) * WAD) / 1000n
  expect(dry.data['effects']).toContainEqual({
    label: 'health factor',
    before: 'no debt',
    after: '2',
  })
  expect(factor).toBe(2n * WAD)
  // 1,000 dollars of debt are 40 % of the collateral at 12.5 dollars.
  expect(dry.data['effects']).toContainEqual({
    label: 'liquidation price of METIS',
    before: 'none',
    after: '$12.5',
  })
  const {data} = await scene.ask('lend borrow 1000 m.USDC --yes')
  expect(data['moved']).toMatchObject({units: '1000000000'})
  expect(await scene.held(usdc, owner)).toBe(1_000_000_000n)
  expect((await account()).factor).toBe(factor)
  expect((await position()).healthFactorE18).toBe(`${factor}`)
})

test('the liquidation price is where the chain begins to call it liquidatable', async () => {
  const {liquidationPrices} = await position()
  expect(liquidationPrices).toMatchObject([{token: {symbol: 'METIS'}}])
  const price = BigInt(liquidationPrices[0]!.priceE8)
  await scene.price('METIS/USD', price)
  expect((await account()).factor).toBeGreaterThanOrEqual(WAD)
  await scene.price('METIS/USD', price - 1n)
  expect((await account()).factor).toBeLessThan(WAD)
  await scene.price('METIS/USD', 25n * 10n ** 8n)
})

test('a health factor below the floor needs an override; the contract has the last word', async () => {
  // At 1,400 dollars the factor is 1.43.
  const low = await scene.ask('lend borrow 400 m.USDC --yes')
  expect(low.error).toMatchObject({code: 'TRAP', facts: {trap: 'health-floor'}})
  expect(low.error!.message).toContain('below the floor of 1.5')
  const lower = await scene.ask('lend borrow 400 m.USDC --dry-run --min-health 1.4')
  expect(lower.data['overridden']).toEqual([])
  const meant = await scene.ask('lend borrow 400 m.USDC --dry-run --override health-floor')
  expect(meant.data['overridden']).toMatchObject([{id: 'health-floor'}])
  const much = await scene.ask('lend borrow 501 m.USDC --yes --override health-floor')
  expect(much.error).toMatchObject({
    code: 'COLLATERAL_LOW',
    // Less than was asked for, which an LTV alone does not say.
    facts: {contractWouldSay: '36', seen: expect.stringMatching(/^\$\d+(\.\d+)? can be borrowed$/)},
  })
  const out = await scene.ask('lend withdraw 60 METIS --yes')
  expect(out.error).toMatchObject({code: 'TRAP', facts: {trap: 'health-floor'}})
  // As much as leaves the floor.
  const most = await scene.ask('lend borrow max m.USDC --dry-run')
  const args = (most.data['calls'] as {args: {value: string}[]}[])[0]!.args
  expect(BigInt(args[1]!.value)).toBeGreaterThan(333_000_000n)
  expect(BigInt(args[1]!.value)).toBeLessThanOrEqual(333_333_333n)
})

test('an LTV of 0 is said before anything is signed, and lets people out', async () => {
  await govern('configureReserveAsCollateral', [l2Metis, 0n, 4000n, 11_000n])
  const borrow = await scene.ask('lend borrow 1 m.USDC --yes')
  expect(borrow.error).toMatchObject({
    code: 'COLLATERAL_LOW',
    facts: {condition: 'borrowing-power', contractWouldSay: '57', seen: 'METIS with an LTV of 0 %'},
  })
  const supply = await scene.ask('lend supply 1 METIS --yes')
  expect(supply.error).toMatchObject({code: 'TRAP', facts: {trap: 'no-borrowing-power'}})
  const {data} = await scene.ask('lend withdraw 5 METIS --yes')
  expect(data['moved']).toMatchObject({units: `${parseEther('5')}`})
  await govern('configureReserveAsCollateral', [l2Metis, 3000n, 4000n, 11_000n])
})

test('a frozen reserve takes nothing in and lets everything out; a paused one moves nothing', async () => {
  await govern('setReserveFrozen', [l2Metis, true])
  await govern('setReserveFrozen', [usdc, true])
  for (const line of ['supply 1 METIS', 'borrow 1 m.USDC']) {
    expect((await scene.ask(`lend ${line} --yes`)).error).toMatchObject({
      code: 'RESERVE_CLOSED',
      facts: {condition: 'reserve-open', seen: 'frozen', contractWouldSay: '28'},
    })
  }
  expect((await scene.ask('lend withdraw 5 METIS --yes')).ok).toBe(true)
  expect((await scene.ask('lend repay 100 m.USDC --yes')).ok).toBe(true)

  await govern('setReservePaused', [usdc, true])
  expect((await scene.ask('lend repay 100 m.USDC --yes')).error).toMatchObject({
    code: 'RESERVE_CLOSED',
    facts: {seen: 'paused', contractWouldSay: '29'},
  })
  expect((await scene.run('lend show')).stdout).toMatch(/m\.USDC +paused/)
  await govern('setReservePaused', [usdc, false])
  await govern('setReserveFrozen', [l2Metis, false])
  await govern('setReserveFrozen', [usdc, false])
})

test('repaying and withdrawing everything leaves nothing behind, interest included', async () => {
  const {reserves} = await position()
  expect(BigInt(reserves[1]!.borrowed)).toBeGreaterThan(0n)
  // The interest needs a little more than was borrowed.
  await scene.ask('pool swap 1 METIS m.USDC --yes')
  const repaid = await scene.ask('lend repay max m.USDC --yes')
  expect(BigInt((repaid.data['moved'] as {units: string}).units)).toBeGreaterThanOrEqual(
    BigInt(reserves[1]!.borrowed),
  )
  expect((await account()).debt).toBe(0n)
  const {data} = await scene.ask('lend withdraw max METIS --yes')
  expect(data['position']).toMatchObject({healthFactorE18: null, collateralUsdE8: '0'})
  const after = await position()
  expect(after.reserves.map(({supplied, borrowed}) => [supplied, borrowed])).toEqual([
    ['0', '0'],
    ['0', '0'],
  ])
  expect((await scene.ask('lend repay 1 m.USDC --yes')).error).toMatchObject({
    code: 'NOTHING_TO_REPAY',
  })
  expect((await scene.ask('lend withdraw 1 METIS --yes')).error).toMatchObject({
    code: 'TOKEN_BALANCE_LOW',
  })
  expect((await scene.ask('lend borrow 1 m.USDC --yes')).error).toMatchObject({
    code: 'COLLATERAL_LOW',
    facts: {contractWouldSay: '34'},
  })
})
