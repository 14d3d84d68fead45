import {formatWeiShort} from '../../lib/units.ts'
import type {StakeOptions} from '../../services/staking/stake.ts'
import {sequencerJson} from './sequencer.ts'
import {fields} from './table.ts'

function increaseText({sequencer, increaseMetisWei, roomMetisWei}: StakeOptions): string {
  if (increaseMetisWei > 0n) {
    return `up to ${formatWeiShort(increaseMetisWei)} METIS: stake increase ${sequencer.sequencerId} --amount max`
  }
  return roomMetisWei > 0n
    ? `nothing: the owner has no METIS on L1; capacity ${formatWeiShort(roomMetisWei)} METIS`
    : 'nothing: the lock is at the maximum'
}

/** The options of an owner for the lock, each with its command. */
export function stakeOptionsText(options: StakeOptions): string {
  const {sequencer, pool, callerMetisWei} = options
  const id = sequencer.sequencerId
  const metis = (wei: bigint) => `${formatWeiShort(wei)} METIS`
  const from = (batch: bigint) =>
    batch <= pool.rewardBatchId ? 'now' : `from reward batch ${batch} (now ${pool.rewardBatchId})`
  return [
    `Sequencer ${id} has ${metis(sequencer.amountMetisWei)} locked; the owner has ${metis(callerMetisWei)} on L1.`,
    fields([
      ['lock more', increaseText(options)],
      [
        'restake',
        options.restakeMetisWei > 0n
          ? `${metis(options.restakeMetisWei)}: stake restake ${id}`
          : sequencer.rewardMetisWei > 0n
            ? `not possible: ${metis(sequencer.rewardMetisWei)} would exceed the maximum lock`
            : 'nothing: no reward is credited',
      ],
      [
        'withdraw',
        options.withdrawMetisWei > 0n
          ? `up to ${metis(options.withdrawMetisWei)}, ${from(options.withdrawFromBatch)}: stake withdraw ${id} --amount max`
          : 'nothing: the lock is at the minimum',
      ],
      ['replace the signer', from(options.signerUpdateFromBatch)],
    ]),
    'A withdrawal and a signer update share one rate limit per reward batch.',
  ].join('\n')
}

export function stakeOptionsJson({sequencer, ...rest}: StakeOptions) {
  return {...rest, sequencer: sequencerJson(sequencer)}
}
