/** Liquid staking: the providers that the operator depends on, and loans against their tokens. */
import {formatWeiShort} from '../../lib/units.ts'
import {basisPointsText} from '../../protocol/lst/peg.ts'
import {commandFor, isSilent, silentSince, type Finding, type Rule, type View} from '../rule.ts'
import type {LoanFacts, LstProviderFacts, Setting} from '../snapshot.ts'
import {PEG_DEPTH_LEAST_WEI, limitsOf} from '../thresholds.ts'

/** Only where the chain itself responds: one cause, one finding. */
const unreadable: Rule = (view) => {
  const {lst, setting} = view
  const found = (part: string, reason: string): Finding => ({
    id: 'lst-unreadable',
    severity: 'warn',
    text: `${part} cannot be read`,
    cost: `Its state is unknown. ${reason}`,
    remedy: commandFor(setting, 'lst list'),
    sources: ['lst'],
  })
  if (isSilent(lst)) {
    if (!view.l2.known) return []
    return [{...found('liquid staking', lst.reason), ...silentSince(lst, view)}]
  }
  if (!lst.known) return []
  return lst.value.unread
    .filter(({chain}) => view[chain].known)
    .map(({part, chain, reason}) => ({
      ...found(part, reason),
      subject: part,
      sources: ['lst', chain],
    }))
}

/** A rule about one provider that the operator depends on. */
const ofProviders =
  (
    find: (provider: LstProviderFacts, view: View) => Omit<Finding, 'subject' | 'sources'>[],
  ): Rule =>
  (view) =>
    view.lst.known
      ? view.lst.value.providers.flatMap((provider) =>
          find(provider, view).map((finding) => ({
            ...finding,
            subject: provider.id,
            sources: ['lst'],
          })),
        )
      : []

const backing = ofProviders(({id, name, token, backing: found}, {setting}) => {
  if (found === null || found.verdict === 'backed') return []
  const ratio = found.ratio === null ? '' : ` (${formatWeiShort(found.ratio, 4)})`
  const text = {
    below: `${name} owes more METIS than it has${ratio}`,
    'below-or-in-transit': `the backing of ${name} is below 1 unless METIS is in transit${ratio}`,
    unknown: `the backing of ${name} is unknown`,
  }[found.verdict]
  const cost =
    found.verdict === 'unknown'
      ? `No owner of its sequencers is registered, so its locks on L1 cannot be counted. ${token} may be worth less than its rate.`
      : `If it stays so, not every holder of ${token} can be paid at its rate.`
  return [
    {
      ...{id: 'lst-backing', severity: 'warn', text, cost},
      remedy: commandFor(setting, `lst backing ${id}`),
    },
  ]
})

const claimable = ofProviders(({id, name, claimableMetisWei}, {setting}) => {
  if (claimableMetisWei === 0n) return []
  return [
    {
      id: 'lst-claimable',
      severity: 'info',
      text: `${formatWeiShort(claimableMetisWei)} METIS can be claimed from ${name}`,
      cost: 'It earns nothing until it is claimed.',
      remedy: commandFor(setting, `lst claim ${id}`),
    },
  ]
})

const woundDown = ofProviders(({id, name, state, warnings, hasPosition}, {setting}) => {
  if (state === 'live' || !hasPosition) return []
  const isClosed = state === 'closed'
  return [
    {
      id: 'lst-wound-down',
      severity: 'warn',
      text: isClosed ? `${name} takes no deposits` : `the contracts of ${name} are not as known`,
      // The sentences of the provider say which ways out remain.
      cost: isClosed
        ? `${warnings.join(' ')} Open requests can still be claimed.`
        : `${warnings.join(' ')} The position cannot be valued; withdrawals and claims are tried, and may revert.`,
      remedy: commandFor(setting, isClosed ? `lst position ${id}` : 'lst list'),
    },
  ]
})

const peg: Rule = ({lst, setting}) => {
  if (!lst.known) return []
  return lst.value.providers.flatMap(({id, name, pegs}) =>
    pegs
      .filter((each) => isOffPeg(each, setting))
      .map(({token, discountBasisPoints}) => {
        const isDiscount = discountBasisPoints > 0
        return {
          id: 'lst-peg' as const,
          severity: isDiscount ? ('warn' as const) : ('info' as const),
          subject: token,
          text: `${token} trades ${basisPointsText(discountBasisPoints)} its rate`,
          cost: isDiscount
            ? `A sale gives less than a withdrawal from ${name}; collateral in ${token} is worth less too.`
            : `A sale gives more than a withdrawal from ${name}; a purchase costs more than a deposit.`,
          remedy: commandFor(setting, `lst peg ${id}`),
          sources: ['lst' as const],
        }
      }),
  )
}

/** The price of a pool that almost nothing moves is nobody's price. */
function isOffPeg(
  {discountBasisPoints, depthMetisWei}: LstProviderFacts['pegs'][number],
  setting: Setting,
): boolean {
  return (
    (depthMetisWei === null || depthMetisWei >= PEG_DEPTH_LEAST_WEI) &&
    Math.abs(discountBasisPoints) > limitsOf(setting, 'lst-peg').warnAboveBasisPoints
  )
}

const loans: Rule = ({lst, setting}) => {
  if (!lst.known) return []
  const {warnBelowFactor, criticalBelowFactor} = limitsOf(setting, 'loan-near-liquidation')
  return lst.value.loans
    .filter(({factor}) => factor < scaled(warnBelowFactor))
    .map(({kind, market, name, id, factor}) => ({
      id: 'loan-near-liquidation' as const,
      severity: factor < scaled(criticalBelowFactor) ? ('critical' as const) : ('warn' as const),
      subject: id === null ? market : `${market} ${id}`,
      text: textOf({name, id, factor}),
      cost: 'Below 1 anybody may liquidate it: the collateral is sold at a discount.',
      remedy: commandFor(
        setting,
        kind === 'lending' ? `lend show --market ${market}` : `cdp show --market ${market}`,
      ),
      sources: ['lst' as const],
    }))
}

/** Scaled by 1e18, from six decimals. */
function scaled(factor: number): bigint {
  return BigInt(Math.round(factor * 1e6)) * 10n ** 12n
}

function textOf({name, id, factor}: Pick<LoanFacts, 'name' | 'id' | 'factor'>): string {
  const loan = id === null ? `the loan with ${name}` : `vault ${id} of ${name}`
  // Rounded down: a factor below 1 must not read as 1.
  const shown = `${Number(factor / 10n ** 16n) / 100}`
  return factor < 10n ** 18n
    ? `${loan} can be liquidated, health ${shown}`
    : `${loan} is near liquidation, health ${shown}`
}

export const lstRules: readonly Rule[] = [loans, unreadable, backing, woundDown, peg, claimable]
