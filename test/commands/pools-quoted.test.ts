import {parseEther} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {algebraPoolAbi} from '../../src/chain/abis/algebra-pool.ts'
import {algebraQuoterAbi} from '../../src/chain/abis/algebra-quoter.ts'
import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {localAlgebra, localAlgebraPool} from '../../src/local/defi/pools/algebra/plan.ts'
import {l2Metis} from '../../src/local/placement.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {marketScene, type MarketScene} from '../helpers/markets.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address
const Q96 = 2n ** 96n
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

const units = (value: unknown) => BigInt((value as {units: string}).units)
const roundUp = (a: bigint, b: bigint) => (a + b - 1n) / b
/** Both ways in a pool of 3,000 units of liquidity over all prices. */
const outOf = (price: bigint, amount: bigint, zeroToOne: boolean) => {
  const liquidity = parseEther('3000')
  const counted = (amount * 997_000n) / 1_000_000n
  if (zeroToOne) {
    const next = roundUp(liquidity * Q96 * price, liquidity * Q96 + counted * price)
    return (liquidity * (price - next)) / Q96
  }
  const next = price + (counted * Q96) / liquidity
  return (liquidity * Q96 * (next - price)) / next / price
}

test('a quote is what the quoter says, and what the arithmetic of the pool gives', async () => {
  const art = chain.network.lst.artemis!.artMetis
  const [first, last] =
    BigInt(art) < BigInt(l2Metis) ? ['artMETIS', 'METIS'] : ['METIS', 'artMETIS']
  for (const [from, to, zeroToOne] of [
    [first, last, true],
    [last, first, false],
  ] as const) {
    const {data} = await scene.ask(`pool quote 150 ${from} ${to} --dex algebra`)
    expect(data).toMatchObject({exchange: 'algebra', feeE18: null})
    const out = outOf(Q96, parseEther('150'), zeroToOne)
    expect(units(data['amountOut'])).toBe(out)
    // Half of a twentieth of the liquidity each way: about 4.7 % less than the current price.
    const impact = BigInt(String(data['impactE18']))
    const fair = outOf(Q96, parseEther('0.15'), zeroToOne) * 1000n
    expect(impact).toBe(WAD - (out * WAD) / fair)
    expect(impact).toBeGreaterThan(4n * 10n ** 16n)
  }
})

test('the quote is what a swap then pays, and the price follows', async () => {
  const before = await scene.ask('pool show artMETIS METIS --dex algebra')
  expect(before.data['pools']).toMatchObject([
    {
      exchange: 'algebra',
      address: localAlgebraPool,
      price: {symbol: 'METIS', units: `${WAD}`},
      feeE18: null,
      position: null,
    },
  ])
  const {data} = await scene.ask('pool quote 150 METIS artMETIS --dex algebra')
  const amount = parseEther('150')
  const zeroToOne = (await scene.read(localAlgebraPool, algebraPoolAbi, 'token0')) === l2Metis
  await scene.act(owner, l2Metis, erc20Abi, 'approve', [localAlgebraPool, amount])
  await scene.act(owner, localAlgebraPool, algebraPoolAbi, 'swapExactInput', [
    owner,
    zeroToOne,
    amount,
  ])
  const art = chain.network.lst.artemis!.artMetis
  expect(await scene.held(art, owner)).toBe(units(data['amountOut']))
  const after = await scene.ask('pool show artMETIS METIS --dex algebra')
  const [shown] = after.data['pools'] as {price: {units: string}}[]
  // (3,149.55 / 3,000)² METIS for one artMETIS.
  const price = BigInt(shown!.price.units)
  const root = WAD + (parseEther('149.55') * WAD) / parseEther('3000')
  // Roots have 96 binary places, so a few wei are lost.
  const difference = (root * root) / WAD - price
  expect(difference).toBeGreaterThanOrEqual(0n)
  expect(difference).toBeLessThan(5n)
})

test('the input for an output is the smallest that gives it', async () => {
  const art = chain.network.lst.artemis!.artMetis
  const path = `0x${art.slice(2)}${l2Metis.slice(2)}`
  const wanted = parseEther('10')
  const args = [path, wanted]
  const input = (await scene.read(
    localAlgebra.quoter,
    algebraQuoterAbi,
    'quoteExactOutput',
    args,
  )) as bigint
  const give = (amount: bigint) =>
    scene.read(localAlgebra.quoter, algebraQuoterAbi, 'quoteExactInputSingle', [
      l2Metis,
      art,
      amount,
      0n,
    ]) as Promise<bigint>
  expect(await give(input)).toBeGreaterThanOrEqual(wanted)
  expect(await give(input - 1n)).toBeLessThan(wanted)
})

test('nothing is sent to an exchange that is only quoted', async () => {
  for (const line of ['swap 1 METIS artMETIS', 'add 1 METIS artMETIS', 'remove 1 METIS artMETIS']) {
    expect((await scene.ask(`pool ${line} --dex algebra --yes`)).error).toMatchObject({
      code: 'MARKET_READ_ONLY',
    })
  }
  expect((await scene.ask('pool quote 1 METIS MAI --dex algebra')).error).toMatchObject({
    code: 'POOL_UNKNOWN',
  })
})
