import {type Abi, type Address, parseEther, parseUnits} from 'viem'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {netswapFactoryAbi} from '../../src/chain/abis/netswap-factory.ts'
import {netswapPairAbi} from '../../src/chain/abis/netswap-pair.ts'
import {netswapRouterAbi} from '../../src/chain/abis/netswap-router.ts'
import {localNetswap} from '../../src/local/defi/pools/netswap/plan.ts'
import {localTokens} from '../../src/local/defi/tokens.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {l2Metis} from '../../src/local/placement.ts'
import type {Anvil} from '../helpers/anvil.ts'
import {type Chain, connect, eventsOf} from './chain.ts'
import {startL2} from './l2-fixture.ts'
import {alice, governance} from './staking.ts'

const {factory, router} = localNetswap
const artMetis = localLst.artemis.artMetis
const usdc = localTokens['m.USDC']
const far = 2n ** 64n
const one = parseEther('1')

describe('Netswap', () => {
  let anvil: Anvil
  let chain: Chain
  let snapshot: unknown
  let pair: Address
  beforeAll(async () => {
    anvil = (await startL2('defi')).anvil
    chain = connect(anvil.rpcUrl)
    pair = (await chain.read(factory, netswapFactoryAbi, 'getPair', [artMetis, l2Metis])) as Address
  })
  afterAll(() => anvil.stop())
  beforeEach(async () => (snapshot = await chain.request('evm_snapshot')))
  afterEach(() => chain.request('evm_revert', snapshot))

  const call = (from: Address, fn: string, args: readonly unknown[], value = 0n) => ({
    ...{from, to: router, abi: netswapRouterAbi as Abi, fn, args, value},
  })
  const approve = (from: Address, token: Address, amount: bigint) =>
    chain.send({from, to: token, abi: erc20Abi, fn: 'approve', args: [router, amount]})
  const held = (token: Address, of: Address) =>
    chain.read(token, erc20Abi, 'balanceOf', [of]) as Promise<bigint>
  const reserves = async () => {
    const [reserve0, reserve1] = (await chain.read(pair, netswapPairAbi, 'getReserves')) as [
      bigint,
      bigint,
    ]
    const token0 = await chain.read(pair, netswapPairAbi, 'token0')
    const [art, metis] = token0 === artMetis ? [reserve0, reserve1] : [reserve1, reserve0]
    return {art, metis}
  }
  const outOf = (amount: bigint, from: bigint, to: bigint) => {
    const counted = amount * 997n
    return (counted * to) / (from * 1000n + counted)
  }

  test('a pool is where the router looks for it, and holds what the network began with', async () => {
    const {art, metis} = await reserves()
    expect([art, metis]).toEqual([parseEther('10000'), parseEther('9950')])
    expect(await held(l2Metis, pair)).toBe(metis)
    expect(await chain.balance(pair)).toBe(metis)
    // The router asks the address that follows from the code hash it carries, not the factory.
    const quoted = await chain.read(router, netswapRouterAbi, 'getAmountsOut', [
      one,
      [artMetis, l2Metis],
    ])
    expect(quoted).toEqual([one, outOf(one, art, metis)])
    expect(await chain.read(pair, netswapPairAbi, 'symbol')).toBe('NLP')
    expect(await chain.read(factory, netswapFactoryAbi, 'allPairsLength')).toBe(3n)
  })

  test('a swap of METIS pays what was quoted, and the fee stays in the pool', async () => {
    const {art, metis} = await reserves()
    const amount = parseEther('100')
    const out = outOf(amount, metis, art)
    const late = call(alice, 'swapExactMetisForTokens', [out, [l2Metis, artMetis], alice, 1n])
    expect(await chain.attempt({...late, value: amount})).toBe('NetswapRouter: EXPIRED')
    const dear = [out + 1n, [l2Metis, artMetis], alice, far]
    expect(await chain.attempt(call(alice, 'swapExactMetisForTokens', dear, amount))).toBe(
      'NetswapRouter: INSUFFICIENT_OUTPUT_AMOUNT',
    )
    const exact = [out, [l2Metis, artMetis], alice, far]
    const {logs} = await chain.send(call(alice, 'swapExactMetisForTokens', exact, amount))
    expect(await held(artMetis, alice)).toBe(out)
    expect(await reserves()).toEqual({art: art - out, metis: metis + amount})
    expect(eventsOf(netswapPairAbi, logs).map(({name}) => name)).toContain('Swap')
  })

  test('tokens go through METIS to another token, and back to native METIS', async () => {
    const {art, metis} = await reserves()
    await chain.send(
      call(alice, 'swapExactMetisForTokens', [0n, [l2Metis, artMetis], alice, far], one),
    )
    const got = await held(artMetis, alice)
    await approve(alice, artMetis, got)
    const {logs} = await chain.send(
      call(alice, 'swapExactTokensForTokens', [got, 0n, [artMetis, l2Metis, usdc], alice, far]),
    )
    expect(eventsOf(netswapPairAbi, logs).filter(({name}) => name === 'Swap')).toHaveLength(2)
    const dollars = await held(usdc, alice)
    const through = outOf(got, art - got, metis + one)
    expect(dollars).toBe(outOf(through, parseEther('10000'), parseUnits('250000', 6)))
    await approve(alice, usdc, dollars)
    const before = await chain.balance(alice)
    const sent = await chain.send(
      call(alice, 'swapExactTokensForMetis', [dollars, 0n, [usdc, l2Metis], alice, far]),
    )
    const paid = sent.gasUsed * sent.gasPrice
    expect(await chain.balance(alice)).toBe(
      before -
        paid +
        outOf(dollars, parseUnits('250000', 6) - dollars, parseEther('10000') + through),
    )
    const wrong = call(alice, 'swapExactTokensForMetis', [1n, 0n, [usdc, artMetis], alice, far])
    expect(await chain.attempt(wrong)).toBe('NetswapRouter: INVALID_PATH')
  })

  test('liquidity in the ratio of the pool gives shares, which give it back', async () => {
    const {art, metis} = await reserves()
    await chain.send(
      call(alice, 'swapExactMetisForTokens', [0n, [l2Metis, artMetis], alice, far], one * 10n),
    )
    const after = await reserves()
    const supply = (await chain.read(pair, netswapPairAbi, 'totalSupply')) as bigint
    const amount = parseEther('5')
    const fitting = (amount * after.metis) / after.art
    await approve(alice, artMetis, amount)
    const before = await chain.balance(alice)
    const add = [artMetis, amount, 0n, fitting, alice, far]
    // A tenth more METIS than fits comes back.
    const sent = await chain.send(call(alice, 'addLiquidityMetis', add, fitting + one / 10n))
    expect(await chain.balance(alice)).toBe(before - fitting - sent.gasUsed * sent.gasPrice)
    const shares = await held(pair, alice)
    const [byArt, byMetis] = [(amount * supply) / after.art, (fitting * supply) / after.metis]
    expect(shares).toBe(byArt < byMetis ? byArt : byMetis)
    expect(after.art + after.metis).not.toBe(art + metis)

    const short = [artMetis, shares, amount + one, 0n, alice, far]
    const remove = call(alice, 'removeLiquidityMetis', short)
    expect(await chain.attempt(remove)).toBe('TransferHelper: TRANSFER_FROM_FAILED')
    await approve(alice, pair, shares)
    expect(await chain.attempt(remove)).toBe('NetswapRouter: INSUFFICIENT_A_AMOUNT')
    await chain.send(call(alice, 'removeLiquidityMetis', [artMetis, shares, 0n, 0n, alice, far]))
    expect(await held(pair, alice)).toBe(0n)
    expect(await held(artMetis, alice)).toBeGreaterThan(0n)
  })

  test('with a fee recipient a sixth of the growth of the pool is minted to it', async () => {
    const set = {
      to: factory,
      abi: netswapFactoryAbi as Abi,
      fn: 'setFeeTo',
      args: [governance.address],
    }
    expect(await chain.attempt({from: alice, ...set})).toBe('Netswap: FORBIDDEN')
    await chain.send({from: governance.address, ...set})
    await chain.send(
      call(alice, 'swapExactMetisForTokens', [0n, [l2Metis, artMetis], alice, far], one * 10n),
    )
    const add = async (amount: bigint) => {
      await approve(alice, artMetis, amount)
      await chain.send(
        call(alice, 'addLiquidityMetis', [artMetis, amount, 0n, 0n, alice, far], one * 9n),
      )
    }
    const before = await held(pair, governance.address)
    await add(one)
    // Only from the first deposit with a recipient on is there a mark to measure growth from.
    expect(await held(pair, governance.address)).toBe(before)
    const k = (await chain.read(pair, netswapPairAbi, 'kLast')) as bigint
    const supply = (await chain.read(pair, netswapPairAbi, 'totalSupply')) as bigint
    await chain.send(
      call(alice, 'swapExactMetisForTokens', [0n, [l2Metis, artMetis], alice, far], one * 50n),
    )
    const grown = await reserves()
    await add(one)
    const [now, then] = [root(grown.art * grown.metis), root(k)]
    expect(await held(pair, governance.address)).toBe(
      before + (supply * (now - then)) / (now * 5n + then),
    )
  })
})

/** Whole part of a square root. */
function root(value: bigint): bigint {
  let low = 0n
  let high = value + 1n
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (middle * middle <= value) low = middle
    else high = middle
  }
  return low
}
