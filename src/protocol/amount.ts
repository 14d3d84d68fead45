import {formatWeiShort} from '../lib/units.ts'

/** An amount as an operator enters it. */
export type Amount =
  | {kind: 'exact'; wei: bigint}
  /** Everything available. */
  | {kind: 'max'}
  /** Share of everything available, in basis points, 1 to 10,000. */
  | {kind: 'share'; basisPoints: bigint}

/**
 * The amount in wei. A share is rounded down.
 *
 * @param allWei the meaning of `max`
 */
export function resolveAmount(amount: Amount, allWei: bigint): bigint {
  if (amount.kind === 'exact') return amount.wei
  if (allWei <= 0n) return 0n
  return amount.kind === 'max' ? allWei : (allWei * amount.basisPoints) / 10_000n
}

/** Ten times the total supply of METIS. */
const ENDLESS_WEI = 100_000_000n * 10n ** 18n

/**
 * True for an allowance that cannot be used up: the maximum number, or the rest of it when a token
 * decrements it.
 */
export function isEndless(wei: bigint): boolean {
  return wei >= ENDLESS_WEI
}

/** A human-readable amount of a token with 18 decimals; an allowance may be unlimited. */
export function tokenText(wei: bigint, unit: string, places?: number): string {
  return isEndless(wei) ? `${unit} without limit` : `${formatWeiShort(wei, places)} ${unit}`
}
