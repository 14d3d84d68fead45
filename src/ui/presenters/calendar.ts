/** A time to be reminded of. */
export interface Reminder {
  /** Identical for the same time, so that importing twice creates one entry. */
  uid: string
  atSeconds: bigint
  title: string
  text: string
}

const LINE_OCTETS = 75

/** An iCalendar file with a reminder one day before and one at the time itself. Source: RFC 5545. */
export function toCalendar({uid, atSeconds, title, text}: Reminder, nowMs: number): string {
  const alarm = (trigger: string) => [
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `DESCRIPTION:${escaped(title)}`,
    `TRIGGER:${trigger}`,
    'END:VALARM',
  ]
  const start = Number(atSeconds) * 1000
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//metis-seq//exit//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `DTSTAMP:${basicTime(nowMs)}`,
    `DTSTART:${basicTime(start)}`,
    `DTEND:${basicTime(start + 3_600_000)}`,
    `SUMMARY:${escaped(title)}`,
    `DESCRIPTION:${escaped(text)}`,
    ...alarm('-P1D'),
    ...alarm('PT0S'),
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]
    .map(folded)
    .join('\r\n')
}

function basicTime(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
}

function escaped(text: string): string {
  return text.replaceAll(/[\\;,]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)
}

/** Long lines are folded: a continuation starts with a space. Output is ASCII only, so octets are characters. */
function folded(line: string): string {
  const parts: string[] = []
  let rest = line
  for (let room = LINE_OCTETS; rest.length > room; room = LINE_OCTETS - 1) {
    parts.push(rest.slice(0, room))
    rest = rest.slice(room)
  }
  return [...parts, rest].join('\r\n ')
}
