import {isRecord} from '../../lib/json.ts'
import {formatDuration, formatWeiShort, shortHex} from '../../lib/units.ts'
import {epochBlocks} from '../../protocol/epoch.ts'
import {statusWord} from '../../protocol/sequencer.ts'
import type {
  DashboardEvent,
  Production,
  RotationForecast,
  SyncState,
} from '../../services/dashboard.ts'
import type {L1Money} from '../../services/status.ts'
import {silentSeconds, type DashboardSnapshot, type Now, type Row, type Tone} from './model.ts'

const BAR_CELLS = 16

export function productionRows(value: Production, snapshot: DashboardSnapshot, now: Now): Row[] {
  const {epoch, headBlock, blocksLeft, meanBlockMs} = value
  const silent = silentSeconds(snapshot, now) ?? 0
  const rows: Row[] = [row('head', `block ${headBlock}, ${silent} s ago`)]
  if (!epoch)
    return [...rows, row('producer', 'nobody: no epoch covers the next block', 'critical')]
  const total = epochBlocks(epoch)
  const done = total - blocksLeft
  const cells = Number((done * BigInt(BAR_CELLS)) / (total || 1n))
  const perBlockMs = meanBlockMs ?? snapshot.slotMs
  const stalled = silent > (snapshot.slotMs / 1000) * 3 + 1
  return [
    row('producer', nameOf(epoch), epoch.mine ? 'mine' : 'plain'),
    row('epoch', `${epoch.number}, ${epoch.startBlock} to ${epoch.endBlock}`),
    row(
      'left',
      `${blocksLeft} blocks, ${formatDuration((Number(blocksLeft) * perBlockMs) / 1000)}`,
    ),
    ...rows,
    stalled
      ? row('stall', `${silent} s of ${snapshot.respanDelaySeconds} s until a respan`, 'warn')
      : row('stall', 'none', 'ok'),
    row('progress', `${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)} ${done}/${total}`),
    row(
      'block time',
      meanBlockMs === null
        ? 'not enough blocks yet'
        : `${(meanBlockMs / 1000).toFixed(1)} s mean of 32`,
    ),
  ]
}

export function rotationRows(
  {turns, validators}: RotationForecast,
  {production, slotMs}: DashboardSnapshot,
): Row[] {
  const now = production.value
  const planned = now?.next ?? null
  const upcoming = turns.slice(0, 4).map((turn) => `${turn.number} ${nameOf(turn)}`)
  return [
    planned
      ? row(
          'next',
          `${planned.number} ${nameOf(planned)}, ${planned.state}`,
          planned.mine ? 'mine' : 'plain',
        )
      : row('next', 'not planned before a tenth of the epoch is done', 'dim'),
    myNextRow(now, turns, slotMs),
    row('then', upcoming.slice(0, 2).join(', ') || 'unknown'),
    row('', upcoming.slice(2).join(', ')),
    row('validators', validators === 0 ? 'unknown' : String(validators)),
    row(
      'before',
      (now?.recent ?? [])
        .filter(({state}) => state === 'past')
        .slice(-3)
        .map((epoch) => `${epoch.number} ${nameOf(epoch)}`)
        .join(', ') || 'none',
    ),
  ]
}

/** My own next turn: committed or planned is exact, a forecast holds while the validators stay. */
function myNextRow(now: Production | null, turns: RotationForecast['turns'], slotMs: number): Row {
  if (now?.epoch?.mine) return row('my turn', 'now', 'mine')
  if (!now?.epoch) return row('my turn', 'unknown', 'dim')
  const perBlockMs = now.meanBlockMs ?? slotMs
  const eta = (blocks: bigint) => formatDuration((Number(blocks) * perBlockMs) / 1000)
  if (now.next?.mine) {
    return row(
      'my turn',
      `in ${eta(now.blocksLeft)}, epoch ${now.next.number} (${now.next.state})`,
      'mine',
    )
  }
  if (turns.length === 0) return row('my turn', 'unknown without a consensus layer', 'dim')
  const index = turns.findIndex(({mine}) => mine)
  const turn = turns[index]
  if (!turn) return row('my turn', `not among the next ${turns.length} epochs`, 'dim')
  const between = turn.number - now.epoch.number - 1n
  const blocks = now.blocksLeft + between * epochBlocks(now.epoch)
  return row('my turn', `in about ${eta(blocks)}, epoch ${turn.number} (probable)`, 'mine')
}

export function syncRows(
  {l1Block, l1AgeSeconds, node, nodeExpected}: SyncState,
  snapshot: DashboardSnapshot,
): Row[] {
  const l1 = row('L1', `block ${l1Block}, ${l1AgeSeconds} s ago`)
  if (!nodeExpected) return [l1, row('node', 'none in this profile', 'dim')]
  if (!node) return [l1, row('node', 'does not run', 'critical')]
  const head = heightOf(node['head'])
  const reference = snapshot.production.value?.headBlock
  const lag = head !== null && reference !== undefined ? Number(reference) - head : null
  const peers = Array.isArray(node['peers']) ? node['peers'].filter(isRecord) : []
  const pool = isRecord(node['pool']) ? node['pool'] : {}
  return [
    row(
      'node',
      `${String(node['phase'] ?? 'unknown')}${node['syncing'] === true ? ', syncing' : ''}`,
      node['syncing'] === true ? 'warn' : 'ok',
    ),
    row(
      'head',
      `${head ?? 'unknown'}${lag === null ? '' : lag > 1 ? `, ${lag} behind` : ', in step'}`,
      lag !== null && lag > 2 ? 'warn' : 'plain',
    ),
    row('safe', `${heightOf(node['safe']) ?? 'none yet'}`),
    row('finalized', `${heightOf(node['finalized']) ?? 'none yet'}`),
    row(
      'peers',
      `${peers.length}${peers.length ? `, lag ${peers.map((peer) => String(peer['lagBlocks'] ?? '?')).join(' ')}` : ''}`,
      peers.length ? 'plain' : 'warn',
    ),
    row(
      'pool',
      `${String(pool['pending'] ?? '?')} pending, ${String(pool['queued'] ?? '?')} queued`,
    ),
    l1,
  ]
}

/** Whose stake it would be is not known. */
export function noOwnerRows(): Row[] {
  return [row('owner', 'none: metis-seq init', 'dim')]
}

export function stakeRows({stake, ownerMetisWei, ownerEthWei}: L1Money): Row[] {
  const wallet = row(
    'wallet L1',
    `${formatWeiShort(ownerMetisWei)} METIS, ${formatWeiShort(ownerEthWei)} ETH`,
  )
  if (!stake) {
    return [
      row('sequencer', 'not registered', 'warn'),
      row('next', 'metis-seq sequencer eligible'),
      wallet,
    ]
  }
  const {sequencer, pool, shareBasisPoints, roomMetisWei} = stake
  const active = sequencer.status === 'active'
  return [
    row(
      'sequencer',
      `${sequencer.sequencerId} ${statusWord(sequencer.status)}`,
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
    row('per block', `${formatWeiShort(pool.rewardPerBlockMetisWei, 6)} METIS`),
    row('paid until', `epoch ${pool.rewardedUntilEpoch}, batch ${pool.rewardBatchId}`),
    wallet,
    row('room to add', `${formatWeiShort(roomMetisWei)} METIS`),
  ]
}

export function eventRows(events: DashboardEvent[], now: Now): Row[] {
  if (events.length === 0) return [row('', 'Nothing has happened since the start.', 'dim')]
  return events.map(({atMs, level, text}) =>
    row(
      `${Math.max(0, Math.round((now.wallMs - atMs) / 1000))} s ago`,
      level === 'warn' ? `WARN ${text}` : text,
      level === 'warn' ? 'warn' : 'plain',
    ),
  )
}

function nameOf({signer, mine}: {signer: string; mine: boolean}): string {
  return mine ? '◆ YOU' : shortHex(signer)
}

function heightOf(value: unknown): number | null {
  const number = isRecord(value) ? value['number'] : value
  const height =
    typeof number === 'number' || typeof number === 'string' ? Number(number) : Number.NaN
  return Number.isFinite(height) ? height : null
}

function row(label: string, value: string, tone: Tone = 'plain'): Row {
  return {label, value, tone}
}
