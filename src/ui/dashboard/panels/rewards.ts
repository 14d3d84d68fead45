import {answerOf} from '../../../health/snapshot.ts'
import {formatDuration, formatWeiShort} from '../../../lib/units.ts'
import type {L1Money} from '../../../services/health/money.ts'
import {toSource} from '../../../services/live/feeds.ts'
import type {RewardDays} from '../../../services/live/reward-days.ts'
import type {Around, Row} from '../model.ts'
import {row, textOf} from '../rows.ts'
import {sparkline} from '../sparkline.ts'

const CELLS = 30

export function rewardRows(value: RewardDays, around: Around): Row[] {
  const {days, perDayMetisWei, lastBatch, unknown} = value
  const {snapshot, now} = around
  const {money} = snapshot.feeds
  const bars = sparkline(
    days.map(({metisWei}) => Number(metisWei / 10n ** 9n)),
    CELLS,
  )
  const today = days.at(-1)?.metisWei ?? 0n
  return [
    row('claimable', textOf(money, now, claimableOf)),
    row('worth it', worthOf(around)),
    row('claim costs', textOf(money, now, costOf)),
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

/** By the rule of health, which reports nothing where the cost of a claim is unknown. */
function worthOf({snapshot, health, now}: Around): string {
  const money = answerOf(toSource(snapshot.feeds.money), now)
  if (!money.known) return 'unknown'
  const {stake, claimCostEthWei} = money.value
  if (health.issues.some(({id}) => id === 'reward-claimable')) return 'yes, see the next step'
  const isNothing = !stake || stake.sequencer.rewardMetisWei === 0n
  return isNothing || claimCostEthWei !== null ? 'not yet' : 'unknown'
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
