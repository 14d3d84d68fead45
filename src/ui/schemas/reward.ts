import type {BatchCheck} from '../../protocol/reward-check.ts'
import type {ClaimEntry, CreditEntry, RestakeEntry} from '../../protocol/reward-ledger.ts'
import type {Horizon, NextBatch} from '../../services/rewards/reward-forecast.ts'
import type {rewardForecastJson} from '../presenters/reward-forecast.ts'
import type {rewardHistoryJson} from '../presenters/reward-history.ts'
import type {reconciliationJson} from '../presenters/reward-reconcile.ts'
import type {rewardJson} from '../presenters/reward.ts'
import {
  address,
  anyOf,
  constant,
  count,
  decimal,
  digits,
  flag,
  hash,
  list,
  nullable,
  object,
  signedDigits,
  signedWei,
  text,
  wei,
  word,
  type Fields,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {operation} from './parts/plan.ts'
import {sequencer, sequencerId} from './parts/sequencer.ts'

const batchId = digits('Id of the reward batch in LockingPool.')
const startEpoch = digits('First epoch that the batch pays.')
const endEpoch = digits('Last epoch that the batch pays, which belongs to it.')
const rewardPerBlockMetisWei = wei('Reward for one block, in METIS.')

const placeFields: Fields<Omit<RestakeEntry, 'kind' | 'amountMetisWei'>> = {
  l1Block: digits('L1 block of the event.'),
  logIndex: count('Position of the log in its block.'),
  txHash: hash('L1 transaction.'),
  timeSeconds: nullable(count('Time of the block in seconds since 1970; null while unknown.')),
}

const ledgerEntry = anyOf('An event of the ledger, by its `kind`.', [
  object<CreditEntry>('A reward batch that credited the sequencer.', {
    kind: constant('A credit.', 'credit'),
    ...placeFields,
    batchId,
    startEpoch,
    endEpoch,
    rewardPerBlockMetisWei,
    totalMetisWei: wei('Reward of all sequencers together.'),
    source: word('Where the amount is known from.', ['calldata', 'state-difference', 'unknown']),
    blocks: nullable(digits('Blocks that were paid; null: unknown.')),
    creditedMetisWei: nullable(wei('METIS credited; null: unknown.')),
    cumulatedMetisWei: wei('Known credits up to this one.'),
  }),
  object<ClaimEntry>('A claim, which sends the reward to L2.', {
    kind: constant('A claim.', 'claim'),
    ...placeFields,
    amountMetisWei: wei('METIS claimed.'),
    recipient: address('Account on L2 that received them.'),
  }),
  object<RestakeEntry>('A reward that was added to the lock.', {
    kind: constant('A restake.', 'restake'),
    ...placeFields,
    amountMetisWei: nullable(wei('METIS added; null: unknown.')),
  }),
])

const batchCheck = object<BatchCheck>('A reward batch against the blocks of its epochs on L2.', {
  batchId,
  startEpoch,
  endEpoch,
  txHash: hash('L1 transaction that paid it.'),
  l1Block: digits('L1 block of that transaction.'),
  state: word('`unknown`: the credit is not known, or L2 lacks an epoch.', [
    'equal',
    'differs',
    'unknown',
  ]),
  ownEpochs: list(
    'Epochs of this sequencer in the batch.',
    object<BatchCheck['ownEpochs'][number]>('An epoch.', {
      number: digits('Number of the epoch.'),
      blocks: digits('Blocks in it.'),
    }),
  ),
  dueBlocks: digits('Blocks of those epochs.'),
  dueMetisWei: wei('Reward that is due for them.'),
  creditedBlocks: nullable(digits('Blocks that were credited; null: unknown.')),
  creditedMetisWei: nullable(wei('METIS that were credited; null: unknown.')),
  differenceBlocks: nullable(signedDigits('Credited less due; null: unknown.')),
  differenceMetisWei: nullable(signedWei('Credited less due; null: unknown.')),
  suspects: list(
    'Epochs that may explain the difference.',
    object<BatchCheck['suspects'][number]>('An epoch.', {
      epoch: digits('Number of the epoch.'),
      blocks: digits('Blocks in it.'),
      reason: word('Why it may explain the difference.', [
        'left-out',
        'paid-uncut',
        'of-another',
        'only-one',
        'one-of-ours',
      ]),
    }),
  ),
  others: list(
    'Other signers of the batch whose blocks differ as well.',
    object<BatchCheck['others'][number]>('A signer.', {
      signer: address('Its address.'),
      differenceBlocks: signedDigits('Credited less due.'),
    }),
  ),
  missingEpochs: list('Epochs of the batch that L2 does not have.', digits('Number of an epoch.')),
})

const spreadMetisWei = wei('One standard deviation of it.')

const horizon = object<Horizon>('What a stretch of time is expected to bring.', {
  days: count('Length of the stretch, in days.'),
  epochs: decimal('Epochs in it, of all sequencers.', 0),
  ownEpochs: decimal('Own epochs in it: mean.', 0),
  meanMetisWei: wei('Mean reward.'),
  spreadMetisWei,
  chanceOfNone: decimal('Chance of not a single own epoch, 0 to 1.', 0),
  drawnOwnEpochs: nullable(count('Own epochs that are drawn already; null: too many to draw.')),
})

const nextBatch = object<NextBatch>('The reward batch that comes next.', {
  batchId,
  startEpoch,
  epochs: nullable(decimal('Epochs it is going to have; null while there was none before it.', 0)),
  committedOwnBlocks: digits('Own blocks of epochs that are committed: as good as earned.'),
  committedEpochs: count('Committed epochs that it pays.'),
  meanMetisWei: wei('Mean reward.'),
  spreadMetisWei,
  readyInSeconds: nullable(decimal('Seconds until its last epoch is over; null: not known.')),
})

type Forecast = ReturnType<typeof rewardForecastJson>

const forecast = object<Forecast>('What a sequencer can expect to earn.', {
  sequencerId,
  rewardPerBlockMetisWei,
  totalLockedMetisWei: wei('METIS locked by all sequencers.'),
  targetRatePercent: decimal('Yearly rate that governance aims at, in percent.', 0),
  share: decimal('Chance to produce an epoch, 0 to 1.', 0),
  eligible: count('Sequencers among which the producer is drawn.'),
  epochLength: digits('Blocks per epoch.'),
  blockIntervalSeconds: decimal('Time between two blocks, in seconds.', 0),
  measuredBlocks: count('Blocks over which it was measured; 0: it is the slot of the network.'),
  horizons: list('Stretches of time, the shortest first.', horizon),
  nextBatch,
  ratePercent: decimal('Yearly reward in percent of all locked METIS.', 0),
  ownRatePercent: decimal('Yearly reward in percent of the own lock.', 0),
  targetMetisWei: object<Forecast['targetMetisWei']>(
    'Rewards per block that would yield the target rate.',
    {
      atTargetInterval: wei('With a block at the interval of governance.'),
      atMeasuredInterval: wei('With a block at the measured interval.'),
    },
  ),
})

export const rewardSchemas: CommandSchemas = {
  'reward claim': operation({
    sequencerId,
    claimedMetisWei: wei('METIS that were claimed.'),
    rewardRecipient: address('Account on L2 to which the bridge delivers them.'),
  }),
  'reward export': {
    data: object('A history for book-keeping.', {
      sequencerId,
      format: word('Format of the document.', ['csv', 'json', 'beancount']),
      lines: count('Entries in the document.'),
      output: nullable(text('File it was written to; null without `--output`.')),
      content: nullable(text('The document itself; null with `--output`.')),
    }),
  },
  'reward forecast': {data: forecast},
  'reward history': {
    data: object<ReturnType<typeof rewardHistoryJson>>('Every reward of a sequencer.', {
      sequencerId,
      l1Block: digits('Newest L1 block that was read.'),
      creditedMetisWei: wei('Sum of the known credits.'),
      claimedMetisWei: wei('Sum of the claims.'),
      restakedMetisWei: wei('Sum of the known restakes.'),
      unclaimedMetisWei: wei('METIS credited and not yet claimed, as the contract says.'),
      unexplainedMetisWei: nullable(
        signedWei('Credited less claimed, restaked and unclaimed; null while amounts are unknown.'),
      ),
      unknownEntries: count('Entries of which the amount is not known.'),
      entries: list('In the order of the chain.', ledgerEntry),
    }),
  },
  'reward reconcile': {
    data: object<ReturnType<typeof reconciliationJson>>('Credits against the blocks on L2.', {
      sequencerId,
      equal: flag('True when no batch differs.'),
      batches: list('Every reward batch, oldest first.', batchCheck),
      dueMetisWei: wei('Sum that is due, over the batches of which the credit is known.'),
      creditedMetisWei: wei('Sum that was credited, over the same batches.'),
      differing: count('Batches that differ.'),
      unknown: count('Batches that cannot be checked.'),
      pending: object<ReturnType<typeof reconciliationJson>['pending']>(
        'Finished epochs that no reward batch has paid yet.',
        {
          epochs: list('Their numbers.', digits('Number of an epoch.')),
          blocks: digits('Own blocks in them.'),
          metisWei: wei('Their reward at the rate of now.'),
        },
      ),
    }),
  },
  'reward show': {
    data: object<ReturnType<typeof rewardJson>>('What can be claimed, and what it costs.', {
      sequencer,
      claimableMetisWei: wei('METIS that can be claimed.'),
      rewardPerBlockMetisWei,
      rewardedUntilEpoch: digits('Last epoch that was paid; 0 before the first batch.'),
      rewardBatchId: digits('Id of the current reward batch.'),
      bridgeFeeEthWei: wei('ETH for the bridge.'),
      l2GasLimit: count('Gas of the delivery on L2.'),
      recipientL2MetisWei: nullable(wei('METIS of the recipient on L2; null when not known.')),
    }),
  },
}
