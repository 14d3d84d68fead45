import {formatDuration, shortHex} from '../../../lib/units.ts'
import type {OperatorEvent} from '../../../services/live/events.ts'
import type {Now, Row} from '../model.ts'
import {row} from '../rows.ts'

const ADDRESS = /0x[0-9a-f]{40}/gi

/** Addresses are shortened: a whole one would take the rest of the line. */
export function eventRows(events: OperatorEvent[], now: Now): Row[] {
  if (events.length === 0) return [row('', 'No events since the start.', 'dim')]
  return events.map(({atMs, level, text: long}) => {
    const text = long.replaceAll(ADDRESS, shortHex)
    return row(
      `${formatDuration((now.wallMs - atMs) / 1000)} ago`,
      level === 'info' ? text : `${level === 'warn' ? 'WARN' : 'CRIT'} ${text}`,
      level === 'info' ? 'plain' : level,
    )
  })
}
