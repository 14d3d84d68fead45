/** Sample alert rules for a Prometheus that scrapes the monitor. */

interface SampleRule {
  alert: string
  expr: string
  for: string
  severity: 'warning' | 'critical'
  summary: string
  description: string
}

/**
 * What the monitor itself cannot say, because it would be gone too, comes first. The health rules
 * are not repeated here: one alert for each severity carries their ids.
 */
const rules: readonly SampleRule[] = [
  {
    alert: 'MetisSeqMonitorDown',
    expr: 'up{job="metis-seq"} == 0',
    for: '2m',
    severity: 'critical',
    summary: 'The monitor of {{ $labels.instance }} does not respond.',
    description: 'Nobody watches the sequencer: start `metis-seq monitor run` again.',
  },
  {
    alert: 'MetisSeqMonitorNotLooking',
    expr: 'metis_seq_monitor_look_age_seconds > 60',
    for: '1m',
    severity: 'critical',
    summary: 'The monitor of {{ $labels.instance }} has not looked for a minute.',
    description: 'Its values are old. Read its log, then restart it.',
  },
  {
    alert: 'MetisSeqCritical',
    expr: 'metis_seq_issue{severity="critical"} == 1',
    for: '30s',
    severity: 'critical',
    summary: '{{ $labels.id }} {{ $labels.subject }}',
    description: 'Run `metis-seq status`: it names the next command.',
  },
  {
    alert: 'MetisSeqWarning',
    expr: 'metis_seq_issue{severity="warn"} == 1',
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.id }} {{ $labels.subject }}',
    description: 'Run `metis-seq status`: it names the next command.',
  },
  {
    alert: 'MetisSeqChainStalled',
    expr: 'increase(metis:sequencer:height{svc_name="l2geth"}[2m]) == 0',
    for: '1m',
    severity: 'critical',
    summary: 'L2 has made no block for two minutes, as {{ $labels.seq_name }} sees it.',
    description: 'Run `metis-seq epoch current`: it names the producer.',
  },
  {
    alert: 'MetisSeqScrapeFailures',
    expr: 'increase(metis_sequencer_exporter_failures[1m]) > 2',
    for: '3m',
    severity: 'warning',
    summary: 'Reads of {{ $labels.svc_name }} fail.',
    description: 'Run `metis-seq network check`.',
  },
  {
    alert: 'MetisSeqMpcBalanceLow',
    expr: 'metis:sequencer:wallet:balance{alias="mpc",chain="l2"} < 3',
    for: '5m',
    severity: 'warning',
    summary: 'The MPC account {{ $labels.addr }} has {{ $value }} METIS left.',
    description: 'Without it no epoch is committed, and L2 stops.',
  },
  {
    alert: 'MetisSeqOutputFailing',
    expr: 'metis_seq_output_up == 0',
    for: '10m',
    severity: 'warning',
    summary: 'Alerts do not reach {{ $labels.output }}.',
    description: 'Run `metis-seq alert output list`, then `metis-seq alert test`.',
  },
  {
    alert: 'MetisSeqDeadManFailing',
    expr: 'metis_seq_dead_man_up == 0',
    for: '10m',
    severity: 'warning',
    summary: 'The dead-man ping of {{ $labels.instance }} is not accepted.',
    description: 'The service elsewhere will take the monitor for dead.',
  },
]

/** Rules as YAML, as `promtool check rules` takes them. */
export function prometheusRules(): string {
  return [
    '# Sample rules for Prometheus, written by `metis-seq monitor export-rules`.',
    '# The job that scrapes `metis-seq monitor run` is called metis-seq here.',
    'groups:',
    '  - name: metis-seq',
    '    rules:',
    ...rules.flatMap((rule) => [
      `      - alert: ${rule.alert}`,
      `        expr: ${quoted(rule.expr)}`,
      `        for: ${rule.for}`,
      '        labels:',
      `          severity: ${rule.severity}`,
      '        annotations:',
      `          summary: ${quoted(rule.summary)}`,
      `          description: ${quoted(rule.description)}`,
    ]),
    '',
  ].join('\n')
}

/** In single quotes, YAML reads nothing but a doubled quote. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
