import {describe, expect, test} from 'vitest'

import {
  amountOut,
  amountsOf,
  amountsOut,
  depthOf,
  fitLiquidity,
  leastOf,
  ONE,
  priceImpact,
  sharesFor,
  supplyAfterFee,
  type PoolFigures,
} from '../../src/protocol/defi/pools/constant-product.ts'

/** The same numbers in every run. */
function* numbers(seed: bigint): Generator<bigint, never> {
  for (let state = seed; ; ) {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n
    yield state
  }
}

describe('swaps', () => {
  test('the output is the largest that does not lower the product after the fee', () => {
    const random = numbers(7n)
    for (let round = 0; round < 500; round++) {
      const reserveIn = (random.next().value % 10n ** 22n) + 1n
      const reserveOut = (random.next().value % 10n ** 22n) + 1n
      const amountIn = (random.next().value % 10n ** 21n) + 1n
      const out = amountOut(amountIn, {reserveIn, reserveOut, feePerMille: 3n})
      const product = reserveIn * reserveOut * 1000n
      const after = (paid: bigint) => (reserveIn * 1000n + amountIn * 997n) * (reserveOut - paid)
      expect(after(out)).toBeGreaterThanOrEqual(product)
      expect(after(out + 1n)).toBeLessThan(product)
    }
  })

  test('known values, and nothing from an empty pool', () => {
    const hop = {reserveIn: 1000n * ONE, reserveOut: 500n * ONE, feePerMille: 3n}
    expect(amountOut(ONE, hop)).toBe(498_003_490_519_951_608n)
    expect(amountOut(ONE, {...hop, feePerMille: 0n})).toBe(499_500_499_500_499_500n)
    expect(amountOut(ONE, {...hop, reserveIn: 0n, reserveOut: 0n})).toBe(0n)
    expect(amountOut(0n, {...hop, reserveIn: 0n})).toBe(0n)
    expect(
      amountsOut(ONE, [hop, {...hop, reserveIn: hop.reserveOut, reserveOut: hop.reserveIn}]),
    ).toEqual([498_003_490_519_951_608n, 992_033_851_673_014_362n])
  })

  test('the impact is what moving the price costs, whatever the fee is', () => {
    const hop = {reserveIn: 1000n * ONE, reserveOut: 1000n * ONE, feePerMille: 0n}
    // Half as much as the reserve comes in: a third of the value is lost.
    const out = amountOut(500n * ONE, hop)
    expect(priceImpact(500n * ONE, out, [hop])).toBe(333_333_333_333_333_334n)
    const withFee = {...hop, feePerMille: 3n}
    const small = amountOut(10n ** 12n, withFee)
    expect(priceImpact(10n ** 12n, small, [withFee])).toBeLessThan(10n ** 10n)
    expect(priceImpact(0n, 0n, [hop])).toBe(0n)
  })

  test('the least accepted is rounded down', () => {
    expect(leastOf(10_001n, 50)).toBe(9950n)
    expect(leastOf(10_001n, 0)).toBe(10_001n)
    expect(leastOf(10_001n, 10_000)).toBe(0n)
  })
})

describe('liquidity', () => {
  const pool: PoolFigures = {
    reserveA: 4_000_000n,
    reserveB: 1_000_000n,
    supply: 2_000_000n,
    feeOn: false,
    kLast: 0n,
  }

  test('amounts fit the ratio of the pool, and an empty pool takes both', () => {
    expect(fitLiquidity(400n, 1000n, pool)).toEqual({amountA: 400n, amountB: 100n})
    expect(fitLiquidity(400n, 50n, pool)).toEqual({amountA: 200n, amountB: 50n})
    expect(fitLiquidity(7n, 9n, {reserveA: 0n, reserveB: 0n})).toEqual({amountA: 7n, amountB: 9n})
  })

  test('shares follow the smaller of both amounts, and give the amounts back', () => {
    expect(sharesFor(400n, 100n, pool)).toBe(200n)
    expect(sharesFor(400n, 90n, pool)).toBe(180n)
    expect(amountsOf(200n, pool)).toEqual({amountA: 400n, amountB: 100n})
    expect(amountsOf(1n, {...pool, supply: 0n})).toEqual({amountA: 0n, amountB: 0n})
  })

  test('the first deposit leaves 1,000 shares to nobody', () => {
    const empty = {...pool, reserveA: 0n, reserveB: 0n, supply: 0n}
    expect(sharesFor(4_000_000n, 1_000_000n, empty)).toBe(1_999_000n)
    expect(sharesFor(10n, 10n, empty)).toBe(0n)
    // Not a square: rounded down.
    expect(sharesFor(2_000n, 3_000n, empty)).toBe(2449n - 1000n)
  })

  test('a fee recipient gets a sixth of the growth before anyone else', () => {
    const grown = {...pool, feeOn: true, kLast: 1_900_000n ** 2n}
    const now = 2_000_000n
    const minted = (pool.supply * (now - 1_900_000n)) / (now * 5n + 1_900_000n)
    expect(supplyAfterFee(grown)).toBe(pool.supply + minted)
    expect(sharesFor(400n, 100n, grown)).toBe((400n * (pool.supply + minted)) / pool.reserveA)
    expect(supplyAfterFee({...grown, feeOn: false})).toBe(pool.supply)
    expect(supplyAfterFee({...grown, kLast: 0n})).toBe(pool.supply)
    expect(supplyAfterFee({...grown, kLast: 4n * 10n ** 12n})).toBe(pool.supply)
  })
})

describe('depth', () => {
  test('a deposit of that much raises the price by exactly the share, and by no more', () => {
    const random = numbers(11n)
    for (let round = 0; round < 200; round++) {
      const reserve = (random.next().value % 10n ** 22n) + 10n ** 6n
      const depth = depthOf(reserve, 100)
      // The price is the square of this reserve over the product.
      const reached = (metis: bigint) =>
        (reserve + metis) ** 2n * 10_000n <= reserve ** 2n * 10_100n
      expect([reached(depth), reached(depth + 1n)]).toEqual([true, false])
    }
    expect(depthOf(0n, 100)).toBe(0n)
    expect(depthOf(1000n * ONE, 0)).toBe(0n)
  })
})
