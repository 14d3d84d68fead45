import type {Hook} from '@oclif/core'

import {MetisSeqError} from '../lib/errors.ts'

/** Says in a sentence that there is no such command, and names those that begin alike. */
const commandNotFound: Hook.CommandNotFound = async ({id, config}) => {
  const words = id.replaceAll(':', ' ')
  const [topic = ''] = id.split(':')
  const alike = config.commandIDs
    .filter((other) => other.startsWith(`${topic}:`) || distance(other, id) <= 2)
    .map((other) => other.replaceAll(':', ' '))
    .toSorted()
  throw new MetisSeqError({
    code: 'COMMAND_UNKNOWN',
    message: `There is no command \`metis-seq ${words}\`.`,
    exit: 'usage',
    facts: {command: words},
    hints:
      alike.length > 0
        ? alike.map((other) => `Run \`metis-seq ${other}\`?`)
        : ['Run `metis-seq --help`.'],
  })
}

export default commandNotFound

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
