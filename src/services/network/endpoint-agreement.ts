import type {CrossCheck} from '../../chain/cross-check.ts'
import {systemClock, type Clock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {EndpointHead} from '../../protocol/endpoint-agreement.ts'
import type {Context} from '../context.ts'
import type {Plan} from '../sending/plan.ts'

/** L2 only reorgs at a respan, and only a few blocks. */
const L2_DEPTH = 2n
/** Ethereum's blocks are at most a few seconds ahead; more means another chain, or a wrong clock. */
const FUTURE_SECONDS = 60

/** Blocks below the lowest head at which the endpoints of a chain must agree. */
export function crossCheckDepth({network}: Context, chain: 'L1' | 'L2'): bigint {
  return chain === 'L1' ? BigInt(network.l1.confirmations) : L2_DEPTH
}

/**
 * Before money moves: the endpoints of the chain must return the same blocks, and none may be stale.
 *
 * @returns endpoints that are behind the others or do not respond; the command continues without them
 * @throws {MetisSeqError} ENDPOINTS_DISAGREE, ENDPOINT_STALE, ENDPOINT_AHEAD, WRONG_CHAIN, ENDPOINT_UNREACHABLE; nothing was sent
 */
export async function checkEndpointAgreement(
  context: Context,
  {chain}: Pick<Plan, 'chain'>,
  clock: Clock = systemClock,
): Promise<Pick<CrossCheck, 'stale' | 'down'>> {
  const {l1} = context.network
  const connection = chain === 'L1' ? context.l1() : context.l2()
  const {head, stale, down} = await connection.crossCheck(crossCheckDepth(context, chain))
  const ageSeconds = Math.floor(clock.nowMs() / 1000) - head.timeSeconds
  if (chain === 'L1' && l1.staleAfterSeconds !== undefined && ageSeconds > l1.staleAfterSeconds) {
    throw staleHead(head, ageSeconds, l1.staleAfterSeconds)
  }
  if (chain === 'L1' && l1.staleAfterSeconds !== undefined && ageSeconds < -FUTURE_SECONDS) {
    throw futureHead(head, -ageSeconds)
  }
  return {stale, down}
}

function staleHead(head: EndpointHead, ageSeconds: number, limitSeconds: number): MetisSeqError {
  return new MetisSeqError({
    code: 'ENDPOINT_STALE',
    message: `The newest L1 block of ${head.endpoint} is ${ageSeconds} s old, so balances and preconditions read from it may be out of date.`,
    facts: {
      endpoint: head.endpoint,
      block: `${head.number}`,
      ageSeconds: `${ageSeconds}`,
      limitSeconds: `${limitSeconds}`,
    },
    hints: [
      'Wait for the endpoint to catch up, or switch to another one: `metis-seq init --replace --l1-rpc-url URL`.',
      'Check the clock of this machine: the age is measured against it.',
    ],
  })
}

function futureHead(head: EndpointHead, aheadSeconds: number): MetisSeqError {
  return new MetisSeqError({
    code: 'ENDPOINT_AHEAD',
    message: `The newest L1 block of ${head.endpoint} is ${aheadSeconds} s in the future: the endpoint serves another chain, or the clock of this machine is slow.`,
    facts: {endpoint: head.endpoint, block: `${head.number}`, aheadSeconds: `${aheadSeconds}`},
    hints: ['Check the clock of this machine first, then compare the block with an explorer.'],
  })
}
