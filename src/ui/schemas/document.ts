import {exitCodes} from '../../lib/exit-codes.ts'
import {
  anyOf,
  as,
  constant,
  count,
  definitionsOf,
  flag,
  isoTime,
  list,
  mapOf,
  nullable,
  object,
  pattern,
  shared,
  text,
  word,
  type JsonSchema,
} from './build.ts'

/** What a command says with `--json`, besides the envelope that all have. */
export interface CommandSchema {
  /** `data` of a command that succeeded. */
  data: JsonSchema
  /** `data` that a command keeps when it fails, such as a preview; without it, null. */
  failureData?: JsonSchema
  /** Every line but the last of a command that prints a stream. */
  line?: JsonSchema
}

/** Schemas by the words of the command. */
export type CommandSchemas = Readonly<Record<string, CommandSchema>>

const warning = shared(
  'warning',
  object('A thing worth knowing that did not stop the command.', {
    code: pattern('Stable name of the warning.', '[A-Z][A-Z0-9_]*'),
    message: text('One sentence for people.'),
  }),
)

const error = shared(
  'error',
  object('Why the command failed.', {
    code: pattern('Stable name of the error, for scripts.', '[A-Z][A-Z0-9_]*'),
    message: text('One sentence for people: what is true now.'),
    facts: mapOf('Values a script may need, by name.', {type: 'string'}),
    hints: list('What to run or do next, most likely first.', {type: 'string'}),
    exit: word('Name of the exit code.', Object.keys(exitCodes)),
    retryable: flag('True when the same command can succeed later without a change.'),
    exitCode: {
      type: 'integer',
      description: 'Exit code of the process.',
      enum: Object.values(exitCodes),
    },
  }),
)

const source = shared(
  'source',
  object('An endpoint that was or could have been asked.', {
    name: text('`L1`, `L2` or the name of another source.'),
    endpoint: text('Scheme and host of the endpoint; path and query are never shown.'),
    state: word(
      '`fresh`: it answered. `down`: it did not. `rate-limited`: it wants to be asked less often. `stale`: it is behind the others. `disagrees`: it names other blocks. `wrong-chain`: it serves another chain. `unused`: it was not asked.',
      ['fresh', 'down', 'rate-limited', 'stale', 'disagrees', 'wrong-chain', 'unused'],
    ),
    latencyMs: nullable(count('Time of its last answer in milliseconds; null without one.')),
  }),
)

/** Name of the shape of a command's document. Within `/1` fields are only added. */
export function schemaIdOf(command: string): string {
  return `metis-seq.${command.replaceAll(' ', '.')}/1`
}

/** The whole JSON Schema of what a command prints with `--json`. */
export function documentSchema(command: string, schema: CommandSchema): JsonSchema {
  const envelope = envelopeSchema(command, schema)
  const body = schema.line ? streamSchema(command, schema.line, envelope) : envelope
  const definitions = definitionsOf(body)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:metis-seq:${command.replaceAll(' ', '.')}:1`,
    title: `metis-seq ${command} --json`,
    ...body,
    $defs: definitions,
  }
}

function streamSchema(command: string, line: JsonSchema, envelope: JsonSchema): JsonSchema {
  return anyOf(
    `One line of what \`metis-seq ${command} --json\` prints: a stream with one JSON document on each line. The last line is the envelope, which alone has \`ok\`; a stream that is cut off ends without one.`,
    [line, envelope],
  )
}

function envelopeSchema(command: string, {data, failureData}: CommandSchema): JsonSchema {
  const failed = failureData
    ? nullable(failureData)
    : {type: 'null', description: 'A failed command has no data.'}
  return {
    ...object(`The one document that \`metis-seq ${command} --json\` prints.`, {
      schema: constant('Name and version of this shape.', schemaIdOf(command)),
      ok: flag('False when there is an `error`. A condition that does not hold is an answer.'),
      command: constant('Words of the command.', command),
      profile: nullable(text('Profile that was used; null without one.')),
      network: nullable(text('Network that was used; null without one.')),
      at: isoTime('When the document was made.'),
      data: {description: 'What the command found or did: below, by the value of `ok`.'},
      warnings: list('What is worth knowing beside the answer.', warning),
      error: as(nullable(error), 'Why it failed; null when it did not.'),
      sources: list('The endpoints behind the answer.', source),
      elapsedMs: count('How long it took, in milliseconds.'),
    }),
    anyOf: [
      {properties: {ok: {const: true}, data, error: {type: 'null'}}},
      {properties: {ok: {const: false}, data: failed, error}},
    ],
  }
}
