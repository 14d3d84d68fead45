import {expect, test} from 'vitest'

import type {PegHistory} from '../../src/services/lst/peg-history.ts'
import type {RateSample} from '../../src/protocol/lst/yield.ts'
import {ratePlot} from '../../src/ui/presenters/rate-plot.ts'

const DAY = 86_400
/** 2026-01-01. */
const START = 1_767_225_600
const sample = (days: number, rate: number): RateSample => ({
  blockNumber: BigInt(days),
  timeSeconds: START + days * DAY,
  rate: BigInt(rate * 1000) * 10n ** 15n,
})
/** @param prices in the pool, by sample; null where it is not known */
const pegOf = (prices: (number | null)[], unknown: string[] = []): PegHistory => ({
  token: 'artMETIS',
  exchange: 'netswap',
  exchangeName: 'Netswap',
  pool: '0x1111111111111111111111111111111111111111',
  method: 'state',
  points: prices.map((price) => ({
    poolPrice: price === null ? null : BigInt(price * 1000) * 10n ** 15n,
    discountBasisPoints: null,
  })),
  unknown,
})
const plot = (...samples: RateSample[]) =>
  ratePlot({provider: 'artemis', samples, yield: null, peg: pegOf(samples.map(() => null))})

/** Values of an attribute, in the order of the document. */
const valuesOf = (svg: string, element: string, name: string) =>
  [...svg.matchAll(new RegExp(`<${element}[^>]* ${name}="([^"]*)"`, 'g'))].map(([, value]) => value)
const labels = (svg: string, anchor: string) =>
  [...svg.matchAll(new RegExp(`text-anchor="${anchor}">([^<]*)<`, 'g'))].map(([, text]) => text)

test('the first sample is at the lower left, the last at the upper right, with ticks between', () => {
  const svg = plot(sample(0, 1), sample(10, 1.1), sample(40, 1.4))

  expect(valuesOf(svg, 'polyline', 'points')).toEqual(['88,304 234,242 672,56'])
  expect(valuesOf(svg, 'circle', 'cx')).toEqual(['88', '234', '672'])
  expect(labels(svg, 'end')).toEqual(['1.00', '1.10', '1.20', '1.30', '1.40'])
  expect(labels(svg, 'middle')).toEqual([
    ...['2026-01-01', '2026-01-11', '2026-01-21', '2026-01-31', '2026-02-10'],
    'time, UTC',
  ])
  expect(svg).toContain('<title id="title">Artemis: METIS per share</title>')
  expect(svg).toContain(
    'From 1.00000000 at 2026-01-01T00:00:00Z to 1.40000000 at 2026-02-10T00:00:00Z, 3 samples. The pool price is not known.',
  )
})

test('within a few days the ticks have the time of the day', () => {
  expect(labels(plot(sample(0, 1), sample(2, 2)), 'middle').slice(0, 2)).toEqual([
    '01-01 00:00',
    '01-01 12:00',
  ])
})

test('a rate that never moved is a line in the middle, a single sample a point, and none are said', () => {
  expect(valuesOf(plot(sample(0, 1), sample(9, 1)), 'polyline', 'points')).toEqual([
    '88,180 672,180',
  ])
  expect(valuesOf(plot(sample(0, 1)), 'polyline', 'points')).toEqual(['380,180'])
  expect(plot()).toContain('>No state can be read.</text>')
  expect(plot()).not.toMatch(/NaN|Infinity|polyline/)
})

test('it carries its colours for light and dark, and loads and runs nothing', () => {
  const svg = plot(sample(0, 1), sample(9, 2))

  expect(svg).toMatch(/@media \(prefers-color-scheme: dark\) \{[^@]*\.paper/)
  expect(svg).not.toMatch(/<script|href|url\(|@import|NaN/)
  const opened = [...svg.matchAll(/<(\w+)(?: [^>]*)?(?<!\/)>/g)].map(([, name]) => name)
  const closed = [...svg.matchAll(/<\/(\w+)>/g)].map(([, name]) => name)
  expect(opened.toSorted()).toEqual(closed.toSorted())
})

test('the pool price is a second panel with both lines on one scale, and a gap where it is unknown', () => {
  const samples = [0, 10, 20, 30].map((days) => sample(days, 1 + days / 100))
  const svg = ratePlot({
    ...{provider: 'artemis', samples, yield: null},
    peg: pegOf([0.9, null, 1.1, 1.2], ['The pool was empty.']),
  })

  expect(svg).toContain('viewBox="0 0 720 744"')
  expect(valuesOf(svg, 'polyline', 'class')).toEqual(['rate', 'rate', 'price', 'price'])
  const [, rate, ...price] = valuesOf(svg, 'polyline', 'points')
  // From 0.9 to 1.3: the rate begins a quarter above the price.
  expect(rate).toBe('88,602 282.7,540 477.3,478 672,416')
  expect(price).toEqual(['88,664', '477.3,540 672,478'])
  expect(svg).toContain('>The pool was empty.</text>')
  expect(svg).toContain('In the pool 1.20000000 at the end.')
})

test('without any pool price the reason stands below the rate', () => {
  const svg = ratePlot({
    ...{provider: 'artemis', samples: [sample(0, 1), sample(9, 2)], yield: null},
    peg: pegOf([null, null], ['No pool of artMETIS and METIS is known.']),
  })
  expect(valuesOf(svg, 'polyline', 'class')).toEqual(['rate'])
  expect(svg).toContain('>No pool of artMETIS and METIS is known.</text>')
})
