/** What a monitor serves, and the samples that build on its names. */
import {request} from 'node:http'

import {expect, test} from 'vitest'

import {noticeTypes} from '../../src/health/alerts/decide.ts'
import {issueIds, type HealthReport} from '../../src/health/issue.ts'
import {exposition, gauge} from '../../src/lib/exposition.ts'
import {Metrics} from '../../src/node/metrics.ts'
import {exporterMetrics} from '../../src/protocol/exporter-metrics.ts'
import {monitorMetrics, type MonitorLook} from '../../src/services/alerts/monitor-metrics.ts'
import {serveMonitor, type MonitorHealth} from '../../src/services/alerts/monitor-server.ts'
import {grafanaDashboard} from '../../src/services/alerts/samples/grafana-dashboard.ts'
import {prometheusRules} from '../../src/services/alerts/samples/prometheus-rules.ts'
import {alertWith} from '../helpers/alert-messages.ts'
import {posLook} from '../helpers/dashboard-data.ts'
import {metricsIn, parseExposition} from '../helpers/parse-exposition.ts'

const asking = {state: 'asking'} as const

/** A monitor that has just started. */
const young: MonitorLook = {
  ...{name: 'seq-1', version: '1.2.3', report: null, alerts: [], outputs: [], wallets: []},
  sources: {
    ...{l2: asking, l1: asking, money: {state: 'absent'}, lst: asking, pos: asking},
    ...{node: asking, machine: asking, endpoints: asking},
  },
  failures: {...{l2: 1, l1: 2, money: 0, lst: 0, pos: 3, node: 0}, machine: 0, endpoints: 0},
  notices: Object.fromEntries(noticeTypes.map((type) => [type, 0])) as MonitorLook['notices'],
  ...{silences: 0, lookAgeSeconds: null, tickSeconds: 0, deadManReached: null, monotonicMs: 5_000},
}

const report: HealthReport = {
  ...{state: 'critical', headline: '', remedy: null, unknown: []},
  issues: [
    {
      ...{id: 'wallet-low', subject: 'a "quoted\\ name"\nwith a line', severity: 'critical'},
      ...{text: '', cost: '', remedy: '', sinceMs: null, sources: []},
    },
  ],
}

const busy: MonitorLook = {
  ...young,
  report,
  sources: {
    ...young.sources,
    l1: {
      ...{state: 'failing', code: 'X', reason: '', isSilent: false, sinceMs: 0},
      last: {value: {block: 7n, timestampSeconds: 1n}, atMs: 1_000},
    },
    pos: {
      ...{state: 'answered', atMs: 4_500, staleAfterMs: null},
      value: posLook({height: 4711n}),
    },
    machine: {
      ...{state: 'answered', atMs: 4_000, staleAfterMs: null},
      value: {homeDir: '/', diskFreeBytes: 5e9, signerKey: null},
    },
  },
  alerts: [alertWith(), alertWith({key: 'x', severity: 'warn', phase: 'held'})],
  outputs: [
    {
      ...{output: 'ops', pending: 3, dropped: 1, droppedEver: 4, sentEver: 5, lastSentMs: 1},
      failure: {reason: 'it fails', sinceMs: 1},
    },
  ],
  wallets: [{chain: 'l2', address: '0x01', alias: 'mpc', balanceWei: 25n * 10n ** 17n, nonce: 7}],
  ...{lookAgeSeconds: 1.5, deadManReached: true},
}

function samplesOf(look: MonitorLook, name: string) {
  const families = parseExposition(exposition(monitorMetrics(look)))
  return families.find((family) => family.name === name)?.samples ?? 'no such metric'
}

test('a monitor is well-formed from its first second on, and says nothing that it does not know', () => {
  const families = parseExposition(exposition(monitorMetrics(young)))
  expect(families.length).toBeGreaterThan(25)
  for (const name of ['metis_seq_health_state', 'metis_seq_epoch', 'metis:sequencer:height'])
    expect(samplesOf(young, name)).toEqual([])
  expect(samplesOf(young, 'metis_seq_monitor_look_age_seconds')).toEqual([])
  expect(samplesOf(young, 'metis_sequencer_exporter_failures')).toMatchObject([
    {labels: {svc_name: 'seq-seq-1-l2geth'}, value: 1},
    {labels: {svc_name: 'seq-seq-1-l1dtl'}, value: 2},
    {labels: {svc_name: 'seq-seq-1-themis'}, value: 3},
  ])
})

test('values of a monitor at work, escapes included', () => {
  expect(samplesOf(busy, 'metis_seq_issue')).toMatchObject([
    {labels: {id: 'wallet-low', subject: 'a "quoted\\ name"\nwith a line', severity: 'critical'}},
  ])
  const present = samplesOf(busy, 'metis_seq_issue_present') as {value: number}[]
  expect(present).toHaveLength(issueIds.length)
  expect(present.filter(({value}) => value === 1)).toHaveLength(1)
  expect(samplesOf(busy, 'metis_seq_alerts')).toMatchObject([{value: 0}, {value: 1}])
  expect(samplesOf(busy, 'metis_seq_output_up')).toMatchObject([{value: 0}])
  expect(samplesOf(busy, 'metis_seq_source_age_seconds')).toMatchObject([
    {labels: {source: 'l1'}, value: 4},
    {labels: {source: 'pos'}, value: 0.5},
    {labels: {source: 'machine'}, value: 1},
  ])
  expect(samplesOf(busy, 'metis:sequencer:height')).toMatchObject([
    {labels: {svc_name: 'themis'}, value: 4711},
  ])
  expect(samplesOf(busy, 'metis:sequencer:wallet:balance')).toMatchObject([
    {labels: {chain: 'l2', addr: '0x01', alias: 'mpc'}, value: 2.5},
  ])
})

test('a source that hangs has no current value, as everywhere else', () => {
  const hanging: MonitorLook = {
    ...busy,
    sources: {
      ...busy.sources,
      pos: {
        ...{state: 'answered', atMs: 4_500, staleAfterMs: 400},
        value: posLook({height: 4711n}),
      },
    },
  }
  expect(samplesOf(hanging, 'metis:sequencer:height')).toEqual([])
  const upOf = (look: MonitorLook) =>
    (samplesOf(look, 'metis_seq_source_up') as {labels: object; value: number}[]).find(
      ({labels}) => 'source' in labels && labels.source === 'pos',
    )?.value
  expect([upOf(busy), upOf(hanging)]).toEqual([1, 0])
})

test('the names, labels and values of the existing exporter are kept', () => {
  const heights = {l2: {number: 12, timestamp: 99}, l1: 5, pos: 4711}
  const metrics = exporterMetrics('se"q', heights, busy.wallets)
  const lines = exposition(metrics).split('\n')
  expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
    'metis:sequencer:height{svc_name="l2geth",seq_name="se\\"q"} 12',
    'metis:sequencer:height{svc_name="l1dtl",seq_name="se\\"q"} 5',
    'metis:sequencer:height{svc_name="themis",seq_name="se\\"q"} 4711',
    'metis:sequencer:timestamp{svc_name="l2geth",seq_name="se\\"q"} 99',
    'metis:sequencer:wallet:balance{chain="l2",addr="0x01",alias="mpc"} 2.5',
    'metis:sequencer:wallet:nonce{chain="l2",addr="0x01",alias="mpc"} 7',
    '',
  ])
})

test('the metrics of a node are well-formed too', () => {
  const metrics = new Metrics()
  for (const ms of [0.5, 3, 4000, 99_000]) metrics.observe('build', ms)
  const families = parseExposition(exposition(metrics.render({head_block: 5, peers: 0})))
  expect(families.map(({name, type}) => `${name} ${type}`)).toEqual([
    'metis_seq_head_block gauge',
    'metis_seq_peers gauge',
    'metis_seq_stage_ms histogram',
  ])
})

test.each([
  ['a series twice', [gauge('a', 'b', [{value: 1}, {value: 2}])]],
  ['a name twice', [gauge('a', 'b', []), gauge('a', 'b', [])]],
  ['a wrong name', [gauge('a-b', 'c', [])]],
  ['a wrong label', [gauge('a', 'b', [{labels: {'c-d': 'e'}, value: 1}])]],
])('the reader of this test refuses %s', (_name, metrics) => {
  expect(() => parseExposition(exposition(metrics))).toThrow()
})

const served = () =>
  new Set(parseExposition(exposition(monitorMetrics(busy))).map(({name}) => name))

test('every metric of the sample rules exists in what a monitor serves', () => {
  const expressions = [...prometheusRules().matchAll(/^ +expr: '(.*)'$/gm)].map(([, e]) => e!)
  expect(expressions.length).toBe([...prometheusRules().matchAll(/- alert: /g)].length)
  const names = expressions.flatMap(metricsIn).filter((name) => name !== 'up')
  expect(names.length).toBeGreaterThan(7)
  expect(names.filter((name) => !served().has(name))).toEqual([])
})

test('every metric of the sample dashboard exists, and no panel covers another', () => {
  interface Panel {
    title: string
    gridPos: {x: number; y: number; w: number; h: number}
    targets: {expr: string; legendFormat: string}[]
  }
  const {panels} = JSON.parse(grafanaDashboard()) as {panels: Panel[]}
  const names = panels.flatMap(({targets}) => targets.flatMap(({expr}) => metricsIn(expr)))
  expect(names.length).toBeGreaterThan(18)
  expect(names.filter((name) => !served().has(name))).toEqual([])
  const cells = panels.flatMap(({gridPos: {x, y, w, h}}) =>
    Array.from({length: w * h}, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  // A legend names labels that its metric has.
  for (const {targets} of panels) {
    for (const {expr, legendFormat} of targets) {
      const [name = ''] = metricsIn(expr)
      const samples = samplesOf({...busy, ...complete}, name)
      const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!)
      if (labels.length === 0) continue
      expect(Object.keys((samples as {labels: object}[])[0]!.labels)).toEqual(
        expect.arrayContaining(labels),
      )
    }
  }
})

/** With heights, which the sources above lack. */
const complete: Partial<MonitorLook> = {
  sources: {
    ...busy.sources,
    l1: {
      ...{state: 'answered', atMs: 1, staleAfterMs: null},
      value: {block: 1n, timestampSeconds: 1n},
    },
    l2: {
      ...{state: 'answered', atMs: 1, staleAfterMs: null},
      value: {
        ...{headBlock: 5n, headTimestampSeconds: 9n, epoch: null, blocksLeft: 0n, epochLength: 10n},
        epochLength: 10n,
        ...{next: null, newest: []},
      },
    },
  },
}

test('metric names are found in expressions, and nothing else is', () => {
  expect(
    metricsIn('sum by (severity) (metis_seq_alerts{a="b"}) > 2 and on (x) rate(y:z[5m])'),
  ).toEqual(['metis_seq_alerts', 'y:z'])
})

async function ask(url: string, options: {method?: string; host?: string} = {}) {
  const {method = 'GET', host} = options
  return new Promise<{status: number; type: string; text: string}>((resolve, reject) => {
    const outgoing = request(url, {method, headers: host ? {host} : {}}, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      const type = response.headers['content-type'] ?? ''
      resolve({status: response.statusCode!, type, text: Buffer.concat(chunks).toString()})
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

test('a monitor serves three paths, to names of its own, by GET', async () => {
  const states: MonitorHealth[] = [
    {ok: true, state: 'warn', headline: 'the disk has 4.0 GiB left'},
    {ok: false, state: 'critical', headline: 'your node is not running'},
    {ok: false, state: 'not-looking', headline: 'the monitor has no current report'},
  ]
  let state = states[0]!
  const server = await serveMonitor(
    {health: () => state, metrics: () => monitorMetrics(busy), onError: () => {}},
    {host: '127.0.0.1', port: 0, hostNames: ['monitor.example']},
  )
  for (state of states) {
    const {status, text} = await ask(`${server.url}/healthz`)
    expect({status, body: JSON.parse(text)}).toEqual({status: state.ok ? 200 : 503, body: state})
  }
  const metrics = await ask(`${server.url}/metrics`)
  expect(metrics).toMatchObject({status: 200, type: 'text/plain; version=0.0.4; charset=utf-8'})
  parseExposition(metrics.text)
  const statusOf = async (path: string, options = {}) =>
    (await ask(`${server.url}${path}`, options)).status
  expect(await statusOf('/ping')).toBe(200)
  expect(await statusOf('/')).toBe(404)
  expect(await statusOf('/metrics', {method: 'POST'})).toBe(405)
  expect(await statusOf('/metrics', {host: 'evil.example'})).toBe(403)
  expect(await statusOf('/metrics', {host: 'monitor.example:1'})).toBe(200)
  expect(await statusOf('/metrics', {method: 'HEAD'})).toBe(200)
  const port = Number(new URL(server.url).port)
  await expect(
    serveMonitor(
      {health: () => state, metrics: () => [], onError: () => {}},
      {host: '127.0.0.1', port, hostNames: []},
    ),
  ).rejects.toMatchObject({
    code: 'PORT_BUSY',
    hints: [expect.stringContaining('ss -ltnp'), 'Or choose another port with `--port PORT`.'],
  })
  // An address that is never one of a machine: it is for documents.
  await expect(
    serveMonitor(
      {health: () => state, metrics: () => [], onError: () => {}},
      {host: '192.0.2.1', port: 0, hostNames: []},
    ),
  ).rejects.toMatchObject({
    code: 'PORT_NOT_ALLOWED',
    hints: ['Run `ip -brief address` to see the addresses of this machine.'],
  })
  await server.close()
})
