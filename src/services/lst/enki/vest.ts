import type {Address} from 'viem'

import {readEnkiAccount, type EnkiAccount} from '../../../chain/lst/enki/read.ts'
import {formatWei, formatWeiShort, isoTime, plainWei} from '../../../lib/units.ts'
import {ENKI_RECEIPT, enki} from '../../../protocol/lst/enki/about.ts'
import {ENKI_PER_EMETIS, enkiClaimable, enkiFinishTime} from '../../../protocol/lst/enki/vesting.ts'
import {ourOwn, requireAll, type Condition} from '../../sending/check.ts'
import type {Effect} from '../../sending/plan.ts'
import type {LstPlan, LstRequest} from '../provider.ts'
import {stakeCall, vestedCall} from './calls.ts'
import {approvalFor, gateConditions, requireSettings, timeOf, type EnkiSite} from './site.ts'

type VestRequest = Extract<LstRequest, {kind: 'vest'}>

interface Vested {
  account: EnkiAccount
  claimableWei: bigint
  durationSeconds: bigint
}

/**
 * A step of the vesting. Staking and unstaking are gated like the vault, claiming is not.
 *
 * @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, LST_BALANCE_LOW, NOTHING_TO_CLAIM,
 * NOTHING_TO_WITHDRAW, LST_PAUSED, ROLE_MISSING, CONTRACT_MISCONFIGURED
 */
export async function planEnkiVesting(
  site: EnkiSite,
  from: Address,
  request: VestRequest,
): Promise<LstPlan> {
  const {client, contracts} = site
  const [account, now, {vestingDurationSeconds}] = await Promise.all([
    readEnkiAccount(client, contracts, from),
    timeOf(client),
    requireSettings(site, ['vestingDurationSeconds']),
  ])
  const {vesting} = account
  const vested: Vested = {
    account,
    durationSeconds: vestingDurationSeconds,
    claimableWei: enkiClaimable(vesting, now, vestingDurationSeconds),
  }
  const gates = request.step === 'claim' ? [] : await gateConditions(site, from)
  const conditions = [...gates, ...stepConditions(request, vested)]
  requireAll(conditions, 'The vesting', {account: from})
  const {amountWei = 0n, step} = request
  const approvals =
    step === 'stake'
      ? await approvalFor(site, from, {
          ...{token: contracts.enki, contract: 'EnkiToken', symbol: 'ENKI', amountWei},
          ...{spender: contracts.vesting, spenderName: 'the vesting contract'},
        })
      : []
  return {
    action: 'lst vest',
    title: titleOf(request, vested),
    chain: 'L2',
    ...{from, role: 'owner', conditions, request, traps: [], figures: []},
    calls: [
      ...approvals,
      step === 'stake' ? stakeCall(contracts, amountWei) : vestedCall(contracts, step),
    ],
    // More vests until it is mined, never less.
    quote: step === 'claim' ? {expectedWei: vested.claimableWei, minOutWei: 0n} : null,
    effects: effectsOf(request, vested),
  }
}

function titleOf({step, amountWei = 0n}: VestRequest, {claimableWei}: Vested): string {
  if (step === 'stake') return `Stake ${formatWeiShort(amountWei)} ENKI with ${enki.name}`
  const claims = `Claim ${formatWeiShort(claimableWei)} vested ${ENKI_RECEIPT} from ${enki.name}`
  return step === 'claim' ? claims : `${claims} and take back all ENKI`
}

/** Why nothing has vested, and what changes that. */
function howToVest({vesting}: Vested['account']): string {
  const {unvestedWei, cumulativeClaimWei, claimedWei, stakedEnkiWei} = vesting
  const rest = unvestedWei + cumulativeClaimWei - claimedWei
  if (rest === 0n)
    return `Nothing vests for the account: a part of each \`metis-seq lst withdraw enki AMOUNT\` does.`
  if (stakedEnkiWei > 0n)
    return `${formatWei(rest)} ${ENKI_RECEIPT} vest with each second: run the same command again later.`
  return `Nothing vests without staked ENKI: run \`metis-seq lst vest enki stake --amount ${plainWei(rest * ENKI_PER_EMETIS)}\` to let all of it vest.`
}

function stepConditions(
  {step, amountWei = 0n}: VestRequest,
  {account, claimableWei}: Vested,
): Condition[] {
  const {enkiWei, vesting} = account
  if (step === 'claim') {
    return [
      ourOwn('vested-something', 'NOTHING_TO_CLAIM', {
        label: `${ENKI_RECEIPT} has vested`,
        ok: claimableWei > 0n,
        seen: `${formatWei(claimableWei)} ${ENKI_RECEIPT}`,
        remedy: howToVest(account),
      }),
    ]
  }
  if (step === 'unstake') {
    return [
      ourOwn('staked-something', 'NOTHING_TO_WITHDRAW', {
        label: 'the account has staked ENKI',
        ok: vesting.stakedEnkiWei > 0n,
        seen: `${formatWei(vesting.stakedEnkiWei)} ENKI`,
      }),
    ]
  }
  return [
    ourOwn('stakes-something', 'AMOUNT_OUT_OF_RANGE', {
      label: 'the stake is above zero',
      ok: amountWei > 0n,
      seen: `${formatWei(amountWei)} ENKI`,
      remedy: 'Pass `--amount` with the ENKI to stake.',
    }),
    ourOwn('enki-balance', 'LST_BALANCE_LOW', {
      label: 'the account holds the ENKI',
      ok: enkiWei >= amountWei,
      seen: `${formatWei(enkiWei)} of ${formatWei(amountWei)} ENKI`,
      remedy:
        enkiWei === 0n
          ? 'Get ENKI on L2 first.'
          : `Run \`metis-seq lst vest enki stake --amount ${plainWei(enkiWei)}\` for all that the account holds.`,
      facts: {balanceWei: `${enkiWei}`, amountWei: `${amountWei}`},
    }),
  ]
}

function effectsOf({step, amountWei = 0n}: VestRequest, vested: Vested): Effect[] {
  const {account, claimableWei, durationSeconds} = vested
  const {vesting, receiptsWei} = account
  const staked = step === 'stake' ? vesting.stakedEnkiWei + amountWei : 0n
  const stakes: Effect = {
    label: 'ENKI, staked',
    before: formatWei(vesting.stakedEnkiWei),
    after: formatWei(staked),
  }
  const paid: Effect = {
    label: ENKI_RECEIPT,
    before: formatWei(receiptsWei),
    after: `${formatWei(receiptsWei + claimableWei)} or slightly more`,
  }
  if (step === 'claim') return [paid]
  if (step === 'unstake') {
    const rest = vesting.unvestedWei + vesting.cumulativeClaimWei - vesting.claimedWei
    const stays = `${formatWei(rest - claimableWei)} ${ENKI_RECEIPT}, until ENKI is staked again`
    return [stakes, paid, {label: 'not vested', before: '', after: stays}]
  }
  const finish = (stakedEnkiWei: bigint) => {
    const at = enkiFinishTime({...vesting, stakedEnkiWei}, durationSeconds)
    return at === null ? 'never' : isoTime(at)
  }
  const done = {before: finish(vesting.stakedEnkiWei), after: `about ${finish(staked)}`}
  return [stakes, {label: 'all vested', ...done}]
}
