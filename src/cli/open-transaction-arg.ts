import {Args} from '@oclif/core'

/** A transaction that was sent from here and is not mined; without it the only one is meant. */
export const openTransactionArg = Args.custom<string>({
  description: 'Hash, or number in `tx list`. Default: the only pending one.',
})
