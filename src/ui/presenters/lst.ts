import {formatDuration, formatWei, formatWeiShort, isoTime, shortHex} from '../../lib/units.ts'
import {lstName} from '../../protocol/lst/providers.ts'
import type {LstDone, LstListed, LstQueues, LstRequests} from '../../services/lst/lst.ts'
import type {LstHolding, LstPlan, LstPosition, LstWithdrawal} from '../../services/lst/provider.ts'
import {blockedText} from '../../services/lst/withdraw.ts'
import {NO_PROVIDERS} from './lst-markets.ts'
import {fields, narrowTable} from './table.ts'

export function providersText(providers: LstListed[]): string {
  if (providers.length === 0) return NO_PROVIDERS
  const rows = providers.map(({id, token, kind, state, entry, capabilities, registration}) => [
    ...[id, token, kind, state],
    registration === null ? 'not registered' : registration.status,
    ...[capabilities.join(', '), entry],
  ])
  const warnings = providers.flatMap(({name, warnings: all}) =>
    all.map((each) => `${name}: ${each}`),
  )
  return [
    narrowTable(
      ['provider', 'token', 'kind', 'state', 'governance', 'operations', 'deposit contract'],
      rows,
    ),
    ...warnings,
  ].join('\n')
}

export function positionsText(positions: LstPosition[]): string {
  const [first] = positions
  if (!first) return NO_PROVIDERS
  return [
    `${shortHex(first.account)} holds ${formatWei(first.liquidMetisWei)} METIS on L2 outside the providers.`,
    ...positions.map(positionText),
  ].join('\n')
}

function positionText({provider, ...position}: LstPosition): string {
  const {holdings, valueMetisWei, openRequests, owedMetisWei, claimableMetisWei} = position
  return [
    lstName(provider),
    fields(
      [
        ...holdings.map(holdingRow),
        ['worth', `${formatWei(valueMetisWei)} METIS after the next harvest`],
        [
          'open withdrawals',
          openRequests === 0n
            ? 'none'
            : `${openRequests}, ${formatWei(owedMetisWei)} METIS owed, ${formatWei(claimableMetisWei)} METIS claimable`,
        ],
      ],
      2,
    ),
  ].join('\n')
}

function holdingRow({token, state, wei}: LstHolding): [string, string] {
  return [state === 'held' ? token : `${token}, ${state}`, formatWei(wei)]
}

/** The account, its METIS, and its position with each provider. */
export function positionsJson(positions: LstPosition[]) {
  const [{account, liquidMetisWei}] = positions as [LstPosition, ...LstPosition[]]
  return {account, liquidMetisWei, positions}
}

export function requestsText(all: LstRequests[]): string {
  if (all.length === 0) return NO_PROVIDERS
  const rows = all.flatMap(({provider, requests}) =>
    requests.map((request) => [provider, ...requestRow(request)]),
  )
  if (rows.length === 0) return 'There is no open withdrawal request.'
  return narrowTable(['provider', 'id', 'given', 'METIS owed', 'earliest', 'state'], rows)
}

function requestRow(request: LstWithdrawal): string[] {
  const {id, token, amountWei, metisWei, claimableAtSeconds, blockedBy} = request
  return [
    ...[id, `${formatWeiShort(amountWei)} ${token}`, formatWeiShort(metisWei)],
    claimableAtSeconds === null ? 'decided by the provider' : isoTime(claimableAtSeconds),
    blockedBy.length === 0 ? 'claimable' : blockedText(request),
  ]
}

export function queuesText(queues: LstQueues[]): string {
  if (queues.length === 0) return NO_PROVIDERS
  return narrowTable(
    ['provider', 'requests', 'METIS owed', 'METIS there', 'earliest payment'],
    queues.map(({provider, requests, owedMetisWei, liquidityMetisWei, minimumWaitSeconds}) => [
      provider,
      requests === null ? 'not counted' : `${requests}`,
      formatWeiShort(owedMetisWei),
      formatWeiShort(liquidityMetisWei),
      `after ${formatDuration(Number(minimumWaitSeconds))}, not guaranteed`,
    ]),
  )
}

/** Some providers pay a part, or everything, at once. */
function withdrawnText(plan: LstPlan, wei: bigint, {owedMetisWei}: LstPosition): string {
  const before = plan.figures.find(({id}) => id === 'owedMetisWei')?.before
  const owed = before === undefined ? wei : owedMetisWei - BigInt(before)
  const sentences = [
    ...(wei > owed ? [`Received ${formatWei(wei - owed)} METIS.`] : []),
    ...(owed > 0n
      ? [
          `Requested. ${formatWei(owed)} METIS are owed; \`metis-seq lst requests\` shows when they can be claimed.`,
        ]
      : []),
  ]
  return sentences.join(' ')
}

const received = {
  deposit: (plan: LstPlan, wei: bigint) => `Received ${formatWei(wei)} ${tokenOf(plan)}.`,
  withdraw: withdrawnText,
  claim: (_plan: LstPlan, wei: bigint) => `Received ${formatWei(wei)} METIS.`,
} as const

/** The result of an operation, and the position after it. */
export function lstDoneText({receivedWei, position}: LstDone, plan: LstPlan): string {
  const {kind} = plan.request
  const first =
    kind in received
      ? received[kind as keyof typeof received](plan, receivedWei, position)
      : 'Done.'
  return `${first}\n${positionsText([position])}`
}

/** Token of a deposit: its figure names no token, its effects do. */
function tokenOf({effects}: LstPlan): string {
  return effects[1]?.label ?? 'tokens'
}

export function lstDoneJson({receivedWei, position, differences}: LstDone) {
  return {receivedWei, position, differences}
}
