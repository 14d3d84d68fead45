import {parseEther} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {attributesAbi} from '../../src/chain/abis/attributes.ts'
import {borrowerOperationsAbi} from '../../src/chain/abis/borrower-operations.ts'
import {chestManagerAbi} from '../../src/chain/abis/chest-manager.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {sortedChestsAbi} from '../../src/chain/abis/sorted-chests.ts'
import {localStablis} from '../../src/local/defi/cdp/stablis/plan.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {marketScene, type MarketScene} from '../helpers/markets.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const {manager, sorted, usds, attributes, operations} = localStablis
const PRICE = 25n * 10n ** 8n

let chain: TestChain
let temp: TempHome
let scene: MarketScene
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner], with: ['defi']})
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
  scene = marketScene(chain, temp)
  await scene.ask('pool swap 200 METIS artMETIS --yes')
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

const ask = (line: string) => scene.ask(`${line} --market stablis`)
const asset = () => chain.network.lst.artemis!.artMetis
const entire = async () => {
  const [debt, coll] = (await scene.read(manager, chestManagerAbi, 'getEntireDebtAndColl', [
    asset(),
    owner,
  ])) as bigint[]
  return {debt: debt!, collateral: coll!}
}
const govern = (fn: string, args: readonly unknown[]) =>
  scene.act(governance.address, attributes, attributesAbi, fn, args)

test('the terms: the value of the staked token, and what a chest costs', async () => {
  const {data} = await ask('cdp show')
  expect(data).toMatchObject({
    market: 'stablis',
    collateral: {symbol: 'artMETIS'},
    debt: {symbol: 'USDS'},
    terms: {
      priceE8: `${PRICE}`,
      minRatioE18: `${125n * 10n ** 16n}`,
      minDebt: `${parseEther('500')}`,
      openingFeeE18: `${5n * 10n ** 15n}`,
      isRedeemable: true,
    },
  })
})

test('open: fee and reserve are part of the debt, as previewed, and the place in the list is found', async () => {
  const small = await ask('cdp open 100 480 --yes')
  expect(small.error).toMatchObject({
    code: 'DEBT_OUT_OF_RANGE',
    facts: {contractWouldSay: "BorrowerOps: Chest's net debt must be greater than minimum"},
  })
  // 1,000 and 5 of fee and 10 of reserve: 2,500 dollars are 246.3 %.
  const dry = await ask('cdp open 100 1000 --dry-run')
  expect(dry.data['effects']).toContainEqual({
    label: 'collateral ratio',
    before: 'no debt',
    after: '246.3 %',
  })
  const opened = await ask('cdp open 100 1000 --yes')
  expect(opened.data['calls']).toMatchObject([
    {contract: 'ERC20', function: 'approve'},
    {contract: 'BorrowerOperations', function: 'openChest'},
  ])
  expect(await entire()).toEqual({collateral: parseEther('100'), debt: parseEther('1015')})
  expect(await scene.held(usds, owner)).toBe(parseEther('1000'))
  expect(await scene.read(sorted, sortedChestsAbi, 'getLast', [asset()])).toBe(owner)
  const again = await ask('cdp open 10 600 --yes')
  expect(again.error).toMatchObject({code: 'VAULT_OPEN'})
})

test('adjust: one call, with the fee of the new loan; the floor needs an override', async () => {
  await ask('cdp adjust 0 --deposit 10 --borrow 100 --yes')
  expect(await entire()).toEqual({collateral: parseEther('110'), debt: parseEther('1115.5')})
  await ask('cdp adjust 0 --withdraw 5 --repay 50 --yes')
  expect(await entire()).toEqual({collateral: parseEther('105'), debt: parseEther('1065.5')})
  // 2,625 dollars for 1,970 of debt are 133 %, above the minimum and below the floor of 150 %.
  const low = await ask('cdp adjust 0 --borrow 900 --yes')
  expect(low.error).toMatchObject({code: 'TRAP', facts: {trap: 'ratio-floor'}})
  const much = await ask('cdp adjust 0 --borrow 1100 --yes --override ratio-floor')
  expect(much.error).toMatchObject({code: 'COLLATERAL_LOW'})
  const both = await ask('cdp adjust 0 --borrow 10 --repay 10 --yes')
  expect(both.error).toMatchObject({code: 'AMOUNT_OUT_OF_RANGE'})
})

test('paused: nothing new, and the ways out stay open', async () => {
  await govern('pause', [])
  expect((await ask('cdp adjust 0 --borrow 10 --yes')).error).toMatchObject({
    code: 'RESERVE_CLOSED',
    facts: {contractWouldSay: 'BorrowerOps: Protocol is paused'},
  })
  expect((await ask('cdp adjust 0 --repay 15.5 --yes')).ok).toBe(true)
  await govern('unpause', [])
})

test('close: the reserve is not owed, the fee has to be bought, the collateral comes back', async () => {
  expect(await entire()).toEqual({collateral: parseEther('105'), debt: parseEther('1050')})
  const short = await ask('cdp close 0 --yes')
  expect(short.error).toMatchObject({code: 'TOKEN_BALANCE_LOW'})
  await scene.ask('pool swap 2 METIS USDS --yes')
  const before = await scene.held(asset(), owner)
  const closed = await ask('cdp close 0 --yes')
  expect(closed.data).toMatchObject({isClosed: true})
  expect(await scene.held(asset(), owner)).toBe(before + parseEther('105'))
  expect(await entire()).toEqual({collateral: 0n, debt: 0n})
})

test('below the liquidation price the chest is liquidated, and its debt goes to the others', async () => {
  await ask('cdp open 100 1000 --yes')
  const {data} = await ask('cdp show')
  const [shown] = data['vaults'] as {liquidationPriceE8: string}[]
  const price = BigInt(shown!.liquidationPriceE8)
  // 1,268.75 dollars of collateral for 1,015 of debt.
  expect(price).toBe(12_68750000n)
  const liquidate = () =>
    scene.act(governance.address, manager, chestManagerAbi, 'liquidate', [asset(), owner])
  await scene.price('METIS/USD', price)
  await expect(liquidate()).rejects.toThrow('ChestManager: nothing to liquidate')
  await scene.price('METIS/USD', price - 1n)
  await liquidate()
  expect(await entire()).toEqual({collateral: 0n, debt: 0n})
  const [debt, coll] = (await scene.read(manager, chestManagerAbi, 'getEntireDebtAndColl', [
    asset(),
    governance.address,
  ])) as bigint[]
  expect(debt).toBe(parseEther('5035') + parseEther('1015'))
  // A two-hundredth is the reward of the liquidator.
  expect(coll).toBe(parseEther('1000') + parseEther('99.5'))
  await scene.price('METIS/USD', PRICE)
})

test('a redemption takes collateral at face value from the lowest ratio, after the first day', async () => {
  const redeem = (amount: bigint) =>
    scene.act(governance.address, manager, chestManagerAbi, 'redeemCollateral', [
      ...[asset(), amount, owner, owner, owner, 0n, 0n, 10n ** 18n],
    ])
  await expect(redeem(parseEther('100'))).rejects.toThrow('bootstrap phase')
  // The liquidation took what there was.
  await scene.ask('pool swap 100 METIS artMETIS --yes')
  expect((await ask('cdp open 100 1000 --yes')).error).toBeNull()
  await chain.l2.request('evm_increaseTime', [86_400])
  await chain.l2.request('evm_mine')
  await redeem(parseEther('100'))
  expect(await entire()).toEqual({
    collateral: parseEther('100') - parseEther('4'),
    debt: parseEther('915'),
  })
  const all = await scene.held(usds, governance.address)
  await redeem(all < parseEther('905') ? all : parseEther('905'))
  expect(await entire()).toEqual({collateral: 0n, debt: 0n})
  const held = await scene.held(asset(), owner)
  await scene.act(owner, operations, borrowerOperationsAbi, 'claimCollateral', [asset()])
  // 905 dollars at 25 each were taken from 96.
  expect(await scene.held(asset(), owner)).toBe(held + parseEther('96') - parseEther('36.2'))
  expect(await scene.read(usds, erc20Abi, 'balanceOf', [manager])).toBe(parseEther('10'))
})
