/** Rates, backing and comparisons: figures that are the same for every account. */
import {formatDuration, formatWei, formatWeiShort, isoTime} from '../../lib/units.ts'
import type {BackingVerdict} from '../../protocol/lst/backing.ts'
import {lstName} from '../../protocol/lst/providers.ts'
import {statusWord} from '../../protocol/sequencer.ts'
import type {BackendFact} from '../../services/lst/backend-port.ts'
import type {BackendStatus} from '../../services/lst/backend.ts'
import type {Effect} from '../../services/sending/plan.ts'
import type {Yield} from '../../protocol/lst/yield.ts'
import type {LstBacking} from '../../services/lst/backing.ts'
import type {Comparison, CompareRequest} from '../../services/lst/compare.ts'
import type {LstHistory} from '../../services/lst/history.ts'
import type {PegHistory} from '../../services/lst/peg-history.ts'
import type {LstPegs} from '../../services/lst/peg.ts'
import type {LstRates} from '../../services/lst/rates.ts'
import {sequencerJson} from './sequencer.ts'
import {fields, narrowTable, table} from './table.ts'

export const NO_PROVIDERS = 'No liquid-staking provider is known on this network.'

const percent = (value: number) => `${value.toFixed(2)} %`
/** A share that is scaled by 1e18. */
const shareText = (share: bigint) => `${Number(share / 10n ** 14n) / 100} %`

export function ratesText(rates: LstRates[]): string {
  if (rates.length === 0) return NO_PROVIDERS
  return narrowTable(
    [
      ...['provider', 'METIS per token', 'after harvest', 'APR', 'fee'],
      ...['deposits', 'pending rewards', 'unbonding'],
    ],
    rates.map((rate) => [
      rate.provider.id,
      formatWeiShort(rate.rate, 6),
      formatWeiShort(rate.rateAfterHarvest, 6),
      yieldText(rate.yield),
      shareText(rate.feeRate),
      `${formatWeiShort(rate.totalDepositsMetisWei)} METIS`,
      `${formatWeiShort(rate.pendingRewardMetisWei)} METIS`,
      unbondingText(rate.unbonding),
    ]),
  )
}

function yieldText(grown: Yield | null): string {
  if (grown === null) return 'unknown'
  const window = formatDuration(grown.windowSeconds)
  const source = grown.method === 'events' ? ', from events' : ''
  return `${percent(grown.aprPercent)} over ${window}${source}${grown.isShort ? ', too short to tell' : ''}`
}

function unbondingText({fromSeconds, toSeconds, isShort}: LstRates['unbonding']): string {
  const most = toSeconds === null ? 'unknown' : formatDuration(Number(toSeconds))
  const span = `${formatDuration(Number(fromSeconds))} to ${most}`
  return isShort ? `${span}; METIS is missing on L2` : span
}

const verdicts: Readonly<Record<BackingVerdict, string>> = {
  backed: 'backed',
  below: 'BELOW 1: it owes more than is known to back it',
  'below-or-in-transit': 'BELOW 1 unless the rest is in transit between the chains',
  unknown: 'unknown: its sequencers on L1 are not registered',
}

export function backingText(all: LstBacking[]): string {
  if (all.length === 0) return NO_PROVIDERS
  return all.map(oneBacking).join('\n')
}

function oneBacking(backing: LstBacking): string {
  const {sequencers, lockedMetisWei, rewardMetisWei, idleL1MetisWei, transitMetisWei} = backing
  // All decimals, in groups.
  const metis = (wei: bigint | null) =>
    wei === null ? 'unknown' : `${formatWeiShort(wei, 18)} METIS`
  const ids = sequencers?.map(({sequencerId, status}) => `${sequencerId} (${status})`).join(', ')
  return [
    `${lstName(backing.provider)}: ${backing.ratio === null ? 'nothing is owed' : `ratio ${formatWeiShort(backing.ratio, 6)}`}, ${verdicts[backing.verdict]}`,
    fields(
      [
        ['sequencers', ids === undefined ? 'not registered' : ids || 'none'],
        ['locked on L1', metis(lockedMetisWei)],
        ['idle on L1', metis(idleL1MetisWei)],
        ['in transit', metis(transitMetisWei)],
        ['idle on L2', metis(backing.idleMetisWei)],
        ['assets', metis(backing.assetsMetisWei)],
        ['liabilities', metis(backing.liabilitiesMetisWei)],
        [
          `rewards on L1, ${backing.countsRewards ? 'counted' : 'not counted'}`,
          metis(rewardMetisWei),
        ],
      ],
      2,
    ),
  ].join('\n')
}

export function backingJson({sequencers, ...backing}: LstBacking) {
  return {...backing, sequencers: sequencers?.map(sequencerJson) ?? null}
}

export function comparisonText(ways: Comparison[], {amountMetisWei, days}: CompareRequest): string {
  const rows = ways.map(({option, possible, aprPercent, endMetisWei, ...way}) => [
    option === 'lock' ? 'lock of your own' : lstName(option),
    aprPercent === null ? 'unknown' : percent(aprPercent),
    endMetisWei === null ? (possible ? 'unknown' : 'not possible') : formatWeiShort(endMetisWei),
    [...new Set([way.exitFromSeconds, way.exitToSeconds])]
      .map((seconds) => formatDuration(Number(seconds)))
      .join(' to '),
    way.notes.join(' '),
  ])
  return [
    `${formatWeiShort(amountMetisWei)} METIS for ${days} ${days === 1 ? 'day' : 'days'}:`,
    narrowTable(['way', 'APR', 'METIS at the end', 'free after another', 'note'], rows),
  ].join('\n')
}

export function historyText({provider, samples, yield: grown, peg}: LstHistory): string {
  if (samples.length === 0) return `No state of ${lstName(provider)} can be read.`
  return [
    `${lstName(provider)}: ${yieldText(grown)}`,
    table(
      ['time', 'block', 'METIS per share', 'in the pool', 'discount'],
      samples.map(({timeSeconds, blockNumber, rate}, at) => {
        const {poolPrice = null, discountBasisPoints = null} = peg.points[at] ?? {}
        return [
          isoTime(BigInt(timeSeconds)),
          `${blockNumber}`,
          formatWeiShort(rate, 8),
          poolPrice === null ? 'unknown' : formatWeiShort(poolPrice, 8),
          discountBasisPoints === null ? 'unknown' : percent(discountBasisPoints / 100),
        ]
      }),
    ),
    ...pegHistoryText(peg),
  ].join('\n')
}

/** The source of the pool prices, and why some are missing. */
function pegHistoryText({token, exchangeName, method, unknown}: PegHistory): string[] {
  const source = method === 'events' ? ', from the events of the pool' : ''
  return [
    ...(exchangeName === null ? [] : [`Pool price of ${token} on ${exchangeName}${source}.`]),
    ...unknown,
  ]
}

export function historyJson({provider, samples, yield: grown, peg}: LstHistory) {
  const {points, token, exchange, pool, method, unknown} = peg
  return {
    provider,
    samples: samples.map((sample, at) => ({
      ...sample,
      poolPrice: points[at]?.poolPrice ?? null,
      discountBasisPoints: points[at]?.discountBasisPoints ?? null,
    })),
    yield: grown,
    peg: {token, exchange, pool, method, unknown},
  }
}

export function pegsText(all: LstPegs[]): string {
  if (all.length === 0) return NO_PROVIDERS
  const rows = all
    .flatMap(({pegs}) => pegs)
    .map(({provider, token, exchange, poolPrice, rate, discountBasisPoints, depthMetisWei}) => [
      ...[provider, token, exchange, formatWeiShort(poolPrice, 6), formatWeiShort(rate, 6)],
      `${discountBasisPoints}`,
      depthMetisWei === null ? 'unknown' : `${formatWeiShort(depthMetisWei)} METIS`,
    ])
  const headers = [
    ...['provider', 'token', 'exchange', 'METIS in the pool', 'METIS by rate'],
    ...['discount, basis points', 'depth for 1 %'],
  ]
  return [
    ...(rows.length === 0 ? [] : [narrowTable(headers, rows)]),
    ...all.flatMap(({provider, withoutPool}) =>
      withoutPool.map((token) => `${lstName(provider)}: no pool of ${token} and METIS is known.`),
    ),
  ].join('\n')
}

export function pegsJson(all: LstPegs[]) {
  return {
    pegs: all.flatMap(({pegs}) => pegs),
    withoutPool: all.flatMap(({provider, withoutPool}) =>
      withoutPool.map((token) => ({provider, token})),
    ),
  }
}

export function backendText({provider, operations, sequencers, facts}: BackendStatus): string {
  const rows = sequencers.map(({sequencerId, status, signer, amountMetisWei, rewardMetisWei}) => [
    ...[`${sequencerId}`, statusWord(status), signer],
    ...[formatWeiShort(amountMetisWei), formatWeiShort(rewardMetisWei)],
  ])
  return [
    lstName(provider),
    fields(facts.map(factRow), 2),
    rows.length === 0
      ? 'It has no sequencer.'
      : table(['sequencer', 'status', 'signer', 'locked', 'reward'], rows),
    `Operations: ${operations.join(', ')}.`,
  ].join('\n')
}

function factRow({label, value, unit}: BackendFact): [string, string] {
  return [label, unit === 'wei' ? `${formatWei(BigInt(value))} METIS` : value]
}

export function backendJson({sequencers, ...status}: BackendStatus) {
  return {...status, sequencers: sequencers.map(sequencerJson)}
}

/** Changed numbers after an operation, one a line. */
export function effectsText(effects: readonly Effect[]): string {
  return effects
    .map(({label, before, after}) => `${label}: ${before ? `${before} -> ` : ''}${after}`)
    .join('\n')
}
