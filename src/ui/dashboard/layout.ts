/** In the order of their keys. */
export const allPanels = [
  ...(['production', 'rotation', 'window', 'sync', 'duty', 'stake', 'rewards'] as const),
  ...(['wallets', 'host', 'events', 'lst'] as const),
] as const

export type PanelName = (typeof allPanels)[number]

export interface PanelPlace {
  name: PanelName
  width: number
  height: number
}

export type FrameLayout =
  /** Too small for panels. */
  | {kind: 'line'}
  /** Six lines that answer the questions of an operator. */
  | {kind: 'summary'}
  | {kind: 'panels'; lines: PanelPlace[][]}

const HEADER_ROWS = 2
const FOOTER_ROWS = 1
/** A frame as tall as the terminal makes it scroll, so one row stays free. */
const FREE_ROWS = 1

/** Border, title and one row. */
const LEAST_PANEL = 4

/** A line of panels that share the width. */
interface Line {
  names: PanelName[]
  /** Rows that it would like to have, with border and title. */
  wants: number
}

/**
 * The layout of the panels. Pure; widths and heights always add up to the terminal, minus one row.
 *
 * @param panels those that are there
 * @param lower the panel at the bottom of a small screen
 */
export function frameLayout(
  columns: number,
  rows: number,
  panels: readonly PanelName[],
  lower: PanelName,
): FrameLayout {
  if (columns < 60 || rows < 16) return {kind: 'line'}
  if (columns < 80 || rows < 20) return {kind: 'summary'}
  const room = rows - HEADER_ROWS - FOOTER_ROWS - FREE_ROWS
  const others = lowerPanels(columns, rows, panels)
  const last = others.includes(lower) ? lower : (others[0] ?? lower)
  const lines = linesFor(columns, rows, last)
    .map(({names, wants}) => ({names: names.filter((name) => panels.includes(name)), wants}))
    .filter(({names}) => names.length > 0)
  return {kind: 'panels', lines: place(lines, columns, room)}
}

/** Wanted heights are those of the tallest panel of the line, as far as its rows are worth a glance. */
function linesFor(columns: number, rows: number, lower: PanelName): Line[] {
  if (columns >= 140 && rows >= 40) {
    return [
      {names: ['production', 'rotation', 'window'], wants: 13},
      {names: ['sync', 'duty', 'stake'], wants: 11},
      {names: ['rewards', 'wallets', 'host'], wants: 10},
      {names: ['events', 'lst'], wants: 8},
    ]
  }
  if (columns >= 100 && rows >= 30) {
    return [
      {names: ['production', 'rotation'], wants: 12},
      {names: ['window', 'duty'], wants: 7},
      {names: ['sync', 'stake'], wants: 9},
      {names: ['events', lower], wants: 6},
    ].map(unique)
  }
  return [
    {names: ['production', 'rotation'], wants: 9},
    {names: ['sync', 'window'], wants: 7},
    {names: ['events', lower], wants: 6},
  ].map(unique)
}

function unique({names, wants}: {names: string[]; wants: number}): Line {
  return {names: [...new Set(names)] as PanelName[], wants}
}

/** Panels that may stand at the bottom: all that have no place of their own. */
export function lowerPanels(
  columns: number,
  rows: number,
  panels: readonly PanelName[],
): readonly PanelName[] {
  const placed = linesFor(columns, rows, 'events').flatMap(({names}) => names)
  return panels.filter((name) => !placed.includes(name))
}

function place(lines: readonly Line[], columns: number, room: number): PanelPlace[][] {
  const heights = heightsOf(lines, room)
  return lines.map(({names}, at) =>
    names.map((name, index) => ({
      name,
      width: share(columns, names.length, index),
      height: heights[at]!,
    })),
  )
}

/** What is left over goes to the last line, which scrolls; what is missing is taken from the tallest. */
function heightsOf(lines: readonly Line[], room: number): number[] {
  const heights = lines.map(({wants}) => wants)
  const sum = () => heights.reduce((total, height) => total + height, 0)
  while (sum() > room) {
    const tallest = heights.indexOf(Math.max(...heights))
    if (heights[tallest]! <= LEAST_PANEL) break
    heights[tallest]!--
  }
  // A tall terminal gives each line its share, so that more rows are seen everywhere.
  const extra = room - sum()
  const part = Math.floor(extra / lines.length)
  for (let at = 0; at < heights.length - 1; at++) heights[at]! += part
  heights[heights.length - 1]! += extra - part * (heights.length - 1)
  return heights
}

function share(columns: number, count: number, index: number): number {
  const from = Math.round((columns * index) / count)
  return Math.round((columns * (index + 1)) / count) - from
}

/** One panel, full screen. */
export function singleLayout(name: PanelName, columns: number, rows: number): FrameLayout {
  if (columns < 60 || rows < 16) return {kind: 'line'}
  const height = rows - HEADER_ROWS - FOOTER_ROWS - FREE_ROWS
  return {kind: 'panels', lines: [[{name, width: columns, height}]]}
}
