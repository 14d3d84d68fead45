import {list, object, text, word} from './build.ts'
import type {CommandSchemas} from './document.ts'

export const completionSchemas: CommandSchemas = {
  completion: {
    data: object('A script for a shell.', {
      shell: word('The shell.', ['bash', 'zsh', 'fish']),
      script: text('The script for the shell to evaluate.'),
    }),
  },
  'completion names': {
    data: object('Names for a completion script.', {names: list('By name.', {type: 'string'})}),
  },
}
