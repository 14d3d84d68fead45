import {qidaoWords} from '../../../../chain/defi/cdp/qidao/refusals.ts'
import {formatUnits, isAddressEqual, parseEventLogs, type Address, type Log} from 'viem'

import {stableQiVaultAbi} from '../../../../chain/abis/stable-qi-vault.ts'
import {
  FRONT,
  readVaults,
  readVaultSettings,
  type VaultSettings,
} from '../../../../chain/defi/cdp/qidao/read.ts'
import {qidao, type QiDaoContracts} from '../../../../protocol/defi/cdp/qidao/about.ts'
import {afterVault, vaultHealth, vaultPercent} from '../../../../protocol/defi/cdp/qidao/vault.ts'
import {noChange, type CdpChange, type CdpPosition} from '../../../../protocol/defi/cdp/position.ts'
import type {Context} from '../../../context.ts'
import {ourOwn, type Condition} from '../../../sending/check.ts'
import type {PlannedCall} from '../../../sending/plan.ts'
import {planCallOf} from '../../../sending/planned-call.ts'
import {amountText, exactText, readToken, type Token} from '../../tokens.ts'
import type {CdpProvider, CdpState} from '../provider.ts'

/** Upper bound of a call that follows another one. Measured: at most 160,000. */
const CALL_GAS = 300_000n

/** Whole percent as a share scaled by 1e18; parts of 10,000 the same. */
const PERCENT = 10n ** 16n
const BASIS_POINT = 10n ** 14n

interface VaultState extends CdpState {
  settings: VaultSettings
}

/** QiDao on L2: vaults that can be transferred, with METIS as the token. */
export function openQiDao(context: Context, contracts: QiDaoContracts): CdpProvider {
  const {client} = context.l2()
  const {vault} = contracts
  return {
    id: qidao.id,
    name: qidao.name,
    spender: {address: vault, name: 'the QiDao vaults'},
    burnsDebt: false,
    async read(account, at): Promise<VaultState> {
      const settings = await readVaultSettings(client, contracts, at)
      const [collateral, debt, positions] = await Promise.all([
        readToken(context, settings.collateral),
        readToken(context, settings.debt),
        account === null ? [] : readVaults(client, contracts, account, at),
      ])
      return {settings, collateral, debt, positions, terms: termsOf(settings)}
    },
    health: (state, position) => vaultHealth(position, settingsOf(state)),
    after: (state, position, change) => afterVault(position, change, settingsOf(state)),
    conditions: (state, position, change) => conditionsOf(state, position, change),
    closing(state, position) {
      const repay = position.debt
      const {collateral} = afterVault(position, {...noChange, repay}, settingsOf(state))
      const conditions = conditionsOf(state, position, {...noChange, repay})
      return {repay, back: collateral, conditions}
    },
    createCall: () =>
      planCallOf(stableQiVaultAbi, {
        contract: 'StableQiVault',
        to: vault,
        functionName: 'createVault',
        args: [],
        label: () => 'Create a vault of QiDao',
      }),
    created: (logs, account) => createdIn(logs, vault, account),
    changeCalls: async (state, position, change) => changeCalls(vault, state, position, change),
    closeCalls: (state, position, deadlineSeconds) =>
      closeCalls(vault, state, position, deadlineSeconds),
  }
}

/** Every state of this provider comes from its own `read`. */
function settingsOf(state: CdpState): VaultSettings {
  return (state as VaultState).settings
}

function termsOf(settings: VaultSettings): CdpState['terms'] {
  const {price, minPercent, minDebt, maxDebt, available, interest, openingFee, closingFee} =
    settings
  return {
    ...{price, minDebt, maxDebt, available},
    minRatio: minPercent * PERCENT,
    interest: interest * BASIS_POINT,
    openingFee: openingFee * BASIS_POINT,
    closingFee: closingFee * BASIS_POINT,
    isRedeemable: false,
  }
}

/** In the order of our calls; every one is what the contract checks. */
function conditionsOf(state: CdpState, position: CdpPosition, change: CdpChange): Condition[] {
  const settings = settingsOf(state)
  const {minDebt, maxDebt, available, minPercent, price} = settings
  const {borrow, repay, withdraw} = change
  const after = afterVault(position, change, settings)
  const percent = vaultPercent(after, settings)
  const isRiskier = borrow > 0n || withdraw > 0n
  return [
    {
      ...ourOwn('price', 'PRICE_UNKNOWN', {
        label: 'the feed has a price',
        // Without a debt nothing is compared with it.
        ok: price > 0n || (position.debt === 0n && borrow === 0n),
        seen: `${price}`,
        remedy: 'Wait until the feed is updated.',
      }),
    },
    {
      ...ourOwn('repay-within-debt', 'DEBT_OUT_OF_RANGE', {
        label: 'no more than the debt is repaid',
        ok: repay <= position.debt,
        seen: exactText(position.debt, state.debt),
        remedy: 'Repay less, or everything with `metis-seq cdp close VAULT`.',
        facts: {amountWei: `${repay}`},
      }),
      revert: qidaoWords.paysTooMuch,
    },
    {
      ...ourOwn('debt-in-range', 'DEBT_OUT_OF_RANGE', {
        label: 'the debt is nothing, or within the limits of a vault',
        ok: after.debt === 0n || (after.debt >= minDebt && after.debt <= maxDebt),
        seen: `${amountText(after.debt, state.debt)}, with limits of ${amountText(minDebt, state.debt)} and ${amountText(maxDebt, state.debt)}`,
        remedy: 'Borrow an amount within the limits.',
      }),
      revert: after.debt > maxDebt ? qidaoWords.debtTooLarge : qidaoWords.debtTooSmall,
    },
    {
      ...ourOwn('liquidity', 'LIQUIDITY_LOW', {
        label: 'the contract can lend it',
        ok: borrow <= available + repay,
        seen: amountText(available, state.debt),
        remedy: 'Borrow less, or wait until others repay.',
      }),
      revert: qidaoWords.nothingToLend,
    },
    {
      ...ourOwn('collateral-ratio', 'COLLATERAL_LOW', {
        label: `the vault keeps ${minPercent} % of collateral`,
        ok: after.collateral >= 0n && (!isRiskier || percent === null || percent >= minPercent),
        seen: percent === null ? 'no debt' : `${percent} %`,
        remedy: 'Deposit more, borrow less, or withdraw less.',
      }),
      revert: borrow > 0n ? qidaoWords.borrowTooLarge : qidaoWords.withdrawalTooLarge,
    },
  ]
}

/**
 * The calls of a change, those that make the vault safer first.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: QiDao `depositCollateral`, `payBackToken`, `borrowToken` and `withdrawCollateral`.
 */
function changeCalls(
  vault: Address,
  state: CdpState,
  {id}: CdpPosition,
  change: CdpChange,
): PlannedCall[] {
  const {collateral, debt} = state
  const {deposit, withdraw, borrow, repay} = change
  const how = {contract: 'StableQiVault', to: vault, gasAtMost: CALL_GAS}
  const calls: (PlannedCall | false)[] = [
    deposit > 0n &&
      planCallOf(stableQiVaultAbi, {
        ...how,
        moves: restOf(state, id, {...change, deposit: 0n}),
        functionName: 'depositCollateral',
        args: [id, deposit],
        label: () => `Deposit ${amountText(deposit, collateral)} in vault ${id}`,
        ...(collateral.isMetis ? {pullsWei: deposit} : {}),
      }),
    repay > 0n &&
      planCallOf(stableQiVaultAbi, {
        ...how,
        moves: restOf(state, id, {...change, deposit: 0n, repay: 0n}),
        functionName: 'payBackToken',
        args: [id, repay, FRONT],
        label: () => `Repay ${amountText(repay, debt)} of vault ${id}`,
      }),
    borrow > 0n &&
      planCallOf(stableQiVaultAbi, {
        ...how,
        moves: restOf(state, id, {...noChange, withdraw}),
        functionName: 'borrowToken',
        args: [id, borrow, FRONT],
        label: () => `Borrow ${amountText(borrow, debt)} from vault ${id}`,
      }),
    withdraw > 0n &&
      planCallOf(stableQiVaultAbi, {
        ...how,
        functionName: 'withdrawCollateral',
        args: [id, withdraw],
        label: () => `Withdraw ${amountText(withdraw, collateral)} from vault ${id}`,
      }),
  ]
  return calls.filter((call) => call !== false)
}

/** The command for what follows a call of a change; nothing after the last one. */
function restOf(
  {collateral, debt}: CdpState,
  id: bigint,
  {deposit, repay, borrow, withdraw}: CdpChange,
): PlannedCall['moves'] {
  const flag = (name: string, amount: bigint, {decimals}: Token) =>
    amount === 0n ? [] : [`--${name} ${formatUnits(amount, decimals)}`]
  const flags = [
    ...flag('deposit', deposit, collateral),
    ...flag('repay', repay, debt),
    ...flag('borrow', borrow, debt),
    ...flag('withdraw', withdraw, collateral),
  ]
  if (flags.length === 0) return undefined
  return {rest: `metis-seq cdp adjust ${[id, ...flags, '--market', qidao.id].join(' ')}`}
}

/** - Source: QiDao `paybackTokenAll`, which includes the interest until then, and `destroyVault`. */
function closeCalls(
  vault: Address,
  {debt}: CdpState,
  position: CdpPosition,
  deadlineSeconds: bigint,
): PlannedCall[] {
  const {id} = position
  const how = {contract: 'StableQiVault', to: vault, gasAtMost: CALL_GAS}
  const destroy = planCallOf(stableQiVaultAbi, {
    ...how,
    functionName: 'destroyVault',
    args: [id],
    label: () => `Close vault ${id}`,
  })
  if (position.debt === 0n) return [destroy]
  return [
    planCallOf(stableQiVaultAbi, {
      ...how,
      functionName: 'paybackTokenAll',
      args: [id, deadlineSeconds, FRONT],
      label: () => `Repay all ${amountText(position.debt, debt)} of vault ${id}`,
    }),
    destroy,
  ]
}

function createdIn(logs: readonly Log[], vault: Address, account: Address): bigint | undefined {
  const events = parseEventLogs({
    abi: stableQiVaultAbi,
    eventName: 'CreateVault',
    logs: logs.filter(({address}) => isAddressEqual(address, vault)),
  })
  return events.find(({args}) => isAddressEqual(args.creator, account))?.args.vaultID
}
