import {openJournal, type JournalEntry} from '../../src/store/journal.ts'
import type {TempHome} from './temp-home.ts'

/** What the commands of a home have sent, oldest first. */
export function journalOf({home}: TempHome): JournalEntry[] {
  const journal = openJournal(home.journalFile)
  try {
    return journal.list(20).toReversed()
  } finally {
    journal.close()
  }
}

export function statusesIn(temp: TempHome): string[] {
  return journalOf(temp).map(({status}) => status)
}

/** As if nothing had been sent: the chain was put back. */
export function forgetJournal({home}: TempHome): void {
  const journal = openJournal(home.journalFile)
  journal.forget('test')
  journal.close()
}
