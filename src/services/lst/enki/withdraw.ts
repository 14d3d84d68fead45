import type {Address} from 'viem'

import {readEnki} from '../../../chain/lst/enki/read.ts'
import {enkiWords} from '../../../chain/lst/enki/refusals.ts'
import {formatDuration, formatWei, formatWeiShort} from '../../../lib/units.ts'
import {ENKI_RECEIPT, enki} from '../../../protocol/lst/enki/about.ts'
import {enkiTicket} from '../../../protocol/lst/enki/queue.ts'
import {enkiAssets, enkiSplit} from '../../../protocol/lst/enki/vault.ts'
import {ourOwn, requireAll, type Condition} from '../../sending/check.ts'
import type {Effect, PlannedCall} from '../../sending/plan.ts'
import {minimumOf} from '../deposit.ts'
import type {LstPlan, LstPosition, LstRequest} from '../provider.ts'
import {holdsTokens} from '../withdraw.ts'
import {enterCall, redeemCall} from './calls.ts'
import {approvalFor, gateConditions, requireSettings, type EnkiSite} from './site.ts'

type WithdrawRequest = Extract<LstRequest, {kind: 'withdraw'}>

/**
 * A ticket for METIS. Shares are redeemed first, of which a part vests and stays behind; eMETIS goes
 * into the queue as it is.
 *
 * @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, LST_BALANCE_LOW, LST_PAUSED, ROLE_MISSING,
 * CONTRACT_MISCONFIGURED
 */
export async function planEnkiWithdrawal(
  site: EnkiSite,
  from: Address,
  request: WithdrawRequest,
  position: LstPosition,
): Promise<LstPlan> {
  const {token = enki.token, amountWei} = request
  const ofVault = token !== ENKI_RECEIPT
  const settings = await requireSettings(site, ['redemptionFee', 'queueSeconds', 'vestingRatio'])
  const held = heldOf(position, token)
  const vault = ofVault ? await readEnki(site.client, site.contracts) : null
  const assetsWei = vault ? enkiAssets(vault, amountWei) : amountWei
  const {liquidWei, vestsWei} = ofVault
    ? enkiSplit(assetsWei, settings.vestingRatio)
    : {liquidWei: amountWei, vestsWei: 0n}
  const conditions = [
    ...isKnownToken(token),
    ...holdsTokens({token}, amountWei, held),
    ...(ofVault ? [...(await gateConditions(site, from)), vestsSomething(vestsWei)] : []),
  ]
  requireAll(conditions, 'A withdrawal', {account: from})
  const {owedWei, feeWei} = enkiTicket(liquidWei, settings.redemptionFee)
  const {openRequests, owedMetisWei, heldWei} = position
  const wait = `after ${formatDuration(Number(settings.queueSeconds))}, once the queue holds the METIS; not guaranteed`
  return {
    action: 'lst withdraw',
    title: `Withdraw ${formatWeiShort(amountWei)} ${token} from ${enki.name}`,
    chain: 'L2',
    ...{from, role: 'owner', conditions, request},
    calls: await callsOf(site, from, {sharesWei: ofVault ? amountWei : 0n, liquidWei}),
    quote: {expectedWei: owedWei, minOutWei: minimumOf(owedWei, request.slippageBasisPoints)},
    figures: [
      {id: 'heldWei', before: `${heldWei}`, after: `${ofVault ? heldWei - amountWei : heldWei}`},
      {id: 'openRequests', before: `${openRequests}`, after: `${openRequests + 1n}`},
      {id: 'owedMetisWei', before: `${owedMetisWei}`, after: `${owedMetisWei + owedWei}`},
    ],
    effects: [
      {label: token, before: formatWei(held), after: formatWei(held - amountWei)},
      ...vestingEffect(vestsWei),
      {label: 'redemption fee', before: '', after: `${formatWei(feeWei)} ${ENKI_RECEIPT}`},
      {
        label: 'METIS owed by open requests',
        before: formatWei(owedMetisWei),
        after: formatWei(owedMetisWei + owedWei),
      },
      {label: 'paid', before: '', after: wait},
    ],
    traps: [],
  }
}

/** The rate never falls, so what was counted is there when it is queued; a rest stays as eMETIS. */
async function callsOf(
  site: EnkiSite,
  from: Address,
  {sharesWei, liquidWei}: {sharesWei: bigint; liquidWei: bigint},
): Promise<PlannedCall[]> {
  const {contracts} = site
  const approvals = await approvalFor(site, from, {
    ...{token: contracts.eMetis, contract: 'EMetis', symbol: ENKI_RECEIPT, amountWei: liquidWei},
    ...{spender: contracts.redemptionQueue, spenderName: 'the redemption queue'},
  })
  return [
    ...(sharesWei > 0n ? [redeemCall(contracts, from, {sharesWei, liquidWei})] : []),
    ...approvals,
    enterCall(contracts, from, liquidWei),
  ]
}

export function heldOf({holdings}: LstPosition, token: string): bigint {
  return holdings.find((each) => each.state === 'held' && each.token === token)?.wei ?? 0n
}

function isKnownToken(token: string): Condition[] {
  return [
    ourOwn('token-known', 'AMOUNT_OUT_OF_RANGE', {
      label: `${enki.name} takes the token back`,
      ok: [enki.token, ENKI_RECEIPT].includes(token),
      seen: token,
      remedy: `Pass \`--token ${enki.token}\` or \`--token ${ENKI_RECEIPT}\`.`,
    }),
  ]
}

/** The vesting contract refuses a deposit of nothing, and the redeem with it. */
function vestsSomething(vestsWei: bigint): Condition {
  return {
    ...ourOwn('vests-something', 'AMOUNT_OUT_OF_RANGE', {
      label: 'a part of the withdrawal vests',
      ok: vestsWei > 0n,
      seen: `${vestsWei} wei`,
      remedy: 'Withdraw more: the part that vests must not round to zero.',
    }),
    revert: enkiWords.nothingToVest,
  }
}

function vestingEffect(vestsWei: bigint): Effect[] {
  if (vestsWei === 0n) return []
  return [
    {
      label: `${ENKI_RECEIPT}, vesting`,
      before: '',
      after: `${formatWei(vestsWei)} more; released only while ENKI is staked`,
    },
  ]
}
