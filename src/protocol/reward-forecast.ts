import type {Address} from 'viem'

import type {Candidate} from './span.ts'

/** Precision, in parts of a block, when a mean number of blocks is converted to METIS. */
const BLOCK_SCALE = 1_000_000

/** The distribution of one sequencer's reward over a period. */
export interface Expectation {
  /** Epochs of all sequencers in the period. May be fractional. */
  epochs: number
  /** Own epochs: mean. */
  ownEpochs: number
  meanMetisWei: bigint
  /** One standard deviation. Two thirds of all periods pay within it of the mean. */
  spreadMetisWei: bigint
  /** Probability of no own epoch, 0 to 1. */
  chanceOfNone: number
}

/**
 * The reward of `epochs` epochs. Each is drawn independently, with a probability proportional to
 * the stake, so own epochs follow a binomial distribution: mean n·p, variance n·p·(1 − p). An epoch
 * is won or lost as a whole, hence the large spread over short periods.
 *
 * Source: Themis `metis/selection.go`, one producer per span; `LockingPool._credit`, blocks times rate.
 *
 * @param options.share probability of being drawn, 0 to 1
 */
export function expectReward(options: {
  share: number
  epochs: number
  epochBlocks: number
  rewardPerBlockMetisWei: bigint
}): Expectation {
  const {share, epochs, epochBlocks, rewardPerBlockMetisWei} = options
  if (!(share >= 0 && share <= 1 && epochs >= 0 && epochBlocks >= 0)) {
    throw new RangeError(`expectReward: ${share}, ${epochs}, ${epochBlocks}`)
  }
  const ownEpochs = epochs * share
  const deviation = Math.sqrt(ownEpochs * (1 - share))
  const metis = (blocks: number) =>
    (BigInt(Math.round(blocks * BLOCK_SCALE)) * rewardPerBlockMetisWei) / BigInt(BLOCK_SCALE)
  return {
    epochs,
    ownEpochs,
    meanMetisWei: metis(ownEpochs * epochBlocks),
    spreadMetisWei: metis(deviation * epochBlocks),
    chanceOfNone: (1 - share) ** epochs,
  }
}

/**
 * The probability that a signer produces an epoch.
 *
 * Source: Themis `metis/selection.go`: weighted by power, whole METIS rounded down.
 *
 * @param eligible the validators a span may select; see `eligibleValidators`
 * @returns 0 to 1; 0 for a signer that is not among them
 */
export function shareOf(signer: Address, eligible: readonly Candidate[]): number {
  const total = eligible.reduce((sum, {power}) => sum + power, 0)
  const own = eligible.find((each) => each.signer.toLowerCase() === signer.toLowerCase())
  return own && total > 0 ? own.power / total : 0
}

/**
 * The annual reward of all locked METIS, in percent of it.
 *
 * Source: metis-sequencer-contract `ts-src/tasks/l1.ts`, task `l1:target-reward-per-block`, inverted.
 *
 * @returns 0 when nothing is locked
 */
export function yearlyRatePercent(options: {
  totalLockedMetisWei: bigint
  rewardPerBlockMetisWei: bigint
  blockIntervalSeconds: number
}): number {
  const {totalLockedMetisWei, rewardPerBlockMetisWei, blockIntervalSeconds} = options
  if (totalLockedMetisWei === 0n || !(blockIntervalSeconds > 0)) return 0
  const blocks = (365 * 24 * 3600) / blockIntervalSeconds
  return (Number(rewardPerBlockMetisWei) * blocks * 100) / Number(totalLockedMetisWei)
}

/** The median, the upper one of two; undefined for an empty list. */
export function medianOf(values: readonly bigint[]): bigint | undefined {
  return values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))[Math.floor(values.length / 2)]
}
