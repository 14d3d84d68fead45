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
