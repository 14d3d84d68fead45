import type {Address} from 'viem'
import {getBalance, readContract} from 'viem/actions'

import type {ArtemisContracts} from '../../../protocol/lst/artemis/about.ts'
import type {
  ArtemisPlace,
  ArtemisQueue,
  ArtemisRequest,
} from '../../../protocol/lst/artemis/queue.ts'
import {amtWithdrawalManagerAbi as abi} from '../../abis/amt-withdrawal-manager.ts'
import type {ChainClient} from '../../connect.ts'
import {atMost, LAST_SECOND} from '../../plausible.ts'
import type {AtBlock} from '../../at-block.ts'

/** Open requests of one account: more of them is what an endpoint makes up. */
const MOST_REQUESTS = 2000n
/** Requests of one block, or of one second. */
const MOST_AT_ONCE = 500n

/**
 * The queue of everybody.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: `AMTWithdrawalManager`, its nonces, `calculateUnlockNonce` and `withdrawDelay`.
 */
export async function readArtemisQueue(
  l2: ChainClient,
  {withdrawalManager: address, depositPool}: ArtemisContracts,
  at: AtBlock = {},
): Promise<ArtemisQueue> {
  const read = (functionName: 'nextWithdrawNonce' | 'nextUnlockNonce' | 'withdrawDelay') =>
    readContract(l2, {address, abi, functionName, ...at})
  const [nextWithdrawNonce, nextUnlockNonce, delay, poolMetisWei, managerMetisWei] =
    await Promise.all([
      read('nextWithdrawNonce'),
      read('nextUnlockNonce'),
      read('withdrawDelay'),
      getBalance(l2, {address: depositPool, ...at}),
      getBalance(l2, {address, ...at}),
    ])
  const lockedMetisWei = await owedBefore(l2, address, nextWithdrawNonce, at)
  return {
    ...{nextWithdrawNonce, nextUnlockNonce, lockedMetisWei, poolMetisWei, managerMetisWei},
    delaySeconds: atMost(LAST_SECOND, 'withdrawDelay', delay),
  }
}

/**
 * Requests of an account that are not completed, the oldest first. The contract stores no nonce with
 * them; since nonces and start times rise together, those that are not unlocked are found by time.
 *
 * - Source: `AMTWithdrawalManager.getUserWithdrawRequest`, `withdrawRequests`.
 */
export async function readArtemisRequests(
  l2: ChainClient,
  {withdrawalManager: address}: ArtemisContracts,
  user: Address,
  queue: ArtemisQueue,
  at: AtBlock = {},
): Promise<ArtemisPlace[]> {
  const length = await readContract(l2, {
    ...{address, abi, functionName: 'getUserWithdrawRequestLength', args: [user], ...at},
  })
  const count = atMost(MOST_REQUESTS, 'getUserWithdrawRequestLength', length)
  const requests = await Promise.all(
    Array.from({length: Number(count)}, (_, index) =>
      readContract(l2, {
        ...{address, abi, functionName: 'getUserWithdrawRequest', args: [user, BigInt(index)]},
        ...at,
      }),
    ),
  )
  const requestAt = requestReader(l2, address, at)
  return Promise.all(
    requests.map(async (request) => {
      const nonce = await findLocked(request, queue, requestAt)
      const neededMetisWei = nonce === null ? null : await owedBefore(l2, address, nonce + 1n, at)
      return {...request, neededMetisWei}
    }),
  )
}

type RequestAt = (nonce: bigint) => Promise<ArtemisRequest>

/** Each request is read once. */
function requestReader(l2: ChainClient, address: Address, at: AtBlock): RequestAt {
  const known = new Map<bigint, Promise<ArtemisRequest>>()
  return (nonce) => {
    const found = known.get(nonce) ?? readRequest(l2, address, nonce, at)
    known.set(nonce, found)
    return found
  }
}

async function readRequest(
  l2: ChainClient,
  address: Address,
  nonce: bigint,
  at: AtBlock,
): Promise<ArtemisRequest> {
  const [artMetisAmount, expectedAmount, startTime] = await readContract(l2, {
    ...{address, abi, functionName: 'withdrawRequests', args: [nonce], ...at},
  })
  return {artMetisAmount, expectedAmount, startTime}
}

/** The nonce of a request that is not unlocked; null when it is. */
async function findLocked(
  wanted: ArtemisRequest,
  {nextUnlockNonce, nextWithdrawNonce}: ArtemisQueue,
  requestAt: RequestAt,
): Promise<bigint | null> {
  let low = nextUnlockNonce
  let high = nextWithdrawNonce
  while (low < high) {
    const middle = (low + high) / 2n
    if ((await requestAt(middle)).startTime < wanted.startTime) low = middle + 1n
    else high = middle
  }
  for (let nonce = low; nonce < nextWithdrawNonce && nonce - low < MOST_AT_ONCE; nonce++) {
    const found = await requestAt(nonce)
    if (found.startTime !== wanted.startTime) return null
    const {artMetisAmount, expectedAmount} = found
    if (artMetisAmount === wanted.artMetisAmount && expectedAmount === wanted.expectedAmount) {
      return nonce
    }
  }
  return null
}

/** METIS owed to the requests that are not unlocked and have a lower nonce. */
export function readOwedBefore(
  l2: ChainClient,
  {withdrawalManager}: Pick<ArtemisContracts, 'withdrawalManager'>,
  nonce: bigint,
): Promise<bigint> {
  return owedBefore(l2, withdrawalManager, nonce, {})
}

function owedBefore(
  l2: ChainClient,
  address: Address,
  nonce: bigint,
  at: AtBlock,
): Promise<bigint> {
  return readContract(l2, {
    ...{address, abi, functionName: 'calculateUnlockNonce', args: [nonce], ...at},
  })
}
