import {expect, test} from 'vitest'

import {scoreOf, type DutyOutcome} from '../../src/protocol/rotation/duty.ts'
import type {DutyHistory, TimedDuty} from '../../src/services/duty/history.ts'
import type {RewardHistory} from '../../src/services/rewards/reward-history.ts'
import {dutyPlot} from '../../src/ui/presenters/duty-plot.ts'
import {rewardPlot} from '../../src/ui/presenters/reward-plot.ts'

const DAY = 86_400
/** 2026-01-01. */
const START = 1_767_225_600
const METIS = 10n ** 18n

/** A credit of so many METIS after so many days; null where either is unknown. */
type Credit = [days: number | null, metis: bigint | null]

function plotOf(credits: readonly Credit[], headDays: number): string {
  let cumulatedMetisWei = 0n
  const entries = credits.map(([days, metis]) => {
    cumulatedMetisWei += (metis ?? 0n) * METIS
    return {
      ...{kind: 'credit', cumulatedMetisWei},
      timeSeconds: days === null ? null : START + days * DAY,
      creditedMetisWei: metis === null ? null : metis * METIS,
    }
  })
  const claim = {kind: 'claim', timeSeconds: START, amountMetisWei: METIS}
  return rewardPlot({
    sequencer: {sequencerId: 7n},
    ledger: {entries: [...entries, claim], creditedMetisWei: cumulatedMetisWei},
    headTimeSeconds: START + headDays * DAY,
  } as unknown as RewardHistory)
}

/** Values of an attribute of the elements of a class, in the order of the document. */
const valuesOf = (svg: string, kind: string, name: string) =>
  [...svg.matchAll(new RegExp(`<[^>]*class="${kind}"[^>]* ${name}="([^"]*)"`, 'g'))].map(
    ([, value]) => Number(value),
  )
const titles = (svg: string) =>
  [...svg.matchAll(/<rect[^>]*><title>([^<]*)</g)].map(([, text]) => text)

test('rewards: a bar per day, also for days without a credit, and a step per credit', () => {
  const svg = plotOf(
    [
      [0, 2n],
      [0.5, 1n],
      [10, 4n],
      [39, 1n],
    ],
    39.5,
  )

  expect(titles(svg).length).toBe(40)
  expect(titles(svg).filter((text) => !text?.endsWith(': 0 METIS'))).toEqual([
    ...['2026-01-01: 3 METIS', '2026-01-11: 4 METIS', '2026-02-09: 1 METIS'],
  ])
  const heights = valuesOf(svg, 'credit', 'height')
  expect(heights[10]).toBe(248)
  expect(heights[0]).toBe(186)
  expect(heights[1]).toBe(0)
  expect(svg).toContain('>Sequencer 7: METIS credited per day<')
  const [points = ''] = /<polyline class="sum" points="([^"]*)"/.exec(svg)?.slice(1) ?? []
  const ys = points.split(' ').map((point) => Number(point.split(',')[1]))
  // 2, 3, 7 and 8 of 8 METIS, each held until the next credit.
  expect(ys).toEqual([602, 602, 571, 571, 447, 447, 416, 416])
})

test('rewards: a long history has wider bars, and their sum stays the same', () => {
  const svg = plotOf(
    Array.from({length: 400}, (_, days) => [days, 1n] as Credit),
    400,
  )
  expect(svg).toContain('per 7 days<')
  const sums = titles(svg).map((text) => Number(/: (\d+) METIS/.exec(text ?? '')?.[1]))
  expect(sums.length).toBeLessThan(120)
  expect(sums.reduce((sum, value) => sum + value, 0)).toBe(400)
})

test('rewards: credits of unknown amount or time are counted and not drawn, and none are said', () => {
  const svg = plotOf(
    [
      [0, 2n],
      [null, 3n],
      [3, null],
    ],
    10,
  )
  expect(svg).toContain('>2 reward batches of unknown amount or time are not shown.<')
  expect(titles(svg).filter((text) => !text?.endsWith(': 0 METIS'))).toEqual([
    '2026-01-01: 2 METIS',
  ])
  const none = plotOf([], 10)
  expect(none).toContain('>No reward yet.</text>')
  expect(`${svg}${none}`).not.toMatch(/NaN|Infinity|undefined|<script|href|url\(/)
})

function duty(number: bigint, outcome: DutyOutcome, made: bigint): TimedDuty {
  const startBlock = number * 100n
  return {
    number,
    outcome,
    startBlock,
    endBlock: startBlock + 99n,
    made,
    expected: 100n,
    startSeconds: START,
  }
}

function dutiesPlot(duties: TimedDuty[], knowsMissed = true): string {
  const period = {
    days: 7,
    fromBlock: 0n,
    isWhole: true,
    score: scoreOf(duties, knowsMissed),
    luck: null,
  }
  const history: DutyHistory = {
    ...{signer: '0x1111111111111111111111111111111111111111', headBlock: 2000n},
    ...{duties, periods: [period], knowsMissed},
  }
  return dutyPlot(history)
}

test('duties: each outcome has a class and, where it cost something, a sign; the score leaves out what does not count', () => {
  const svg = dutiesPlot([
    ...[duty(1n, 'full', 100n), duty(5n, 'taken-over', 50n), duty(9n, 'missed', 0n)],
    ...[duty(11n, 'stood-in', 100n), duty(12n, 'not-committed', 0n), duty(13n, 'unknown', 50n)],
    duty(14n, 'pending', 20n),
  ])
  expect(valuesOf(svg, 'full', 'height')).toEqual([248])
  expect(valuesOf(svg, 'taken-over', 'height')).toEqual([124])
  expect(valuesOf(svg, 'missed', 'height')).toEqual([0])
  expect(titles(svg)).toContain('epoch 5: taken over, 50 of 100 blocks')
  expect([...svg.matchAll(/text-anchor="middle">([▲✖])</g)].map(([, sign]) => sign)).toEqual([
    '▲',
    '✖',
  ])
  // 100, 75, 50 and 62.5 %; nothing for the others.
  expect(valuesOf(svg, 'epoch', 'cy')).toEqual([416, 478, 540, 509])
  expect(svg).toContain(
    '>full 1, stood in 1, short 0, ▲ taken over 1, ✖ missed 1, not committed 1, unknown 1, pending 1.<',
  )
  expect(svg).toContain('Score 62.50 %.')
})

test('duties: none are said, unknown ones too, and one alone has its place', () => {
  expect(dutiesPlot([])).toContain('>No duties in this time.</text>')
  const svg = dutiesPlot([duty(3n, 'full', 100n)], false)
  expect(svg).toContain('so epochs that were missed are unknown.<')
  expect(svg).toContain('✖ missed unknown')
  expect(svg).toContain('Score at most 100.00 %.')
  expect(svg).toContain('text-anchor="middle">3<')
  expect(svg).not.toMatch(/NaN|Infinity|undefined/)
})
