import {entriesOf, type EntryPart} from '../../../explain/entry.ts'

/** The words of refusals that conditions foretell. */
export const aaveWords = {
  inactive: '27',
  frozen: '28',
  paused: '29',
  noBorrowing: '30',
  balanceTooLow: '32',
  noCollateral: '34',
  collateralTooLow: '36',
  noDebt: '39',
  borrowCap: '50',
  supplyCap: '51',
  zeroLtv: '57',
  notListed: '82',
} as const

const SHOW = 'Run `metis-seq lend show` to see the reserves and the position of the account.'

/** Aave answers with numbers, which its library `Errors` names. */
const closed: readonly EntryPart[] = [
  {
    subject: aaveWords.inactive,
    code: 'RESERVE_CLOSED',
    message: 'The reserve is not active.',
    meaning: 'An inactive reserve takes no calls at all (RESERVE_INACTIVE).',
    causes: ['Governance has closed the reserve, or never opened it.'],
  },
  {
    subject: aaveWords.frozen,
    code: 'RESERVE_CLOSED',
    message: 'The reserve is frozen.',
    meaning:
      'A frozen reserve takes no new supply and lends nothing; withdrawing and repaying stay possible (RESERVE_FROZEN).',
    causes: ['Governance is winding the reserve down.'],
  },
  {
    subject: aaveWords.paused,
    code: 'RESERVE_CLOSED',
    message: 'The reserve is paused.',
    meaning: 'While it is paused, nothing moves, not even a repayment (RESERVE_PAUSED).',
    causes: ['Governance stopped the reserve because of an incident.'],
  },
  {
    subject: aaveWords.noBorrowing,
    code: 'RESERVE_CLOSED',
    message: 'The reserve lends nothing.',
    meaning: 'Borrowing is switched off for this token (BORROWING_NOT_ENABLED).',
    causes: ['Governance allows the token as collateral only.'],
  },
  {
    subject: aaveWords.notListed,
    code: 'RESERVE_CLOSED',
    message: 'The token has no reserve.',
    meaning: 'Only tokens that governance has listed can be supplied or borrowed.',
    causes: ['The address of the token is wrong.'],
  },
]

const collateral: readonly EntryPart[] = [
  {
    subject: aaveWords.noCollateral,
    code: 'COLLATERAL_LOW',
    message: 'The account has no collateral.',
    meaning: 'A loan needs supplied tokens that count as collateral (COLLATERAL_BALANCE_IS_ZERO).',
    causes: ['Nothing was supplied.', 'The supply does not count as collateral.'],
  },
  {
    subject: '35',
    code: 'COLLATERAL_LOW',
    message: 'The call would leave the account below a health factor of 1.',
    meaning:
      'Below 1 anybody may liquidate the account (HEALTH_FACTOR_LOWER_THAN_LIQUIDATION_THRESHOLD).',
    causes: ['Too much collateral would leave.', 'The price has moved.'],
  },
  {
    subject: aaveWords.collateralTooLow,
    code: 'COLLATERAL_LOW',
    message: 'The collateral does not cover the new loan.',
    meaning:
      'A loan may be worth at most the LTV of the collateral (COLLATERAL_CANNOT_COVER_NEW_BORROW).',
    causes: ['The amount is too large.', 'The price has moved.'],
  },
  {
    subject: aaveWords.zeroLtv,
    code: 'COLLATERAL_LOW',
    message: 'The collateral has an LTV of 0, so nothing can be borrowed against it.',
    meaning:
      'Governance sets the LTV of a token to 0 to wind it down. While such collateral counts, no other may leave either (LTV_VALIDATION_FAILED).',
    causes: ['The only collateral is a token with an LTV of 0.'],
  },
  {
    subject: '62',
    code: 'COLLATERAL_LOW',
    message: 'The token cannot be used as collateral.',
    meaning: 'A token with an LTV of 0 adds no borrowing power (USER_IN_ISOLATION_MODE).',
    causes: ['Governance set its LTV to 0.'],
  },
]

const amounts: readonly EntryPart[] = [
  {
    subject: '26',
    code: 'AMOUNT_OUT_OF_RANGE',
    message: 'The amount of the call is zero.',
    meaning: 'Every call needs an amount above zero (INVALID_AMOUNT).',
    causes: ['The amount is missing.'],
  },
  {
    subject: aaveWords.balanceTooLow,
    code: 'TOKEN_BALANCE_LOW',
    message: 'The account has supplied less than it wants to withdraw.',
    meaning: 'Only a supplied balance can be withdrawn (NOT_ENOUGH_AVAILABLE_USER_BALANCE).',
    causes: ['The amount is too large.'],
  },
  {
    subject: aaveWords.noDebt,
    code: 'NOTHING_TO_REPAY',
    message: 'The account owes nothing of this token.',
    meaning: 'There is no debt of this kind to repay (NO_DEBT_OF_SELECTED_TYPE).',
    causes: ['The debt was repaid before.', 'The token is not the borrowed one.'],
  },
  {
    subject: '43',
    code: 'TOKEN_BALANCE_LOW',
    message: 'The account has supplied nothing of this token.',
    meaning: 'Only a supplied balance can be collateral (UNDERLYING_BALANCE_ZERO).',
    causes: ['The token is not the supplied one.'],
  },
  {
    subject: aaveWords.borrowCap,
    code: 'CAP_REACHED',
    message: 'The reserve has lent as much as its cap allows.',
    meaning: 'Governance limits how much of a token is borrowed in all (BORROW_CAP_EXCEEDED).',
    causes: ['The cap is nearly reached.'],
  },
  {
    subject: aaveWords.supplyCap,
    code: 'CAP_REACHED',
    message: 'The reserve holds as much as its cap allows.',
    meaning: 'Governance limits how much of a token is supplied in all (SUPPLY_CAP_EXCEEDED).',
    causes: ['The cap is nearly reached.'],
  },
]

const others: readonly EntryPart[] = [
  ['11', 'Only an aToken of the pool may make this call.'],
  ['14', 'The reserve exists already.'],
  ['20', 'The parameters of the reserve contradict each other.'],
  ['23', 'Only the pool may make this call.'],
  ['24', 'The amount is so small that it mints nothing.'],
  ['25', 'The amount is so small that it burns nothing.'],
  ['33', 'The interest rate mode is not the variable one.'],
  ['40', 'A repayment for another account needs an exact amount.'],
  ['45', 'The account is healthy, so it cannot be liquidated.'],
  ['46', 'The collateral does not count for the account.'],
  ['47', 'The account owes nothing of this token.'],
  ['59', 'The call acts for an account that did not allow it.'],
  ['76', 'The lists of the call differ in length.'],
  ['80', 'A debt cannot be transferred.'],
].map(([subject, message]) => ({
  subject: subject!,
  code: 'MARKET_REFUSES' as const,
  message: message!,
  meaning: `Aave refuses with the number ${subject} of its list of errors.`,
  causes: ['The call was built by hand, or is for the owner of the market.'],
}))

/** Revert reasons of the lending pool and its tokens. */
export const aaveRefusals = entriesOf(
  {
    kind: 'text',
    contracts: ['AavePool', 'AToken', 'VariableDebtToken', 'AaveOracle'],
    source: 'Aave v3 Errors.sol',
    hints: [SHOW],
  },
  [...closed, ...collateral, ...amounts, ...others],
)
