import {shortHex} from '../../lib/units.ts'
import type {LendLine} from '../../protocol/defi/lending/line.ts'
import {dollars, priceText} from '../../services/defi/dollars.ts'
import {healthText, type LendVerified, type LendView} from '../../services/defi/lending/lend.ts'
import {percentText} from '../../services/defi/percent.ts'
import {fields, narrowTable} from './table.ts'
import {amountJson, amountText, exactText, tokenJson} from './token.ts'

const BASIS_POINT = 10n ** 14n

export function lendingText(view: LendView): string {
  const {lines, name} = view
  const reserves = narrowTable(
    ['token', 'state', 'price', 'LTV', 'liquidation', 'supply APR', 'borrow APR', 'available'],
    lines.map((line) => [
      line.token.symbol,
      line.state,
      priceText(line.price),
      percentText(line.ltv * BASIS_POINT),
      percentText(line.threshold * BASIS_POINT),
      rateText(line.supplyRate),
      line.canBorrow ? rateText(line.borrowRate) : 'none',
      amountText(line.available, line.token),
    ]),
  )
  return [`Reserves of ${name}`, reserves, ...(view.account ? ['', positionText(view)] : [])].join(
    '\n',
  )
}

function rateText(rate: bigint | null): string {
  return rate === null ? 'unknown' : percentText(rate)
}

function positionText({account, lines, health, liquidationPrices}: LendView): string {
  const held = lines.filter(({supplied, borrowed}) => supplied > 0n || borrowed > 0n)
  if (held.length === 0) return `${shortHex(account!)} has no position.`
  return [
    `Position of ${shortHex(account!)}`,
    fields(
      [
        ...held.flatMap(lineText),
        ['health factor', healthText(health)],
        ['can be borrowed', dollars(health.power)],
        ...liquidationPrices.map(({token, price}): [string, string] => [
          `liquidation price of ${token.symbol}`,
          dollars(price),
        ]),
      ],
      2,
    ),
  ].join('\n')
}

function lineText({token, supplied, borrowed, counts}: LendLine): [string, string][] {
  const use = counts ? 'collateral' : 'no collateral'
  return [
    ...(supplied > 0n
      ? [['supplied', `${exactText(supplied, token)}, ${use}`] as [string, string]]
      : []),
    ...(borrowed > 0n ? [['owed', exactText(borrowed, token)] as [string, string]] : []),
  ]
}

export function lendingJson({market, account, lines, health, liquidationPrices}: LendView) {
  return {
    market,
    account,
    reserves: lines.map((line) => {
      const {token, state, canBorrow, counts} = line
      const capOf = (cap: bigint | null) => (cap === null ? null : amountJson(cap, token))
      return {
        token: tokenJson(token),
        ...{state, canBorrow, priceE8: line.price},
        ltvBasisPoints: Number(line.ltv),
        thresholdBasisPoints: Number(line.threshold),
        bonusBasisPoints: Number(line.bonus),
        supplyRateE18: line.supplyRate,
        borrowRateE18: line.borrowRate,
        totalSupplied: line.totalSupplied,
        totalBorrowed: line.totalBorrowed,
        available: line.available,
        supplyCap: capOf(line.supplyCap),
        borrowCap: capOf(line.borrowCap),
        supplied: line.supplied,
        borrowed: line.borrowed,
        isCollateral: counts,
      }
    }),
    ...healthJson(health),
    liquidationPrices: liquidationPrices.map(({token, price}) => ({
      token: tokenJson(token),
      priceE8: price,
    })),
  }
}

function healthJson({collateral, debt, power, factor}: LendView['health']) {
  return {
    collateralUsdE8: collateral,
    debtUsdE8: debt,
    borrowableUsdE8: power,
    healthFactorE18: factor,
  }
}

const DONE = {
  supply: 'Supplied',
  withdraw: 'Withdrew',
  borrow: 'Borrowed',
  repay: 'Repaid',
} as const

export function lentText({kind, token, moved, left, view}: LendVerified): string {
  return [
    `${DONE[kind]} ${exactText(moved, token)}.`,
    ...(left > 0n
      ? [
          `Interest until the block is still owed; the same command again leaves less, until nothing.`,
        ]
      : []),
    positionText(view),
  ].join('\n')
}

export function lentJson({token, moved, view}: LendVerified) {
  return {moved: amountJson(moved, token), position: lendingJson(view)}
}
