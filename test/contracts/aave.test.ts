import {type Abi, type Address, maxUint256, parseEther, parseUnits} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {aaveDataProviderAbi} from '../../src/chain/abis/aave-data-provider.ts'
import {aavePoolAbi} from '../../src/chain/abis/aave-pool.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {marketFeedAbi} from '../../src/chain/abis/market-feed.ts'
import {marketTokenAbi} from '../../src/chain/abis/market-token.ts'
import {connectChain, type Connection} from '../../src/chain/connect.ts'
import {readAaveLine} from '../../src/chain/defi/lending/aave/read.ts'
import {localAave} from '../../src/local/defi/lending/aave/plan.ts'
import {localFeeds, localTokens} from '../../src/local/defi/tokens.ts'
import {l2Metis} from '../../src/local/placement.ts'
import {aaveCovers, aaveHealth, afterAave} from '../../src/protocol/defi/lending/aave/health.ts'
import {largest, liquidationPrice, type LendLine} from '../../src/protocol/defi/lending/line.ts'
import type {Anvil} from '../helpers/anvil.ts'
import {type Chain, connect, eventsOf} from './chain.ts'
import {startL2} from './l2-fixture.ts'
import {alice, bob, governance} from './staking.ts'

const {pool, dataProvider} = localAave
const usdc = localTokens['m.USDC']
const admin = governance.address
const RAY = 10n ** 27n
const YEAR = 31_536_000n
const metis = {symbol: 'METIS', address: l2Metis, decimals: 18, isMetis: true}
const dollar = {symbol: 'm.USDC', address: usdc, decimals: 6, isMetis: false}

const rayMul = (a: bigint, b: bigint) => (a * b + RAY / 2n) / RAY
const rayDiv = (a: bigint, b: bigint) => (a * RAY + b / 2n) / b

describe('Aave', () => {
  let anvil: Anvil
  let chain: Chain
  let connection: Connection
  let snapshot: unknown
  beforeAll(async () => {
    anvil = (await startL2('defi')).anvil
    chain = connect(anvil.rpcUrl)
    connection = connectChain({name: 'L2', chainId: 1088, urls: [anvil.rpcUrl]})
  })
  afterAll(async () => {
    connection.close()
    await anvil.stop()
  })
  beforeEach(async () => (snapshot = await chain.request('evm_snapshot')))
  afterEach(() => chain.request('evm_revert', snapshot))

  const call = (from: Address, fn: string, args: readonly unknown[]) => ({
    ...{from, to: pool, abi: aavePoolAbi as Abi, fn, args},
  })
  const send = (...of: Parameters<typeof call>) => chain.send(call(...of))
  const attempt = (...of: Parameters<typeof call>) => chain.attempt(call(...of))
  const approve = (from: Address, token: Address, amount: bigint) =>
    chain.send({from, to: token, abi: erc20Abi, fn: 'approve', args: [pool, amount]})
  const issue = (to: Address, amount: bigint) =>
    chain.send({from: admin, to: usdc, abi: marketTokenAbi, fn: 'mint', args: [to, amount]})
  const price = (value: bigint) =>
    chain.send({
      from: admin,
      to: localFeeds['METIS/USD'],
      abi: marketFeedAbi,
      fn: 'setAnswer',
      args: [value],
    })
  const supply = async (from: Address, token: Address, amount: bigint) => {
    await approve(from, token, amount)
    return send(from, 'supply', [token, amount, from, 0])
  }
  const borrow = (from: Address, amount: bigint) =>
    send(from, 'borrow', [usdc, amount, 2n, 0, from])
  const lines = (of: Address): Promise<LendLine[]> =>
    Promise.all(
      [metis, dollar].map((token) => readAaveLine(connection.client, localAave, token, of)),
    )
  const factor = async (of: Address) =>
    ((await chain.read(pool, aavePoolAbi, 'getUserAccountData', [of])) as bigint[])[5]!
  const time = async () => {
    const block = (await chain.request('eth_getBlockByNumber', 'latest', false)) as {
      timestamp: string
    }
    return BigInt(block.timestamp)
  }
  const reserve = async (asset: Address) =>
    (await chain.read(pool, aavePoolAbi, 'getReserveData', [asset])) as {
      liquidityIndex: bigint
      variableBorrowIndex: bigint
      currentLiquidityRate: bigint
      currentVariableBorrowRate: bigint
      lastUpdateTimestamp: number
      variableDebtTokenAddress: Address
      aTokenAddress: Address
    }
  const position = async (asset: Address, of: Address) => {
    const all = (await chain.read(dataProvider, aaveDataProviderAbi, 'getUserReserveData', [
      asset,
      of,
    ])) as bigint[]
    return {supplied: all[0]!, owed: all[2]!, scaled: all[4]!}
  }

  test('interest: the debt grows by the series, the supply linearly, a tenth of it is kept', async () => {
    await supply(alice, l2Metis, parseEther('500'))
    await borrow(alice, parseUnits('3000', 6))
    const before = await reserve(usdc)
    const {owed, scaled} = await position(usdc, alice)
    expect(owed).toBe(parseUnits('3000', 6))

    // Rates follow from the use of the reserve: 3,000 of 500,000.
    const used = rayDiv(owed, parseUnits('500000', 6))
    const rate = rayDiv(rayMul((RAY * 4n) / 100n, used), (RAY * 8n) / 10n)
    expect(before.currentVariableBorrowRate).toBe(rate)
    expect(before.currentLiquidityRate).toBe((rayMul(rate, used) * 9000n + 5000n) / 10_000n)

    await chain.warp(90 * 86_400)
    const seconds = (await time()) - BigInt(before.lastUpdateTimestamp)
    const squared = rayMul(rate, rate) / (YEAR * YEAR)
    const cubed = rayMul(squared, rate) / YEAR
    const growth =
      RAY +
      (rate * seconds) / YEAR +
      (seconds * (seconds - 1n) * squared) / 2n +
      (seconds * (seconds - 1n) * (seconds - 2n) * cubed) / 6n
    const index = rayMul(growth, before.variableBorrowIndex)
    expect((await position(usdc, alice)).owed).toBe(rayMul(scaled, index))
    expect(rayMul(scaled, index)).toBeGreaterThan(owed)
    const income = rayMul(
      RAY + (before.currentLiquidityRate * seconds) / YEAR,
      before.liquidityIndex,
    )
    const earned = (await position(usdc, admin)).supplied
    expect(earned).toBe(rayMul(rayDiv(parseUnits('500000', 6), RAY), income))
  })

  test('repaying everything, interest included, takes exactly the debt', async () => {
    await supply(alice, l2Metis, parseEther('500'))
    await borrow(alice, parseUnits('3000', 6))
    await chain.warp(365 * 86_400)
    await issue(alice, parseUnits('100', 6))
    await approve(alice, usdc, parseUnits('3100', 6))
    const {logs} = await send(alice, 'repay', [usdc, maxUint256, 2n, alice])
    const [repaid] = eventsOf(aavePoolAbi, logs).filter(({name}) => name === 'Repay')
    const {amount} = repaid!.args as {amount: bigint}
    expect(amount).toBeGreaterThan(parseUnits('3000', 6))
    expect(await position(usdc, alice)).toMatchObject({owed: 0n, scaled: 0n})
    expect(await chain.read(usdc, erc20Abi, 'balanceOf', [alice])).toBe(
      parseUnits('3100', 6) - amount,
    )
    expect(await factor(alice)).toBe(maxUint256)
  })

  test('the largest loan that our arithmetic allows is the largest that the pool grants', async () => {
    await supply(alice, l2Metis, parseEther('123.456789'))
    await price(2_468_135_790n)
    const now = await lines(alice)
    const most = largest(10n ** 12n, (amount) =>
      aaveCovers(now, {kind: 'borrow', token: usdc, amount}),
    )
    expect(most).toBeGreaterThan(900_000_000n)
    expect(await attempt(alice, 'borrow', [usdc, most + 1n, 2n, 0, alice])).toBe('36')
    await borrow(alice, most)
    const after = afterAave(now, {kind: 'borrow', token: usdc, amount: most})
    expect(aaveHealth(after).factor).toBe(await factor(alice))
  })

  test('a liquidation pays the collateral of the debt with a bonus, half of it above 0.95', async () => {
    await supply(alice, l2Metis, parseEther('200'))
    await borrow(alice, parseUnits('1500', 6))
    await issue(bob, parseUnits('5000', 6))
    await approve(bob, usdc, parseUnits('5000', 6))
    const limit = liquidationPrice(await lines(alice), l2Metis, aaveHealth)!
    await price(limit)
    const liquidate = [l2Metis, usdc, alice, maxUint256, false] as const
    expect(await attempt(bob, 'liquidationCall', liquidate)).toBe('45')
    // A hundredth below: the factor is 0.99, so at most half is repaid.
    const fallen = (limit * 99n) / 100n
    await price(fallen)
    const {owed} = await position(usdc, alice)
    const before = await chain.balance(bob)
    const sent = await send(bob, 'liquidationCall', liquidate)
    const [event] = eventsOf(aavePoolAbi, sent.logs).filter(({name}) => name === 'LiquidationCall')
    const args = event!.args as {debtToCover: bigint; liquidatedCollateralAmount: bigint}
    const half = (args.debtToCover * 2n - owed) / 2n
    expect(half).toBeLessThanOrEqual(1n)
    const base = (10n ** 8n * 10n ** 18n * args.debtToCover) / (fallen * 10n ** 6n)
    const paid = (base * 11_000n + 5000n) / 10_000n
    expect(args.liquidatedCollateralAmount).toBe(paid)
    expect(await chain.balance(bob)).toBe(before + paid - sent.gasUsed * sent.gasPrice)
    expect((await position(l2Metis, alice)).supplied).toBe(parseEther('200') - paid)
  })

  test('an aToken can be handed on as long as the debt stays covered; a debt cannot', async () => {
    await supply(alice, l2Metis, parseEther('200'))
    await borrow(alice, parseUnits('1000', 6))
    const {aTokenAddress, variableDebtTokenAddress} = await reserve(l2Metis)
    const transfer = (to: Address, amount: bigint, token = aTokenAddress) =>
      chain.attempt({from: alice, to: token, abi: erc20Abi, fn: 'transfer', args: [to, amount]})
    expect(await transfer(bob, parseEther('101'))).toBe('35')
    expect(await transfer(bob, parseEther('50'))).toBe('ok')
    expect(await transfer(bob, 1n, variableDebtTokenAddress)).toBe('80')
  })

  test('caps, modes, amounts and other people', async () => {
    await send(admin, 'setCaps', [l2Metis, 1n, 5001n])
    await approve(alice, l2Metis, parseEther('10'))
    expect(await attempt(alice, 'supply', [l2Metis, parseEther('2'), alice, 0])).toBe('51')
    expect(await attempt(alice, 'supply', [l2Metis, parseEther('1'), alice, 0])).toBe('ok')
    await issue(alice, parseUnits('1000', 6))
    await supply(alice, usdc, parseUnits('1000', 6))
    expect(await attempt(alice, 'borrow', [l2Metis, parseEther('2'), 2n, 0, alice])).toBe('50')
    expect(await attempt(alice, 'borrow', [l2Metis, parseEther('1'), 1n, 0, alice])).toBe('33')
    expect(await attempt(alice, 'borrow', [l2Metis, 0n, 2n, 0, alice])).toBe('26')
    expect(await attempt(alice, 'withdraw', [usdc, parseUnits('1001', 6), alice])).toBe('32')
    expect(await attempt(alice, 'repay', [l2Metis, 1n, 2n, alice])).toBe('39')
    expect(await attempt(alice, 'setReserveFrozen', [usdc, true])).toBe(
      'Ownable: caller is not the owner',
    )
    await send(admin, 'setReserveBorrowing', [l2Metis, false])
    expect(await attempt(alice, 'borrow', [l2Metis, 1n, 2n, 0, alice])).toBe('30')
    await send(admin, 'setReserveActive', [l2Metis, false])
    expect(await attempt(alice, 'supply', [l2Metis, 1n, alice, 0])).toBe('27')
  })

  test('collateral with an LTV of 0 has to leave before any other', async () => {
    await supply(alice, l2Metis, parseEther('200'))
    await issue(alice, parseUnits('1000', 6))
    await supply(alice, usdc, parseUnits('1000', 6))
    await borrow(alice, parseUnits('100', 6))
    await send(admin, 'configureReserveAsCollateral', [l2Metis, 0n, 4000n, 11_000n])
    expect(await attempt(alice, 'withdraw', [usdc, 1n, alice])).toBe('57')
    expect(await attempt(alice, 'withdraw', [l2Metis, parseEther('200'), alice])).toBe('ok')
    // What was supplied before still counts against liquidation, new supply of it no longer does.
    await approve(bob, l2Metis, parseEther('1'))
    await send(bob, 'supply', [l2Metis, parseEther('1'), bob, 0])
    expect((await lines(bob))[0]).toMatchObject({supplied: parseEther('1'), counts: false})
  })
})
