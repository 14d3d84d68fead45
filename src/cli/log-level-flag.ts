import {Flags} from '@oclif/core'

/** Level of a long-running process. */
export const logLevelFlag = Flags.option({
  options: ['debug', 'info', 'warn', 'error'] as const,
  description: 'Least level of the log lines.',
  default: 'info',
})
