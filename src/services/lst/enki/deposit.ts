import type {Address} from 'viem'

import {readEnki} from '../../../chain/lst/enki/read.ts'
import {enkiWords} from '../../../chain/lst/enki/refusals.ts'
import {ENKI_RECEIPT, enki} from '../../../protocol/lst/enki/about.ts'
import {enkiShares} from '../../../protocol/lst/enki/vault.ts'
import {requireAll} from '../../sending/check.ts'
import {depositPlan, quoteOf} from '../deposit.ts'
import type {DepositRequest, LstPlan, LstPosition, LstQuote, LstRequest} from '../provider.ts'
import {mintCall} from './calls.ts'
import {approvalFor, gateConditions, type EnkiSite} from './site.ts'

/** Tokens for a deposit: shares of the vault, or as much eMETIS. */
export async function quoteEnkiDeposit(
  {client, contracts}: EnkiSite,
  request: DepositRequest,
): Promise<LstQuote> {
  const {amountMetisWei, stake = true} = request
  if (!stake) return {expectedWei: amountMetisWei, minOutWei: amountMetisWei}
  return quoteOf(request, enkiShares(await readEnki(client, contracts), amountMetisWei))
}

/**
 * A deposit, staked or not. Only the staked one is gated.
 *
 * @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, METIS_BALANCE_LOW, LST_PAUSED, ROLE_MISSING
 */
export async function planEnkiDeposit(
  site: EnkiSite,
  from: Address,
  request: Extract<LstRequest, {kind: 'deposit'}>,
  position: LstPosition,
): Promise<LstPlan> {
  const {amountMetisWei, stake = true} = request
  const {contracts, metis} = site
  const gates = stake ? await gateConditions(site, from) : []
  requireAll(gates, 'A deposit', {account: from})
  const approvals = await approvalFor(site, from, {
    ...{token: metis, contract: 'METIS', symbol: 'METIS', amountWei: amountMetisWei},
    ...{spender: contracts.minter, spenderName: 'the Enki minter'},
  })
  const call = mintCall(contracts, {account: from, amountWei: amountMetisWei, stake})
  const held = position.holdings.find(({token, state}) => {
    return state === 'held' && token === (stake ? enki.token : ENKI_RECEIPT)
  })
  const plan = depositPlan({
    about: stake ? enki : {...enki, token: ENKI_RECEIPT},
    ...{from, request, quote: await quoteEnkiDeposit(site, request)},
    position: {...position, heldWei: held?.wei ?? 0n},
    calls: [...approvals, call],
    refusalOfNothing: enkiWords.nothingToMint,
    wayBack: stake
      ? 'redeem, of which a part vests, then a ticket of the redemption queue'
      : 'a ticket of the redemption queue, then its maturity',
  })
  const conditions = [...gates, ...plan.conditions]
  // The figure is of the main token, which a receipt does not change.
  return stake ? {...plan, conditions} : {...plan, conditions, figures: []}
}
