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
const startEpoch = digits('First epoch paid by the batch.')
const endEpoch = digits('Last epoch paid by the batch, inclusive.')
const rewardPerBlockMetisWei = wei('Reward per block, in METIS.')

const placeFields: Fields<Omit<RestakeEntry, 'kind' | 'amountMetisWei'>> = {
  l1Block: digits('L1 block of the event.'),
  logIndex: count('Position of the log in its block.'),
  txHash: hash('L1 transaction.'),
  timeSeconds: nullable(count('Time of the block, in seconds since 1970; null while unknown.')),
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
    source: word('Source of the amount.', ['calldata', 'state-difference', 'unknown']),
    blocks: nullable(digits('Blocks paid; null while unknown.')),
    creditedMetisWei: nullable(wei('METIS credited; null while unknown.')),
    cumulatedMetisWei: wei('Running total of known credits.'),
  }),
  object<ClaimEntry>('A claim, which bridges the reward to L2.', {
    kind: constant('A claim.', 'claim'),
    ...placeFields,
    amountMetisWei: wei('METIS claimed.'),
    recipient: address('Account on L2 that received them.'),
  }),
  object<RestakeEntry>('A reward that was added to the lock.', {
    kind: constant('A restake.', 'restake'),
    ...placeFields,
    amountMetisWei: nullable(wei('METIS added; null while unknown.')),
  }),
])

const batchCheck = object<BatchCheck>(
  'A reward batch compared with the blocks of its epochs on L2.',
  {
    batchId,
    startEpoch,
    endEpoch,
    txHash: hash('L1 transaction that paid it.'),
    l1Block: digits('L1 block of that transaction.'),
    state: word('`unknown`: the credit is unknown, or an epoch is missing on L2.', [
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
    dueMetisWei: wei('Reward due for them.'),
    creditedBlocks: nullable(digits('Blocks credited; null while unknown.')),
    creditedMetisWei: nullable(wei('METIS credited; null while unknown.')),
    differenceBlocks: nullable(signedDigits('Credited minus due; null while unknown.')),
    differenceMetisWei: nullable(signedWei('Credited minus due; null while unknown.')),
    suspects: list(
      'Epochs that could explain the difference.',
      object<BatchCheck['suspects'][number]>('An epoch.', {
        epoch: digits('Number of the epoch.'),
        blocks: digits('Blocks in it.'),
        reason: word('Possible reason for the difference.', [
          'left-out',
          'paid-uncut',
          'of-another',
          'only-one',
          'one-of-ours',
        ]),
      }),
    ),
    others: list(
      'Other signers in the batch whose blocks differ too.',
      object<BatchCheck['others'][number]>('A signer.', {
        signer: address('Its address.'),
        differenceBlocks: signedDigits('Credited minus due.'),
      }),
    ),
    missingEpochs: list(
      'Epochs of the batch that are missing on L2.',
      digits('Number of an epoch.'),
    ),
  },
)

const spreadMetisWei = wei('Its standard deviation.')

const horizon = object<Horizon>('Expected reward for a period.', {
  days: count('Length of the period, in days.'),
  epochs: decimal('Epochs of all sequencers in it.', 0),
  ownEpochs: decimal('Mean number of own epochs in it.', 0),
  meanMetisWei: wei('Mean reward.'),
  spreadMetisWei,
  chanceOfNone: decimal('Probability of no own epoch, 0 to 1.', 0),
  drawnOwnEpochs: nullable(
    count('Own epochs that are already drawn; null when there are too many to compute.'),
  ),
})

const nextBatch = object<NextBatch>('The next reward batch.', {
  batchId,
  startEpoch,
  epochs: nullable(decimal('Epochs it will have; null before the first batch.', 0)),
  committedOwnBlocks: digits('Own blocks in committed epochs, which are all but earned.'),
  committedEpochs: count('Committed epochs it will pay.'),
  meanMetisWei: wei('Mean reward.'),
  spreadMetisWei,
  readyInSeconds: nullable(decimal('Seconds until its last epoch ends; null while unknown.')),
})

type Forecast = ReturnType<typeof rewardForecastJson>

const forecast = object<Forecast>('Expected earnings of a sequencer.', {
  sequencerId,
  rewardPerBlockMetisWei,
  totalLockedMetisWei: wei('METIS locked by all sequencers.'),
  targetRatePercent: decimal('Target annual rate set by governance, in percent.', 0),
  share: decimal('Probability of producing an epoch, 0 to 1.', 0),
  eligible: count('Sequencers in the draw for the producer.'),
  epochLength: digits('Blocks per epoch.'),
  blockIntervalSeconds: decimal('Block interval in seconds.', 0),
  measuredBlocks: count("Blocks used for the measurement; 0 when it is the network's slot time."),
  horizons: list('Periods, shortest first.', horizon),
  nextBatch,
  ratePercent: decimal('Annual reward in percent of all locked METIS.', 0),
  ownRatePercent: decimal('Annual reward in percent of the own lock.', 0),
  targetMetisWei: object<Forecast['targetMetisWei']>(
    'Rewards per block that would yield the target rate.',
    {
      atTargetInterval: wei('At the block interval assumed by governance.'),
      atMeasuredInterval: wei('At the measured block interval.'),
    },
  ),
})

export const rewardSchemas: CommandSchemas = {
  'reward claim': operation({
    sequencerId,
    claimedMetisWei: wei('METIS claimed.'),
    rewardRecipient: address('Account on L2 that receives them from the bridge.'),
  }),
  'reward export': {
    data: object('Reward history for bookkeeping.', {
      sequencerId,
      format: word('Format of the document.', ['csv', 'json', 'beancount']),
      lines: count('Entries in the document.'),
      output: nullable(text('Output file; null without `--output`.')),
      content: nullable(text('The document itself; null with `--output`.')),
    }),
  },
  'reward forecast': {data: forecast},
  'reward history': {
    data: object<ReturnType<typeof rewardHistoryJson> & {plot: string | null}>(
      'Every reward of a sequencer.',
      {
        plot: nullable(text('SVG file that was written; null without `--plot`.')),
        sequencerId,
        l1Block: digits('Newest L1 block read.'),
        creditedMetisWei: wei('Sum of the known credits.'),
        claimedMetisWei: wei('Sum of the claims.'),
        restakedMetisWei: wei('Sum of the known restakes.'),
        unclaimedMetisWei: wei('METIS credited and not yet claimed, according to the contract.'),
        unexplainedMetisWei: nullable(
          signedWei(
            'Credited minus claimed, restaked and unclaimed; null while amounts are unknown.',
          ),
        ),
        unknownEntries: count('Entries with an unknown amount.'),
        entries: list('In chain order.', ledgerEntry),
      },
    ),
  },
  'reward reconcile': {
    data: object<ReturnType<typeof reconciliationJson>>('Credits compared with the blocks on L2.', {
      sequencerId,
      equal: flag('True when no batch differs.'),
      batches: list('Every reward batch, oldest first.', batchCheck),
      dueMetisWei: wei('Sum due, over the batches with a known credit.'),
      creditedMetisWei: wei('Sum credited, over the same batches.'),
      differing: count('Batches that differ.'),
      unknown: count('Batches that could not be checked.'),
      pending: object<ReturnType<typeof reconciliationJson>['pending']>(
        'Finished epochs not yet paid by a reward batch.',
        {
          epochs: list('Their numbers.', digits('Number of an epoch.')),
          blocks: digits('Own blocks in them.'),
          metisWei: wei('Their reward at the current rate.'),
        },
      ),
    }),
  },
  'reward show': {
    data: object<ReturnType<typeof rewardJson>>('Claimable rewards and the cost of claiming.', {
      sequencer,
      claimableMetisWei: wei('Claimable METIS.'),
      rewardPerBlockMetisWei,
      rewardedUntilEpoch: digits('Last paid epoch; 0 before the first batch.'),
      rewardBatchId: digits('Id of the current reward batch.'),
      bridgeFeeEthWei: wei('ETH for the bridge.'),
      l2GasLimit: count('Gas of the delivery on L2.'),
      recipientL2MetisWei: nullable(wei('METIS of the recipient on L2; null while unknown.')),
    }),
  },
}
