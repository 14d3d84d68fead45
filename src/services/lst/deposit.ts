/** The parts of a deposit common to all providers. */
import type {Address} from 'viem'

import {formatWei, formatWeiShort} from '../../lib/units.ts'
import type {LstAbout} from '../../protocol/lst/about.ts'
import {requireAll, type Condition} from '../sending/check.ts'
import type {PlannedCall} from '../sending/plan.ts'
import type {DepositRequest, LstPlan, LstPosition, LstQuote} from './provider.ts'

/** @param expectedWei tokens at the current rate */
export function quoteOf({slippageBasisPoints}: DepositRequest, expectedWei: bigint): LstQuote {
  return {expectedWei, minOutWei: minimumOf(expectedWei, slippageBasisPoints)}
}

export function minimumOf(expectedWei: bigint, slippageBasisPoints: number): bigint {
  return (expectedWei * BigInt(10_000 - slippageBasisPoints)) / 10_000n
}

export interface DepositParts {
  about: LstAbout
  from: Address
  request: DepositRequest
  quote: LstQuote
  position: LstPosition
  calls: PlannedCall[]
  /** Revert of the contract for a deposit of zero. */
  refusalOfNothing: string
  /** How METIS is withdrawn, human-readable. */
  wayBack: string
}

/**
 * A plan whose preconditions are all met, with the balances before and after.
 *
 * @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, METIS_BALANCE_LOW
 */
export function depositPlan(parts: DepositParts): LstPlan {
  const {about, from, request, quote, position, calls, wayBack} = parts
  const {amountMetisWei} = request
  const conditions = conditionsOf(parts)
  requireAll(conditions, 'A deposit', {account: from})
  const {heldWei, liquidMetisWei} = position
  return {
    action: 'lst deposit',
    title: `Deposit ${formatWeiShort(amountMetisWei)} METIS with ${about.name}`,
    chain: 'L2',
    ...{from, role: 'owner', calls, conditions, quote},
    request: {kind: 'deposit', ...request},
    figures: [{id: 'heldWei', before: `${heldWei}`, after: `${heldWei + quote.expectedWei}`}],
    effects: [
      {
        label: 'METIS on L2',
        before: `${formatWeiShort(liquidMetisWei)} METIS`,
        after: `${formatWeiShort(liquidMetisWei - amountMetisWei)} METIS, less gas`,
      },
      {
        label: about.token,
        before: formatWei(heldWei),
        after: `${formatWei(heldWei + quote.expectedWei)}, at least ${formatWei(heldWei + quote.minOutWei)}`,
      },
      {label: 'way back', before: 'none needed', after: wayBack},
    ],
    traps: [],
  }
}

function conditionsOf({
  about,
  request,
  quote,
  position,
  refusalOfNothing,
}: DepositParts): Condition[] {
  const {amountMetisWei} = request
  const {liquidMetisWei} = position
  const gives = amountMetisWei > 0n && quote.expectedWei > 0n
  const holds = liquidMetisWei >= amountMetisWei
  return [
    {
      id: 'gives-token',
      code: 'AMOUNT_OUT_OF_RANGE',
      label: `the deposit gives ${about.token}`,
      ok: gives,
      seen: `${formatWei(quote.expectedWei)} ${about.token} for ${formatWei(amountMetisWei)} METIS`,
      remedy: gives ? '' : 'Run `metis-seq lst rates` to see the exchange rate.',
      facts: {amountWei: `${amountMetisWei}`},
      revert: amountMetisWei === 0n ? refusalOfNothing : '',
    },
    {
      id: 'metis-balance',
      code: 'METIS_BALANCE_LOW',
      label: 'the owner holds the METIS on L2',
      ok: holds,
      seen: `${formatWeiShort(liquidMetisWei, 18)} of ${formatWeiShort(amountMetisWei, 18)} METIS`,
      remedy: holds ? '' : 'Claim rewards to L2 with `metis-seq reward claim`, or bridge METIS.',
      facts: {balanceWei: `${liquidMetisWei}`, amountWei: `${amountMetisWei}`},
      revert: '',
    },
  ]
}
