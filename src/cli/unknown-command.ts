import {MetisSeqError} from '../lib/errors.ts'

/**
 * There is no such command; those that begin alike or are spelled almost so are named.
 *
 * @param id words with `:` between them, as in `known`
 * @param prefix what is typed before the words of a command
 */
export function unknownCommand(
  id: string,
  known: readonly string[],
  prefix = 'metis-seq',
): MetisSeqError {
  const words = spaced(id)
  const [topic = ''] = id.split(':')
  const alike = known
    .map((other) => ({other, letters: distance(other, id)}))
    .filter(
      ({other, letters}) =>
        other.startsWith(`${topic}:`) || id.startsWith(`${other}:`) || letters <= 2,
    )
    .toSorted((a, b) => a.letters - b.letters || (a.other < b.other ? -1 : 1))
    .map(({other}) => spaced(other))
  return new MetisSeqError({
    code: 'COMMAND_UNKNOWN',
    message: `There is no command \`metis-seq ${words}\`.`,
    exit: 'usage',
    facts: {command: words},
    hints:
      alike.length > 0
        ? alike.map((other) => `Run \`${prefix} ${other}\`?`)
        : ['Run `metis-seq --help`.'],
  })
}

function spaced(id: string): string {
  return id.replaceAll(':', ' ')
}

/** Letters to change, add or leave out to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
