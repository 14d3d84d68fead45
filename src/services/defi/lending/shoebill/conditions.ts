import {shoebillWords} from '../../../../chain/defi/lending/shoebill/refusals.ts'
import type {LendAction, LendLine} from '../../../../protocol/defi/lending/line.ts'
import {afterShoebill, shoebillHealth} from '../../../../protocol/defi/lending/shoebill/health.ts'
import {ourOwn, type Condition} from '../../../sending/check.ts'
import {amountText, exactText} from '../../tokens.ts'

const SHOW = 'Run `metis-seq lend show --market shoebill` to see the markets and the position.'
const WAD = 10n ** 18n

/**
 * Preconditions of an action.
 *
 * Source: Compound v2 `Comptroller.mintAllowed`, `redeemAllowed` and `borrowAllowed`, and `CToken`.
 */
export function shoebillConditions(lines: readonly LendLine[], action: LendAction): Condition[] {
  const line = lines.find(({token}) => token.address === action.token)
  if (!line) {
    return [
      ourOwn('market-listed', 'RESERVE_CLOSED', {
        label: 'the token has a market',
        ok: false,
        seen: 'no market',
        remedy: SHOW,
      }),
    ]
  }
  switch (action.kind) {
    case 'supply':
      return [notPaused(shoebillWords.mintPaused, line.state === 'open')]
    case 'withdraw':
      return [supplied(line, action), liquid(line, action), staysCovered(lines, action)]
    case 'borrow':
      return [
        notPaused(shoebillWords.borrowPaused, line.canBorrow),
        priced(line),
        liquid(line, action),
        staysCovered(lines, action),
      ]
    case 'repay':
      return [owes(line)]
  }
}

function notPaused(revert: string, ok: boolean): Condition {
  return {
    ...ourOwn('reserve-open', 'RESERVE_CLOSED', {
      label: 'the market accepts the call',
      ok,
      seen: ok ? 'open' : 'paused',
      remedy: 'Its guardian decides when it opens again. Withdrawing and repaying still work.',
    }),
    revert: ok ? '' : revert,
  }
}

function priced({price, token}: LendLine): Condition {
  return ourOwn('price', 'PRICE_UNKNOWN', {
    label: `${token.symbol} has a price`,
    ok: price > 0n,
    seen: `${price}`,
    remedy: 'Wait until the oracle knows the price.',
  })
}

function supplied({supplied: held, token}: LendLine, {amount}: LendAction): Condition {
  return ourOwn('supplied', 'TOKEN_BALANCE_LOW', {
    label: `the account has supplied that much ${token.symbol}`,
    ok: amount > 0n && held >= amount,
    seen: exactText(held, token),
    remedy: SHOW,
    facts: {balanceWei: `${held}`, amountWei: `${amount}`},
  })
}

function liquid({available, token}: LendLine, {amount}: LendAction): Condition {
  return ourOwn('liquidity', 'LIQUIDITY_LOW', {
    label: 'the market can pay it out',
    ok: available >= amount,
    seen: amountText(available, token),
    remedy: 'Choose a smaller amount, or wait until others repay.',
  })
}

/** The contract would answer with a number and change nothing, so this is the only refusal. */
function staysCovered(lines: readonly LendLine[], action: LendAction): Condition {
  const {factor, power} = shoebillHealth(afterShoebill(lines, action))
  const isMember = lines.some(({counts, token}) => counts && token.address === action.token)
  const matters = action.kind === 'borrow' || isMember
  return ourOwn('covered', 'COLLATERAL_LOW', {
    label: 'the collateral covers the debt',
    ok: !matters || factor === null || factor >= WAD,
    seen: factor === null ? 'no debt' : `a limit used to ${percentOf(factor)}, ${power} left`,
    remedy: 'Supply more collateral, repay a part, or choose a smaller amount.',
    facts: {amountWei: `${action.amount}`},
  })
}

function percentOf(factor: bigint): string {
  return factor === 0n ? 'more than it is' : `${(100n * WAD) / factor} %`
}

function owes({borrowed, token}: LendLine): Condition {
  return ourOwn('debt', 'NOTHING_TO_REPAY', {
    label: `the account owes ${token.symbol}`,
    ok: borrowed > 0n,
    seen: exactText(borrowed, token),
    remedy: SHOW,
  })
}
