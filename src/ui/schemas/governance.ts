import type {Cover, Payer} from '../../services/governance/governance.ts'
import type {governanceJson} from '../presenters/governance.ts'
import {lstIds} from '../../protocol/lst/providers.ts'
import {
  address,
  anyOf,
  count,
  decimal,
  digits,
  flag,
  foreignObject,
  nullable,
  object,
  text,
  wei,
  word,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {sends} from './parts/plan.ts'

const READ_BACK = 'Mined, and read back from the chain.'

const payer = object<Payer>('Account that pays the rewards.', {
  address: nullable(address('Reward payer; null when unset.')),
  balanceMetisWei: wei('Its METIS balance on L1.'),
  allowanceMetisWei: wei('Its METIS allowance to LockingInfo.'),
})

const cover = object<Cover>('Coverage by the reward payer.', {
  blocks: digits('Blocks covered by balance and allowance.'),
  batches: nullable(digits('Whole reward batches covered; null while unknown.')),
  batchEpochs: digits('Epochs per reward batch.'),
  owedMetisWei: nullable(wei('METIS earned and not yet submitted; null while unknown.')),
  coversOwed: nullable(flag('True when that is covered; null while unknown.')),
})

type Unsubmitted = NonNullable<ReturnType<typeof governanceJson>['unsubmitted']>

const rewardPerBlock = wei('Reward for one block of L2, in METIS.')
const ratePercent = decimal('Annual reward in percent of all locked METIS, at the current rate.')

const recordedFields = {
  provider: word('Liquid-staking provider.', lstIds),
  path: text('File of the document of the network.'),
}

/** Without a transaction where the whitelist is already as wanted. */
const recorded = {
  ...sends(READ_BACK, recordedFields),
  data: anyOf('Recorded, with or without transactions.', [
    sends(READ_BACK, recordedFields).data,
    object('Only the document of the network was changed.', recordedFields),
  ]),
}

export const governanceSchemas: CommandSchemas = {
  'governance approve-payer': sends(READ_BACK, {}),
  'governance provider add': recorded,
  'governance provider remove': recorded,
  'governance provider schema': {
    data: foreignObject('JSON Schema of a provider file, draft 2020-12.'),
  },
  'governance set-limits': sends(READ_BACK, {}),
  'governance set-reward': sends(READ_BACK, {
    rewardPerBlockMetisWei: rewardPerBlock,
    ratePercent,
  }),
  'governance show': {
    data: object<ReturnType<typeof governanceJson>>('The settings of a network.', {
      lockingPoolOwner: address('Owner of LockingPool.'),
      lockingInfoOwner: address('Owner of LockingInfo.'),
      mpcAddress: address('Account that submits reward batches.'),
      paused: flag('True when LockingPool rejects calls from owners.'),
      minLockMetisWei: wei('Minimum lock, in METIS.'),
      maxLockMetisWei: wei('Maximum lock, in METIS.'),
      totalLockedMetisWei: wei('METIS locked by all sequencers.'),
      exitDelaySeconds: digits('Exit delay in seconds.'),
      signerUpdateThrottle: digits('Minimum number of reward batches between signer updates.'),
      rewardPerBlockMetisWei: rewardPerBlock,
      rewardedUntilEpoch: digits('Last epoch paid by a reward batch.'),
      lastBatchEpochs: nullable(digits('Epochs in the last reward batch; null before the first.')),
      payer,
      cover,
      unsubmitted: nullable(
        object<Unsubmitted>('Rewards not yet in a batch; null when L2 does not respond.', {
          fromEpoch: digits('First unpaid epoch.'),
          blocks: digits('Blocks from that epoch to the head.'),
        }),
      ),
      epochLength: nullable(digits('Blocks per epoch; null when L2 does not respond.')),
      blockIntervalSeconds: decimal('Block time in seconds.', 0),
      measuredBlocks: count(
        "Blocks used for the measurement; 0 when it is the network's slot time.",
      ),
      ratePercent,
      targetRatePercent: decimal('Target annual reward, in percent.'),
    }),
  },
}
