import type {Cover, Payer} from '../../services/governance/governance.ts'
import type {governanceJson} from '../presenters/governance.ts'
import {address, count, decimal, digits, flag, nullable, object, wei} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {sends} from './parts/plan.ts'

const READ_BACK = 'Mined, and read back from the chain.'

const payer = object<Payer>('What pays the rewards.', {
  address: nullable(address('Reward payer; null: none is set.')),
  balanceMetisWei: wei('METIS it holds on L1.'),
  allowanceMetisWei: wei('METIS that LockingInfo may take of it.'),
})

const cover = object<Cover>('What the payer covers.', {
  blocks: digits('Blocks that balance and allowance pay.'),
  batches: nullable(digits('Whole reward batches; null: not known.')),
  batchEpochs: digits('Epochs of such a batch.'),
  owedMetisWei: nullable(wei('What is earned and not submitted; null: not known.')),
  coversOwed: nullable(flag('True when that is covered; null: not known.')),
})

type Unsubmitted = NonNullable<ReturnType<typeof governanceJson>['unsubmitted']>

const rewardPerBlock = wei('Reward for one block of L2, in METIS.')
const ratePercent = decimal('Yearly reward in percent of all locked METIS, at the present rate.')

export const governanceSchemas: CommandSchemas = {
  'governance approve-payer': sends(READ_BACK, {}),
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
      paused: flag('True: LockingPool takes no calls of owners.'),
      minLockMetisWei: wei('Least METIS of a lock.'),
      maxLockMetisWei: wei('Most METIS of a lock.'),
      totalLockedMetisWei: wei('METIS locked by all.'),
      exitDelaySeconds: digits('Time between leaving and the METIS, in seconds.'),
      signerUpdateThrottle: digits('Reward batches between two changes of a signer.'),
      rewardPerBlockMetisWei: rewardPerBlock,
      rewardedUntilEpoch: digits('Last epoch that a reward batch has paid.'),
      lastBatchEpochs: nullable(digits('Epochs of the last reward batch; null: there was none.')),
      payer,
      cover,
      unsubmitted: nullable(
        object<Unsubmitted>('Earned and in no batch yet; null: L2 did not respond.', {
          fromEpoch: digits('First epoch that no batch has paid.'),
          blocks: digits('Blocks since then, up to the head.'),
        }),
      ),
      epochLength: nullable(digits('Blocks of an epoch; null: L2 did not respond.')),
      blockIntervalSeconds: decimal('Time a block takes, in seconds.', 0),
      measuredBlocks: count('Blocks it was measured over; 0: it is the slot of the network.'),
      ratePercent,
      targetRatePercent: decimal('Yearly reward that the network aims at, in percent.'),
    }),
  },
}
