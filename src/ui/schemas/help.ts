import {list, object, text} from './build.ts'
import type {CommandSchemas} from './document.ts'

export const helpSchemas: CommandSchemas = {
  help: {
    data: object('The commands that begin with the given words; all commands without any.', {
      commands: list(
        'By name.',
        object('A command.', {
          command: text('Words of the command.'),
          summary: text('Its purpose in one sentence.'),
          aliases: list('Aliases.', {type: 'string'}),
        }),
      ),
    }),
  },
  version: {
    data: object('The program and its runtime.', {
      version: text('Version of metis-seq.'),
      platform: text('Operating system, as Node.js reports it.'),
      arch: text('CPU architecture, as Node.js reports it.'),
      node: text('Version of Node.js.'),
    }),
  },
}
