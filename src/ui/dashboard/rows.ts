import type {IssueId} from '../../health/issue.ts'
import {epochsBehind} from '../../health/rules/consensus.ts'
import {POS_BEHIND_EPOCHS} from '../../health/thresholds.ts'
import {canDo, commandFor} from '../../health/rule.ts'
import {answerOf} from '../../health/snapshot.ts'
import {counted, formatDuration, formatWeiShort, shortHex} from '../../lib/units.ts'
import {epochBlocks} from '../../protocol/epoch.ts'
import type {NodeStatus} from '../../protocol/node-status.ts'
import {statusWord} from '../../protocol/sequencer.ts'
import type {RotationNow} from '../../services/rotation/epochs.ts'
import {toSource} from '../../services/live/feeds.ts'
import type {ForecastTurn, PosLook} from '../../services/health/consensus.ts'
import type {L1Money} from '../../services/health/money.ts'
import type {OperatorEvent} from '../../services/live/events.ts'
import type {Around, Now, Row, Tone} from './model.ts'

const BAR_CELLS = 16

export function productionRows(value: RotationNow, around: Around): Row[] {
  const {epoch, headBlock, blocksLeft} = value
  const {blockMs} = around.snapshot
  const rows: Row[] = [row('head', `block ${headBlock}, ${silenceOf(value, around.now)} s ago`)]
  if (!epoch)
    return [...rows, row('producer', 'nobody: no epoch covers the next block', 'critical')]
  const total = epochBlocks(epoch)
  const done = total - blocksLeft
  const cells = Number((done * BigInt(BAR_CELLS)) / (total || 1n))
  return [
    row('producer', nameOf(epoch), epoch.mine ? 'mine' : 'plain'),
    row('epoch', `${epoch.number}, ${epoch.startBlock} to ${epoch.endBlock}`),
    row('left', `${counted(blocksLeft, 'block')}, ${etaOf(blocksLeft, around)}`),
    ...rows,
    stallRow(value, around),
    row('progress', `${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)} ${done}/${total}`),
    row(
      'block time',
      blockMs === null ? 'not enough blocks yet' : `${(blockMs / 1000).toFixed(1)} s usual of 32`,
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
  return row('stall', `${silenceOf(value, now)} s of ${respanDelaySeconds} s until a respan`, tone)
}

/** The time that this many blocks take. While no blocks arrive the time is unknown, and the text says so. */
function etaOf(blocks: bigint, {snapshot, health, now}: Around): string {
  const {setting, blockMs, feeds} = snapshot
  const duration = formatDuration((Number(blocks) * (blockMs ?? setting.slotMs)) / 1000)
  const l2 = answerOf(toSource(feeds.l2), now)
  if (!l2.known) return `${duration} once L2 responds again`
  return toneOf(health.issues, ['l2-stalled', 'own-turn-silent'])
    ? `${duration} once blocks arrive again`
    : duration
}

export function rotationRows(value: RotationNow, around: Around): Row[] {
  const planned = value.next
  const {turns, unknown} = forecastOf(around)
  const upcoming = turns.slice(0, 4).map((turn) => `${turn.number} ${nameOf(turn)}`)
  return [
    planned
      ? row(
          'next',
          `${planned.number} ${nameOf(planned)}, ${planned.state}`,
          planned.mine ? 'mine' : 'plain',
        )
      : row('next', 'not planned until a tenth of the epoch is over', 'dim'),
    myNextRow(value, turns, unknown, around),
    row('then', unknown ?? (upcoming.slice(0, 2).join(', ') || 'unknown')),
    row('', upcoming.slice(2).join(', ')),
    row('validators', validatorsOf(around)),
    row(
      'before',
      value.newest
        .filter(({state}) => state === 'past')
        .slice(-3)
        .map((epoch) => `${epoch.number} ${nameOf(epoch)}`)
        .join(', ') || 'none',
    ),
  ]
}

/** Upcoming epochs, only from a consensus layer that responds and knows L2's newest epoch. */
function forecastOf({snapshot, now}: Around): {turns: ForecastTurn[]; unknown: string | null} {
  const {pos: feed, l2} = snapshot.feeds
  const pos = answerOf(toSource(feed), now)
  if (!pos.known) {
    const why = pos.why === 'absent' ? 'unknown without a consensus layer' : 'unknown'
    return {turns: [], unknown: why}
  }
  const newest = l2.value?.newest.at(-1)?.number ?? -1n
  const behind = epochsBehind(pos, newest)
  if (behind >= POS_BEHIND_EPOCHS) {
    return {turns: [], unknown: `unknown: the consensus layer is ${behind} epochs behind`}
  }
  // It was queried just before L2: epochs committed since then are no longer a forecast.
  return {turns: pos.value.turns.filter(({number}) => number > newest), unknown: null}
}

function validatorsOf({snapshot, now}: Around): string {
  const pos = answerOf<PosLook>(toSource(snapshot.feeds.pos), now)
  return pos.known ? String(pos.value.validators) : 'unknown'
}

/** The next own epoch: exact if committed or planned; a forecast is valid while the validators stay the same. */
function myNextRow(
  now: RotationNow,
  turns: readonly ForecastTurn[],
  unknown: string | null,
  around: Around,
): Row {
  if (now.epoch?.mine) return row('my turn', 'now', 'mine')
  if (!now.epoch) return row('my turn', 'unknown', 'dim')
  if (now.next?.mine) {
    return row(
      'my turn',
      `in ${etaOf(now.blocksLeft, around)}, epoch ${now.next.number} (${now.next.state})`,
      'mine',
    )
  }
  if (unknown !== null) return row('my turn', unknown, 'dim')
  const turn = turns.find(({mine}) => mine)
  if (!turn) return row('my turn', `not among the next ${turns.length} epochs`, 'dim')
  const between = turn.number - now.epoch.number - 1n
  const blocks = now.blocksLeft + between * epochBlocks(now.epoch)
  return row(
    'my turn',
    `in about ${etaOf(blocks, around)}, epoch ${turn.number} (probable)`,
    'mine',
  )
}

export function syncRows(around: Around): Row[] {
  const {feeds, setting} = around.snapshot
  const l1 = l1Row(around)
  if (!setting.nodeRuntime) return [l1, row('node', 'none in this profile', 'dim')]
  const node = answerOf(toSource(feeds.node), around.now)
  const tone = toneOf(around.health.issues, NODE_STATES)
  if (canDo(setting)?.ownStatus === false) return [...externalRows(around), l1]
  if (!node.known) return [l1, row('node', node.why === 'asking' ? 'asking…' : 'unknown', 'warn')]
  const {status, process} = node.value
  if (!status) {
    const state = process === null ? 'not running' : `process ${process.pid} does not respond`
    return [l1, row('node', state, tone ?? 'critical')]
  }
  return [...nodeRows(status, around, tone), l1]
}

const NODE_STATES: readonly IssueId[] = [
  'node-down',
  'node-hung',
  'node-ended-halted',
  'node-halted',
  'node-second-signer',
  'node-diverged',
  'node-l1-divergence',
  'node-catching-up',
  'node-waiting',
  'node-unreachable',
  'node-is-verifier',
]

function externalRows({snapshot, health, now}: Around): Row[] {
  const look = answerOf(toSource(snapshot.feeds.node), now)
  const tone = toneOf(health.issues, NODE_STATES)
  const external = look.known ? look.value.external : null
  if (!external) {
    const isAsking = !look.known && look.why === 'asking'
    const why = look.known || look.reason === '' ? '' : `: ${look.reason}`
    const away = `external, does not respond${why}`
    return [row('node', isAsking ? 'external, asking…' : away, tone ?? 'warn')]
  }
  const {rollup, head, pool, peerCount, syncing} = external
  const isSyncing = rollup?.syncing === true || (syncing !== null && syncing !== false)
  const mode = `external, ${rollup?.mode ?? 'mode unknown'}${isSyncing ? ', syncing' : ''}`
  return [
    row('node', mode, tone ?? (rollup ? 'ok' : 'warn')),
    row(
      'head',
      head ? `${head.number}` : 'unknown',
      toneOf(health.issues, ['node-behind', 'node-silent']) ?? (head ? 'plain' : 'warn'),
    ),
    row(
      'peers',
      peerCount === null ? 'unknown' : `${peerCount}`,
      toneOf(health.issues, ['node-no-peers']) ?? 'plain',
    ),
    row('pool', pool ? `${pool.pending} pending, ${pool.queued} queued` : 'unknown'),
  ]
}

function nodeRows(
  status: NodeStatus,
  {snapshot, health, now}: Around,
  tone: Tone | undefined,
): Row[] {
  const {phase, syncing, head, safe, finalized, peers, pool} = status
  const l2 = answerOf(toSource(snapshot.feeds.l2), now)
  // Two reads at about the same time; without L2 there is nothing to compare with.
  const lag = l2.known ? Number(l2.value.headBlock) - head.number : null
  const behind = toneOf(health.issues, ['node-behind'])
  const step = lag === null ? '' : behind ? `, ${lag} behind` : ', in sync'
  const lags = peers.map(({lagBlocks}) => String(lagBlocks)).join(' ')
  return [
    row('node', `${phase}${syncing ? ', syncing' : ''}`, tone ?? (syncing ? 'warn' : 'ok')),
    row('head', `${head.number}${step}`, behind ?? 'plain'),
    row('safe', `${safe ?? 'none yet'}`, toneOf(health.issues, ['batches-not-landing']) ?? 'plain'),
    row('finalized', `${finalized ?? 'none yet'}`),
    row(
      'peers',
      `${peers.length}${peers.length ? `, lag ${lags}` : ''}`,
      toneOf(health.issues, ['node-no-peers']) ?? 'plain',
    ),
    row(
      'pool',
      `${pool.pending} pending, ${pool.queued} queued`,
      toneOf(health.issues, ['pool-full']) ?? 'plain',
    ),
  ]
}

function l1Row({snapshot, health, now}: Around): Row {
  const {value, error} = snapshot.feeds.l1
  const tone = toneOf(health.issues, ['l1-unreachable', 'l1-stale']) ?? 'plain'
  if (!value) return row('L1', error ? 'does not respond' : 'asking…', error ? 'warn' : 'dim')
  const age = Math.max(0, Math.floor(now.wallMs / 1000) - Number(value.timestampSeconds))
  const isDown = health.issues.some(({id}) => id === 'l1-unreachable')
  return row('L1', `block ${value.block}, ${age} s ago${isDown ? ', does not respond' : ''}`, tone)
}

/** The worst tone of these issues; undefined while there is none. */
function toneOf(issues: Around['health']['issues'], ids: readonly IssueId[]): Tone | undefined {
  const worst = issues.find(({id, severity}) => ids.includes(id) && severity !== 'info')
  return worst && (worst.severity === 'critical' ? 'critical' : 'warn')
}

/** Without an owner, the stake to show is unknown. */
export function noOwnerRows(): Row[] {
  return [row('owner', 'not set', 'dim')]
}

export function stakeRows(money: L1Money, around: Around): Row[] {
  const {stake, ownerMetisWei, ownerEthWei} = money
  const wallet = row(
    'wallet L1',
    `${formatWeiShort(ownerMetisWei)} METIS, ${formatWeiShort(ownerEthWei)} ETH`,
  )
  if (!stake) {
    return [
      row('sequencer', 'not registered', 'warn'),
      row('next', commandFor(around.snapshot.setting, 'sequencer eligible')),
      wallet,
      asOfRow(money, around),
    ]
  }
  const {sequencer, pool, shareBasisPoints, roomMetisWei} = stake
  const active = sequencer.status === 'active'
  return [
    row(
      'sequencer',
      `${sequencer.sequencerId} ${statusWord(sequencer.status)}${ofProvider(around)}`,
      active ? 'ok' : 'warn',
    ),
    row(
      'locked',
      `${formatWeiShort(sequencer.amountMetisWei)} METIS, ${(shareBasisPoints / 100).toFixed(2)} %`,
    ),
    row(
      'claimable',
      `${formatWeiShort(sequencer.rewardMetisWei, 6)} METIS`,
      sequencer.rewardMetisWei > 0n ? 'mine' : 'plain',
    ),
    asOfRow(money, around),
    row('per block', `${formatWeiShort(pool.rewardPerBlockMetisWei, 6)} METIS`),
    row('paid until', `epoch ${pool.rewardedUntilEpoch}, batch ${pool.rewardBatchId}`),
    wallet,
    // Nothing can be added to a lock that is exiting.
    ...(active ? [row('capacity', `${formatWeiShort(roomMetisWei)} METIS`)] : []),
  ]
}

function ofProvider({snapshot}: Around): string {
  const {lstProvider} = snapshot.setting
  return lstProvider === null ? '' : `, of ${lstProvider}`
}

/** Balances are shown with their age, so that nobody acts on values from before an outage. */
function asOfRow({l1Block}: L1Money, {snapshot, now}: Around): Row {
  const {atMs} = snapshot.feeds.money
  const seconds = atMs === null ? 0 : Math.max(0, Math.round((now.monotonicMs - atMs) / 1000))
  return row('read', `${seconds} s ago, L1 block ${l1Block}`, 'dim')
}

export function eventRows(events: OperatorEvent[], now: Now): Row[] {
  if (events.length === 0) return [row('', 'No events since the start.', 'dim')]
  return events.map(({atMs, level, text}) =>
    row(
      `${Math.max(0, Math.round((now.wallMs - atMs) / 1000))} s ago`,
      level === 'info' ? text : `${level === 'warn' ? 'WARN' : 'CRIT'} ${text}`,
      level === 'info' ? 'plain' : level,
    ),
  )
}

function nameOf({signer, mine}: {signer: string; mine: boolean}): string {
  return mine ? '◆ YOU' : shortHex(signer)
}

export function row(label: string, value: string, tone: Tone = 'plain'): Row {
  return {label, value, tone}
}
