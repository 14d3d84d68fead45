/** Gas of a call: its limit and its likely use. Both directions of the margin are here. */

/** An estimate gets a fifth on top, since state may change until the call is mined. */
const MARGIN = {up: 6n, down: 5n}

/** The gas limit of an estimated call. */
export function gasLimitOf(measured: bigint): bigint {
  return (measured * MARGIN.up) / MARGIN.down
}

/** Gas of one call of a plan. */
export interface CallGas {
  /** By {@link gasLimitOf}; null when the call could not be estimated yet. */
  limit: bigint | null
  /** Upper bound for a call that could not be estimated. */
  atMost: bigint | undefined
}

/** Gas that a call uses if nothing changes: a limit without its margin, or the upper bound. */
export function likelyGasOf({limit, atMost = 0n}: CallGas): bigint {
  // Rounded up, so that it is never below the estimate.
  return limit === null ? atMost : (limit * MARGIN.down + MARGIN.up - 1n) / MARGIN.up
}

/** Maximum gas that a call can use. */
export function mostGasOf({limit, atMost = 0n}: CallGas): bigint {
  return limit ?? atMost
}
