import type {IssueId} from '../../../health/issue.ts'
import {canDo} from '../../../health/rule.ts'
import {answerOf} from '../../../health/snapshot.ts'
import {formatCount, formatDuration, percentDown} from '../../../lib/units.ts'
import type {NodeStatus} from '../../../protocol/node-status.ts'
import {toSource} from '../../../services/live/feeds.ts'
import type {Around, Row, Tone} from '../model.ts'
import {row, toneOf} from '../rows.ts'
import {sparkline} from '../sparkline.ts'

const SPARK_CELLS = 30

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
  // Both may be far behind: a node that catches up aims at more than an endpoint of L2 has.
  const level = syncing ? '' : ', in sync'
  const step = lag === null ? '' : behind ? `, ${lag} behind` : level
  const lags = peers.map(({lagBlocks}) => String(lagBlocks)).join(' ')
  return [
    row('node', `${phase}${syncing ? ', syncing' : ''}`, tone ?? (syncing ? 'warn' : 'ok')),
    row('head', `${head.number}${step}`, behind ?? 'plain'),
    ...catchUpRows(status),
    row('safe', `${safe ?? 'none yet'}`, toneOf(health.issues, ['batches-not-landing']) ?? 'plain'),
    row('finalized', `${finalized ?? 'none yet'}`),
    row(
      'lag, 1 h',
      sparkline(
        snapshot.series.lag.map(({value}) => value),
        SPARK_CELLS,
      ),
    ),
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

/** Progress, rate and time left while the node catches up. */
function catchUpRows({head, sync}: NodeStatus): Row[] {
  if (!sync) return []
  const {target, remaining, blocksPerSecond, etaSeconds} = sync
  const share = target > 0 ? percentDown(BigInt(head.number), BigInt(target)).toFixed(2) : '?'
  const eta = etaSeconds === null ? 'time unknown' : `${formatDuration(etaSeconds)} left`
  return [
    row(
      'catch-up',
      `${formatCount(remaining)} of ${formatCount(target)} blocks to go, ${share} %`,
      'warn',
    ),
    row('', `${blocksPerSecond.toFixed(1)} blocks/s, ${eta}`, 'warn'),
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
