import type {LendAction, LendHealth, LendLine} from '../line.ts'

const WAD = 10n ** 18n
const PERCENT = 10_000n

/**
 * Health of an account.
 *
 * Source: Aave v3 `GenericLogic.calculateUserAccountData`, with its rounding: values down, shares and
 * the factor to the nearest.
 */
export function aaveHealth(lines: readonly LendLine[]): LendHealth {
  let [collateral, debt, byLtv, byThreshold] = [0n, 0n, 0n, 0n]
  for (const {token, price, supplied, borrowed, counts, ltv, threshold} of lines) {
    const unit = 10n ** BigInt(token.decimals)
    if (counts && threshold !== 0n) {
      const value = (supplied * price) / unit
      collateral += value
      byLtv += value * ltv
      byThreshold += value * threshold
    }
    debt += (borrowed * price) / unit
  }
  const ltv = collateral === 0n ? 0n : byLtv / collateral
  const threshold = collateral === 0n ? 0n : byThreshold / collateral
  const limit = percentOf(collateral, ltv)
  return {
    collateral,
    debt,
    power: limit > debt ? limit - debt : 0n,
    factor: debt === 0n ? null : (percentOf(collateral, threshold) * WAD + debt / 2n) / debt,
  }
}

/**
 * True when the collateral covers a further loan.
 *
 * Source: Aave v3 `ValidationLogic.validateBorrow`.
 */
export function aaveCovers(lines: readonly LendLine[], {token, amount}: LendAction): boolean {
  const line = lines.find((each) => each.token.address === token)
  if (!line) return false
  const {collateral, debt} = aaveHealth(lines)
  const ltv = averageLtv(lines)
  if (ltv === 0n) return false
  const value = (line.price * amount) / 10n ** BigInt(line.token.decimals)
  return ((debt + value) * PERCENT + ltv / 2n) / ltv <= collateral
}

/** Basis points, over all collateral. */
export function averageLtv(lines: readonly LendLine[]): bigint {
  let [collateral, byLtv] = [0n, 0n]
  for (const {token, price, supplied, counts, ltv, threshold} of lines) {
    if (!counts || threshold === 0n) continue
    const value = (supplied * price) / 10n ** BigInt(token.decimals)
    collateral += value
    byLtv += value * ltv
  }
  return collateral === 0n ? 0n : byLtv / collateral
}

/**
 * The lines after an action.
 *
 * Source: Aave v3 `SupplyLogic`: a first supply becomes collateral by itself unless its LTV is 0; a
 * supply that is withdrawn completely stops being collateral.
 */
export function afterAave(
  lines: readonly LendLine[],
  {kind, token, amount}: LendAction,
): LendLine[] {
  return lines.map((line) => {
    if (line.token.address !== token) return line
    switch (kind) {
      case 'supply': {
        const counts = line.counts || (line.supplied === 0n && line.ltv !== 0n)
        return {...line, supplied: line.supplied + amount, counts}
      }
      case 'withdraw': {
        const supplied = line.supplied > amount ? line.supplied - amount : 0n
        return {...line, supplied, counts: line.counts && supplied > 0n}
      }
      case 'borrow':
        return {...line, borrowed: line.borrowed + amount}
      case 'repay': {
        const borrowed = line.borrowed > amount ? line.borrowed - amount : 0n
        return {...line, borrowed}
      }
    }
  })
}

function percentOf(value: bigint, share: bigint): bigint {
  return (value * share + PERCENT / 2n) / PERCENT
}
