/** Queues of outputs against sides that are dead, slow or choosy. */
import {expect, test} from 'vitest'

import type {Notice} from '../../src/health/alerts/decide.ts'
import {issueIds, type HealthReport, type Issue} from '../../src/health/issue.ts'
import {systemClock, type Clock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {DeliveryError, type AlertOutput} from '../../src/services/alerts/output-port.ts'
import {isToldToNobody, startOutputQueue, waitMs} from '../../src/services/alerts/output-queue.ts'
import {openOutput} from '../../src/services/alerts/outputs/open-outputs.ts'
import type {AlertMessage} from '../../src/services/alerts/message.ts'
import {TICK_MS} from '../../src/services/alerts/monitor.ts'
import {AlertTracker} from '../../src/services/alerts/tracker.ts'
import {
  openAlertStore,
  QUEUE_MOST,
  type AlertStore,
  type OutputRecord,
} from '../../src/store/alert-store.ts'
import {alertWith} from '../helpers/alert-messages.ts'
import {startHttpStub} from '../helpers/http-stub.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const about = {profile: 'seq-1', network: 'andromeda'}

/** Waits pass at once; their lengths are kept. */
function quickClock(): Clock & {waits: number[]} {
  const waits: number[] = []
  return {
    ...systemClock,
    waits,
    sleep: (ms, signal) => {
      waits.push(ms)
      return systemClock.sleep(1, signal)
    },
  }
}

function record(store: AlertStore, keys: readonly string[], output = 'ops', atMs = Date.now()) {
  store.record({
    ...{saved: [], removed: [], outputsOf: () => [output]},
    notices: keys.map((key) => ({
      ...{key, type: 'raised', atMs, document: JSON.stringify(alertWith({key, text: key}))},
    })),
  })
}

/** An output that does as it is told, message by message. */
function scripted(answers: (() => void)[]): AlertOutput & {got: AlertMessage[]} {
  const got: AlertMessage[] = []
  return {
    ...{name: 'ops', kind: 'webhook', minSeverity: 'warn', got},
    async deliver(message) {
      const answer = answers.shift()
      answer?.()
      got.push(message)
    },
  }
}

function fails(options?: {isRefused?: boolean; retryAfterMs?: number}) {
  return () => {
    throw new DeliveryError('it fails', options)
  }
}

async function drained(store: AlertStore, output: AlertOutput, clock: Clock): Promise<void> {
  const stop = new AbortController()
  const queue = startOutputQueue({
    ...{output, store, about, clock, logger: silentLogger, signal: stop.signal},
    random: () => 0.5,
  })
  await expect.poll(() => store.outputs()[0]?.pending, {interval: 5}).toBe(0)
  stop.abort()
  await queue.stopped
}

test('a failure is retried with growing waits, and nothing is said twice', async () => {
  using temp = makeTempHome()
  const store = openAlertStore(temp.path('a.sqlite'))
  record(store, ['a', 'b'])
  const output = scripted([...Array.from({length: 5}, () => fails())])
  const clock = quickClock()
  await drained(store, output, clock)
  expect(clock.waits).toEqual([1000, 2000, 4000, 8000, 16_000])
  expect(output.got.map(({notices}) => notices.map(({text}) => text))).toEqual([['a', 'b']])
  expect(store.outputs()).toMatchObject([{sentEver: 2, failure: null}])
  store.close()
})

test('a message that the store cannot note is not sent again while it cannot', async () => {
  using temp = makeTempHome()
  const store = openAlertStore(temp.path('a.sqlite'))
  record(store, ['a'])
  const output = scripted([])
  let failures = 3
  // A disk that is full for three attempts; meanwhile something new comes.
  const full: AlertStore = Object.assign(Object.create(store) as AlertStore, {
    pending: store.pending.bind(store),
    outputs: store.outputs.bind(store),
    sent(...args: Parameters<AlertStore['sent']>) {
      if (failures-- > 0) {
        if (failures === 1) record(store, ['b'])
        throw new Error('There is no space left.')
      }
      store.sent(...args)
    },
  })
  await drained(full, output, quickClock())
  expect(output.got.map(({notices}) => notices.map(({text}) => text))).toEqual([['a'], ['b']])
  expect(store.outputs()).toMatchObject([{sentEver: 2}])
  store.close()
})

test('a monitor tells nobody when every output has failed for a minute with something to say', () => {
  const failing = (sinceMs: number, pending = 1): OutputRecord => ({
    ...{output: 'ops', pending, dropped: 0, droppedEver: 0, sentEver: 0, lastSentMs: null},
    failure: {reason: 'it fails', sinceMs},
  })
  expect(isToldToNobody([failing(0), failing(0)], 60_000)).toBe(true)
  expect(isToldToNobody([failing(0)], 59_999)).toBe(false)
  expect(isToldToNobody([failing(0), failing(30_000)], 60_000)).toBe(false)
  expect(isToldToNobody([failing(0), {...failing(0), failure: null}], 60_000)).toBe(false)
  expect(isToldToNobody([failing(0, 0)], 60_000)).toBe(false)
  // What was refused for good waits no longer, and has still reached nobody.
  expect(isToldToNobody([{...failing(0, 0), dropped: 1}], 60_000)).toBe(true)
  expect(isToldToNobody([], 60_000)).toBe(false)
})

test('waits are bounded, differ between monitors, and follow the other side within reason', () => {
  expect(waitMs(1000, null, 0.5)).toBe(300_000)
  expect(waitMs(1, null, 0)).toBeCloseTo(800)
  expect(waitMs(1, null, 1)).toBeCloseTo(1200)
  expect(waitMs(1, 30_000, 0.5)).toBe(30_000)
  expect(waitMs(1, 86_400_000, 0.5)).toBe(300_000)
})

test('a message that is refused for good gives way to the next, and is counted as lost', async () => {
  using temp = makeTempHome()
  const store = openAlertStore(temp.path('a.sqlite'))
  record(
    store,
    Array.from({length: 12}, (_, index) => `k${index}`),
  )
  const refusals = Array.from({length: 3}, () => fails({isRefused: true}))
  const output = scripted(refusals)
  await drained(store, output, quickClock())
  expect(output.got.map(({notices, dropped}) => [notices.length, dropped])).toEqual([[2, 10]])
  expect(
    store
      .history(20)
      .map(({deliveries}) => deliveries[0]!.state)
      .toSorted(),
  ).toEqual([...Array.from({length: 10}, () => 'refused'), ...['sent', 'sent']])
  store.close()
})

test('a monitor whose every notice is refused for good tells nobody, until a delivery works', async () => {
  using temp = makeTempHome()
  const store = openAlertStore(temp.path('a.sqlite'))
  record(store, ['k'])
  await drained(
    store,
    scripted(Array.from({length: 3}, () => fails({isRefused: true}))),
    quickClock(),
  )
  const isSilent = () => isToldToNobody(store.outputs(), Date.now() + 3_600_000)
  expect(store.outputs()).toMatchObject([{pending: 0, dropped: 1}])
  expect(isSilent()).toBe(true)
  store.forgetFailure('ops')
  expect(isSilent()).toBe(false)
  store.failed('ops', 'it fails', Date.now())
  expect(isSilent()).toBe(true)
  record(store, ['next'])
  await drained(store, scripted([]), quickClock())
  expect(isSilent()).toBe(false)
  store.close()
})

test('what is a day old is given up, and the loss is told', async () => {
  using temp = makeTempHome()
  const store = openAlertStore(temp.path('a.sqlite'))
  record(store, ['old'], 'ops', Date.now() - 25 * 60 * 60_000)
  record(store, ['new'])
  const output = scripted([])
  await drained(store, output, quickClock())
  expect(output.got).toMatchObject([{dropped: 1, notices: [{text: 'new'}]}])
  store.close()
})

/** 1,000 issues, as a report could hold them if every rule had many subjects. */
function floodReport(): HealthReport {
  const issues = Array.from({length: 1000}, (_, index): Issue => {
    const alert = alertWith({id: issueIds[index % issueIds.length]!, subject: `s${index}`})
    const {id, subject, severity, text, cost, remedy, sources} = alert
    return {id, subject, severity, text, cost, remedy, sources: [...sources], sinceMs: null}
  })
  return {state: 'critical', headline: '', remedy: null, issues, unknown: []}
}

test('1,000 alerts against a dead webhook hold up no tick, and memory stays bounded', async () => {
  using temp = makeTempHome()
  // It accepts connections and never answers, which is worse than a refusal.
  await using dead = await startHttpStub(() => {})
  const store = openAlertStore(temp.path('a.sqlite'))
  const output = openOutput('ops', {kind: 'webhook', url: `${dead.url}/SECRET`})
  const stop = new AbortController()
  const common = {store, about, clock: systemClock, logger: silentLogger, signal: stop.signal}
  const queue = startOutputQueue({...common, output})
  // A second output must not wait for the first.
  const live = scripted([])
  const other = startOutputQueue({...common, output: {...live, name: 'other'}})
  const recipients = [output, {...live, name: 'other'}]
  const tracker = new AlertTracker(store)
  const flood = floodReport()
  const ticks: number[] = []
  const told: Notice[] = []
  let longestPauseMs = 0
  let lastMs = performance.now()
  const watch = setInterval(() => {
    longestPauseMs = Math.max(longestPauseMs, performance.now() - lastMs)
    lastMs = performance.now()
  }, 10)
  const tick = (report: HealthReport, nowMs: number) => {
    const startMs = performance.now()
    told.push(...tracker.decide(report, {}, recipients, nowMs))
    queue.wake()
    other.wake()
    ticks.push(performance.now() - startMs)
    return new Promise((resolve) => setImmediate(resolve))
  }
  const beginMs = Date.now()
  await tick(flood, beginMs)
  await tick(flood, beginMs + 10_000)
  expect(told).toHaveLength(1000)
  // A whole day of reminders.
  const before = process.memoryUsage.rss()
  for (let hour = 1; hour <= 24; hour++) await tick(flood, beginMs + hour * 3_600_000)
  expect(told).toHaveLength(25_000)

  expect(Math.max(...ticks)).toBeLessThan(TICK_MS)
  expect(longestPauseMs).toBeLessThan(TICK_MS)
  const record = (name: string) => store.outputs().find((each) => each.output === name)!
  expect(record('ops')).toMatchObject({pending: QUEUE_MOST, sentEver: 0})
  expect(record('ops').dropped).toBeGreaterThanOrEqual(1000 - QUEUE_MOST)
  expect(process.memoryUsage.rss() - before).toBeLessThan(150_000_000)
  await expect.poll(() => live.got.length).toBeGreaterThan(0)
  clearInterval(watch)
  stop.abort()
  await Promise.all([queue.stopped, other.stopped])
  store.close()
})

test('an acknowledgement from another process reaches the tracker, and a restart keeps it', () => {
  using temp = makeTempHome()
  const path = temp.path('a.sqlite')
  const store = openAlertStore(path)
  const report = {...floodReport(), issues: floodReport().issues.slice(0, 1)}
  const [{id, subject}] = report.issues as [Issue]
  const begin = Date.now()
  const tracker = new AlertTracker(store)
  const types = (tracked: AlertTracker, atMs: number) =>
    tracked.decide(report, {}, [], begin + atMs).map(({type}) => type)
  expect([types(tracker, 0), types(tracker, 10_000)]).toEqual([[], ['raised']])

  const outside = openAlertStore(path)
  outside.acknowledge(`${id} ${subject}`)
  outside.close()
  expect(types(tracker, 11_000)).toEqual([])
  store.close()

  const again = openAlertStore(path)
  const restarted = new AlertTracker(again)
  expect(types(restarted, 3_600_000)).toEqual([])
  expect(restarted.alerts).toMatchObject([{acknowledged: true, told: 1}])
  again.close()
})

test('an output for critical alerts hears nothing of warnings, and the end of what it was told', () => {
  using temp = makeTempHome()
  const store = openAlertStore(temp.path('a.sqlite'))
  const tracker = new AlertTracker(store)
  const recipients = [
    {name: 'all', minSeverity: 'warn' as const},
    {name: 'phone', minSeverity: 'critical' as const},
  ]
  const [first, second] = floodReport().issues as [Issue, Issue]
  const at = (severity: Issue['severity'], present: boolean, nowMs: number) =>
    tracker.decide(
      {
        ...floodReport(),
        issues: present
          ? [
              {...first, severity},
              {...second, severity: 'warn'},
            ]
          : [],
      },
      {},
      recipients,
      nowMs,
    )
  at('warn', true, 0)
  at('warn', true, 10_000)
  at('critical', true, 11_000)
  at('warn', true, 12_000)
  at('warn', false, 13_000)
  at('warn', false, 80_000)
  const types = (name: string) => store.pending(name, 50).map(({type}) => type)
  expect(types('all')).toEqual(['raised', 'raised', 'escalated', 'cleared', 'cleared'])
  expect(types('phone')).toEqual(['escalated', 'cleared'])
  store.close()
})
