import {list, object, text} from './build.ts'
import type {CommandSchemas} from './document.ts'

export const helpSchemas: CommandSchemas = {
  help: {
    data: object('The commands that begin with the words given; all without any.', {
      commands: list(
        'By name.',
        object('A command.', {
          command: text('Words of the command.'),
          summary: text('Its purpose in one sentence.'),
          aliases: list('Other names of it.', {type: 'string'}),
        }),
      ),
    }),
  },
  version: {
    data: object('The program and what runs it.', {
      version: text('Of metis-seq.'),
      platform: text('Operating system, as Node.js names it.'),
      arch: text('Processor, as Node.js names it.'),
      node: text('Version of Node.js.'),
    }),
  },
}
