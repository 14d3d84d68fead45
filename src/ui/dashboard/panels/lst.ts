/** Rows of the panel of liquid staking. */
import type {IssueId} from '../../../health/issue.ts'
import {formatDuration, formatWeiShort} from '../../../lib/units.ts'
import {basisPointsText} from '../../../protocol/lst/peg.ts'
import type {LoanFacts} from '../../../health/snapshot.ts'
import type {LstLook, LstProviderLook} from '../../../services/health/lst.ts'
import type {LstPeg} from '../../../services/lst/peg.ts'
import type {Around, DashboardSnapshot, Row, Tone} from '../model.ts'
import {row} from '../rows.ts'

/** The operator has a position or a loan, or its sequencer belongs to a provider. */
export function hasLst({setting, feeds}: DashboardSnapshot): boolean {
  const {value} = feeds.lst
  if (feeds.lst.periodMs === 0) return false
  if (setting.lstProvider !== null) return true
  return value !== null && value.providers.length + value.loans.length > 0
}

/** A small terminal shows only the first rows: worth, rate and backing come first. */
export function lstRows({providers, loans}: LstLook, around: Around): Row[] {
  return [
    ...providers.flatMap((provider) => providerRows(provider, around)),
    ...loans.map((loan) => loanRow(loan, around)),
  ]
}

function providerRows(provider: LstProviderLook, around: Around): Row[] {
  const {description, position} = provider
  const {name, state} = description
  const tone = (id: IssueId): Tone => toneOf(around, id, provider.id)
  const held = position?.holdings.filter(({wei}) => wei > 0n) ?? []
  return [
    row(name, worthText(provider), tone('lst-wound-down')),
    row('rate', rateText(provider, around), provider.state ? 'plain' : 'warn'),
    backingRow(provider, tone('lst-backing')),
    ...(held.length === 0
      ? []
      : [
          row(
            'holds',
            held
              .map((each) => {
                const word = each.state === 'held' ? '' : `, ${each.state}`
                return `${formatWeiShort(each.wei)} ${each.token}${word}`
              })
              .join('; '),
          ),
        ]),
    ...requestRows(provider),
    queueRow(provider),
    ...pegRows(provider, around),
    ...(state === 'live' ? [] : [row('state', state, 'warn')]),
  ]
}

function worthText({position, hasPosition, hasSequencer}: LstProviderLook): string {
  const own = hasSequencer ? 'has your sequencer' : null
  if (!hasPosition) return own ?? 'no position'
  const worth =
    position === null ? 'worth unknown' : `worth ${formatWeiShort(position.valueMetisWei)} METIS`
  return own === null ? worth : `${worth}, ${own}`
}

function rateText({id, state}: LstProviderLook, {snapshot}: Around): string {
  if (state === null) return 'unknown'
  const grown = snapshot.yields.get(id)
  const rate = formatWeiShort(state.rate, 6)
  if (grown === undefined) return `${rate}, APR not read yet`
  if (grown === null) return `${rate}, APR unknown`
  const apr = `APR ${grown.aprPercent.toFixed(2)} %`
  return `${rate}, ${apr} over ${formatDuration(grown.windowSeconds)}${grown.isShort ? ', noise' : ''}`
}

function backingRow({backing}: LstProviderLook, tone: Tone): Row {
  if (backing === null) return row('backing', 'unknown', 'warn')
  const {verdict, ratio} = backing
  const shown = ratio === null ? 'nothing is owed' : formatWeiShort(ratio, 4)
  if (verdict === 'unknown') return row('backing', 'unknown, no owner on L1 is registered', tone)
  if (verdict === 'backed') return row('backing', shown, 'ok')
  const isSure = verdict === 'below'
  return row('backing', `${shown}, BELOW 1${isSure ? '' : ' unless METIS is in transit'}`, tone)
}

function requestRows({position}: LstProviderLook): Row[] {
  if (!position || position.openRequests === 0n) return []
  const {openRequests, owedMetisWei, claimableMetisWei} = position
  const open = `${openRequests} open, ${formatWeiShort(owedMetisWei)} METIS owed`
  return claimableMetisWei > 0n
    ? [row('requests', `${open}, ${formatWeiShort(claimableMetisWei)} claimable`, 'mine')]
    : [row('requests', open)]
}

function queueRow({queue}: LstProviderLook): Row {
  if (queue === null) return row('queue', 'unknown', 'warn')
  const {owedMetisWei, liquidityMetisWei} = queue
  if (owedMetisWei === 0n) return row('queue', 'empty')
  return row(
    'queue',
    `${formatWeiShort(owedMetisWei)} METIS owed, ${formatWeiShort(liquidityMetisWei)} there`,
    owedMetisWei > liquidityMetisWei ? 'warn' : 'plain',
  )
}

function pegRows({pegs}: LstProviderLook, around: Around): Row[] {
  if (pegs === null) return [row('peg', 'unknown', 'warn')]
  return pegs.map((peg) => row('peg', pegText(peg), toneOf(around, 'lst-peg', peg.token)))
}

function pegText({token, discountBasisPoints, exchange}: LstPeg): string {
  return `${token} ${basisPointsText(discountBasisPoints)} its rate, ${exchange}`
}

function loanRow({name, market, id, factor}: LoanFacts, around: Around): Row {
  const subject = id === null ? market : `${market} ${id}`
  return row(
    name,
    `${id === null ? 'loan' : `vault ${id}`}, health ${formatWeiShort(factor)}`,
    toneOf(around, 'loan-near-liquidation', subject),
  )
}

/** As the rules of health see it. */
function toneOf({health}: Around, id: IssueId, subject: string): Tone {
  const issue = health.issues.find((each) => each.id === id && each.subject === subject)
  if (!issue || issue.severity === 'info') return 'plain'
  return issue.severity
}
