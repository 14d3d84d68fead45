/** Gas of a call: what it may use, and what it is likely to use. Both ways of the one margin live here. */

/** What is measured gets a fifth on top: state may change until the block that holds it. */
const MARGIN = {up: 6n, down: 5n}

/** The limit of a call whose gas was measured. */
export function gasLimitOf(measured: bigint): bigint {
  return (measured * MARGIN.up) / MARGIN.down
}

/** Gas of one call of a plan. */
export interface CallGas {
  /** By {@link gasLimitOf}; null when the call could not be measured yet. */
  limit: bigint | null
  /** Bound of a call that could not be measured. */
  atMost: bigint | undefined
}

/** Gas that a call uses when nothing changes: a limit without its margin, and a bound as it is. */
export function likelyGasOf({limit, atMost = 0n}: CallGas): bigint {
  // Rounded up, so that it is never below what was measured.
  return limit === null ? atMost : (limit * MARGIN.down + MARGIN.up - 1n) / MARGIN.up
}

/** Most gas that a call can use. */
export function mostGasOf({limit, atMost = 0n}: CallGas): bigint {
  return limit ?? atMost
}
