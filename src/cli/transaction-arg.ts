import {Args, Errors} from '@oclif/core'

import {isHash} from '../services/sending/transactions.ts'

/** A hash, or the id of a journal entry. Other input is never echoed: it may be a key. */
export const transactionArg = Args.custom<string>({
  description: 'Hash of a transaction, or the id that `tx list` shows.',
  parse: async (text) => {
    if (isHash(text)) return text.toLowerCase()
    if (/^\d{1,15}$/.test(text)) return text
    throw new Errors.CLIError('Name a transaction by its hash (0x and 64 hex digits) or by its id.')
  },
})
