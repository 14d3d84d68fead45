import {formatWei, formatWeiShort} from '../../lib/units.ts'
import type {RewardView} from '../../services/rewards/rewards.ts'
import {sequencerJson} from './sequencer.ts'
import {fields} from './table.ts'

export function rewardText({sequencer, pool, fee, recipientL2MetisWei}: RewardView): string {
  const claimable = sequencer.rewardMetisWei
  return [
    `Sequencer ${sequencer.sequencerId} can claim ${formatWeiShort(claimable)} METIS.`,
    fields([
      ['claimable', `${formatWei(claimable)} METIS`],
      ['per block', `${formatWei(pool.rewardPerBlockMetisWei)} METIS`],
      ['paid until epoch', `${pool.rewardedUntilEpoch} (reward batch ${pool.rewardBatchId})`],
      ['cost to claim', `${formatWei(fee.feeEthWei)} ETH for the bridge, and L1 gas`],
      [
        'recipient on L2',
        recipientL2MetisWei === null
          ? 'unknown'
          : `${sequencer.rewardRecipient}, holds ${formatWeiShort(recipientL2MetisWei)} METIS`,
      ],
    ]),
    claimable > 0n
      ? 'Next: `metis-seq reward claim`.'
      : 'Rewards are credited with the next reward batch.',
  ].join('\n')
}

export function rewardJson({sequencer, pool, fee, recipientL2MetisWei}: RewardView) {
  return {
    sequencer: sequencerJson(sequencer),
    claimableMetisWei: sequencer.rewardMetisWei,
    rewardPerBlockMetisWei: pool.rewardPerBlockMetisWei,
    rewardedUntilEpoch: pool.rewardedUntilEpoch,
    rewardBatchId: pool.rewardBatchId,
    bridgeFeeEthWei: fee.feeEthWei,
    l2GasLimit: fee.l2GasLimit,
    recipientL2MetisWei,
  }
}
