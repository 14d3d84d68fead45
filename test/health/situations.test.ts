import {expect, test} from 'vitest'

import {healthExit} from '../../src/cli/health-exit.ts'
import {issuesOfNode} from '../../src/services/node/node-report.ts'
import {nodeFacts} from '../../src/health/rules/node-facts.ts'
import {issueIds} from '../../src/health/issue.ts'
import {sourcesOf} from '../../src/services/live/live.ts'
import {statusOf} from '../../src/services/health/status.ts'
import {textFrame} from '../../src/ui/dashboard/text-frame.ts'
import {toDashboardView} from '../../src/ui/dashboard/view.ts'
import {statusText} from '../../src/ui/presenters/status.ts'
import {feeds, NOW, setting, snapshot} from '../helpers/dashboard-data.ts'
import {chainSituations} from './situations-of-chain.ts'
import {doorSituations} from './situations-of-doors.ts'
import {externalSituations} from './situations-of-external.ts'
import {lstSituations} from './situations-of-lst.ts'
import {nodeSituations} from './situations-of-node.ts'
import {otherSituations} from './situations-of-others.ts'

const situations = [
  ...chainSituations,
  ...nodeSituations,
  ...externalSituations,
  ...doorSituations,
  ...otherSituations,
  ...lstSituations,
]

const words = {ok: 'OK', unknown: 'WAIT', warn: 'WARN', critical: 'CRIT'} as const
const exits = {ok: 'ok', unknown: 'critical', warn: 'degraded', critical: 'critical'} as const

test.each(situations)('$name: $state, on every surface', (situation) => {
  const {state, worst, text, remedy} = situation
  const as = situation.setting ?? setting
  const all = {...feeds, ...situation.feeds}

  const status = statusOf(as, sourcesOf(all), null, NOW)
  const frame = toDashboardView(snapshot(situation.feeds, {setting: as}), NOW)

  const {health} = status
  expect({state: health.state, worst: health.issues[0]?.id ?? null, remedy: health.remedy}).toEqual(
    {
      state,
      worst,
      remedy,
    },
  )
  expect(health.headline).toContain(text)
  // Both pages and both documents say the same.
  expect(frame.health).toEqual(health)
  expect(frame.state.word).toBe(words[state])
  expect(frame.state.text).toContain(health.headline)
  expect(frame.nextAction).toBe(remedy ?? 'nothing to do')
  expect(healthExit(health)).toBe(exits[state])
  const page = statusText(status)
  const shown = textFrame(frame)
  // Whoever reads one line, as a pipe to `head -1` does, has the verdict.
  for (const text of [page, shown])
    expect(text.split('\n')[0]).toContain(`${words[state]}: ${health.headline}`)
  expect(shown).toContain(`${words[state]}: ${health.headline}`)
  for (const issue of health.issues) {
    expect(page).toContain(issue.text)
    expect(page).toContain(issue.cost)
    expect(page).toContain(issue.remedy)
    // Nobody is sent to the page that was just read.
    expect(issue.remedy).not.toMatch(/^metis-seq (?:status|dashboard)\b/)
    if (issue.severity !== 'info') expect(shown).toContain(issue.text)
  }
  expect(page).toContain(remedy ?? 'Nothing to do.')
  // An epoch that nobody could look up is not one that nobody has planned.
  if (status.rotation.ok && status.rotation.value.next === null) {
    const {planDoubt} = status
    expect(page).toContain(planDoubt === null ? 'next       no' : `unknown: ${planDoubt}`)
    if (planDoubt !== null) expect(shown).not.toContain('not planned')
  }
  // A probe is never sent to a node that a page calls broken, and the other way round.
  if (status.node) {
    const isOurTurn = status.rotation.ok
      ? status.rotation.value.epoch?.mine === true
      : status.node.turn === 'mine'
    const found = nodeFacts(status.node, {isOurTurn, isAlone: false, setting: as})
    // Nor is readiness calmer than a page that calls the standing of the node critical. Of two nodes with
    // one key the younger has to stop; this one goes on, and is asked as before.
    const snapshot = found.filter(
      ({severity, id}) =>
        severity === 'critical' && id.startsWith('node-') && id !== 'node-second-signer',
    )
    for (const {id, blocks} of snapshot) expect(blocks, id).toBe(true)
    for (const {id, blocks} of found.filter((finding) => finding.blocks)) {
      const ids = health.issues.map((issue) => issue.id)
      // The silence of L2 is told once, by whoever saw it.
      const same = id === 'node-silent' ? [id, 'l2-stalled', 'own-turn-silent'] : [id]
      expect(blocks && same.some((each) => ids.some((known) => known === each)), id).toBe(true)
      // The node's own page is no calmer than its readiness.
      expect(
        issuesOfNode(health).map((issue) => issue.id),
        id,
      ).toSatisfy((told: string[]) => same.some((each) => told.includes(each)))
      expect(state).not.toBe('ok')
    }
  }
})

test('there are enough situations, and every issue is the worst in one of them or named as rare', () => {
  const seen = new Set(situations.map(({worst}) => worst))

  expect(situations.length).toBeGreaterThanOrEqual(60)
  expect(issueIds.filter((id) => !seen.has(id))).toEqual([])
})
