import type {Hook} from '@oclif/core'

import {extraWord} from './extra-word.ts'
import {unknownCommand} from './unknown-command.ts'

/**
 * Says in a sentence that there is no such command, and names those that begin alike. Words behind a command that
 * takes none come here too.
 */
const commandNotFound: Hook.CommandNotFound = async ({id, config}) => {
  const words = id.split(':')
  for (let count = words.length - 1; count > 0; count--) {
    const command = config.findCommand(words.slice(0, count).join(':'))
    if (command) throw extraWord(words.slice(0, count).join(' '), words.slice(count), command)
  }
  throw unknownCommand(id, config.commandIDs)
}

export default commandNotFound
