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
  return last && {error: doneEarlier(last, done), calls: done}
}

/** Names every call that is mined, and the command for those that the run did not get to. */
function doneEarlier({action, hash, rest}: JournalEntry, done: JournalEntry[]): MetisSeqError {
  const labels = done.map(({label}) => label).join('; ')
  const left = rest === null ? '' : ' The run ended before the rest of its plan.'
  return new MetisSeqError({
    code: 'DONE_EARLIER',
    message: `${labels}: an earlier run already sent this, and it is mined.${left} Nothing new was sent.`,
    facts: {action, hash, ...(rest === null ? {} : {rest})},
    hints:
      rest === null
        ? [
            'Check the result: the run may have ended before its last transaction. Run the same command again only to repeat it.',
          ]
        : [`Run \`${rest}\` for the rest.`, 'Run the same command again only to repeat all of it.'],
  })
}
