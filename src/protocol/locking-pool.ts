import type {Address} from 'viem'

import type {Sequencer} from './sequencer.ts'

/**
 * Rules of the deployed LockingPool. The implementation recorded on mainnet has two rules that the
 * published source lacks: the BFT restriction on exits, and a different check of a change of owner.
 * `unknown`: another implementation; both rules are then reported, and only the chain is
 * authoritative.
 */
export type PoolRules = 'published' | 'mainnet' | 'unknown'

/** Settings and totals that hold for every sequencer. All of them can be changed by the pool's owner. */
export interface PoolSettings {
  minLockMetisWei: bigint
  maxLockMetisWei: bigint
  totalLockedMetisWei: bigint
  rewardPerBlockMetisWei: bigint
  exitDelaySeconds: bigint
  /** Reward batches between a signer update and the change before it. */
  signerUpdateThrottle: bigint
  /** Id of the current reward batch. */
  rewardBatchId: bigint
  /** Last epoch that was paid; 0 before the first batch. */
  rewardedUntilEpoch: bigint
  totalSequencers: bigint
  activeSequencers: bigint
  /** Unlocked and not yet claimed. */
  exitingSequencers: bigint
  paused: boolean
}

/** Everything an operation on one sequencer depends on, read at one block. */
export interface SequencerSnapshot {
  pool: PoolSettings
  rules: PoolRules
  /** Status `unavailable` while it is not registered. */
  sequencer: Sequencer
  /** Account that would send. */
  caller: Address
  callerIsWhitelisted: boolean
  /** METIS of the caller on L1. */
  callerMetisWei: bigint
  /** Time of the block this was read at. */
  timeSeconds: bigint
}

/** A contract call by an operator. */
export type StakingCall =
  | {kind: 'lock'; signer: Address; rewardRecipient: Address; amountMetisWei: bigint}
  | {kind: 'relock'; amountMetisWei: bigint; withReward: boolean}
  | {kind: 'withdraw'; amountMetisWei: bigint}
  | {kind: 'withdraw-rewards'}
  | {kind: 'unlock'}
  | {kind: 'unlock-claim'}
  | {kind: 'update-signer'; signer: Address}
  | {kind: 'set-reward-recipient'; rewardRecipient: Address}
  | {kind: 'set-owner'; owner: Address}

/** The values that these calls change, in the terms of the contract's record. */
export interface Figures {
  status: Sequencer['status']
  lockedMetisWei: bigint
  claimableMetisWei: bigint
  rewardRecipient: Address
  owner: Address
  signer: Address
  /** Reward batch of the last withdrawal or signer update. */
  updatedBatch: bigint
  operationNonce: bigint
  /** 0 while not exiting. */
  unlockClaimTimeSeconds: bigint
  totalLockedMetisWei: bigint
  /** METIS of the caller on L1. */
  callerMetisWei: bigint
}

export function figuresOf({sequencer, pool, callerMetisWei}: SequencerSnapshot): Figures {
  return {
    status: sequencer.status,
    lockedMetisWei: sequencer.amountMetisWei,
    claimableMetisWei: sequencer.rewardMetisWei,
    rewardRecipient: sequencer.rewardRecipient,
    owner: sequencer.owner,
    signer: sequencer.signer,
    updatedBatch: sequencer.updatedBatch,
    operationNonce: sequencer.operationNonce,
    unlockClaimTimeSeconds: sequencer.unlockClaimTimeSeconds,
    totalLockedMetisWei: pool.totalLockedMetisWei,
    callerMetisWei,
  }
}

/**
 * The values after a successful call, exact to the wei.
 *
 * - Source: `LockingPool` and `LockingInfo`, the functions named by the call.
 *
 * @param atSeconds time of the block that holds the call; only an exit's end depends on it
 */
export function outcomeOf(
  call: StakingCall,
  standing: SequencerSnapshot,
  atSeconds: bigint,
): Figures {
  const now = figuresOf(standing)
  const {pool} = standing
  const next = {...now, operationNonce: now.operationNonce + 1n}
  switch (call.kind) {
    case 'lock':
      return {
        ...moved(next, call.amountMetisWei, -call.amountMetisWei),
        status: 'active',
        owner: standing.caller,
        signer: call.signer,
        rewardRecipient: call.rewardRecipient,
        updatedBatch: pool.rewardBatchId,
      }
    case 'relock': {
      const reward = call.withReward ? now.claimableMetisWei : 0n
      return {
        ...moved(next, call.amountMetisWei + reward, -call.amountMetisWei),
        claimableMetisWei: now.claimableMetisWei - reward,
      }
    }
    case 'withdraw':
      return {
        ...moved(next, -call.amountMetisWei, call.amountMetisWei),
        updatedBatch: pool.rewardBatchId,
      }
    case 'withdraw-rewards':
      return {...now, claimableMetisWei: 0n}
    case 'unlock':
      return {
        ...next,
        status: 'inactive',
        claimableMetisWei: 0n,
        unlockClaimTimeSeconds: atSeconds + pool.exitDelaySeconds,
      }
    case 'unlock-claim':
      return {
        ...moved(next, -now.lockedMetisWei, now.lockedMetisWei),
        status: 'unlocked',
        claimableMetisWei: 0n,
      }
    case 'update-signer':
      return {...next, signer: call.signer, updatedBatch: pool.rewardBatchId}
    case 'set-reward-recipient':
      return {...now, rewardRecipient: call.rewardRecipient}
    case 'set-owner':
      return {...now, owner: call.owner}
  }
}

function moved(figures: Figures, lockedMetisWei: bigint, callerMetisWei: bigint): Figures {
  return {
    ...figures,
    lockedMetisWei: figures.lockedMetisWei + lockedMetisWei,
    totalLockedMetisWei: figures.totalLockedMetisWei + lockedMetisWei,
    callerMetisWei: figures.callerMetisWei + callerMetisWei,
  }
}

/**
 * How many more sequencers may start an exit under the mainnet rule.
 *
 * - Source: mainnet `LockingPool.unlock`, "BFT restriction": counting the exit, inactive x 3 must not be
 *   above active + inactive. The sum stays the same while one moves.
 */
export function exitsAllowed({activeSequencers, exitingSequencers}: PoolSettings): bigint {
  const most = (activeSequencers + exitingSequencers) / 3n
  return most > exitingSequencers ? most - exitingSequencers : 0n
}

/** First reward batch that allows a signer update. Source: `LockingPool.updateSigner`. */
export function signerUpdateBatch({
  pool,
  sequencer,
}: Pick<SequencerSnapshot, 'pool' | 'sequencer'>): bigint {
  return sequencer.updatedBatch + pool.signerUpdateThrottle
}
