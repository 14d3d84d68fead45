import {formatDuration} from '../../lib/units.ts'
import {epochBlocks} from '../../protocol/epoch.ts'
import type {CurrentEpoch, EpochView, RotationEvent} from '../../services/epochs.ts'
import {fields, table} from './table.ts'

function producerOf({signer, mine}: EpochView): string {
  return mine ? `${signer} (YOU)` : signer
}

export function currentEpochText(
  {headBlock, epoch, blocksLeft}: CurrentEpoch,
  slotMs: number,
): string {
  if (!epoch) {
    return `No epoch covers block ${headBlock + 1n}: nobody may produce until one is committed.`
  }
  return [
    `Epoch ${epoch.number}: ${epoch.mine ? 'your turn' : 'another sequencer produces'}.`,
    fields([
      ['producer', producerOf(epoch)],
      ['blocks', `${epoch.startBlock} to ${epoch.endBlock}`],
      ['head', `${headBlock}`],
      [
        'left',
        `${blocksLeft} blocks, about ${formatDuration((Number(blocksLeft) * slotMs) / 1000)} with a block in every slot`,
      ],
    ]),
  ].join('\n')
}

export function nextEpochText(epoch: EpochView | null): string {
  if (!epoch)
    return 'The next epoch is not planned yet: that happens when a tenth of this one is done.'
  return [
    `Epoch ${epoch.number} is ${epoch.state}${epoch.state === 'planned' ? ' and not yet committed on L2' : ''}.`,
    fields([
      ['producer', producerOf(epoch)],
      ['blocks', `${epoch.startBlock} to ${epoch.endBlock}`],
    ]),
  ].join('\n')
}

export function epochListText(epochs: EpochView[]): string {
  return table(
    ['epoch', 'state', 'first', 'last', 'blocks', 'producer'],
    epochs.map((epoch) => [
      `${epoch.number}`,
      epoch.state,
      `${epoch.startBlock}`,
      `${epoch.endBlock}`,
      `${epochBlocks(epoch)}`,
      producerOf(epoch),
    ]),
  )
}

export function rotationEventText({type, headBlock, epoch, stalledSeconds}: RotationEvent): string {
  const at = `block ${headBlock}`
  switch (type) {
    case 'epoch-started':
      return epoch
        ? `${at}  epoch ${epoch.number} started: ${producerOf(epoch)}, until block ${epoch.endBlock}`
        : `${at}  no epoch covers the next block`
    case 'epoch-committed':
      return epoch
        ? `${at}  epoch ${epoch.number} committed: ${producerOf(epoch)}, blocks ${epoch.startBlock} to ${epoch.endBlock}`
        : `${at}  an epoch was committed`
    case 'stalled':
      return `${at}  no block for ${stalledSeconds} s`
    case 'resumed':
      return `${at}  blocks again after ${stalledSeconds} s`
  }
}
