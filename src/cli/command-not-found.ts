import type {Hook} from '@oclif/core'

import {unknownCommand} from './unknown-command.ts'

/** Says in a sentence that there is no such command, and names those that begin alike. */
const commandNotFound: Hook.CommandNotFound = async ({id, config}) => {
  throw unknownCommand(id, config.commandIDs)
}

export default commandNotFound
