import {foreignObject, anyOf, flag, list, object, pattern, text} from './build.ts'
import type {CommandSchemas} from './document.ts'

const command = text('Words of the command.')
const schema = pattern(
  'The `schema` that its documents name.',
  String.raw`metis-seq\.[a-z0-9.-]+/1`,
)

export const schemaSchemas: CommandSchemas = {
  schema: {
    data: anyOf('With a command its schema, else the list.', [
      object('The shape of what a command prints with `--json`.', {
        command,
        schema,
        stream: flag('True: it prints a document on each line.'),
        jsonSchema: foreignObject('The JSON Schema, draft 2020-12.'),
      }),
      object('The commands that have a schema, which are all.', {
        commands: list(
          'By name.',
          object('A command.', {
            command,
            schema,
            stream: flag('True: it prints a document on each line.'),
          }),
        ),
      }),
    ]),
  },
}
