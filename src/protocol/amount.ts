import {formatWeiShort} from '../lib/units.ts'

/** An amount as an operator says it. */
export type Amount =
  | {kind: 'exact'; wei: bigint}
  /** All there is. */
  | {kind: 'max'}
  /** Hundredths of a percent of all there is, 1 to 10,000. */
  | {kind: 'share'; basisPoints: bigint}

/**
 * The amount in wei. A share is cut, never rounded up.
 *
 * @param allWei what `max` means
 */
export function resolveAmount(amount: Amount, allWei: bigint): bigint {
  if (amount.kind === 'exact') return amount.wei
  if (allWei <= 0n) return 0n
  return amount.kind === 'max' ? allWei : (allWei * amount.basisPoints) / 10_000n
}

/** Ten times all METIS there are. */
const ENDLESS_WEI = 100_000_000n * 10n ** 18n

/**
 * True for an allowance that nobody can use up. The largest number there is means that, and so does what is left of
 * it when a token counts down from it.
 */
export function isEndless(wei: bigint): boolean {
  return wei >= ENDLESS_WEI
}

/** An amount of a token with 18 decimals for people; an allowance may have no end. */
export function tokenText(wei: bigint, unit: string, places?: number): string {
  return isEndless(wei) ? `${unit} without limit` : `${formatWeiShort(wei, places)} ${unit}`
}
