import {MetisSeqError} from '../../lib/errors.ts'
import {shortHex} from '../../lib/units.ts'
import type {JournalEntry} from '../../store/journal.ts'
import type {Plan} from './plan.ts'
import {findUntold, settleOpenTransactions} from './wait-transaction.ts'
import {looksOnly, type SendRequest} from './request.ts'
import type {Session} from './session.ts'

/**
 * Brings what an earlier run left open to its end before a plan is made: a plan starts from what is true.
 *
 * @returns DONE_EARLIER when an earlier run did what this one would do once more
 */
export async function settleEarlier(
  {action, from}: Pick<Plan, 'action' | 'from'>,
  request: SendRequest,
  {context, host, dependencies}: Session,
): Promise<MetisSeqError | undefined> {
  const {journal} = dependencies
  await settleOpenTransactions(from, dependencies, looksOnly(request))
  const untold = await findUntold(action, from, dependencies)
  // An approval is only the way to the action.
  const {metis} = context.network.l1.contracts
  const calls = untold.filter(({to}) => to.toLowerCase() !== metis.toLowerCase())
  const done = calls.filter(({asked}) => asked === null || asked === request.asked)
  for (const {label, hash} of calls.filter((call) => !done.includes(call))) {
    const message = `${label} (${shortHex(hash)}) was sent by an earlier run and is mined; this command differs from it and continues.`
    host.say({kind: 'warning', code: 'EARLIER_SETTLED', message})
  }
  // Who writes files for a key elsewhere is told here as well, or would never get another one.
  if (!request.dryRun) for (const {id} of untold) journal.tell(id)
  return done[0] && doneEarlier(done[0])
}

function doneEarlier({action, label, hash}: JournalEntry): MetisSeqError {
  return new MetisSeqError({
    code: 'DONE_EARLIER',
    message: `${label}: an earlier run already sent this, and it is mined. Nothing new was sent.`,
    facts: {action, hash},
    hints: ['Check the result; run the same command again only to repeat it.'],
  })
}
