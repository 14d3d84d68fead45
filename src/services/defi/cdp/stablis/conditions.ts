import {stablisWords} from '../../../../chain/defi/cdp/stablis/refusals.ts'
import type {ChestSettings} from '../../../../chain/defi/cdp/stablis/read.ts'
import {withInterest} from '../../../../protocol/defi/interest.ts'
import type {CdpChange, CdpPosition} from '../../../../protocol/defi/cdp/position.ts'
import {afterChest, chestHealth, netDebt} from '../../../../protocol/defi/cdp/stablis/chest.ts'
import {ourOwn, type Condition} from '../../../sending/check.ts'
import {amountText, exactText} from '../../tokens.ts'
import type {CdpState} from '../provider.ts'

/**
 * Preconditions of a change.
 *
 * Source: Stablis `BorrowerOperations`, whose texts are the reverts.
 */
export function chestConditions(
  state: CdpState,
  settings: ChestSettings,
  position: CdpPosition,
  change: CdpChange,
): Condition[] {
  return [
    ...doorConditions(state, settings, change),
    ...amountConditions(state, settings, position, change),
  ]
}

/** The conditions on the state of the chest for each direction. */
function doorConditions(
  state: CdpState,
  settings: ChestSettings,
  {deposit, withdraw, borrow, repay}: CdpChange,
): Condition[] {
  return [
    refusedAs(stablisWords.paused, 'not-paused', 'RESERVE_CLOSED', {
      label: 'loans and deposits are not paused',
      ok: !settings.isPaused || (deposit === 0n && borrow === 0n),
      seen: settings.isPaused ? 'paused' : 'not paused',
      remedy: 'Repay, withdraw or close, which stay possible.',
    }),
    refusedAs(stablisWords.noDeposits, 'deposit-allowed', 'RESERVE_CLOSED', {
      label: `${state.collateral.symbol} is accepted`,
      ok: settings.takesDeposits || deposit === 0n,
      seen: settings.takesDeposits ? 'yes' : 'no',
      remedy: 'Repay, withdraw or close, which stay possible.',
    }),
    ourOwn('price', 'PRICE_UNKNOWN', {
      label: 'the feed has a price',
      ok: settings.price > 0n,
      seen: `${settings.price}`,
      remedy: 'Wait until the feed is updated.',
    }),
    refusedAs(stablisWords.bothDirections, 'one-direction', 'AMOUNT_OUT_OF_RANGE', {
      label: 'collateral and debt each move in one direction',
      ok: (deposit === 0n || withdraw === 0n) && (borrow === 0n || repay === 0n),
      seen: 'both directions',
      remedy: 'Name the difference of both amounts.',
      facts: {amountWei: `${deposit > 0n ? deposit : borrow}`},
    }),
  ]
}

/** How much of it. */
function amountConditions(
  state: CdpState,
  settings: ChestSettings,
  position: CdpPosition,
  change: CdpChange,
): Condition[] {
  const {repay} = change
  const after = afterChest(position, change, settings)
  // Interest accrues until the call is mined: it lowers the ratio, and only raises the debt.
  const grown = {...position, debt: withInterest(position.debt, state.terms.interest)}
  const {ratio} = chestHealth(afterChest(grown, change, settings), settings)
  const net = netDebt(after.debt, settings)
  const isOpen = position.debt > 0n
  const everything = `Repay less, or everything with \`metis-seq cdp close ${position.id} --market stablis\`.`
  const owed = netDebt(position.debt, settings)
  return [
    refusedAs(stablisWords.paysTooMuch, 'repay-within-debt', 'DEBT_OUT_OF_RANGE', {
      label: 'no more than the debt is repaid',
      ok: repay <= owed,
      seen: exactText(owed, state.debt),
      remedy: everything,
      facts: {amountWei: `${repay}`},
    }),
    refusedAs(stablisWords.debtTooSmall, 'debt-in-range', 'DEBT_OUT_OF_RANGE', {
      label: `the debt is at least ${amountText(settings.minNetDebt, state.debt)} and the reserve`,
      ok: (isOpen && repay === 0n) || net >= settings.minNetDebt,
      seen: amountText(net, state.debt),
      remedy: isOpen ? everything : 'Borrow more.',
    }),
    refusedAs(stablisWords.ratioTooLow, 'collateral-ratio', 'COLLATERAL_LOW', {
      label: 'the chest keeps the minimum ratio',
      ok: after.collateral >= 0n && (ratio === null || ratio >= settings.minRatio),
      seen: ratio === null ? 'no debt' : `${ratio / 10n ** 14n} basis points`,
      remedy: 'Deposit more, borrow less, or withdraw less.',
    }),
  ]
}

function refusedAs(revert: string, ...parts: Parameters<typeof ourOwn>): Condition {
  return {...ourOwn(...parts), revert}
}

/** A chest without debt does not exist. */
export function isOpenChest({debt}: CdpPosition): Condition {
  return refusedAs(stablisWords.notOpen, 'chest-open', 'VAULT_UNKNOWN', {
    label: 'the account has a chest',
    ok: debt > 0n,
    seen: debt > 0n ? 'open' : 'none',
    remedy: 'Open one with `metis-seq cdp open COLLATERAL DEBT --market stablis`.',
  })
}

/** The system keeps one chest. */
export function notTheLast({count}: ChestSettings): Condition {
  return refusedAs(stablisWords.lastChest, 'not-the-last', 'MARKET_REFUSES', {
    label: 'it is not the last chest',
    ok: count > 1n,
    seen: `${count}`,
    remedy: 'Wait until somebody else opens a chest.',
  })
}
