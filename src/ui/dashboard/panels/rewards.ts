import {formatDuration, formatWeiShort} from '../../../lib/units.ts'
import type {L1Money} from '../../../services/health/money.ts'
import type {RewardDays} from '../../../services/live/reward-days.ts'
import type {Around, Row} from '../model.ts'
import {row} from '../rows.ts'
import {sparkline} from '../sparkline.ts'

const CELLS = 30

export function rewardRows(value: RewardDays, {snapshot, health, now}: Around): Row[] {
  const {days, perDayMetisWei, lastBatch, unknown} = value
  const money = snapshot.feeds.money.value
  const bars = sparkline(
    days.map(({metisWei}) => Number(metisWei / 10n ** 9n)),
    CELLS,
  )
  const today = days.at(-1)?.metisWei ?? 0n
  return [
    row('claimable', money ? claimableOf(money) : 'unknown'),
    row(
      'worth it',
      health.issues.some(({id}) => id === 'reward-claimable')
        ? 'yes, see the next step'
        : 'not yet',
    ),
    row('claim costs', money ? costOf(money) : 'unknown'),
    row(
      'last batch',
      lastBatch
        ? `${formatWeiShort(lastBatch.metisWei, 6)} METIS, ${formatDuration(now.wallMs / 1000 - lastBatch.atSeconds)} ago`
        : 'none yet',
    ),
    row('today', `${formatWeiShort(today, 6)} METIS`),
    row(
      'per day',
      perDayMetisWei === null
        ? 'less than 7 days known'
        : `${formatWeiShort(perDayMetisWei, 6)} METIS over 7 days`,
    ),
    row('30 days', bars),
    ...(unknown > 0 ? [row('', `${unknown} credits of unknown amount`, 'warn')] : []),
  ]
}

function claimableOf({stake}: L1Money): string {
  return stake ? `${formatWeiShort(stake.sequencer.rewardMetisWei, 6)} METIS` : 'no sequencer'
}

/** Null when a claim would revert now, or its cost could not be read. */
function costOf({claimCostEthWei}: L1Money): string {
  return claimCostEthWei === null
    ? 'not possible now, or unknown'
    : `${formatWeiShort(claimCostEthWei, 6)} ETH`
}
