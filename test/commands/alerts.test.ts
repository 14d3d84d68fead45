/** The commands of alerts, and a monitor as a process that is killed. */
import {once} from 'node:events'
import {readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'

import {expect, test} from 'vitest'

import {openAlertStore} from '../../src/store/alert-store.ts'
import type {AlertMessage} from '../../src/services/alerts/message.ts'
import {startHttpStub, type HttpStub} from '../helpers/http-stub.ts'
import {parseExposition} from '../helpers/parse-exposition.ts'
import {runCli, startCli, type RunningCli} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

const SECRET = 'T0PSECRET-abc'

/** A profile whose endpoints nobody serves: L2 is unreachable from the first look on. */
async function lonelyProfile(temp: TempHome): Promise<void> {
  const nobody = [
    '--l1-rpc-url',
    'http://127.0.0.1:9/KEY-1',
    '--l2-rpc-url',
    'http://127.0.0.1:9/KEY-2',
  ]
  const {stderr, exitCode} = await runCli(
    ['init', '--profile', 'main', '--network', 'andromeda', '--no-input', ...nobody],
    {home: temp.root},
  )
  expect({exitCode, stderr}).toMatchObject({exitCode: 0})
}

async function run(temp: TempHome, words: string, more: object = {}) {
  const result = await runCli(words.split(' '), {home: temp.root, ...more})
  return {...result, all: result.stdout + result.stderr}
}

test('outputs are added, tested, listed and removed, and their secrets stay where they are', async () => {
  using temp = makeTempHome()
  let status = 200
  await using hook = await startHttpStub((_body, _request, response) => {
    response.statusCode = status
    response.end('ok')
  })
  await lonelyProfile(temp)
  const url = `${hook.url}/${SECRET}`
  writeFileSync(temp.path('url'), `${url}\n`, {mode: 0o600})

  const none = await run(temp, 'alert test --json')
  expect(none.json!.error).toMatchObject({code: 'ALERT_OUTPUT_MISSING', exitCode: 3})
  const added = await run(
    temp,
    `alert output add ops --kind webhook --secret-file ${temp.path('url')} --json`,
  )
  expect(added.json!.data).toMatchObject({name: 'ops', kind: 'webhook', target: 'URL in a file'})
  const inline = await run(temp, 'alert output add chat --kind slack --secret-fd 3 --json', {
    descriptors: [`${url}\n`],
  })
  expect(inline.json!.data).toMatchObject({target: hook.url, secretFile: null})
  for (const words of ['alert output add late --kind webhook', 'alert dead-man --every 30s']) {
    const missing = await run(temp, `${words} --secret-file ${temp.path('nowhere')} --json`)
    expect(missing.json!.error).toMatchObject({
      code: 'SECRET_UNREADABLE',
      message: expect.stringContaining('no such file'),
      hints: [expect.stringContaining(temp.path('nowhere'))],
    })
  }
  const twice = await run(temp, 'alert output add ops --kind command --run /bin/true --json')
  expect(twice.json!.error).toMatchObject({code: 'ALERT_OUTPUT_EXISTS', exitCode: 5})
  const bad = await run(temp, 'alert output add other --kind telegram --json')
  expect(bad.json!.error).toMatchObject({code: 'ALERT_OUTPUT_INVALID', exitCode: 2})

  const sent = await run(temp, 'alert test --json')
  expect(sent.exitCode).toBe(0)
  expect(hook.paths).toEqual([`/${SECRET}`, `/${SECRET}`])
  expect(hook.bodies.join('\n')).toContain('this is a test, and nothing is wrong')
  status = 500
  const failed = await run(temp, 'alert test ops')
  expect(failed.exitCode).toBe(8)
  expect(failed.stdout).toContain('not delivered: it answers with HTTP status 500')
  const unknown = await run(temp, 'alert test nobody --json')
  expect(unknown.json!.error).toMatchObject({code: 'ALERT_OUTPUT_UNKNOWN', exitCode: 4})

  const ping = await run(
    temp,
    `alert dead-man --secret-file ${temp.path('url')} --every 30s --json`,
  )
  expect(ping.json!.data).toMatchObject({deadMan: {everySeconds: 30}})
  const listed = await run(temp, 'alert output list')
  expect(listed.stdout).toMatch(/chat +slack/)
  expect(statSync(temp.path('alerts.json')).mode & 0o777).toBe(0o600)
  const removed = await run(temp, 'alert output remove chat --yes --json')
  expect(removed.json!.data).toMatchObject({name: 'chat'})
  expect(readFileSync(temp.path('alerts.json'), 'utf8')).not.toContain(SECRET)

  const everything = [none, added, inline, twice, bad, sent, failed, unknown, ping, listed, removed]
  expect(everything.map(({all}) => all).join('\n')).not.toContain(SECRET)
})

test('rules are listed and changed; names and limits that do not exist are refused', async () => {
  using temp = makeTempHome()
  await lonelyProfile(temp)
  const set = async (words: string) => (await run(temp, `alert set ${words} --json`)).json!
  expect((await set('disk-low --limit warnBelowGib=20 --hold 5m --repeat 0')).data).toMatchObject({
    ...{rule: 'disk-low', isChanged: true, holdSeconds: 300},
    ...{repeatSeconds: {warn: 0, critical: 0}, limits: {warnBelowGib: 20, criticalBelowGib: 1}},
  })
  expect((await set('lst-peg --off')).data).toMatchObject({off: true})
  expect((await set('reward-claimable --severity warn')).data).toMatchObject({severity: 'warn'})
  expect((await set('disklow --off')).error).toMatchObject({
    ...{code: 'ALERT_RULE_UNKNOWN', exitCode: 4},
    hints: expect.arrayContaining(['Did you mean `disk-low`?']),
  })
  expect((await set('l2-stalled --limit warnBelowGib=1')).error).toMatchObject({
    ...{code: 'ALERT_LIMIT_UNKNOWN', exitCode: 2},
  })
  expect((await set('disk-low --limit warnBelowGib')).error).toMatchObject({code: 'USAGE'})
  // A later change of the profile keeps them.
  await run(temp, 'init --profile main --replace --no-input --pos-url http://127.0.0.1:9')
  const rules = await run(temp, 'monitor rules')
  expect(rules.stdout).toMatch(/disk-low \*/)
  expect((await set('disk-low --reset')).data).toMatchObject({isChanged: false})
})

test('silences are made and ended, and only active alerts are acknowledged', async () => {
  using temp = makeTempHome()
  await lonelyProfile(temp)
  const ended = await run(temp, 'alert silence node-down --end')
  expect(ended.stdout).toBe('node-down was not silenced.\n')
  const silence = await run(temp, 'alert silence node-down --for 2h --json')
  const {untilMs} = silence.json!.data as {untilMs: number}
  expect(untilMs - Date.now()).toBeGreaterThan(7_000_000)
  const list = await run(temp, 'alert list')
  expect(list.stdout).toContain('Silenced: node-down until ')
  expect(list.stdout).toContain('It is unknown whether an alert is active.')
  expect(list.stdout).toContain('No monitor has looked yet')
  await run(temp, 'alert silence node-down --end')
  expect((await run(temp, 'alert list')).stdout).not.toContain('Silenced')
  const ack = await run(temp, 'alert ack node-down --json')
  expect(ack.json!.error).toMatchObject({code: 'ALERT_NOT_ACTIVE', exitCode: 4})
  const history = await run(temp, 'alert history')
  expect(history.stdout).toBe('Nobody has been told of anything yet.\n')
})

test('a list without alerts is good news only while a monitor looks', async () => {
  using temp = makeTempHome()
  await lonelyProfile(temp)
  const listAfter = async (lookedMs: number) => {
    const store = openAlertStore(temp.path('monitor', 'main', 'alerts.sqlite'))
    store.looked(lookedMs)
    store.close()
    return run(temp, 'alert list')
  }
  expect((await listAfter(Date.now())).stdout).toMatch(
    /^No alert is active\.\nAs of a look \d+ s ago/,
  )
  for (const lookedMs of [Date.now() - 100_000, Date.now() + 3_600_000]) {
    const {stdout} = await listAfter(lookedMs)
    expect(stdout).toContain('what began since is unknown')
    expect(stdout).toContain('No monitor is looking')
    expect((await run(temp, 'alert list --json')).json!.data).toMatchObject({isWatched: false})
  }
})

test('samples are written for Prometheus and Grafana, as they are in the package', async () => {
  using temp = makeTempHome()
  const docs = join(import.meta.dirname, '../../docs/monitoring')
  const rules = await run(temp, 'monitor export-rules')
  expect(rules.stdout).toBe(readFileSync(join(docs, 'prometheus.rules.yml'), 'utf8'))
  const file = temp.path('dashboard.json')
  await run(temp, `monitor export-rules --format grafana --output ${file}`)
  expect(readFileSync(file, 'utf8')).toBe(
    readFileSync(join(docs, 'grafana-dashboard.json'), 'utf8'),
  )
  const again = await run(temp, `monitor export-rules --output ${file} --json`)
  expect(again.json!.error).toMatchObject({code: 'FILE_EXISTS'})
})

/** Notices about one rule, as the webhook got them. */
function toldOf(hook: HttpStub, rule: string): string[] {
  return hook.bodies
    .filter((body) => body !== '')
    .flatMap((body) => (JSON.parse(body) as AlertMessage).notices)
    .filter((notice) => notice.rule === rule)
    .map(({type}) => type)
}

function startMonitor(temp: TempHome): RunningCli {
  return startCli(['monitor', 'run', '--port', '0', '--timeout', '2'], {home: temp.root})
}

/** Values of one metric by label, from a monitor that has looked. */
async function metric(monitor: RunningCli, name: string) {
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(monitor.stderr())?.[0]
  if (url === undefined) return undefined
  const text = await (await fetch(`${url}/metrics`)).text()
  return parseExposition(text).find((family) => family.name === name)?.samples
}

async function criticalIn(monitor: RunningCli): Promise<number | undefined> {
  const samples = await metric(monitor, 'metis_seq_alerts')
  return samples?.find(({labels}) => labels['severity'] === 'critical')?.value
}

test.concurrent(
  'an alert is told once though its monitor is killed with -9, and once more when it ends',
  async ({expect}) => {
    using temp = makeTempHome()
    await using hook = await startHttpStub((_body, _request, response) => void response.end('ok'))
    await lonelyProfile(temp)
    writeFileSync(temp.path('url'), `${hook.url}/${SECRET}`, {mode: 0o600})
    await run(temp, `alert output add ops --kind webhook --secret-file ${temp.path('url')}`)
    await run(temp, `alert dead-man --secret-file ${temp.path('url')} --every 10s`)
    await run(temp, 'alert set l2-unreachable --hold 1s')

    const first = startMonitor(temp)
    await expect.poll(() => toldOf(hook, 'l2-unreachable')).toEqual(['raised'])
    expect(first.stdout()).toMatch(/CRIT: /)
    // It watches, so it pings, however bad things are.
    await expect.poll(() => hook.bodies.includes('')).toBe(true)
    const second = startMonitor(temp)
    expect(await second.result).toMatchObject({exitCode: 15})
    expect((await second.result).stderr).toContain('[MONITOR_RUNNING]')
    first.child.kill('SIGKILL')
    await once(first.child, 'close')

    const third = startMonitor(temp)
    // It has looked and decided: the alert is known, and nothing new was told.
    await expect.poll(() => criticalIn(third)).toBeGreaterThan(0)
    await run(temp, 'alert ack l2-unreachable')
    await expect
      .poll(async () => (await metric(third, 'metis_seq_alerts_acknowledged'))?.[0]?.value)
      .toBe(1)
    expect(toldOf(hook, 'l2-unreachable')).toEqual(['raised'])
    const list = await run(temp, 'alert list')
    expect(list.stdout).toContain('1x, acknowledged')

    // The running monitor follows the profile.
    await run(temp, 'alert set l2-unreachable --off')
    await expect.poll(() => toldOf(hook, 'l2-unreachable')).toEqual(['raised', 'cleared'])
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(third.stderr())![0]
    const health = await fetch(`${url}/healthz`)
    expect({status: health.status, body: await health.json()}).toMatchObject({
      ...{status: 503, body: {ok: false, state: 'critical'}},
    })
    const metricsText = await (await fetch(`${url}/metrics`)).text()
    third.child.kill('SIGTERM')
    expect(await third.result).toMatchObject({exitCode: 0})

    const history = await run(temp, 'alert history --json')
    const {notices} = history.json!.data as {notices: {alert: string; deliveries: object[]}[]}
    const told = notices.filter(({alert}) => alert === 'l2-unreachable')
    expect(told.map(({deliveries}) => deliveries)).toMatchObject([
      [{output: 'ops', state: 'sent'}],
      [{output: 'ops', state: 'sent'}],
    ])
    const said = [...hook.bodies, first.stdout(), first.stderr(), third.stdout(), third.stderr()]
    const everything = [...said, list.all, history.all, metricsText].join('\n')
    expect(['KEY-1', 'KEY-2', SECRET].filter((secret) => everything.includes(secret))).toEqual([])
  },
)

test.concurrent(
  'an output that is added to a running monitor gets the next notice, and a broken file silences nothing',
  async ({expect}) => {
    using temp = makeTempHome()
    await using hook = await startHttpStub((_body, _request, response) => void response.end('ok'))
    await lonelyProfile(temp)
    writeFileSync(temp.path('url'), `${hook.url}/${SECRET}`, {mode: 0o600})
    const monitor = startMonitor(temp)
    await expect.poll(() => criticalIn(monitor)).toBeGreaterThan(0)
    expect(monitor.stderr()).toContain('There is no alert output')

    await run(temp, `alert output add ops --kind webhook --secret-file ${temp.path('url')}`)
    await expect.poll(async () => metric(monitor, 'metis_seq_output_up')).toHaveLength(1)
    writeFileSync(temp.path('alerts.json'), '{')
    await expect.poll(() => monitor.stderr()).toContain('outputs not loaded')
    rmSync(temp.path('alerts.json'))
    await expect
      .poll(() => monitor.stderr())
      .toMatch(/outputs (?:loaded.*"outputs":0|not loaded.*it is gone)/)
    expect(await metric(monitor, 'metis_seq_output_up')).toHaveLength(1)
    await run(temp, 'alert set l2-unreachable --off')
    monitor.child.kill('SIGTERM')
    expect(await monitor.result).toMatchObject({exitCode: 0})
  },
)

test.concurrent(
  'an output that a busy store keeps from being loaded is loaded once the store is free',
  async ({expect}) => {
    using temp = makeTempHome()
    await using hook = await startHttpStub((_body, _request, response) => void response.end('ok'))
    await lonelyProfile(temp)
    writeFileSync(temp.path('url'), hook.url, {mode: 0o600})
    const monitor = startMonitor(temp)
    await expect.poll(() => criticalIn(monitor)).toBeGreaterThan(0)
    const other = new DatabaseSync(temp.path('monitor', 'main', 'alerts.sqlite'))
    other.exec('BEGIN IMMEDIATE')
    await run(temp, `alert output add ops --kind webhook --secret-file ${temp.path('url')}`)
    await expect.poll(() => monitor.stderr()).toContain('outputs not loaded')
    expect(await metric(monitor, 'metis_seq_output_up')).toHaveLength(0)
    other.exec('COMMIT')
    other.close()
    await expect.poll(async () => metric(monitor, 'metis_seq_output_up')).toHaveLength(1)
    monitor.child.kill('SIGTERM')
    expect(await monitor.result).toMatchObject({exitCode: 0})
  },
)

test('a delivered test ends the failure of an output', async () => {
  using temp = makeTempHome()
  await using hook = await startHttpStub((_body, _request, response) => void response.end('ok'))
  await lonelyProfile(temp)
  writeFileSync(temp.path('url'), hook.url, {mode: 0o600})
  await run(temp, `alert output add ops --kind webhook --secret-file ${temp.path('url')}`)
  const path = temp.path('monitor', 'main', 'alerts.sqlite')
  const store = openAlertStore(path)
  store.keepOutputs(['ops'])
  store.failed('ops', 'it answers with HTTP status 404', Date.now())
  expect((await run(temp, 'alert test')).exitCode).toBe(0)
  expect(store.outputs()).toMatchObject([{output: 'ops', failure: null}])
  store.close()
})
