import {isoTime, shared, text, word, type JsonSchema} from '../build.ts'

const fields: Record<string, JsonSchema> = {
  at: isoTime('When it happened.'),
  level: word('How bad it is.', ['debug', 'info', 'warn', 'error']),
  part: text('Part of the program.'),
  event: text('What happened.'),
}

/** A line of a log. Its facts are named by the event, so they are not listed. */
export const logLine = shared('logLine', {
  type: 'object',
  description: 'An event of the log; beside these fields it has facts of its own.',
  properties: fields,
  required: Object.keys(fields),
  additionalProperties: {
    anyOf: ['string', 'number', 'boolean', 'null'].map((type) => ({type})),
  },
})
