/** A sample dashboard for Grafana, on the metrics of the monitor. */

interface Panel {
  title: string
  type: 'stat' | 'timeseries' | 'table'
  targets: readonly {expr: string; legend: string}[]
  unit?: string
  /** Grid units: 24 across. */
  width: number
  height: number
}

const panels: readonly Panel[] = [
  stat('Health', 'metis_seq_health_state == 1', '{{state}}'),
  stat('Alerts that last', 'sum by (severity) (metis_seq_alerts)', '{{severity}}'),
  stat('Our epoch', 'metis_seq_epoch_mine', 'ours'),
  stat('Blocks left', 'metis_seq_epoch_blocks_left', 'left'),
  stat('Claimable METIS', 'metis_seq_reward_claimable_metis', 'METIS'),
  stat('Locked METIS', 'metis_seq_locked_metis', 'METIS'),
  {
    ...{title: 'Issues', type: 'table', width: 24, height: 7},
    targets: [{expr: 'metis_seq_issue', legend: '{{id}} {{subject}} {{severity}}'}],
  },
  series('Height', [['metis:sequencer:height', '{{svc_name}}']]),
  series(
    'Seconds since the newest block',
    [['time() - metis:sequencer:timestamp', '{{seq_name}}']],
    's',
  ),
  series('Blocks behind L2', [['metis_seq_node_lag_blocks', 'our node']]),
  series('Epoch', [['metis_seq_epoch', 'epoch']]),
  series('Balances', [['metis:sequencer:wallet:balance', '{{alias}} {{chain}}']]),
  series('Account nonces', [['metis:sequencer:wallet:nonce', '{{alias}} {{chain}}']]),
  series('Age of sources', [['metis_seq_source_age_seconds', '{{source}}']], 's'),
  series('Failed reads per minute', [
    ['rate(metis_seq_source_failures_total[5m]) * 60', '{{source}}'],
    ['rate(metis_sequencer_exporter_failures[5m]) * 60', '{{svc_name}}'],
  ]),
  series('Notices per hour', [['rate(metis_seq_alert_notices_total[1h]) * 3600', '{{type}}']]),
  series('Undelivered notices', [
    ['metis_seq_output_pending', '{{output}} waiting'],
    ['metis_seq_output_dropped_total', '{{output}} dropped'],
  ]),
  series('Free disk', [['metis_seq_disk_free_bytes', 'home directory']], 'bytes'),
  series('Age of the last look', [['metis_seq_monitor_look_age_seconds', 'monitor']], 's'),
]

function stat(title: string, expr: string, legend: string): Panel {
  return {title, type: 'stat', width: 4, height: 4, targets: [{expr, legend}]}
}

function series(title: string, lines: readonly [string, string][], unit = 'short'): Panel {
  const targets = lines.map(([expr, legend]) => ({expr, legend}))
  return {title, type: 'timeseries', width: 12, height: 8, unit, targets}
}

const WIDTH = 24
const DATASOURCE = {type: 'prometheus', uid: '${datasource}'}

/** The dashboard as JSON that Grafana imports. */
export function grafanaDashboard(): string {
  let [x, y, rowHeight] = [0, 0, 0]
  const placed = panels.map(({title, type, targets, unit = 'short', width, height}, index) => {
    if (x + width > WIDTH) {
      x = 0
      y += rowHeight
      rowHeight = 0
    }
    const gridPos = {x, y, w: width, h: height}
    x += width
    rowHeight = Math.max(rowHeight, height)
    return {
      ...{id: index + 1, title, type, gridPos, datasource: DATASOURCE},
      fieldConfig: {defaults: {unit}, overrides: []},
      targets: targets.map(({expr, legend}, at) => ({
        ...{refId: String.fromCharCode(65 + at), expr, legendFormat: legend},
        datasource: DATASOURCE,
        ...(type === 'table' ? {format: 'table', instant: true} : {}),
        ...(type === 'stat' ? {instant: true} : {}),
      })),
    }
  })
  return `${JSON.stringify(
    {
      ...{title: 'Metis sequencer', uid: 'metis-seq', tags: ['metis'], timezone: 'utc'},
      ...{schemaVersion: 39, refresh: '30s', time: {from: 'now-6h', to: 'now'}},
      templating: {
        list: [{name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus'}],
      },
      panels: placed,
    },
    null,
    2,
  )}\n`
}
