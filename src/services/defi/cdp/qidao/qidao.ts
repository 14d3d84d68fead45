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
import {withInterest} from '../../../../protocol/defi/interest.ts'
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
    cannotPay: qidaoWords.cannotPay,
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
    changeCalls: async (state, position, change, deadlineSeconds) =>
      changeCalls(vault, state, position, change, deadlineSeconds),
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

/**
 * In the order of our calls; every one is what the contract checks. Interest accrues until they are
 * mined, so limits of a debt that grows are checked with it.
 */
function conditionsOf(state: CdpState, position: CdpPosition, change: CdpChange): Condition[] {
  const settings = settingsOf(state)
  const {borrow, repay, withdraw} = change
  const isPriced = borrow > 0n || repay > 0n || (withdraw > 0n && position.debt > 0n)
  return [
    {
      ...ourOwn('price', 'PRICE_UNKNOWN', {
        label: 'the feed has a price',
        ok: settings.price > 0n || !isPriced,
        seen: `${settings.price}`,
        remedy: 'Wait until the feed is updated.',
      }),
    },
    ...repaymentConditions(state, position, repay),
    ...riskConditions(state, settings, position, change),
  ]
}

/** A repayment is a call of its own, before a loan: it must leave an allowed debt by itself. */
function repaymentConditions(state: CdpState, position: CdpPosition, repay: bigint): Condition[] {
  const {minDebt} = settingsOf(state)
  const left = position.debt - repay
  const everything = `Repay less, or everything with \`metis-seq cdp close ${position.id}\`.`
  return [
    {
      ...ourOwn('repay-within-debt', 'DEBT_OUT_OF_RANGE', {
        label: 'no more than the debt is repaid',
        ok: left >= 0n,
        seen: exactText(position.debt, state.debt),
        remedy: everything,
        facts: {amountWei: `${repay}`},
      }),
      revert: qidaoWords.paysTooMuch,
    },
    {
      ...ourOwn('repay-leaves-minimum', 'DEBT_OUT_OF_RANGE', {
        label: `the repayment leaves nothing, or at least ${amountText(minDebt, state.debt)}`,
        ok: repay === 0n || left <= 0n || left >= minDebt,
        seen: `${exactText(left < 0n ? 0n : left, state.debt)} left`,
        remedy: everything,
        facts: {amountWei: `${repay}`},
      }),
      revert: qidaoWords.debtTooSmall,
    },
  ]
}

function riskConditions(
  state: CdpState,
  settings: VaultSettings,
  position: CdpPosition,
  change: CdpChange,
): Condition[] {
  const {minDebt, maxDebt, available, minPercent} = settings
  const {borrow, repay, withdraw} = change
  const grown = {...position, debt: withInterest(position.debt, state.terms.interest)}
  const isAll = repay > 0n && repay === position.debt
  const after = afterVault(grown, isAll ? {...change, repay: grown.debt} : change, settings)
  const percent = vaultPercent(after, settings)
  const isRiskier = borrow > 0n || withdraw > 0n
  const debt = position.debt - repay + borrow
  return [
    {
      ...ourOwn('debt-in-range', 'DEBT_OUT_OF_RANGE', {
        label: 'the debt is within the limits of a vault',
        ok: borrow === 0n || (debt >= minDebt && after.debt <= maxDebt),
        seen: `${amountText(debt < 0n ? 0n : debt, state.debt)}, with limits of ${amountText(minDebt, state.debt)} and ${amountText(maxDebt, state.debt)}`,
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
  position: CdpPosition,
  change: CdpChange,
  deadlineSeconds: bigint,
): PlannedCall[] {
  const {collateral, debt} = state
  const {id} = position
  const {deposit, withdraw, borrow, repay} = change
  const how = {contract: 'StableQiVault', to: vault, gasAtMost: CALL_GAS}
  const calls: (PlannedCall | false)[] = [
    deposit > 0n &&
      planCallOf(stableQiVaultAbi, {
        ...how,
        moves: restOf(state, position, {...change, deposit: 0n}),
        functionName: 'depositCollateral',
        args: [id, deposit],
        label: () => `Deposit ${amountText(deposit, collateral)} in vault ${id}`,
        ...(collateral.isMetis ? {pullsWei: deposit} : {}),
      }),
    repay > 0n &&
      repay === position.debt && {
        ...repayAllCall(vault, state, position, deadlineSeconds),
        ...movesOf(restOf(state, position, {...change, deposit: 0n, repay: 0n})),
      },
    repay > 0n &&
      repay !== position.debt &&
      planCallOf(stableQiVaultAbi, {
        ...how,
        moves: restOf(state, position, {...change, deposit: 0n, repay: 0n}),
        functionName: 'payBackToken',
        args: [id, repay, FRONT],
        label: () => `Repay ${amountText(repay, debt)} of vault ${id}`,
      }),
    borrow > 0n &&
      planCallOf(stableQiVaultAbi, {
        ...how,
        moves: restOf(state, position, {...noChange, withdraw}),
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

function movesOf(moves: PlannedCall['moves']): Pick<PlannedCall, 'moves'> {
  return moves ? {moves} : {}
}

/** The command for what follows a call of a change; nothing after the last one. */
function restOf(
  {collateral, debt}: CdpState,
  position: CdpPosition,
  {deposit, repay, borrow, withdraw}: CdpChange,
): PlannedCall['moves'] {
  const flag = (name: string, amount: bigint, {decimals}: Token) =>
    amount === 0n ? [] : [`--${name} ${formatUnits(amount, decimals)}`]
  const flags = [
    ...flag('deposit', deposit, collateral),
    // The debt grows until then.
    ...(repay > 0n && repay === position.debt ? ['--repay max'] : flag('repay', repay, debt)),
    ...flag('borrow', borrow, debt),
    ...flag('withdraw', withdraw, collateral),
  ]
  if (flags.length === 0) return undefined
  return {rest: `metis-seq cdp adjust ${[position.id, ...flags, '--market', qidao.id].join(' ')}`}
}

/** - Source: QiDao `destroyVault`. */
function closeCalls(
  vault: Address,
  state: CdpState,
  position: CdpPosition,
  deadlineSeconds: bigint,
): PlannedCall[] {
  const destroy = planCallOf(stableQiVaultAbi, {
    ...{contract: 'StableQiVault', to: vault, gasAtMost: CALL_GAS},
    functionName: 'destroyVault',
    args: [position.id],
    label: () => `Close vault ${position.id}`,
  })
  if (position.debt === 0n) return [destroy]
  return [repayAllCall(vault, state, position, deadlineSeconds), destroy]
}

/** - Source: QiDao `paybackTokenAll`, which includes the interest until then: the exact amount is too little. */
function repayAllCall(
  vault: Address,
  {debt}: CdpState,
  position: CdpPosition,
  deadlineSeconds: bigint,
): PlannedCall {
  return planCallOf(stableQiVaultAbi, {
    ...{contract: 'StableQiVault', to: vault, gasAtMost: CALL_GAS},
    functionName: 'paybackTokenAll',
    args: [position.id, deadlineSeconds, FRONT],
    label: () => `Repay all ${amountText(position.debt, debt)} of vault ${position.id}`,
  })
}

function createdIn(logs: readonly Log[], vault: Address, account: Address): bigint | undefined {
  const events = parseEventLogs({
    abi: stableQiVaultAbi,
    eventName: 'CreateVault',
    logs: logs.filter(({address}) => isAddressEqual(address, vault)),
  })
  return events.find(({args}) => isAddressEqual(args.creator, account))?.args.vaultID
}
