/** Alerts of a monitor whose store has no space left. */
import {expect, test} from 'vitest'

import type {AlertInput} from '../../src/health/alerts/decide.ts'
import type {Issue, IssueId} from '../../src/health/issue.ts'
import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import type {AlertMessage} from '../../src/services/alerts/message.ts'
import {DeliveryError, type AlertOutput} from '../../src/services/alerts/output-port.ts'
import {UnkeptAlerts} from '../../src/services/alerts/unkept.ts'

const SECOND = 1_000

function issue(id: IssueId, changes: Partial<Issue> = {}): Issue {
  return {
    ...{id, subject: null, severity: 'critical', text: id, sinceMs: null, cost: '', remedy: 'run'},
    ...{sources: ['node']},
    ...changes,
  }
}

function inputOf(issues: Issue[], more: Partial<AlertInput> = {}): AlertInput {
  const state = 'critical' as const
  const report = {state, headline: '', remedy: null, issues, unknown: []}
  return {report, choices: {}, silences: [], nowMs: 0, ...more}
}

/** One output, and a store that fails for as long as asked. */
function watch() {
  let nowMs = 0
  const got: AlertMessage[] = []
  const state = {fails: false}
  const output: AlertOutput = {
    ...{name: 'ops', kind: 'webhook', minSeverity: 'warn'},
    async deliver(message) {
      if (state.fails) throw new DeliveryError('it fails')
      got.push(message)
    },
  }
  const unkept = new UnkeptAlerts({
    about: {profile: 'seq-1', network: 'andromeda'},
    clock: {...systemClock, monotonicMs: () => nowMs},
    ...{logger: silentLogger, signal: new AbortController().signal},
  })
  return {
    state,
    got,
    rules: () => got.map(({notices}) => notices.map(({type, rule}) => `${type} ${rule}`)),
    async failsFor(ms: number, input: AlertInput) {
      for (const endMs = nowMs + ms; nowMs < endMs; nowMs += SECOND) {
        unkept.failed(input, 'There is no space left.', [output])
        await unkept.stopped()
      }
    },
    async isKept() {
      unkept.kept([output])
      await unkept.stopped()
    },
  }
}

test('a store that stays full is told at once with what is wrong, again when it gets worse, and at its end', async () => {
  const {failsFor, isKept, rules, got} = watch()
  const warning = issue('wallet-low', {severity: 'warn'})
  const advice = issue('reward-claimable', {severity: 'info'})
  await failsFor(10 * SECOND, inputOf([warning]))
  expect(rules()).toEqual([])
  await failsFor(60 * SECOND, inputOf([warning, advice]))
  expect(rules()).toEqual([['raised alert-store', 'raised wallet-low']])
  expect(got[0]!.notices[0]).toMatchObject({
    ...{severity: 'critical', text: 'the monitor cannot store its alerts'},
    cost: expect.stringContaining('There is no space left.'),
  })
  const worse = inputOf([warning, issue('node-down')])
  await failsFor(60 * SECOND, worse)
  expect(rules().at(-1)).toEqual(['raised alert-store', 'raised node-down', 'raised wallet-low'])
  expect(got).toHaveLength(2)
  await failsFor(31 * 60 * SECOND, worse)
  expect(got).toHaveLength(3)
  await isKept()
  expect(rules().at(-1)).toEqual(['cleared alert-store'])
  await isKept()
  expect(got).toHaveLength(4)
})

test('an output that fails is tried again each minute, and hears of no end of what it was not told', async () => {
  const {failsFor, isKept, state, got, rules} = watch()
  state.fails = true
  await failsFor(30 * SECOND, inputOf([]))
  await isKept()
  expect(got).toEqual([])
  await failsFor(30 * SECOND, inputOf([]))
  state.fails = false
  await failsFor(60 * SECOND, inputOf([]))
  expect(rules()).toEqual([['raised alert-store']])
})

test('rules that are off or silenced stay so', async () => {
  const {failsFor, rules} = watch()
  const input = inputOf([issue('node-down'), issue('lst-peg'), issue('pos-behind')], {
    choices: {'lst-peg': {off: true}},
    silences: [{rule: 'node-down', subject: null, untilMs: 1}],
  })
  await failsFor(20 * SECOND, input)
  expect(rules()).toEqual([['raised alert-store', 'raised pos-behind']])
})
