import {MetisSeqError} from '../lib/errors.ts'
import {distance} from '../lib/nearest.ts'
import {hideSecrets} from './hide-secrets.ts'

/**
 * Error for an unknown command; suggests those that start alike or are spelled almost alike.
 *
 * @param id words with `:` between them, as in `known`
 * @param prefix text before the words of a command
 */
export function unknownCommand(
  id: string,
  known: readonly string[],
  prefix = 'metis-seq',
): MetisSeqError {
  const words = hideSecrets(spaced(id))
  const [topic = ''] = id.split(':')
  const alike = known
    .map((other) => ({other, letters: distance(other, id)}))
    .filter(
      ({other, letters}) =>
        other.startsWith(`${topic}:`) || id.startsWith(`${other}:`) || letters <= 2,
    )
    .toSorted((a, b) => a.letters - b.letters || (a.other < b.other ? -1 : 1))
    .slice(0, MOST_SUGGESTIONS)
    .map(({other}) => spaced(other))
  return new MetisSeqError({
    code: 'COMMAND_UNKNOWN',
    message: `There is no command \`metis-seq ${words}\`.`,
    facts: {command: words},
    hints:
      alike.length > 0
        ? alike.map((other) => `Run \`${prefix} ${other}\`?`)
        : ['Run `metis-seq --help`.'],
  })
}

/** Nearest first; the rest of a topic is in its help. */
const MOST_SUGGESTIONS = 5

function spaced(id: string): string {
  return id.replaceAll(':', ' ')
}
