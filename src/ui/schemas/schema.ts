import {foreignObject, anyOf, flag, list, object, pattern, text} from './build.ts'
import type {CommandSchemas} from './document.ts'

const command = text('Words of the command.')
const schema = pattern('Value of `schema` in its documents.', String.raw`metis-seq\.[a-z0-9.-]+/1`)

export const schemaSchemas: CommandSchemas = {
  schema: {
    data: anyOf('The schema of a command, or the list without one.', [
      object("The schema of a command's `--json` output.", {
        command,
        schema,
        stream: flag('True when it prints one document per line.'),
        jsonSchema: foreignObject('The JSON Schema, draft 2020-12.'),
      }),
      object('All commands.', {
        commands: list(
          'By name.',
          object('A command.', {
            command,
            schema,
            stream: flag('True when it prints one document per line.'),
          }),
        ),
      }),
    ]),
  },
}
