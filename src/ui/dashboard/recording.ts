/**
 * A session of the dashboard as lines of JSON, one per frame. A frame is large and little of it moves from one second to the
 * next, so a line has the parts that changed since the line before; every so often one has them all.
 */
import {isRecord} from '../../lib/json.ts'
import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {parseJson} from '../../lib/parse-json.ts'
import type {DashboardSnapshot, Now} from './model.ts'

export interface RecordedFrame {
  now: Now
  snapshot: DashboardSnapshot
}

/** Where a line stands in its session, without its parts. */
export interface FrameHead extends Now {
  /** True when it has every part. */
  isWhole: boolean
}

/** Values by place, such as `feeds.l2`. */
export type FrameParts = ReadonlyMap<string, unknown>

const VERSION = 2
/** Any frame is read from at most as many lines. */
const WHOLE_EVERY = 60
/** Members of a snapshot whose members change one by one. */
const SPLIT = ['feeds', 'extras'] as const
/** Values that JSON does not have. */
const BIGINT = '$bigint'
const MAP = '$map'

/** Turns the frames of one session into its lines, in order. */
export function createFrameEncoder(): (frame: RecordedFrame) => string {
  let before: ReadonlyMap<string, string> = new Map()
  let lines = 0
  return ({now, snapshot}) => {
    const parts = textsOf(snapshot)
    const isSame =
      before.size === parts.size && [...parts.keys()].every((place) => before.has(place))
    const isWhole = !isSame || lines % WHOLE_EVERY === 0
    lines = isWhole ? 1 : lines + 1
    const moved = [...parts].filter(([place, text]) => isWhole || before.get(place) !== text)
    before = parts
    const body = moved.map(([place, text]) => `${JSON.stringify(place)}:${text}`).join(',')
    return `{"version":${VERSION},"wallMs":${now.wallMs},"monotonicMs":${now.monotonicMs},"isWhole":${isWhole},"parts":{${body}}}`
  }
}

function textsOf(snapshot: DashboardSnapshot): Map<string, string> {
  const split: readonly string[] = SPLIT
  const values = Object.entries(snapshot).flatMap(([key, value]): [string, unknown][] =>
    split.includes(key)
      ? Object.entries(value as object).map(([inner, each]) => [`${key}.${inner}`, each])
      : [[key, value]],
  )
  return new Map(values.map(([place, value]) => [place, encode(value)]))
}

function encode(value: unknown): string {
  const text = JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return {[BIGINT]: `${each}`}
    return each instanceof Map ? {[MAP]: [...each]} : each
  }) as string | undefined
  return text ?? 'null'
}

const HEAD =
  /^\{"version":2,"wallMs":(\d{1,16}),"monotonicMs":(\d{1,16}(?:\.\d{1,20})?),"isWhole":(true|false),"parts":\{/

/**
 * @param line from a file, which may be anything
 * @throws {MetisSeqError} RECORDING_INVALID
 */
export function decodeHead(line: string, number: number): FrameHead {
  const [, wallMs, monotonicMs, isWhole] = HEAD.exec(line) ?? []
  if (wallMs === undefined) {
    throw recordingInvalid(`line ${number}: it is not a frame of version ${VERSION}`)
  }
  return {
    wallMs: Number(wallMs),
    monotonicMs: Number(monotonicMs),
    isWhole: isWhole === 'true',
  }
}

/**
 * The parts as of a line.
 *
 * @param before as of the line before it; unused when it is whole
 * @throws {MetisSeqError} RECORDING_INVALID
 */
export function decodeParts(line: string, number: number, before: FrameParts): FrameParts {
  try {
    const value = parseJson(line)
    if (!isRecord(value) || !isRecord(value['parts'])) throw new Error('it is not a frame')
    const moved = Object.entries(value['parts']).map(([place, part]): [string, unknown] => [
      place,
      revive(part),
    ])
    return new Map([...(value['isWhole'] === true ? [] : before), ...moved])
  } catch (cause) {
    throw recordingInvalid(`line ${number}: ${messageOf(cause)}`, cause)
  }
}

/** Whoever draws it finds out whether it has what a frame needs. */
export function snapshotOf(parts: FrameParts): DashboardSnapshot {
  const inner = (key: string) =>
    Object.fromEntries(
      [...parts]
        .filter(([place]) => place.startsWith(`${key}.`))
        .map(([place, value]) => [place.slice(key.length + 1), value]),
    )
  const plain = [...parts].filter(([place]) => !place.includes('.'))
  const split = SPLIT.map((key) => [key, inner(key)] as const)
  return Object.fromEntries([...plain, ...split]) as unknown as DashboardSnapshot
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

function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive)
  if (!isRecord(value)) return value
  const digits = value[BIGINT]
  if (typeof digits === 'string' && /^-?\d{1,80}$/.test(digits)) return BigInt(digits)
  const entries = value[MAP]
  if (Array.isArray(entries)) return new Map(entries.map(revive) as [unknown, unknown][])
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revive(each)]))
}
