import {counted, formatWei, formatWeiShort, shortHex} from '../../lib/units.ts'
import type {BatchCheck, Suspect} from '../../protocol/reward-check.ts'
import type {Reconciliation} from '../../services/rewards/reward-reconcile.ts'
import {fields, table} from './table.ts'

/** @param all also shows the batches that match */
export function reconciliationText(found: Reconciliation, all = false): string {
  const {batches, pending} = found
  const shown = all ? batches : batches.filter(({state}) => state !== 'equal')
  return [
    headline(found),
    fields([
      ['due', `${formatWei(found.dueMetisWei)} METIS`],
      ['credited', `${formatWei(found.creditedMetisWei)} METIS`],
      ['not paid yet', pendingText(pending)],
    ]),
    ...(shown.length > 0
      ? [
          '',
          table(
            ['batch', 'state', 'epochs', 'own epochs', 'due', 'credited', 'difference', 'tx'],
            shown.map(batchRow),
          ),
        ]
      : []),
    ...batches.flatMap(explanation),
  ].join('\n')
}

function headline({sequencer, batches, differing, unknown}: Reconciliation): string {
  const id = sequencer.sequencerId
  const count = counted(batches.length, 'reward batch', 'reward batches')
  if (batches.length === 0) return `Sequencer ${id} has no reward batch to check yet.`
  if (differing > 0) {
    return `Sequencer ${id}: ${differing} of ${count} ${differing === 1 ? 'differs' : 'differ'} from the blocks on L2.`
  }
  if (unknown > 0) return `Sequencer ${id}: ${unknown} of ${count} could not be checked.`
  return `Sequencer ${id}: all ${count} match the blocks on L2.`
}

function pendingText({epochs, blocks, metisWei}: Reconciliation['pending']): string {
  if (epochs.length === 0) return 'nothing'
  return `${counted(blocks, 'block')} of ${counted(epochs.length, 'finished epoch')}, ${formatWeiShort(metisWei)} METIS at the current rate`
}

function batchRow(check: BatchCheck): string[] {
  return [
    `${check.batchId}`,
    check.state,
    `${check.startEpoch} to ${check.endEpoch}`,
    check.ownEpochs.map(({number}) => number).join(' ') || 'none',
    `${check.dueBlocks}`,
    check.creditedBlocks === null ? 'unknown' : `${check.creditedBlocks}`,
    differenceText(check),
    shortHex(check.txHash),
  ]
}

function differenceText({differenceBlocks, differenceMetisWei}: BatchCheck): string {
  if (differenceMetisWei === null) return 'unknown'
  const metis = `${signed(differenceMetisWei, formatWei(differenceMetisWei))} METIS`
  if (differenceBlocks === null) return metis
  return `${signed(differenceBlocks, `${differenceBlocks}`)} blocks, ${metis}`
}

function signed(value: bigint, text: string): string {
  return value > 0n ? `+${text}` : text
}

const reasons: Record<Suspect['reason'], string> = {
  'left-out': 'has exactly the number of missing blocks; it seems to have been left out',
  'paid-uncut': 'was cut by a respan and seems to have been paid at its original length',
  'of-another': 'belongs to another signer and has exactly the number of blocks credited in excess',
  'only-one': 'is the only epoch of this sequencer in the batch',
  'one-of-ours': 'is one of several epochs of this sequencer in the batch',
}

function explanation({batchId, suspects, others, missingEpochs}: BatchCheck): string[] {
  return [
    ...suspects.map(
      ({epoch, blocks, reason}) =>
        `Batch ${batchId}: epoch ${epoch} (${counted(blocks, 'block')}) ${reasons[reason]}.`,
    ),
    ...others.map(
      ({signer, differenceBlocks}) =>
        `Batch ${batchId}: signer ${signer} was credited ${signed(differenceBlocks, `${differenceBlocks}`)} blocks in the same batch.`,
    ),
    ...(missingEpochs.length > 0
      ? [`Batch ${batchId}: L2 lacks epoch ${missingEpochs.join(', ')}.`]
      : []),
  ]
}

export function reconciliationJson({sequencer, warnings: _warnings, ...found}: Reconciliation) {
  return {sequencerId: sequencer.sequencerId, equal: found.differing === 0, ...found}
}
