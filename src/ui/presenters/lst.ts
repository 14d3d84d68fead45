import {formatWei, formatWeiShort, shortHex} from '../../lib/units.ts'
import {aboutLst} from '../../protocol/lst/providers.ts'
import type {LstRates} from '../../services/lst/lst.ts'
import type {LstDescription, LstPosition, LstVerified} from '../../services/lst/provider.ts'
import {fields, table} from './table.ts'

export function providersText(providers: LstDescription[]): string {
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

/** The field of the supply contains the name of the token. */
export function ratesJson({provider, totalDepositsMetisWei, supplyWei, ...rest}: LstRates) {
  const {supply} = aboutLst(provider.id).fields
  return {provider, totalDepositsMetisWei, [supply]: supplyWei, ...rest}
}

export function positionText(position: LstPosition): string {
  const {token} = aboutLst(position.provider)
  return [
    `${shortHex(position.account)} holds ${formatWeiShort(position.heldWei)} ${token}.`,
    fields([
      [token, formatWei(position.heldWei)],
      ['worth', `${formatWei(position.valueMetisWei)} METIS after the next harvest`],
      ['open withdrawals', `${position.openRequests}`],
      ['METIS on L2', formatWei(position.liquidMetisWei)],
    ]),
  ].join('\n')
}

/** The field of the balance contains the name of the token. */
export function positionJson({provider, account, heldWei, ...rest}: LstPosition) {
  return {provider, account, [aboutLst(provider).fields.held]: heldWei, ...rest}
}

export function depositText({receivedWei, position}: LstVerified): string {
  const {token} = aboutLst(position.provider)
  return `Received ${formatWei(receivedWei)} ${token}.\n${positionText(position)}`
}

export function depositJson({receivedWei, position}: LstVerified) {
  const {received} = aboutLst(position.provider).fields
  return {[received]: receivedWei, position: positionJson(position)}
}
