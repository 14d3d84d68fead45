/** A session of the dashboard as lines of JSON: one snapshot per line, with the time it was taken. */
import {isRecord} from '../../lib/json.ts'
import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {parseJson} from '../../lib/parse-json.ts'
import type {DashboardSnapshot, Now} from './model.ts'

/** One line of a recording. */
export interface RecordedFrame {
  now: Now
  snapshot: DashboardSnapshot
}

const VERSION = 1
/** Values that JSON does not have. */
const BIGINT = '$bigint'
const MAP = '$map'

export function encodeFrame({now, snapshot}: RecordedFrame): string {
  return JSON.stringify({version: VERSION, now, snapshot}, (_key, value: unknown) => {
    if (typeof value === 'bigint') return {[BIGINT]: `${value}`}
    return value instanceof Map ? {[MAP]: [...value]} : value
  })
}

/**
 * @param line from a file, which may be anything
 * @throws {MetisSeqError} RECORDING_INVALID
 */
export function decodeFrame(line: string, number: number): RecordedFrame {
  try {
    const value = revive(parseJson(line))
    if (!isRecord(value) || value['version'] !== VERSION) throw new Error('it has another version')
    const {now, snapshot} = value
    if (!isNow(now) || !isRecord(snapshot)) throw new Error('it is not a frame')
    return {now, snapshot: snapshot as unknown as DashboardSnapshot}
  } catch (cause) {
    throw recordingInvalid(`line ${number}: ${messageOf(cause)}`, cause)
  }
}

export function recordingInvalid(reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'RECORDING_INVALID',
    message: `The file is not a recording of this version of the dashboard: ${reason}.`,
    facts: {reason},
    hints: ['Record one with `metis-seq dashboard --record FILE`.'],
    cause,
  })
}

function isNow(value: unknown): value is Now & Record<string, unknown> {
  return (
    isRecord(value) &&
    typeof value['wallMs'] === 'number' &&
    typeof value['monotonicMs'] === 'number'
  )
}

function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive)
  if (!isRecord(value)) return value
  const digits = value[BIGINT]
  if (typeof digits === 'string' && /^-?\d{1,80}$/.test(digits)) return BigInt(digits)
  const entries = value[MAP]
  if (Array.isArray(entries)) return new Map(entries.map(revive) as [unknown, unknown][])
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revive(each)]))
}
