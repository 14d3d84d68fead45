import {formatWei, formatWeiShort, shortHex} from '../../lib/units.ts'
import type {LstPosition, LstProvider, LstRates} from '../../services/lst.ts'
import {fields, table} from './table.ts'

export function providersText(providers: LstProvider[]): string {
  if (providers.length === 0) return 'No liquid-staking provider is known on this network.'
  return table(
    ['provider', 'token', 'kind', 'state', 'deposit pool'],
    providers.map(({id, token, kind, state, entry}) => [id, token, kind, state, entry]),
  )
}

export function ratesText(rates: LstRates[]): string {
  if (rates.length === 0) return 'No liquid-staking provider is known on this network.'
  return table(
    ['provider', 'METIS per token', 'after harvest', 'deposits', 'pending rewards', 'fee'],
    rates.map((rate) => [
      rate.provider.id,
      formatWeiShort(rate.rate, 6),
      formatWeiShort(rate.rateAfterHarvest, 6),
      `${formatWeiShort(rate.totalDepositsMetisWei)} METIS`,
      `${formatWeiShort(rate.pendingRewardMetisWei)} METIS`,
      `${Number(rate.feeRate / 10n ** 14n) / 100} %`,
    ]),
  )
}

export function positionText(position: LstPosition): string {
  return [
    `${shortHex(position.account)} holds ${formatWeiShort(position.artMetisWei)} artMETIS.`,
    fields([
      ['artMETIS', formatWei(position.artMetisWei)],
      ['worth', `${formatWei(position.valueMetisWei)} METIS after the next harvest`],
      ['open withdrawals', `${position.openRequests}`],
      ['METIS on L2', formatWei(position.liquidMetisWei)],
    ]),
  ].join('\n')
}
