/** Gas of a call: its limit and its likely use. Both directions of the margin are here. */

/** An estimate gets a fifth on top, since state may change until the call is mined. */
const MARGIN = {up: 6n, down: 5n}

/**
 * Gas on top for a contract on L2. Markets accrue interest with the first call of a block, and pairs
 * their prices. An estimate runs in the latest block: right after another call there it finds nothing
 * to accrue, and the next block has more to do. Measured for a Compound market: 30,000 more, on an
 * estimate of 64,000.
 */
const ACCRUAL_GAS = 100_000n

/** Headroom of a call beside the fifth. */
export function headroomOf(chain: 'L1' | 'L2'): bigint {
  return chain === 'L2' ? ACCRUAL_GAS : 0n
}

/** The gas limit of an estimated call. */
export function gasLimitOf(measured: bigint, headroom = 0n): bigint {
  return (measured * MARGIN.up) / MARGIN.down + headroom
}

/** Gas of one call of a plan. */
export interface CallGas {
  /** By {@link gasLimitOf}; null when the call could not be estimated yet. */
  limit: bigint | null
  /** Upper bound for a call that could not be estimated. */
  atMost: bigint | undefined
  /** By {@link headroomOf}, a part of the limit. */
  headroom?: bigint
}

/** Gas that a call uses if nothing changes: a limit without its margin, or the upper bound. */
export function likelyGasOf({limit, atMost = 0n, headroom = 0n}: CallGas): bigint {
  if (limit === null) return atMost
  // Rounded up, so that it is never below the estimate.
  return ((limit - headroom) * MARGIN.down + MARGIN.up - 1n) / MARGIN.up
}

/** Maximum gas that a call can use. */
export function mostGasOf({limit, atMost = 0n}: CallGas): bigint {
  return limit ?? atMost
}
