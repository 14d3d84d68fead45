import {MetisSeqError} from '../../lib/errors.ts'
import {formatWei} from '../../lib/units.ts'
import type {LstPlan, LstPosition} from './provider.ts'

/**
 * The known contracts revert rather than mint less than requested, so fewer tokens mean that
 * different code responded. A withdrawal has no minimum in its call: there it tells that the rate
 * moved by more than was accepted.
 *
 * @param unit of what was received: `METIS`
 * @throws {MetisSeqError} POST_STATE
 */
export function assertReceived(
  plan: LstPlan,
  {receivedWei, unit}: {receivedWei: bigint; unit: string},
  blockNumber: bigint,
): void {
  const {from, quote, title} = plan
  if (!quote || (receivedWei >= quote.minOutWei && receivedWei > 0n)) return
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: `"${title}" was mined, but returned ${formatWei(receivedWei)} ${unit}; at least ${formatWei(quote.minOutWei)} were due.`,
    facts: {
      account: from,
      block: `${blockNumber}`,
      receivedWei: `${receivedWei}`,
      minOutWei: `${quote.minOutWei}`,
    },
    hints: ['Run `metis-seq lst position`.'],
  })
}

/**
 * Predicted figures that the chain shows differently: something else changed them in the same block
 * or before.
 */
export function differencesOf(
  {figures}: LstPlan,
  position: LstPosition,
): {id: string; expected: string; actual: string}[] {
  const actual: Record<string, bigint> = {
    heldWei: position.heldWei,
    openRequests: position.openRequests,
    owedMetisWei: position.owedMetisWei,
  }
  return figures.flatMap(({id, after}) => {
    const seen = actual[id]
    return seen === undefined || `${seen}` === after
      ? []
      : [{id, expected: after, actual: `${seen}`}]
  })
}
