/** What a monitor knows, for Prometheus. Pure. */
import {isActive, noticeTypes, type Alert, type NoticeType} from '../../health/alerts/decide.ts'
import {issueIds, type HealthReport, type HealthState} from '../../health/issue.ts'
import {issuesMetric} from '../../health/issues-metric.ts'
import {answerOf, type Source} from '../../health/snapshot.ts'
import {counter, gauge, type Metric, type Sample} from '../../lib/exposition.ts'
import {
  exporterFailures,
  exporterMetrics,
  type ExporterService,
  type ExporterWallet,
} from '../../protocol/exporter-metrics.ts'
import type {OutputRecord} from '../../store/alert-store.ts'
import type {Sources, SourceKey} from '../health/sources.ts'

export interface MonitorLook {
  /** Profile, or network without one: `seq_name` of the exporter. */
  name: string
  version: string
  /** Null before the first report. */
  report: HealthReport | null
  sources: Sources
  /** Failed reads by source, since the start. */
  failures: Readonly<Record<SourceKey, number>>
  alerts: readonly Alert[]
  outputs: readonly OutputRecord[]
  wallets: readonly ExporterWallet[]
  /** Notices by kind, since the start. */
  notices: Readonly<Record<NoticeType, number>>
  silences: number
  /** Seconds since the last look; null before the first. */
  lookAgeSeconds: number | null
  /** Seconds that the last tick took. */
  tickSeconds: number
  /** Null while there is no dead-man ping, or none is due since the monitor does not work. */
  deadManReached: boolean | null
  monotonicMs: number
}

const states: readonly HealthState[] = ['ok', 'unknown', 'warn', 'critical']

export function monitorMetrics(look: MonitorLook): Metric[] {
  return [
    ...exporterPart(look),
    ...healthPart(look),
    ...sourcePart(look),
    ...chainPart(look),
    ...alertPart(look),
    ...outputPart(look),
    ...ownPart(look),
  ]
}

function exporterPart(look: MonitorLook): Metric[] {
  const {name, sources, failures, wallets} = look
  const rotation = valueOf(sources.l2, look)
  const l2 = rotation && {
    number: Number(rotation.headBlock),
    timestamp: Number(rotation.headTimestampSeconds),
  }
  const block = valueOf(sources.l1, look)?.block
  const l1 = block === undefined ? undefined : Number(block)
  const height = valueOf(sources.pos, look)?.height ?? null
  const pos = height === null ? undefined : Number(height)
  const counts: Record<ExporterService, number> = {
    ...{l2geth: failures.l2, l1dtl: failures.l1, themis: failures.pos},
  }
  return [...exporterMetrics(name, {l2, l1, pos}, wallets), exporterFailures(name, counts)]
}

function healthPart({report}: MonitorLook): Metric[] {
  const active = new Set(report?.issues.map(({id}) => id))
  const known = report ? issueIds : []
  return [
    gauge(
      'metis_seq_health_state',
      '1 for the state of health, 0 for the others. Unknown is not ok.',
      report ? states.map((state) => ({labels: {state}, value: flag(report.state === state)})) : [],
    ),
    issuesMetric(report?.issues ?? []),
    gauge(
      'metis_seq_issue_present',
      '1 for each kind of issue that is present, 0 for every other kind.',
      known.map((id) => ({labels: {id}, value: flag(active.has(id))})),
    ),
  ]
}

function sourcePart(look: MonitorLook): Metric[] {
  const {sources, failures, monotonicMs} = look
  const present = (Object.entries(sources) as [SourceKey, Source<unknown>][]).filter(
    ([, {state}]) => state !== 'absent',
  )
  return [
    gauge(
      'metis_seq_source_up',
      '1 while the source responds.',
      present.map(([source, each]) => ({
        labels: {source},
        value: flag(answerOf(each, look).known),
      })),
    ),
    gauge(
      'metis_seq_source_age_seconds',
      'Age of its latest response.',
      present.flatMap(([source, each]) => {
        const atMs = each.state === 'answered' ? each.atMs : lastOf(each)
        return atMs === undefined
          ? []
          : [{labels: {source}, value: Math.max(0, (monotonicMs - atMs) / 1000)}]
      }),
    ),
    counter(
      'metis_seq_source_failures_total',
      'Reads that failed.',
      present.map(([source]) => ({labels: {source}, value: failures[source]})),
    ),
  ]
}

function lastOf(source: Source<unknown>): number | undefined {
  return source.state === 'failing' ? source.last?.atMs : undefined
}

function chainPart(look: MonitorLook): Metric[] {
  const {sources} = look
  const rotation = valueOf(sources.l2, look)
  const epoch = rotation?.epoch
  const sequencer = valueOf(sources.money, look)?.stake?.sequencer
  const node = valueOf(sources.node, look)?.status
  const machine = valueOf(sources.machine, look)
  const lag =
    node && rotation ? Math.max(0, Number(rotation.headBlock) - node.head.number) : undefined
  return [
    gauge('metis_seq_epoch', 'Number of the current epoch.', one(epoch && Number(epoch.number))),
    gauge(
      'metis_seq_epoch_mine',
      '1 while the current epoch is ours.',
      one(epoch && flag(epoch.mine)),
    ),
    gauge(
      'metis_seq_epoch_blocks_left',
      'Blocks left in the current epoch.',
      one(rotation && Number(rotation.blocksLeft)),
    ),
    gauge('metis_seq_node_lag_blocks', 'Blocks that our node is behind L2.', one(lag)),
    gauge(
      'metis_seq_locked_metis',
      'METIS locked in our sequencer.',
      one(sequencer && coins(sequencer.amountMetisWei)),
    ),
    gauge(
      'metis_seq_reward_claimable_metis',
      'METIS of rewards that can be claimed.',
      one(sequencer && coins(sequencer.rewardMetisWei)),
    ),
    gauge(
      'metis_seq_disk_free_bytes',
      'Free space on the disk of the home directory.',
      one(machine?.diskFreeBytes),
    ),
  ]
}

function alertPart({alerts, notices, silences}: MonitorLook): Metric[] {
  const active = alerts.filter(isActive)
  return [
    gauge(
      'metis_seq_alerts',
      'Alerts that last, told or silenced.',
      (['warn', 'critical'] as const).map((severity) => ({
        labels: {severity},
        value: active.filter((alert) => alert.severity === severity).length,
      })),
    ),
    gauge('metis_seq_alerts_acknowledged', 'Those that were acknowledged.', [
      {value: active.filter(({acknowledged}) => acknowledged).length},
    ]),
    gauge('metis_seq_alert_silences', 'Silences in force.', [{value: silences}]),
    counter(
      'metis_seq_alert_notices_total',
      'Notices by kind, since the start of the monitor.',
      noticeTypes
        .filter((type) => type !== 'test')
        .map((type) => ({labels: {type}, value: notices[type]})),
    ),
  ]
}

function outputPart({outputs}: MonitorLook): Metric[] {
  const each = (value: (record: OutputRecord) => number): Sample[] =>
    outputs.map((record) => ({labels: {output: record.output}, value: value(record)}))
  return [
    gauge(
      'metis_seq_output_up',
      '0 while deliveries to the output fail.',
      each(({failure}) => flag(failure === null)),
    ),
    gauge(
      'metis_seq_output_pending',
      'Notices that the output still has to deliver.',
      each(({pending}) => pending),
    ),
    counter(
      'metis_seq_output_sent_total',
      'Notices that were delivered.',
      each(({sentEver}) => sentEver),
    ),
    counter(
      'metis_seq_output_dropped_total',
      'Notices that were given up.',
      each(({droppedEver}) => droppedEver),
    ),
  ]
}

function ownPart({lookAgeSeconds, tickSeconds, deadManReached, version}: MonitorLook): Metric[] {
  return [
    gauge(
      'metis_seq_monitor_look_age_seconds',
      'Time since the monitor last looked.',
      one(lookAgeSeconds ?? undefined),
    ),
    gauge('metis_seq_monitor_tick_seconds', 'Time that its last decision took.', [
      {value: tickSeconds},
    ]),
    gauge(
      'metis_seq_dead_man_up',
      '1 while the dead-man ping is accepted.',
      one(deadManReached === null ? undefined : flag(deadManReached)),
    ),
    gauge('metis_seq_monitor_info', 'Always 1; the version of the monitor.', [
      {labels: {version}, value: 1},
    ]),
  ]
}

/** Undefined while it is unknown: a source that hangs has no current value either. */
function valueOf<T>(source: Source<T>, look: MonitorLook): T | undefined {
  const answer = answerOf(source, look)
  return answer.known ? answer.value : undefined
}

function flag(holds: boolean): number {
  return holds ? 1 : 0
}

/** An unknown value has no sample. */
function one(value: number | null | undefined): Sample[] {
  return value === undefined || value === null ? [] : [{value}]
}

function coins(wei: bigint): number {
  return Number(wei) / 1e18
}
