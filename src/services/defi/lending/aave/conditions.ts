import {aaveWords} from '../../../../chain/defi/lending/aave/refusals.ts'
import {aaveCovers, aaveHealth, averageLtv} from '../../../../protocol/defi/lending/aave/health.ts'
import type {LendAction, LendLine} from '../../../../protocol/defi/lending/line.ts'
import {ourOwn, type Condition} from '../../../sending/check.ts'
import {dollars} from '../../dollars.ts'
import {amountText, exactText} from '../../tokens.ts'

const SHOW = 'Run `metis-seq lend show` to see the reserves and the position of the account.'

/**
 * Preconditions of an action, in the order of the contract.
 *
 * Source: Aave v3 `ValidationLogic`; the numbers are those of its `Errors`.
 */
export function aaveConditions(lines: readonly LendLine[], action: LendAction): Condition[] {
  const line = lines.find(({token}) => token.address === action.token)
  if (!line) return [noReserve()]
  switch (action.kind) {
    case 'supply':
      return [open(line, true), withinSupplyCap(line, action)]
    case 'withdraw':
      return [
        enoughSupplied(line, action),
        open(line, false),
        liquid(line, action),
        ...zeroLtvLast(lines, line),
      ]
    case 'borrow':
      return [
        open(line, true),
        borrowable(line),
        withinBorrowCap(line, action),
        ...lines.filter(({token, counts}) => counts || token === line.token).map(priced),
        hasPower(lines),
        covered(lines, action),
        liquid(line, action),
      ]
    case 'repay':
      return [open(line, false), owes(line)]
  }
}

function noReserve(): Condition {
  return {
    ...ourOwn('reserve-open', 'RESERVE_CLOSED', {
      label: 'the token has a reserve',
      ok: false,
      seen: 'no reserve',
      remedy: SHOW,
    }),
    revert: aaveWords.notListed,
  }
}

const REVERTS = {
  open: '',
  frozen: aaveWords.frozen,
  paused: aaveWords.paused,
  inactive: aaveWords.inactive,
} as const

/** A frozen reserve lets people out, not in. */
function open({state, token}: LendLine, isIn: boolean): Condition {
  const ok = state === 'open' || (state === 'frozen' && !isIn)
  const waysOut = state === 'frozen' ? ' Withdrawing and repaying still work.' : ''
  return {
    ...ourOwn('reserve-open', 'RESERVE_CLOSED', {
      label: `the reserve of ${token.symbol} accepts the call`,
      ok,
      seen: state,
      remedy: `Governance of the market decides when it opens again.${waysOut}`,
    }),
    revert: ok ? '' : REVERTS[state],
  }
}

function borrowable({canBorrow, token}: LendLine): Condition {
  return {
    ...ourOwn('borrowing-enabled', 'RESERVE_CLOSED', {
      label: `${token.symbol} can be borrowed`,
      ok: canBorrow,
      seen: canBorrow ? 'yes' : 'no',
      remedy: SHOW,
    }),
    revert: aaveWords.noBorrowing,
  }
}

/** The pool would count it as worth nothing: as collateral, and as a debt. */
function priced({price, token}: LendLine): Condition {
  return ourOwn('price', 'PRICE_UNKNOWN', {
    label: `${token.symbol} has a price`,
    ok: price > 0n,
    seen: `${price}`,
    remedy: 'Wait until the oracle knows the price.',
  })
}

function withinSupplyCap({supplyCap, totalSupplied, token}: LendLine, {amount}: LendAction) {
  return {
    ...ourOwn('supply-cap', 'CAP_REACHED', {
      label: 'the supply stays within the cap of the reserve',
      ok: supplyCap === null || totalSupplied + amount <= supplyCap,
      seen: capText(totalSupplied, supplyCap, token),
      remedy: 'Choose a smaller amount.',
    }),
    revert: aaveWords.supplyCap,
  }
}

function withinBorrowCap({borrowCap, totalBorrowed, token}: LendLine, {amount}: LendAction) {
  return {
    ...ourOwn('borrow-cap', 'CAP_REACHED', {
      label: 'the loans stay within the cap of the reserve',
      ok: borrowCap === null || totalBorrowed + amount <= borrowCap,
      seen: capText(totalBorrowed, borrowCap, token),
      remedy: 'Choose a smaller amount.',
    }),
    revert: aaveWords.borrowCap,
  }
}

function capText(now: bigint, cap: bigint | null, token: LendLine['token']): string {
  return cap === null ? 'no cap' : `${amountText(now, token)} of ${amountText(cap, token)}`
}

function enoughSupplied({supplied, token}: LendLine, {amount}: LendAction): Condition {
  return {
    ...ourOwn('supplied', 'TOKEN_BALANCE_LOW', {
      label: `the account has supplied that much ${token.symbol}`,
      ok: amount > 0n && supplied >= amount,
      seen: exactText(supplied, token),
      remedy: SHOW,
      facts: {balanceWei: `${supplied}`, amountWei: `${amount}`},
    }),
    revert: aaveWords.balanceTooLow,
  }
}

function liquid({available, token}: LendLine, {amount}: LendAction): Condition {
  return ourOwn('liquidity', 'LIQUIDITY_LOW', {
    label: 'the reserve can pay it out',
    ok: available >= amount,
    seen: amountText(available, token),
    remedy: 'Choose a smaller amount, or wait until others repay.',
  })
}

/** While collateral with an LTV of 0 counts and there is debt, only such collateral may leave. */
function zeroLtvLast(lines: readonly LendLine[], line: LendLine): Condition[] {
  if (!line.counts || lines.every(({borrowed}) => borrowed === 0n)) return []
  const others = lines.filter(({counts, ltv, supplied}) => counts && ltv === 0n && supplied > 0n)
  return [
    {
      ...ourOwn('zero-ltv-first', 'COLLATERAL_LOW', {
        label: 'no collateral with an LTV of 0 has to leave first',
        ok: line.ltv === 0n || others.length === 0,
        seen: others.length === 0 ? 'none' : others.map(({token}) => token.symbol).join(', '),
        remedy: 'Withdraw that collateral first, or repay the debt.',
      }),
      revert: aaveWords.zeroLtv,
    },
  ]
}

function hasPower(lines: readonly LendLine[]): Condition {
  const counting = lines.filter(({counts, supplied}) => counts && supplied > 0n)
  const ltv = averageLtv(lines)
  return {
    ...ourOwn('borrowing-power', 'COLLATERAL_LOW', {
      label: 'the collateral adds borrowing power',
      ok: ltv > 0n,
      seen:
        counting.length === 0
          ? 'no collateral'
          : counting
              .map(({token, ltv: of}) => `${token.symbol} with an LTV of ${Number(of) / 100} %`)
              .join(', '),
      remedy: 'Supply a token with an LTV above 0 first.',
    }),
    revert: counting.length === 0 ? aaveWords.noCollateral : aaveWords.zeroLtv,
  }
}

function covered(lines: readonly LendLine[], action: LendAction): Condition {
  return {
    ...ourOwn('covered', 'COLLATERAL_LOW', {
      label: 'the collateral covers the loan',
      ok: action.amount > 0n && aaveCovers(lines, action),
      seen: `${dollars(aaveHealth(lines).power)} can be borrowed`,
      remedy: 'Borrow less, or supply more collateral.',
      facts: {amountWei: `${action.amount}`},
    }),
    revert: aaveWords.collateralTooLow,
  }
}

function owes({borrowed, token}: LendLine): Condition {
  return {
    ...ourOwn('debt', 'NOTHING_TO_REPAY', {
      label: `the account owes ${token.symbol}`,
      ok: borrowed > 0n,
      seen: exactText(borrowed, token),
      remedy: SHOW,
    }),
    revert: aaveWords.noDebt,
  }
}
