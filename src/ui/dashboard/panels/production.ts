import {counted} from '../../../lib/units.ts'
import {epochBlocks} from '../../../protocol/epoch.ts'
import type {RotationNow} from '../../../services/rotation/epochs.ts'
import type {Around, Now, Row} from '../model.ts'
import {etaOf, nameOf, row, toneOf} from '../rows.ts'
import {sparkline} from '../sparkline.ts'

const BAR_CELLS = 16
const SPARK_CELLS = 30

/** The rows that a small screen must not cut off come first. */
export function productionRows(value: RotationNow, around: Around): Row[] {
  const {epoch, headBlock, blocksLeft} = value
  const {blockMs, series} = around.snapshot
  const head = row('head', `block ${headBlock}, ${silenceOf(value, around.now)} s ago`)
  const stall = stallRow(value, around)
  if (!epoch)
    return [row('producer', 'nobody: no epoch covers the next block', 'critical'), stall, head]
  const total = epochBlocks(epoch)
  const done = total - blocksLeft
  const cells = Number((done * BigInt(BAR_CELLS)) / (total || 1n))
  return [
    row('producer', nameOf(epoch), epoch.mine ? 'mine' : 'plain'),
    row('left', `${counted(blocksLeft, 'block')}, ${etaOf(blocksLeft, around)}`),
    stall,
    head,
    row('epoch', `${epoch.number}, ${epoch.startBlock} to ${epoch.endBlock}`),
    row('progress', `${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)} ${done}/${total}`),
    row(
      'block time',
      blockMs === null ? 'not enough blocks yet' : `${(blockMs / 1000).toFixed(1)} s usual of 32`,
    ),
    row(
      '5 minutes',
      sparkline(
        series.blockMs.map(({value: ms}) => ms),
        SPARK_CELLS,
      ),
    ),
  ]
}

/** The age beside the head; the health rules decide whether it is too old. */
function silenceOf({headTimestampSeconds}: RotationNow, now: Now): number {
  return Math.max(0, Math.floor(now.wallMs / 1000) - Number(headTimestampSeconds))
}

function stallRow(value: RotationNow, {snapshot, health, now}: Around): Row {
  const tone = toneOf(health.issues, ['l2-stalled', 'own-turn-silent', 'l2-unreachable'])
  if (tone === undefined) return row('stall', 'none', 'ok')
  const {respanDelaySeconds} = snapshot.setting
  const silent = silenceOf(value, now)
  // Without an epoch, nobody is silent in it.
  if (!value.epoch) return row('stall', `${silent} s`, tone)
  const left = silent < respanDelaySeconds
  const respan = left ? ` of ${respanDelaySeconds} s until a respan` : ', respan overdue'
  return row('stall', `${silent} s${respan}`, tone)
}
