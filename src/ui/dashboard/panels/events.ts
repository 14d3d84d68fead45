import type {OperatorEvent} from '../../../services/live/events.ts'
import type {Now, Row} from '../model.ts'
import {row} from '../rows.ts'

export function eventRows(events: OperatorEvent[], now: Now): Row[] {
  if (events.length === 0) return [row('', 'No events since the start.', 'dim')]
  return events.map(({atMs, level, text}) =>
    row(
      `${Math.max(0, Math.round((now.wallMs - atMs) / 1000))} s ago`,
      level === 'info' ? text : `${level === 'warn' ? 'WARN' : 'CRIT'} ${text}`,
      level === 'info' ? 'plain' : level,
    ),
  )
}
