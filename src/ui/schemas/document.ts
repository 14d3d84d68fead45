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

/** The output of a command with `--json`, apart from the common envelope. */
export interface CommandSchema {
  /** `data` of a command that succeeded. */
  data: JsonSchema
  /** `data` of a command that failed, such as a preview; null if not given. */
  failureData?: JsonSchema
  /** Every line but the last of a command that prints a stream. */
  line?: JsonSchema
}

/** Schemas by the words of the command. */
export type CommandSchemas = Readonly<Record<string, CommandSchema>>

const warning = shared(
  'warning',
  object('A warning that did not stop the command.', {
    code: pattern('Stable name of the warning.', '[A-Z][A-Z0-9_]*'),
    message: text('One human-readable sentence.'),
  }),
)

const error = shared(
  'error',
  object('Error that stopped the command.', {
    code: pattern('Stable name of the error, for scripts.', '[A-Z][A-Z0-9_]*'),
    message: text('One human-readable sentence: what is true now.'),
    facts: mapOf('Values for scripts, by name.', {type: 'string'}),
    hints: list('Next steps, most likely first.', {type: 'string'}),
    exit: word('Name of the exit code.', Object.keys(exitCodes)),
    retryable: flag('True when the same command may succeed later without a change.'),
    exitCode: {
      type: 'integer',
      description: 'Exit code of the process.',
      enum: Object.values(exitCodes),
    },
  }),
)

const source = shared(
  'source',
  object('An endpoint that was or could have been queried.', {
    name: text('`L1`, `L2` or the name of another source.'),
    endpoint: text('Scheme and host of the endpoint; path and query are never shown.'),
    state: word(
      '`fresh`: it responds. `down`: it does not respond. `rate-limited`: it rejects some requests for their rate. `stale`: it is behind the others. `disagrees`: it returns different blocks. `wrong-chain`: it serves another chain. `unused`: it was not queried.',
      ['fresh', 'down', 'rate-limited', 'stale', 'disagrees', 'wrong-chain', 'unused'],
    ),
    latencyMs: nullable(count('Latency of its last response in milliseconds; null without one.')),
  }),
)

/** Schema name of a command's document. Within `/1`, fields are only added. */
export function schemaIdOf(command: string): string {
  return `metis-seq.${command.replaceAll(' ', '.')}/1`
}

/** The complete JSON Schema of a command's `--json` output. */
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
    `One line of what \`metis-seq ${command} --json\` prints: a stream of JSON documents, one per line. The last line is the envelope, the only one with \`ok\`; an interrupted stream has none.`,
    [line, envelope],
  )
}

function envelopeSchema(command: string, {data, failureData}: CommandSchema): JsonSchema {
  const failed = failureData
    ? nullable(failureData)
    : {type: 'null', description: 'Null: a failed command has no data.'}
  return {
    ...object(`The one document that \`metis-seq ${command} --json\` prints.`, {
      schema: constant('Name and version of this schema.', schemaIdOf(command)),
      ok: flag('False when there is an `error`. An unmet condition is a result, not an error.'),
      command: constant('Words of the command.', command),
      profile: nullable(text('Profile in use; null without one.')),
      network: nullable(text('Network in use; null without one.')),
      at: isoTime('Time when the document was created.'),
      data: {description: 'Result of the command, by the value of `ok`.'},
      warnings: list('Warnings that did not stop the command.', warning),
      error: as(nullable(error), 'The error; null when `ok` is true.'),
      sources: list('The endpoints used for the result.', source),
      elapsedMs: count('Duration in milliseconds.'),
    }),
    anyOf: [
      {properties: {ok: {const: true}, data, error: {type: 'null'}}},
      {properties: {ok: {const: false}, data: failed, error}},
    ],
  }
}
