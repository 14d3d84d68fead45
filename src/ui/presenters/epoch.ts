import {counted, formatDuration} from '../../lib/units.ts'
import {epochBlocks} from '../../protocol/epoch.ts'
import type {
  CurrentEpoch,
  EpochView,
  ListedEpoch,
  RotationNow,
} from '../../services/rotation/epochs.ts'
import type {OperatorEvent} from '../../services/live/events.ts'
import {noNames, type SignerNames} from '../../services/network/registry-names.ts'
import {signerCell} from './rotation.ts'
import {fields, table} from './table.ts'

function producerOf({signer, mine}: EpochView): string {
  return mine ? `${signer} (YOU)` : signer
}

export function currentEpochText(
  {headBlock, epoch, blocksLeft}: CurrentEpoch,
  slotMs: number,
): string {
  if (!epoch) return nobodyProduces(headBlock)
  return [
    `Epoch ${epoch.number}: ${epoch.mine ? 'your turn' : 'another sequencer produces'}.`,
    fields([
      ['producer', producerOf(epoch)],
      ['blocks', `${epoch.startBlock} to ${epoch.endBlock}`],
      ['head', `${headBlock}`],
      [
        'left',
        `${counted(blocksLeft, 'block')}, about ${formatDuration((Number(blocksLeft) * slotMs) / 1000)} with a block in every slot`,
      ],
    ]),
  ].join('\n')
}

function nobodyProduces(headBlock: bigint): string {
  return `No epoch covers block ${headBlock + 1n}: nobody can produce until one is committed.\nRun \`metis-seq status\` to see why.`
}

/** @param planDoubt why an epoch that is not committed is unknown; null while the plan is known */
export function nextEpochText(
  {headBlock, epoch: current, next: epoch}: Pick<RotationNow, 'headBlock' | 'epoch' | 'next'>,
  planDoubt: string | null,
): string {
  if (!epoch && !current) return nobodyProduces(headBlock)
  if (!epoch && planDoubt !== null)
    return `The next epoch is not committed yet, and its plan is unknown: ${planDoubt}.`
  if (!epoch) return 'The next epoch is not planned yet; it is planned after a tenth of this one.'
  return [
    `Epoch ${epoch.number} is ${epoch.state}${epoch.state === 'planned' ? ' and not yet committed on L2' : ''}.`,
    fields([
      ['producer', producerOf(epoch)],
      ['blocks', `${epoch.startBlock} to ${epoch.endBlock}`],
    ]),
  ].join('\n')
}

export function epochListText(epochs: ListedEpoch[], names: SignerNames = noNames): string {
  return table(
    ['epoch', 'state', 'first', 'last', 'blocks', 'producer', ''],
    epochs.map((epoch) => [
      `${epoch.number}`,
      epoch.state,
      `${epoch.startBlock}`,
      `${epoch.endBlock}`,
      `${epochBlocks(epoch)}`,
      signerCell(epoch.signer, epoch.mine, names),
      epochNotes(epoch, names),
    ]),
  )
}

function epochNotes(
  {takeover, replaced, cut, silent, missingBlocks}: ListedEpoch,
  names: SignerNames,
): string {
  const why =
    silent !== null
      ? ` after ${signerCell(silent, false, names)} fell silent`
      : replaced === 'planned'
        ? ' before it was committed'
        : ' for an unknown reason'
  return [
    ...(takeover ? [`respan${why}`] : []),
    ...(cut ? ['cut short by a respan'] : []),
    ...(cut === null ? ['may have been cut short'] : []),
    ...(missingBlocks > 0n && !cut ? [`short by ${counted(missingBlocks, 'block')}`] : []),
  ].join(', ')
}

/** One line of `epoch watch`. */
export function eventText({atMs, level, headBlock, text}: OperatorEvent): string {
  const time = new Date(atMs).toISOString().slice(11, 19)
  const at = headBlock === null ? '' : `  block ${headBlock}`
  const mark = level === 'info' ? '' : level === 'warn' ? 'WARN ' : 'CRIT '
  return `${time}${at}  ${mark}${text}`
}
