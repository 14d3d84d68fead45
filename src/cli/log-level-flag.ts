import {Flags} from '@oclif/core'

/** Level of a long-running process. */
export const logLevelFlag = Flags.option({
  options: ['debug', 'info', 'warn', 'error'] as const,
  description: 'Lowest level to log.',
  default: 'info',
})
