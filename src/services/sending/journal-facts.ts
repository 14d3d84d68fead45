import type {JournalEntry} from '../../store/journal.ts'

/** What every error about a transaction of ours says of it. */
export function factsOf({hash, from, nonce, network}: JournalEntry) {
  return {hash, from, nonce: `${nonce}`, network} as const
}
