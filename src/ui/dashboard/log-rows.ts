/** Lines of a node's log as rows: the time, and what happened. */
import {isRecord} from '../../lib/json.ts'
import {parseJson} from '../../lib/parse-json.ts'
import type {Row, Tone} from './model.ts'

const tones = new Map<unknown, Tone>([
  ['warn', 'warn'],
  ['error', 'critical'],
  ['debug', 'dim'],
])

/** A line that is not of our logger stays as it is. */
export function logRow(line: string): Row {
  const entry = entryOf(line)
  if (!entry) return {label: '', value: line, tone: 'plain'}
  const {at, level, part, event, ...facts} = entry
  const words = [part, event].filter((each) => typeof each === 'string').join(': ')
  const more = Object.entries(facts).map(([key, value]) => `${key}=${factOf(value)}`)
  return {
    label: typeof at === 'string' ? at.slice(11, 19) : '',
    value: [words, ...more].filter((each) => each !== '').join('  '),
    tone: tones.get(level) ?? 'plain',
  }
}

function entryOf(line: string): Record<string, unknown> | null {
  try {
    const value = parseJson(line)
    return isRecord(value) && typeof value['event'] === 'string' ? value : null
  } catch {
    return null
  }
}

function factOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
