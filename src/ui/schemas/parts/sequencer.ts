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
  'Status in the contract. `inactive` is exiting: unlocked, waiting for its METIS.',
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
  deactivationBatch: digits('Reward batch in which it began to exit; 0 while it has not.'),
  unlockClaimTimeSeconds: digits(
    'When the METIS of an exit are free, in seconds since 1970; 0 while not exiting.',
  ),
  operationNonce: digits('Operations on this sequencer so far, as the contract counts them.'),
  owner: address('Owner: locks, claims and exits.'),
  signer: address('Signer: seals the blocks of its epochs.'),
  publicKey: hexOf('Public key of the signer, 64 bytes.', 64),
  rewardRecipient: address(
    'Account on L2 that receives the rewards; the zero address means unset.',
  ),
  status: sequencerStatus,
}

/** The record as the contract has it, where a view holds it as it was read. */
export const sequencerRecord = shared(
  'sequencerRecord',
  object<Sequencer>('The record of a sequencer in LockingPool.', recordFields),
)

/** Mirrors `sequencerJson`. */
export const sequencer = shared(
  'sequencer',
  object<ReturnType<typeof sequencerJson>>('The record of a sequencer in LockingPool.', {
    ...recordFields,
    rewardRecipient: nullable(
      address('Account on L2 that receives the rewards; null while unset.'),
    ),
    amountDisplay: text('`amountMetisWei` as METIS with decimals.'),
    rewardDisplay: text('`rewardMetisWei` as METIS with decimals.'),
  }),
)

export const pool = shared(
  'pool',
  object<PoolSettings>('Settings and sums of LockingPool.', {
    minLockMetisWei: wei('Least METIS a sequencer may lock.'),
    maxLockMetisWei: wei('Most METIS a sequencer may lock.'),
    totalLockedMetisWei: wei('METIS locked by all sequencers.'),
    rewardPerBlockMetisWei: wei('Reward for one block, in METIS.'),
    exitDelaySeconds: digits('Seconds between the start of an exit and its claim.'),
    signerUpdateThrottle: digits(
      'Reward batches between a signer update and the change before it.',
    ),
    rewardBatchId: digits('Id of the current reward batch.'),
    rewardedUntilEpoch: digits('Last epoch that was paid; 0 before the first batch.'),
    totalSequencers: digits('Sequencers that were ever registered.'),
    activeSequencers: digits('Sequencers that are active now.'),
    exitingSequencers: digits('Sequencers that wait for the METIS of their exit.'),
    paused: flag('True while the contract takes no operation.'),
  }),
)

export const stakeFields: Fields<Omit<StakeView, 'sequencer'>> = {
  pool,
  roomMetisWei: wei('METIS that can be added before the maximum.'),
  shareBasisPoints: count('Share of all locked METIS, in hundredths of a percent.'),
}

const checkFields: Fields<Check> = {
  id: pattern('Stable name of the check.', '[a-z0-9-]+'),
  label: text('What must hold, for people.'),
  ok: flag('True when it holds.'),
  seen: text('What was seen, for people.'),
  remedy: text('What mends it; empty when it holds.'),
}

export const check = shared(
  'check',
  object<Check>('A condition, and whether it holds.', checkFields),
)

export const condition = shared(
  'condition',
  object<Condition>('A condition of a contract call, and whether it holds.', {
    ...checkFields,
    code: pattern('Code of the error when it does not hold.', '[A-Z][A-Z0-9_]*'),
    revert: text('What the contract would answer; empty for a condition of this program.'),
    facts: optional(mapOf('Values behind it: wei, ids, batches.', {type: 'string'})),
  }),
)

export const trap = shared(
  'trap',
  object<Trap>('A known way to lose money or a turn, which only `--override` gets past.', {
    id: pattern('Name of the trap, for `--override`.', '[a-z-]+'),
    message: text('What would be lost.'),
  }),
)

export const checks = (description: string) => list(description, check)
