/** Decisions about alerts, by a clock of their own. */
import {expect, test} from 'vitest'

import {
  decideAlerts,
  isActive,
  type Alert,
  type NoticeType,
  type Silence,
} from '../../src/health/alerts/decide.ts'
import type {AlertChoices} from '../../src/health/alerts/settings.ts'
import {issueIds, type HealthReport, type Issue, type SourceName} from '../../src/health/issue.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

function issue(changes: Partial<Issue> = {}): Issue {
  return {
    ...{id: 'node-down', subject: null, severity: 'critical', text: 'your node is not running'},
    ...{sinceMs: null, cost: 'It misses its epochs.', remedy: 'metis-seq node start'},
    ...{sources: ['node']},
    ...changes,
  }
}

function reportOf(issues: readonly Issue[], unknown: SourceName[] = []): HealthReport {
  return {state: 'ok', headline: '', remedy: null, issues: [...issues], unknown}
}

/** A monitor that looks every second, with everything that it tells. */
class Watch {
  nowMs = Date.UTC(2026, 0, 1)
  readonly startMs = this.nowMs
  alerts: readonly Alert[] = []
  told: {type: NoticeType; key: string; afterMs: number; severity: string}[] = []
  choices: AlertChoices = {}
  silences: Silence[] = []

  look(issues: readonly Issue[], unknown: SourceName[] = []): void {
    const {alerts, notices} = decideAlerts(this.alerts, {
      report: reportOf(issues, unknown),
      choices: this.choices,
      silences: this.silences,
      nowMs: this.nowMs,
    })
    this.alerts = alerts
    for (const {type, alert, atMs} of notices) {
      const {key, severity} = alert
      this.told.push({type, key, afterMs: atMs - this.startMs, severity})
    }
  }

  /** Looks for this long, once a second. */
  lasts(ms: number, issues: readonly Issue[], unknown: SourceName[] = []): this {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; this.nowMs += SECOND)
      this.look(issues, unknown)
    return this
  }

  get types(): NoticeType[] {
    return this.told.map(({type}) => type)
  }
}

test.each(issueIds)('%s is told once, again at intervals, and once when it is over', (id) => {
  for (const severity of ['warn', 'critical'] as const) {
    const watch = new Watch()
    const found = issue({id, severity})
    watch.lasts(5 * MINUTE, [found])
    expect(watch.told).toEqual([{type: 'raised', key: id, afterMs: 10 * SECOND, severity}])

    const repeatMs = severity === 'critical' ? 30 * MINUTE : 6 * HOUR
    watch.lasts(repeatMs, [found])
    expect(watch.types).toEqual(['raised', 'repeated'])
    expect(watch.told[1]!.afterMs).toBe(10 * SECOND + repeatMs)

    watch.lasts(12 * HOUR, [])
    expect(watch.types).toEqual(['raised', 'repeated', 'cleared'])
    expect(watch.alerts).toEqual([])
  }
})

test.each(issueIds)('%s as advice is no alert, unless the profile makes it one', (id) => {
  const watch = new Watch()
  watch.lasts(MINUTE, [issue({id, severity: 'info'})])
  expect(watch.told).toEqual([])

  watch.choices = {[id]: {severity: 'warn'}}
  watch.lasts(MINUTE, [issue({id, severity: 'info'})])
  expect(watch.told).toMatchObject([{type: 'raised', severity: 'warn'}])
})

test('what lasts less than the hold time is told to nobody', () => {
  const watch = new Watch()
  for (let i = 0; i < 50; i++) watch.lasts(9 * SECOND, [issue()]).lasts(SECOND, [])
  expect(watch.told).toEqual([])
})

test('what is gone for less than the clear time is not over, and is not raised again', () => {
  const watch = new Watch()
  for (let i = 0; i < 20; i++) watch.lasts(20 * SECOND, [issue()]).lasts(50 * SECOND, [])
  expect(watch.types).toEqual(['raised'])
})

test('an issue that flaps for a day at any pace is told four times an hour at most, reminders included', () => {
  // Without damping, the worst pace would tell two things in 72 s: 2,400 a day.
  for (const awaySeconds of [61, 90, 300, 600, 1500]) {
    const watch = new Watch()
    while (watch.nowMs - watch.startMs < 24 * HOUR)
      watch.lasts(12 * SECOND, [issue()]).lasts(awaySeconds * SECOND, [])
    expect(watch.told.length, `away for ${awaySeconds} s`).toBeLessThan(24 * 4)
    expect(watch.told.length).toBeGreaterThan(1)
  }
})

test('two issues of one rule are two alerts, and neither ends the other', () => {
  const watch = new Watch()
  const mpc = issue({id: 'wallet-low', subject: 'mpc'})
  const batcher = issue({id: 'wallet-low', subject: 'batcher'})
  watch.lasts(MINUTE, [mpc, batcher]).lasts(3 * MINUTE, [batcher])
  expect(watch.told.map(({type, key}) => `${type} ${key}`)).toEqual([
    'raised wallet-low mpc',
    'raised wallet-low batcher',
    'cleared wallet-low mpc',
  ])
})

test('a warning that becomes critical is told at once, and once only while it swings', () => {
  const watch = new Watch()
  const warn = issue({severity: 'warn'})
  watch.lasts(MINUTE, [warn]).lasts(SECOND, [issue()])
  expect(watch.types).toEqual(['raised', 'escalated'])
  for (let i = 0; i < 20; i++) watch.lasts(20 * SECOND, [warn]).lasts(20 * SECOND, [issue()])
  expect(watch.types).toEqual(['raised', 'escalated'])
})

test('an acknowledged alert is not repeated; it is told when it gets worse and when it is over', () => {
  const watch = new Watch()
  const warn = issue({severity: 'warn'})
  const acknowledge = () => {
    watch.alerts = watch.alerts.map((alert) => ({...alert, acknowledged: true}))
  }
  watch.lasts(MINUTE, [warn])
  acknowledge()
  watch.lasts(12 * HOUR, [warn])
  expect(watch.types).toEqual(['raised'])
  watch.lasts(MINUTE, [issue()])
  expect(watch.types).toEqual(['raised', 'escalated'])
  // It is worse than what was acknowledged, so it is repeated again.
  watch.lasts(31 * MINUTE, [issue()])
  expect(watch.types).toEqual(['raised', 'escalated', 'repeated'])
  acknowledge()
  watch.lasts(3 * HOUR, [issue()]).lasts(10 * MINUTE, [])
  expect(watch.types).toEqual(['raised', 'escalated', 'repeated', 'cleared'])
})

test('a silence holds back, ends with what still lasts, and lets the end of a told alert through', () => {
  const watch = new Watch()
  const silence = (ms: number, subject: string | null = null) => {
    watch.silences = [{rule: 'node-down', subject, untilMs: watch.nowMs + ms}]
  }
  silence(2 * HOUR)
  watch.lasts(2 * HOUR - SECOND, [issue()])
  expect(watch.told).toEqual([])
  expect(watch.alerts.filter(isActive)).toHaveLength(1)
  watch.lasts(5 * SECOND, [issue()])
  expect(watch.types).toEqual(['raised'])

  silence(2 * HOUR)
  watch.lasts(HOUR, [issue()]).lasts(10 * MINUTE, [])
  expect(watch.types).toEqual(['raised', 'cleared'])

  // Begun and over within a silence: nobody is told of either.
  watch.lasts(MINUTE, [issue()]).lasts(40 * MINUTE, [])
  expect(watch.types).toEqual(['raised', 'cleared'])

  // Of one subject only.
  const other = new Watch()
  other.silences = [{rule: 'wallet-low', subject: 'mpc', untilMs: other.nowMs + HOUR}]
  const low = (subject: string) => issue({id: 'wallet-low', subject})
  other.lasts(MINUTE, [low('mpc'), low('batcher')])
  expect(other.told.map(({key}) => key)).toEqual(['wallet-low batcher'])
})

test('an alert of a source that no longer responds is not over', () => {
  const watch = new Watch()
  watch.lasts(MINUTE, [issue()]).lasts(20 * MINUTE, [], ['node'])
  expect(watch.types).toEqual(['raised'])
  watch.lasts(20 * MINUTE, [], ['node'])
  expect(watch.types).toEqual(['raised', 'repeated'])
  watch.lasts(5 * MINUTE, [])
  expect(watch.types).toEqual(['raised', 'repeated', 'cleared'])
})

test('an alert that compares two sources is not over while either of them is silent', () => {
  const behind = issue({id: 'pos-behind', sources: ['pos', 'l2']})
  const watch = new Watch()
  watch.lasts(MINUTE, [behind]).lasts(20 * MINUTE, [], ['l2'])
  expect(watch.types).toEqual(['raised'])
  watch.lasts(5 * MINUTE, [])
  expect(watch.types).toEqual(['raised', 'cleared'])

  // Here the second source only adds to what the first one shows.
  const stalled = new Watch()
  stalled.lasts(MINUTE, [issue({id: 'l2-stalled', sources: ['l2', 'node']})])
  stalled.lasts(5 * MINUTE, [], ['node'])
  expect(stalled.types).toEqual(['raised', 'cleared'])
})

test.each(['node-down', 'node-hung', 'node-ended-halted'] as const)(
  'what only a node tells is not over because of %s, also for a monitor without an earlier report',
  (gone) => {
    const low = issue({id: 'wallet-low', severity: 'warn'})
    const watch = new Watch()
    watch.lasts(MINUTE, [low]).lasts(20 * MINUTE, [issue({id: gone})])
    const ofWallet = () => watch.told.filter(({key}) => key === 'wallet-low')
    expect(ofWallet().map(({type}) => type)).toEqual(['raised'])
    watch.lasts(5 * MINUTE, [])
    expect(ofWallet().map(({type}) => type)).toEqual(['raised', 'cleared'])
    // Its process is looked at from outside: what that shows ends with it.
    const other = new Watch()
    other.lasts(MINUTE, [issue({id: 'node-behind', severity: 'warn'})])
    other.lasts(20 * MINUTE, [issue({id: gone})])
    expect(other.types.slice(0, 3)).toEqual(['raised', 'raised', 'cleared'])
  },
)

test('a rule that is off tells nobody, and ends what it had told', () => {
  const watch = new Watch()
  watch.choices = {'node-down': {off: true}}
  watch.lasts(HOUR, [issue()])
  expect(watch.told).toEqual([])
  watch.choices = {}
  watch.lasts(MINUTE, [issue()])
  watch.choices = {'node-down': {off: true}}
  watch.lasts(MINUTE, [issue()])
  expect(watch.types).toEqual(['raised', 'cleared'])
})

test('times of a profile replace the defaults; 0 is no reminder', () => {
  const watch = new Watch()
  watch.choices = {'node-down': {holdSeconds: 120, repeatSeconds: 0}}
  watch.lasts(24 * HOUR, [issue()])
  expect(watch.told).toEqual([
    {type: 'raised', key: 'node-down', afterMs: 2 * MINUTE, severity: 'critical'},
  ])
  // An issue that takes two minutes to count takes two minutes to be over.
  watch.lasts(119 * SECOND, [])
  expect(watch.types).toEqual(['raised'])
  watch.lasts(5 * SECOND, [])
  expect(watch.types).toEqual(['raised', 'cleared'])
})

test('a clock that is set back a day stops no reminder', () => {
  const watch = new Watch()
  watch.lasts(MINUTE, [issue()])
  watch.nowMs -= 24 * HOUR
  watch.lasts(31 * MINUTE, [issue()])
  expect(watch.types).toEqual(['raised', 'repeated'])
})

test('deciding again on the same report tells nothing more', () => {
  const watch = new Watch()
  watch.lasts(MINUTE, [issue()])
  for (let i = 0; i < 100; i++) watch.look([issue()])
  expect(watch.types).toEqual(['raised'])
})
