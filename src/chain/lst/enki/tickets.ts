import {isAddressEqual, zeroAddress, type Address} from 'viem'
import {readContract} from 'viem/actions'

import type {EnkiContracts} from '../../../protocol/lst/enki/about.ts'
import type {EnkiTicket} from '../../../protocol/lst/enki/tickets.ts'
import {enkiRedemptionQueueAbi as abi} from '../../abis/enki-redemption-queue.ts'
import type {ChainClient} from '../../connect.ts'
import {atMost} from '../../plausible.ts'
import {ifOffered} from '../optional.ts'
import type {AtBlock} from '../../at-block.ts'

/** Tickets ever made: more of them is what an endpoint makes up. */
const MOST_TICKETS = 1n << 20n
/** Tickets of one account. */
const MOST_HELD = 2000n
/** Reads at once while the tickets of an account are looked for. */
const AT_ONCE = 50n
/** Tickets that are looked through for those of an account: a hundred rounds of reads. */
const MOST_SEARCHED = 5000n

type Queue = Pick<EnkiContracts, 'redemptionQueue'>

/**
 * A ticket and its holder; null when it was never made.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: Enki `RedemptionQueue.nftInformation` and `ownerOf`, which reverts for a burnt ticket.
 */
export async function readEnkiTicket(
  l2: ChainClient,
  {redemptionQueue: address}: Queue,
  id: bigint,
  at: AtBlock = {},
): Promise<EnkiTicket | null> {
  const queue = {address, abi, ...at} as const
  const [info, holder] = await Promise.all([
    readContract(l2, {...queue, functionName: 'nftInformation', args: [id]}),
    ifOffered(l2, readContract(l2, {...queue, functionName: 'ownerOf', args: [id]})),
  ])
  const [isRedeemed, maturity, owedWei, cancelFee, lpMaturity, lpToken, lpWei, isLpClaimed] = info
  if (maturity === 0n) return null
  return {
    ...{id, holder, isRedeemed, maturity, owedWei, cancelFee},
    lp:
      lpWei === 0n || isAddressEqual(lpToken, zeroAddress)
        ? null
        : {token: lpToken, wei: lpWei, maturity: lpMaturity, isClaimed: isLpClaimed},
  }
}

/** The tickets of an account, as far as they were looked for. */
export interface EnkiTickets {
  /** By maturity. */
  tickets: EnkiTicket[]
  /** How many the account holds. */
  heldCount: bigint
  /** Ids that were looked through; `until` is not one of them. */
  searched: {from: bigint; until: bigint}
}

/**
 * The tickets that an account holds. The contract lists neither them nor the next id, so the last
 * ticket is found by halving, and the search goes back from it until all are found, or until
 * `mostSearched` tickets were looked at: an account without tickets costs one read.
 */
export async function readEnkiTickets(
  l2: ChainClient,
  contracts: Queue,
  account: Address,
  {mostSearched = MOST_SEARCHED, ...at}: AtBlock & {mostSearched?: bigint} = {},
): Promise<EnkiTickets> {
  const address = contracts.redemptionQueue
  const heldCount = atMost(
    MOST_HELD,
    'balanceOf',
    await readContract(l2, {...{address, abi, functionName: 'balanceOf', args: [account], ...at}}),
  )
  const until = heldCount === 0n ? 0n : await countEnkiTickets(l2, contracts, at)
  const least = until > mostSearched ? until - mostSearched : 0n
  const ids: bigint[] = []
  let from = until
  while (BigInt(ids.length) < heldCount && from > least) {
    const end = from
    from = end - least > AT_ONCE ? end - AT_ONCE : least
    ids.push(...(await readHeldBetween(l2, contracts, account, {start: from, end, at})))
  }
  const found = await Promise.all(ids.map((id) => readEnkiTicket(l2, contracts, id, at)))
  return {
    tickets: byMaturity(found.filter((ticket) => ticket !== null)),
    heldCount,
    searched: {from, until},
  }
}

/** The order in which they are redeemed. */
export function byMaturity(tickets: readonly EnkiTicket[]): EnkiTicket[] {
  return tickets.toSorted((a, b) => Number(a.maturity - b.maturity) || Number(a.id - b.id))
}

/** Of these ids, those that the account holds. */
async function readHeldBetween(
  l2: ChainClient,
  {redemptionQueue: address}: Queue,
  account: Address,
  {start, end, at}: {start: bigint; end: bigint; at: AtBlock},
): Promise<bigint[]> {
  const ids = Array.from({length: Number(end - start)}, (_, index) => start + BigInt(index))
  const holders = await Promise.all(
    ids.map((id) =>
      ifOffered(
        l2,
        readContract(l2, {...{address, abi, functionName: 'ownerOf', args: [id], ...at}}),
      ),
    ),
  )
  return ids.filter((_, index) => {
    const holder = holders[index]
    return holder ? isAddressEqual(holder, account) : false
  })
}

/** Tickets ever made: the id of the next one. */
async function countEnkiTickets(
  l2: ChainClient,
  {redemptionQueue: address}: Queue,
  at: AtBlock = {},
): Promise<bigint> {
  // A ticket keeps its maturity for good, also when it is burnt.
  const isMade = async (id: bigint) => {
    const info = await readContract(l2, {
      ...{address, abi, functionName: 'nftInformation', args: [id], ...at},
    })
    return info[1] > 0n
  }
  let low = 0n
  let high = 1n
  while (await isMade(high - 1n)) {
    low = high
    high = atMost(MOST_TICKETS, 'nftInformation', high * 2n)
  }
  while (low + 1n < high) {
    const middle = (low + high) / 2n
    if (await isMade(middle - 1n)) low = middle
    else high = middle
  }
  return low
}
