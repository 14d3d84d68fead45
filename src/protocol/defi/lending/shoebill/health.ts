import type {LendAction, LendHealth, LendLine} from '../line.ts'

const WAD = 10n ** 18n
const PERCENT = 10_000n

/**
 * Health of an account. The factor is the borrow limit over the debt: below 1 there is a shortfall.
 *
 * Source: Compound v2 `Comptroller.getHypotheticalAccountLiquidity`, in dollars with eight decimals.
 */
export function shoebillHealth(lines: readonly LendLine[]): LendHealth {
  let [collateral, limit, debt] = [0n, 0n, 0n]
  for (const {token, price, supplied, borrowed, counts, ltv} of lines) {
    const unit = 10n ** BigInt(token.decimals)
    if (counts) {
      const value = (supplied * price) / unit
      collateral += value
      limit += (value * ltv) / PERCENT
    }
    debt += (borrowed * price) / unit
  }
  return {
    collateral,
    debt,
    power: limit > debt ? limit - debt : 0n,
    factor: debt === 0n ? null : (limit * WAD) / debt,
  }
}

/** True when there is no shortfall after a further loan. */
export function shoebillCovers(lines: readonly LendLine[], action: LendAction): boolean {
  const {factor} = shoebillHealth(afterShoebill(lines, action))
  return factor === null || factor >= WAD
}

/** The lines after an action. Our supply enters the market, so that it counts as collateral. */
export function afterShoebill(
  lines: readonly LendLine[],
  {kind, token, amount}: LendAction,
): LendLine[] {
  const less = (from: bigint) => (from > amount ? from - amount : 0n)
  return lines.map((line) => {
    if (line.token.address !== token) return line
    switch (kind) {
      case 'supply':
        return {...line, supplied: line.supplied + amount, counts: true}
      case 'withdraw':
        return {...line, supplied: less(line.supplied)}
      case 'borrow':
        return {...line, borrowed: line.borrowed + amount, counts: true}
      case 'repay':
        return {...line, borrowed: less(line.borrowed)}
    }
  })
}
