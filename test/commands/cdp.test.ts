import {parseEther, type Abi, type Address} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {stableQiVaultAbi} from '../../src/chain/abis/stable-qi-vault.ts'
import {localQiDao} from '../../src/local/defi/cdp/qidao/plan.ts'
import {localTokens} from '../../src/local/defi/tokens.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {marketScene, type MarketScene} from '../helpers/markets.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const other = accountOf('other').address
const {vault} = localQiDao
const mai = localTokens.MAI
/** Dollars for one METIS, with eight decimals. */
const PRICE = 25n * 10n ** 8n

let chain: TestChain
let temp: TempHome
let scene: MarketScene
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner, other], with: ['defi']})
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
  scene = marketScene(chain, temp)
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

const read = (fn: string, args: readonly unknown[] = []) =>
  scene.read(vault, stableQiVaultAbi, fn, args) as Promise<bigint>
const onChain = async (id: bigint) => ({
  collateral: await read('vaultCollateral', [id]),
  debt: await read('vaultDebt', [id]),
})
/** MAI is lent, not minted: another borrower, whose vault is 1, hands some on. */
async function lend(amount: bigint): Promise<void> {
  const {metis} = chain.network.l2.contracts
  const as = (to: Address, abi: Abi, fn: string, args: readonly unknown[]) =>
    scene.act(other, to, abi, fn, args)
  await as(metis, erc20Abi, 'approve', [vault, amount])
  await as(vault, stableQiVaultAbi, 'depositCollateral', [1n, amount])
  await as(vault, stableQiVaultAbi, 'borrowToken', [1n, amount, 0n])
  await as(mai, erc20Abi, 'transfer', [owner, amount])
}
/** 0.5 % of what is repaid, in METIS. */
const feeOf = (repaid: bigint) => (repaid * 50n * 10n ** 8n * 10_000n) / (PRICE * 10_000n * 10_000n)

test('the terms of the vaults', async () => {
  const {data} = await scene.ask('cdp show')
  expect(data).toMatchObject({
    market: 'qidao',
    collateral: {symbol: 'METIS'},
    debt: {symbol: 'MAI', decimals: 18},
    terms: {
      priceE8: `${PRICE}`,
      minRatioE18: `${155n * 10n ** 16n}`,
      closingFeeE18: `${5n * 10n ** 15n}`,
      isRedeemable: false,
    },
    vaults: [],
  })
  expect((await scene.run('cdp show')).stdout).toContain('has no vault')
})

test('open: no vault is created that could not be filled', async () => {
  for (const [line, code] of [
    ['100000000 20', 'METIS_BALANCE_LOW'],
    ['100 5', 'DEBT_OUT_OF_RANGE'],
    ['10 200', 'COLLATERAL_LOW'],
  ] as const) {
    expect((await scene.ask(`cdp open ${line} --yes`)).error, line).toMatchObject({code})
  }
  expect((await scene.ask('cdp show')).data['vaults']).toEqual([])
})

test('open: a vault is created first, and only its real id is paid', async () => {
  // Somebody else is quicker: a guessed id would have been theirs.
  const first = await scene.ask('cdp open 100 1000 --dry-run')
  expect(first.error).toBeNull()
  expect(first.data).toMatchObject({action: 'cdp open', calls: [{function: 'createVault'}]})
  await scene.act(other, vault, stableQiVaultAbi, 'createVault', [])
  const created = await scene.ask('cdp open 100 1000 --yes')
  expect(created.data).toMatchObject({vault: '2'})
  expect(await onChain(2n)).toEqual({collateral: 0n, debt: 0n})

  const dry = await scene.ask('cdp open 100 1000 --dry-run')
  expect(dry.data['effects']).toContainEqual({
    label: 'collateral ratio',
    before: 'no debt',
    after: '250 %',
  })
  const opened = await scene.ask('cdp open 100 1000 --yes')
  expect(opened.data['calls']).toMatchObject([
    {contract: 'METIS', function: 'approve', args: [{}, {value: `${parseEther('100')}`}]},
    {function: 'depositCollateral', args: [{value: '2'}, {}]},
    {function: 'borrowToken', args: [{value: '2'}, {}, {value: '0'}]},
  ])
  expect(await onChain(2n)).toEqual({
    collateral: parseEther('100'),
    debt: parseEther('1000'),
  })
  expect(await scene.held(mai, owner)).toBe(parseEther('1000'))
  expect(await read('checkCollateralPercentage', [2n])).toBe(250n)
})

test('the liquidation price is where the contract begins to liquidate', async () => {
  const {data} = await scene.ask('cdp show')
  const [shown] = data['vaults'] as {liquidationPriceE8: string}[]
  const price = BigInt(shown!.liquidationPriceE8)
  expect(price).toBe(1550_000_000n)
  await scene.price('METIS/USD', price)
  expect(await read('checkLiquidation', [2n])).toBe(false)
  await scene.price('METIS/USD', price - 1n)
  expect(await read('checkLiquidation', [2n])).toBe(true)
  await scene.price('METIS/USD', PRICE)
})

test('adjust: fees and figures are those of the chain, the safer calls come first', async () => {
  const {data} = await scene.ask('cdp adjust 2 --deposit 10 --repay 200 --yes')
  expect((data['calls'] as {function: string}[]).map((call) => call.function)).toEqual([
    'approve',
    'approve',
    'depositCollateral',
    'payBackToken',
  ])
  const fee = feeOf(parseEther('200'))
  expect(fee).toBe(parseEther('0.04'))
  expect(await onChain(2n)).toEqual({
    collateral: parseEther('110') - fee,
    debt: parseEther('800'),
  })
  await scene.ask('cdp adjust 2 --borrow 100 --withdraw 5 --yes')
  expect(await onChain(2n)).toEqual({
    collateral: parseEther('105') - fee,
    debt: parseEther('900'),
  })
})

test('the floor needs an override; the rules of the vault cannot be overridden', async () => {
  // 104.96 METIS are 2,624 dollars: 1,450 of debt are 181 %.
  const low = await scene.ask('cdp adjust 2 --borrow 550 --yes')
  expect(low.error).toMatchObject({code: 'TRAP', facts: {trap: 'ratio-floor'}})
  expect(low.error!.message).toContain('180.96 %, below the floor of 186 %')
  const lower = await scene.ask('cdp adjust 2 --borrow 550 --dry-run --min-ratio 1.6')
  expect(lower.data['overridden']).toEqual([])
  const much = await scene.ask('cdp adjust 2 --borrow 800 --yes --override ratio-floor')
  expect(much.error).toMatchObject({
    code: 'COLLATERAL_LOW',
    facts: {
      seen: '154 %',
      contractWouldSay: 'Borrow would put vault below minimum collateral percentage',
    },
  })
  const out = await scene.ask('cdp adjust 2 --withdraw 60 --yes --override ratio-floor')
  expect(out.error).toMatchObject({code: 'COLLATERAL_LOW'})
  const small = await scene.ask('cdp adjust 2 --repay 895 --yes')
  expect(small.error).toMatchObject({code: 'DEBT_OUT_OF_RANGE'})
  const over = await scene.ask('cdp adjust 2 --repay 901 --yes')
  expect(over.error).toMatchObject({code: 'DEBT_OUT_OF_RANGE'})
  expect((await scene.ask('cdp adjust 2 --yes')).error).toMatchObject({
    code: 'AMOUNT_OUT_OF_RANGE',
  })
  expect((await scene.ask('cdp adjust 1 --deposit 1 --yes')).error).toMatchObject({
    code: 'VAULT_UNKNOWN',
    facts: {vault: '1'},
    hints: ['Run `metis-seq cdp show` to see its vaults: 2.'],
  })
  // As much as leaves the floor of 186 %.
  const most = await scene.ask('cdp adjust 2 --borrow max --dry-run')
  const [call] = most.data['calls'] as {args: {value: string}[]}[]
  const debt = parseEther('900') + BigInt(call!.args[1]!.value)
  const ratioAt = (owed: bigint) =>
    ((parseEther('105') - feeOf(parseEther('200'))) * PRICE * 10n ** 18n) / (owed * 10n ** 8n)
  expect(ratioAt(debt)).toBeGreaterThanOrEqual(186n * 10n ** 16n)
  expect(ratioAt(debt + 1000n)).toBeLessThan(186n * 10n ** 16n)
})

test('close: everything is repaid, with interest, and the collateral comes back less the fee', async () => {
  await scene.act(governance.address, vault, stableQiVaultAbi, 'setInterestRate', [100n])
  // The interest begins with the first loan or repayment after it.
  await scene.ask('cdp adjust 2 --borrow 10 --yes')
  await chain.l2.request('evm_increaseTime', [30 * 86_400])
  await chain.l2.request('evm_mine')
  expect(await read('vaultDebt', [2n])).toBeGreaterThan(parseEther('910.7'))
  const short = await scene.ask('cdp close 2 --yes')
  expect(short.error).toMatchObject({code: 'TOKEN_BALANCE_LOW'})
  await lend(parseEther('20'))
  const closed = await scene.ask('cdp close 2 --yes')
  expect(closed.error).toBeNull()
  expect(closed.data).toMatchObject({isClosed: true, vault: '2'})
  expect(await read('exists', [2n])).toBe(false)
  expect((await scene.ask('cdp show')).data['vaults']).toEqual([])
})
