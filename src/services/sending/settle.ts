import {MetisSeqError} from '../../lib/errors.ts'
import {shortHex} from '../../lib/units.ts'
import type {JournalEntry} from '../../store/journal.ts'
import type {Plan} from './plan.ts'
import {findUntold, settleOpenTransactions} from './wait-transaction.ts'
import {looksOnly, type SendRequest} from './request.ts'
import type {Session} from './session.ts'

/** What an earlier run did of the same command. */
export interface Earlier {
  /** DONE_EARLIER. */
  error: MetisSeqError
  /** Its calls that are mined, oldest first, steps that lead to others left out. */
  calls: readonly JournalEntry[]
}

/**
 * Settles pending transactions of an earlier run before planning, so that the plan starts from the actual state.
 *
 * @returns undefined when no earlier run did anything of the same command
 */
export async function settleEarlier(
  {action, from}: Pick<Plan, 'action' | 'from'>,
  request: SendRequest,
  {host, dependencies}: Session,
): Promise<Earlier | undefined> {
  const {journal} = dependencies
  await settleOpenTransactions(from, dependencies, looksOnly(request))
  const untold = await findUntold(action, from, dependencies)
  const calls = untold.filter(({isStep}) => !isStep)
  const done = calls.filter(({asked}) => asked === null || asked === request.asked)
  for (const {label, hash} of calls.filter((call) => !done.includes(call))) {
    const message = `${label} (${shortHex(hash)}) was sent by an earlier run and is mined; this command differs from it and continues.`
    host.say({kind: 'warning', code: 'EARLIER_SETTLED', message})
  }
  // Operators who write files for a remote key are told here too, or could never create another one.
  if (!request.dryRun) for (const {id} of untold) journal.tell(id)
  const last = done.at(-1)
  return last && {error: doneEarlier(last), calls: done}
}

function doneEarlier({action, label, hash}: JournalEntry): MetisSeqError {
  return new MetisSeqError({
    code: 'DONE_EARLIER',
    message: `${label}: an earlier run already sent this, and it is mined. Nothing new was sent.`,
    facts: {action, hash},
    hints: [
      'Check the result: the run may have ended before its last transaction. Run the same command again only to repeat it.',
    ],
  })
}
