import {counted, formatCount, formatDuration, formatWei, formatWeiShort} from '../../lib/units.ts'
import {
  TARGET_RATE_PERCENT,
  type Horizon,
  type NextBatch,
  type RewardForecast,
} from '../../services/rewards/reward-forecast.ts'
import {fields, table} from './table.ts'

export function rewardForecastText(forecast: RewardForecast): string {
  const {sequencer, share, eligible, horizons, nextBatch} = forecast
  const id = sequencer.sequencerId
  const headline =
    share === 0
      ? `Sequencer ${id} is not in the draw now, so it earns nothing.`
      : `Sequencer ${id} is drawn for ${percent(share * 100)} of all epochs, among ${eligible}.`
  return [
    headline,
    fields([
      ['reward per block', `${formatWei(forecast.pool.rewardPerBlockMetisWei)} METIS`],
      ['block interval', intervalText(forecast)],
      [
        'epoch',
        `${counted(forecast.epochLength, 'block')}, about ${formatDuration(Number(forecast.epochLength) * forecast.blockIntervalSeconds)}`,
      ],
      ['annual rate', rateText(forecast)],
      [
        `per block for ${TARGET_RATE_PERCENT} %`,
        `${formatWei(forecast.targetMetisWei.atTargetInterval)} METIS at one block per 8 s, ${formatWei(forecast.targetMetisWei.atMeasuredInterval)} at the interval above`,
      ],
    ]),
    '',
    table(
      ['time', 'epochs', 'own', 'mean METIS', 'spread (1 sd)', 'no epoch', 'drawn already'],
      horizons.map(horizonRow),
    ),
    '',
    nextBatchText(nextBatch),
    'Drawn epochs stay valid while no stake changes; the spread is one standard deviation.',
  ].join('\n')
}

function intervalText({blockIntervalSeconds, measuredBlocks}: RewardForecast): string {
  const source =
    measuredBlocks > 0
      ? `measured over ${counted(measuredBlocks, 'block')}`
      : 'the slot time of the network; it could not be measured'
  return `${blockIntervalSeconds.toFixed(2)} s, ${source}`
}

function rateText({ratePercent, ownRatePercent}: RewardForecast): string {
  return `${percent(ratePercent)} of all locked METIS (target ${TARGET_RATE_PERCENT} %), ${percent(ownRatePercent)} of the own lock`
}

function horizonRow(horizon: Horizon): string[] {
  const {days, epochs, ownEpochs, meanMetisWei, spreadMetisWei, chanceOfNone} = horizon
  return [
    days === 1 ? '1 day' : `${days} days`,
    formatCount(epochs.toFixed(1)),
    formatCount(ownEpochs.toFixed(1)),
    formatWeiShort(meanMetisWei),
    formatWeiShort(spreadMetisWei),
    percent(chanceOfNone * 100),
    horizon.drawnOwnEpochs === null ? 'too many' : counted(horizon.drawnOwnEpochs, 'own epoch'),
  ]
}

function nextBatchText(next: NextBatch): string {
  const committed = `${counted(next.committedOwnBlocks, 'own block')} in ${counted(next.committedEpochs, 'committed epoch')}`
  const mean = formatWeiShort(next.meanMetisWei)
  if (next.epochs === null || next.readyInSeconds === null) {
    return `Reward batch ${next.batchId}: ${mean} METIS so far (${committed}). Its length is unknown.`
  }
  const when =
    next.readyInSeconds > 0 ? `in about ${formatDuration(next.readyInSeconds)}` : 'has ended'
  return `Reward batch ${next.batchId}, from epoch ${next.startEpoch}, about ${counted(next.epochs, 'epoch')}, last one ${when}: ${mean} METIS, spread ${formatWeiShort(next.spreadMetisWei)} (${committed}).`
}

function percent(value: number): string {
  return `${value.toFixed(2)} %`
}

export function rewardForecastJson({
  sequencer,
  pool,
  warnings: _warnings,
  ...rest
}: RewardForecast) {
  return {
    sequencerId: sequencer.sequencerId,
    rewardPerBlockMetisWei: pool.rewardPerBlockMetisWei,
    totalLockedMetisWei: pool.totalLockedMetisWei,
    targetRatePercent: TARGET_RATE_PERCENT,
    ...rest,
  }
}
