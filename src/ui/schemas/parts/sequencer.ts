import type {Sequencer} from '../../../protocol/sequencer.ts'
import type {PoolSettings} from '../../../protocol/locking-pool.ts'
import type {Check, Condition} from '../../../services/sending/check.ts'
import type {Trap} from '../../../services/sending/plan.ts'
import type {StakeView} from '../../../services/staking/stake.ts'
import type {sequencerJson} from '../../presenters/sequencer.ts'
import {
  address,
  count,
  digits,
  flag,
  hexOf,
  list,
  mapOf,
  nullable,
  object,
  optional,
  pattern,
  shared,
  text,
  wei,
  word,
  type Fields,
} from '../build.ts'

export const sequencerId = digits('Id of the sequencer in LockingPool, from 1.')

export const sequencerStatus = word(
  'Status in the contract. `inactive` means exiting: unlocked, waiting to claim its METIS.',
  ['unavailable', 'inactive', 'active', 'unlocked'],
)

const recordFields: Fields<Sequencer> = {
  sequencerId,
  amountMetisWei: wei('METIS locked.'),
  rewardMetisWei: wei('METIS credited and not yet claimed.'),
  activationBatch: digits('Reward batch in which it became active.'),
  updatedBatch: digits(
    'Reward batch of its last withdrawal or signer update; both share a throttle.',
  ),
  deactivationBatch: digits('Reward batch in which it started to exit; 0 while it has not.'),
  unlockClaimTimeSeconds: digits(
    'Time when the METIS of an exit can be claimed, in seconds since 1970; 0 while not exiting.',
  ),
  operationNonce: digits('Operations on this sequencer so far, counted by the contract.'),
  owner: address('Owner: locks, claims and exits.'),
  signer: address('Signer: seals the blocks of its epochs.'),
  publicKey: hexOf('Public key of the signer, 64 bytes.', 64),
  rewardRecipient: address(
    'Account on L2 that receives the rewards; the zero address means unset.',
  ),
  status: sequencerStatus,
}

/** The record as read from the contract, for views that include it unchanged. */
export const sequencerRecord = shared(
  'sequencerRecord',
  object<Sequencer>('The record of a sequencer in LockingPool.', recordFields),
)

/** Mirrors `sequencerJson`. */
export const sequencerFields: Fields<ReturnType<typeof sequencerJson>> = {
  ...recordFields,
  rewardRecipient: nullable(address('Account on L2 that receives the rewards; null while unset.')),
  amountDisplay: text('`amountMetisWei` as METIS with decimals.'),
  rewardDisplay: text('`rewardMetisWei` as METIS with decimals.'),
}

export const sequencer = shared(
  'sequencer',
  object<ReturnType<typeof sequencerJson>>(
    'The record of a sequencer in LockingPool.',
    sequencerFields,
  ),
)

export const pool = shared(
  'pool',
  object<PoolSettings>('Settings and totals of LockingPool.', {
    minLockMetisWei: wei('Minimum METIS a sequencer may lock.'),
    maxLockMetisWei: wei('Maximum METIS a sequencer may lock.'),
    totalLockedMetisWei: wei('METIS locked by all sequencers.'),
    rewardPerBlockMetisWei: wei('Reward per block, in METIS.'),
    exitDelaySeconds: digits('Seconds from the start of an exit until its METIS can be claimed.'),
    signerUpdateThrottle: digits(
      'Minimum number of reward batches between a signer update and the change before it.',
    ),
    rewardBatchId: digits('Id of the current reward batch.'),
    rewardedUntilEpoch: digits('Last paid epoch; 0 before the first batch.'),
    totalSequencers: digits('Sequencers ever registered.'),
    activeSequencers: digits('Active sequencers.'),
    exitingSequencers: digits('Sequencers waiting for the METIS of their exit.'),
    paused: flag('True while the contract is paused.'),
  }),
)

export const stakeFields: Fields<Omit<StakeView, 'sequencer'>> = {
  pool,
  roomMetisWei: wei('METIS that can be added up to the maximum.'),
  shareBasisPoints: count('Share of all locked METIS, in basis points.'),
}

const checkFields: Fields<Check> = {
  id: pattern('Stable name of the check.', '[a-z0-9-]+'),
  label: text('The condition, human-readable.'),
  ok: flag('True when it is met.'),
  seen: text('Actual value, human-readable.'),
  remedy: text('Remedy; empty when it is met.'),
}

export const check = shared(
  'check',
  object<Check>('A precondition and whether it is met.', checkFields),
)

export const condition = shared(
  'condition',
  object<Condition>('A precondition of a contract call and whether it is met.', {
    ...checkFields,
    code: pattern('Code of the error when it is not met.', '[A-Z][A-Z0-9_]*'),
    revert: text('Revert of the contract; empty for a precondition of this program.'),
    facts: optional(mapOf('Values it is based on: wei, ids, batches.', {type: 'string'})),
  }),
)

export const trap = shared(
  'trap',
  object<Trap>('A known way to lose money or an epoch, which only `--override` gets past.', {
    id: pattern('Name of the trap, for `--override`.', '[a-z-]+'),
    message: text('The loss it would cause.'),
  }),
)

export const checks = (description: string) => list(description, check)
