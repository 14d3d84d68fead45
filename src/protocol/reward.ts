import type {Address} from 'viem'

import {epochBlocks, type Epoch} from './epoch.ts'

/** `LockingPool.batchSubmitRewards` requires the end to be strictly after the start, so at least two epochs. */
export const MIN_EPOCHS_PER_REWARD_BATCH = 2

const SECONDS_PER_YEAR = 365 * 24 * 3600
/** Decimals of a rate in percent. */
const RATE_SCALE = 1_000_000

/** The arguments of `LockingPool.batchSubmitRewards`. `seqs[i]` is paid for `blocks[i]`. */
export interface RewardBatch {
  batchId: bigint
  startEpoch: bigint
  endEpoch: bigint
  seqs: Address[]
  blocks: bigint[]
}

export type RewardPlan =
  | {
      kind: 'ready'
      batch: RewardBatch
      /** The signer that ends the batch early, when one does. */
      blockedBy: BlockedEpoch | undefined
    }
  | {kind: 'wait'; reason: 'too-few-epochs'; epochs: number; needed: number}
  | {kind: 'refused'; reason: 'gap'; expectedEpoch: bigint}
  | {kind: 'refused'; reason: 'unpayable-signer'; blockedBy: BlockedEpoch}

/** An epoch whose signer LockingPool cannot pay. */
export interface BlockedEpoch {
  epoch: bigint
  signer: Address
}

/**
 * Blocks per signer, whole epochs, in order of first appearance. Keys are lower case.
 *
 * Source: Themis `mpc/transaction.go`, the recount before a reward batch is signed.
 */
export function blocksBySigner(epochs: readonly Epoch[]): Map<Address, bigint> {
  const counts = new Map<Address, bigint>()
  for (const epoch of epochs) {
    const signer = lower(epoch.signer)
    counts.set(signer, (counts.get(signer) ?? 0n) + epochBlocks(epoch))
  }
  return counts
}

/**
 * The next reward batch, or why there is none. Epoch 0 is never paid, because LockingPool counts
 * from the epoch after its last one and starts at 0.
 *
 * A signer that LockingPool no longer knows makes the whole batch revert, and it cannot be left out
 * because the count must list every signer of the range. So the batch ends before its first epoch,
 * and is rejected when nothing payable is left before it.
 *
 * Source: `LockingPool.batchSubmitRewards`; Themis `mpc/side_handler.go`.
 *
 * @param options.epochs finalized epochs after `endEpoch`, ascending
 * @param options.unpayable lower-case signers whose `seqSigners` is 0 or burned
 */
export function planRewardBatch(options: {
  batchState: {id: bigint; endEpoch: bigint}
  epochs: readonly Epoch[]
  unpayable: ReadonlySet<Address>
  minEpochs?: number
}): RewardPlan {
  const {batchState, epochs, unpayable, minEpochs = MIN_EPOCHS_PER_REWARD_BATCH} = options
  const needed = Math.max(minEpochs, MIN_EPOCHS_PER_REWARD_BATCH)
  for (const [index, epoch] of epochs.entries()) {
    const expectedEpoch = batchState.endEpoch + 1n + BigInt(index)
    if (epoch.number !== expectedEpoch) return {kind: 'refused', reason: 'gap', expectedEpoch}
  }
  if (epochs.length < needed) {
    return {kind: 'wait', reason: 'too-few-epochs', epochs: epochs.length, needed}
  }
  const blockedAt = epochs.findIndex(({signer}) => unpayable.has(lower(signer)))
  const blocked = epochs[blockedAt]
  const blockedBy = blocked && {epoch: blocked.number, signer: lower(blocked.signer)}
  const payable = blockedAt === -1 ? epochs : epochs.slice(0, blockedAt)
  if (blockedBy && payable.length < MIN_EPOCHS_PER_REWARD_BATCH) {
    return {kind: 'refused', reason: 'unpayable-signer', blockedBy}
  }
  const counts = blocksBySigner(payable)
  return {
    kind: 'ready',
    batch: {
      batchId: batchState.id + 1n,
      startEpoch: payable[0]!.number,
      endEpoch: payable.at(-1)!.number,
      seqs: [...counts.keys()],
      blocks: [...counts.values()],
    },
    blockedBy,
  }
}

/**
 * The `rewardPerBlock` that yields an annual rate on everything locked, in wei.
 *
 * Source: metis-sequencer-contract `ts-src/tasks/l1.ts`, task `l1:target-reward-per-block`.
 *
 * @throws {RangeError} the rate is negative or the interval leaves no block in a year
 */
export function rewardPerBlockForMrr(options: {
  totalLockedWei: bigint
  /** 20 means 20 % a year. At most six decimals count. */
  ratePercent: number
  blockIntervalSeconds: number
}): bigint {
  const {totalLockedWei, ratePercent, blockIntervalSeconds} = options
  const blocksPerYear = Math.floor(SECONDS_PER_YEAR / blockIntervalSeconds)
  if (!(ratePercent >= 0) || !(blocksPerYear >= 1) || !Number.isFinite(blocksPerYear)) {
    throw new RangeError(`rewardPerBlockForMrr: ${ratePercent} %, ${blockIntervalSeconds} s`)
  }
  const scaledRate = BigInt(Math.round(ratePercent * RATE_SCALE))
  return (totalLockedWei * scaledRate) / (100n * BigInt(RATE_SCALE)) / BigInt(blocksPerYear)
}

function lower(address: Address): Address {
  return address.toLowerCase() as Address
}
