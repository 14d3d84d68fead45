import {Args} from '@oclif/core'

/** A pending transaction sent from here; defaults to the only one. */
export const openTransactionArg = Args.custom<string>({
  description: 'Hash, or number in `tx list`. Default: the only pending one.',
})
