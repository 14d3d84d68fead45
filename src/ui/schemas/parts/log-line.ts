import {isoTime, shared, text, word, type JsonSchema} from '../build.ts'

const fields: Record<string, JsonSchema> = {
  at: isoTime('Time of the event.'),
  level: word('Severity.', ['debug', 'info', 'warn', 'error']),
  part: text('Part of the program.'),
  event: text('Kind of event.'),
}

/** A log line. Its facts depend on the event, so they are not listed. */
export const logLine = shared('logLine', {
  type: 'object',
  description: 'A log event; it has further fields of its own.',
  properties: fields,
  required: Object.keys(fields),
  additionalProperties: {
    anyOf: ['string', 'number', 'boolean', 'null'].map((type) => ({type})),
  },
})
