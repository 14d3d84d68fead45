import type {ListedSchema} from '../schemas/index.ts'
import {table} from './table.ts'

export function schemaListText(schemas: readonly ListedSchema[]): string {
  return [
    table(
      ['command', 'schema', 'documents'],
      schemas.map(({command, schema, stream}) => [command, schema, stream ? 'a stream' : 'one']),
    ),
    'Next: `metis-seq schema COMMAND`.',
  ].join('\n')
}
