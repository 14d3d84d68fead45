import type {JournalEntry} from '../../store/journal.ts'

/** Common facts of errors about our transactions. */
export function factsOf({hash, from, nonce, network}: JournalEntry) {
  return {hash, from, nonce: `${nonce}`, network} as const
}
