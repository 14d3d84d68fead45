import {isAddressEqual, type Address} from 'viem'

import {readEnkiQueue} from '../../../chain/lst/enki/read.ts'
import {
  byMaturity,
  readEnkiTicket,
  readEnkiTickets,
  type EnkiTickets,
} from '../../../chain/lst/enki/tickets.ts'
import {MetisSeqError} from '../../../lib/errors.ts'
import {ENKI_RECEIPT, enki} from '../../../protocol/lst/enki/about.ts'
import {enkiBlockers, type EnkiTicket} from '../../../protocol/lst/enki/tickets.ts'
import type {AtBlock} from '../../../chain/at-block.ts'
import type {LstWithdrawal} from '../provider.ts'
import {timeOf, type EnkiSite} from './site.ts'
import {counted} from '../../../lib/units.ts'

export interface TicketLimits {
  /** Tickets that are looked through for those of an account. */
  mostSearched?: bigint
}

/** The tickets of an account, and those among them that wait to be paid. */
export interface EnkiRequests extends EnkiTickets {
  open: LstWithdrawal[]
  /** Tickets that were named, and are paid or cancelled: nobody holds them any more. */
  spent: EnkiTicket[]
}

/** @param search `named`: tickets that are read also where the search does not come to them */
export async function readRequests(
  {client, contracts, metis}: EnkiSite,
  account: Address,
  {
    named = [],
    mostSearched,
    ...at
  }: AtBlock & TicketLimits & {named?: readonly string[] | undefined},
): Promise<EnkiRequests> {
  const limits = mostSearched === undefined ? {} : {mostSearched}
  const found = await readEnkiTickets(client, contracts, account, {...at, ...limits})
  const missing = [...new Set(named)].filter(
    (id) => IS_NUMBER.test(id) && found.tickets.every((ticket) => `${ticket.id}` !== id),
  )
  const others = (
    await Promise.all(missing.map((id) => readEnkiTicket(client, contracts, BigInt(id), at)))
  ).filter((ticket) => ticket !== null)
  const own = others.filter(({holder}) => holder !== null && isAddressEqual(holder, account))
  const spent = others.filter(({holder, isRedeemed}) => holder === null && isRedeemed)
  const tickets = own.length > 0 ? byMaturity([...found.tickets, ...own]) : found.tickets
  const unpaid = tickets.filter(({isRedeemed}) => !isRedeemed)
  if (unpaid.length === 0) return {...found, tickets, spent, open: []}
  const [now, {liquidityMetisWei}] = await Promise.all([
    timeOf(client, at),
    readEnkiQueue(client, contracts, metis, at),
  ])
  const blockers = enkiBlockers(unpaid, {now, liquidityMetisWei})
  const open = unpaid.map(({id, owedWei, maturity}, index) => ({
    ...{id: `${id}`, token: ENKI_RECEIPT, amountWei: owedWei, metisWei: owedWei},
    requestedAtSeconds: null,
    claimableAtSeconds: maturity,
    blockedBy: blockers[index] ?? [],
  }))
  return {...found, tickets, spent, open}
}

/** A ticket number as `--id` takes it. */
const IS_NUMBER = /^\d{1,18}$/

/**
 * Lets a statement about all tickets of an account continue only if all were found.
 *
 * @throws {MetisSeqError} TICKETS_NOT_FOUND
 */
export function requireAllFound(account: Address, requests: EnkiRequests): EnkiRequests {
  const {tickets, heldCount, searched} = requests
  if (BigInt(tickets.length) >= heldCount) return requests
  const {from, until} = searched
  throw new MetisSeqError({
    code: 'TICKETS_NOT_FOUND',
    message: `The account holds ${counted(heldCount, 'ticket')} of ${enki.name}. ${tickets.length} of them are among the newest ${until - from}, and older ones are not searched, so the METIS owed to the account is unknown.`,
    facts: {
      ...{account, held: `${heldCount}`, found: `${tickets.length}`},
      ...{searchedFrom: `${from}`, searchedUntil: `${until}`},
    },
    hints: [
      'Name each ticket: `metis-seq lst claim enki --id NUMBER`. An explorer of the network shows the numbers that the account holds.',
    ],
  })
}
