import type {Hook} from '@oclif/core'

import {extraWord} from './extra-word.ts'
import {unknownCommand} from './unknown-command.ts'

/**
 * Reports an unknown command, and lists those that start alike. Extra words after a command that
 * accepts none also arrive here.
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
