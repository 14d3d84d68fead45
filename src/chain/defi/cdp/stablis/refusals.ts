import {entriesOf, type EntryPart} from '../../../explain/entry.ts'

/** The words of refusals that conditions foretell. */
export const stablisWords = {
  ratioTooLow: 'BorrowerOps: An operation that would result in ICR < MCR is not permitted',
  debtTooSmall: "BorrowerOps: Chest's net debt must be greater than minimum",
  paysTooMuch: "BorrowerOps: Amount repaid must not be larger than the Chest's debt",
  paused: 'BorrowerOps: Protocol is paused',
  noDeposits: 'BorrowerOps: Deposit is not allowed for this asset',
  lastChest: 'ChestManager: Only one chest in the system',
  cannotPay: 'BorrowerOps: Caller doesnt have enough USDS to make repayment',
  notOpen: 'BorrowerOps: Chest does not exist or is closed',
  bothDirections: 'BorrowerOperations: Cannot withdraw and add coll',
} as const

const SHOW = 'Run `metis-seq cdp show --market stablis` to see the chest and the terms.'

const ratios: readonly EntryPart[] = [
  {
    subject: stablisWords.ratioTooLow,
    code: 'COLLATERAL_LOW',
    message: 'The collateral of the chest would be below the minimum ratio.',
    meaning: 'After every change a chest must keep the minimum collateral ratio.',
    causes: ['The loan or the withdrawal is too large.', 'The price has moved.'],
  },
  {
    subject: stablisWords.debtTooSmall,
    code: 'DEBT_OUT_OF_RANGE',
    message: 'The chest would owe less than the minimum debt.',
    meaning: 'A chest owes nothing, or at least the minimum without the gas reserve.',
    causes: ['The loan is too small.', 'The repayment leaves too little.'],
  },
  {
    subject: stablisWords.paysTooMuch,
    code: 'DEBT_OUT_OF_RANGE',
    message: 'The call repays more than the chest owes.',
    meaning: 'The gas reserve is repaid only when the chest is closed.',
    causes: ['The amount is too large.'],
  },
  {
    subject: stablisWords.cannotPay,
    code: 'TOKEN_BALANCE_LOW',
    message: 'The account holds less of the stablecoin than the call repays.',
    meaning: 'The borrowing fee was added to the debt, so more is owed than was received.',
    causes: ['Part of the loan was spent.'],
  },
  {
    subject: 'Fee exceeded provided maximum',
    code: 'RATE_MOVED',
    message: 'The fee is above the maximum of the call.',
    meaning: 'Redemptions raise the borrowing fee; the maximum protects against that.',
    causes: ['Somebody redeemed between the quote and the call.'],
  },
]

const states: readonly EntryPart[] = [
  {
    subject: stablisWords.paused,
    code: 'RESERVE_CLOSED',
    message: 'New loans and deposits are paused.',
    meaning: 'Repaying, withdrawing and closing stay possible.',
    causes: ['The owner of the contracts stopped them.'],
  },
  {
    subject: stablisWords.noDeposits,
    code: 'RESERVE_CLOSED',
    message: 'This collateral is not accepted any longer.',
    meaning: 'Existing chests can still be repaid and closed.',
    causes: ['The collateral is being wound down.'],
  },
  {
    subject: stablisWords.notOpen,
    code: 'VAULT_UNKNOWN',
    message: 'The account has no open chest.',
    meaning: 'Each account has one chest for each collateral.',
    causes: ['It was never opened, or was closed, liquidated or redeemed.'],
  },
  {
    subject: 'BorrowerOps: Chest is active',
    code: 'VAULT_OPEN',
    message: 'The account has an open chest already.',
    meaning: 'Each account has one chest for each collateral.',
    causes: ['The chest was opened before.'],
  },
  {
    subject: stablisWords.lastChest,
    code: 'MARKET_REFUSES',
    message: 'The last chest cannot be closed.',
    meaning: 'The system keeps at least one chest for each collateral.',
    causes: ['All others are closed.'],
  },
]

const others: readonly EntryPart[] = [
  ['BorrowerOps: Debt increase requires non-zero debtChange', 'The loan is zero.'],
  [
    'BorrowerOps: There must be either a collateral change or a debt change',
    'The call changes nothing.',
  ],
  [stablisWords.bothDirections, 'One call cannot both add and withdraw collateral.'],
  ['BorrowerOp: msg.value must be 0 for non-ETH assets', 'The collateral is a token.'],
  [
    'BorrowerOp: Invalid Input. Override msg.value only if using ETH asset, otherwise use _amount',
    'The amount of collateral is zero.',
  ],
  ['Max fee percentage must be between 0.5% and 100%', 'The maximum fee is out of range.'],
  ['ChestManager: Chest does not exist or is closed', 'The chest is not open.'],
  ['ChestManager: nothing to liquidate', 'The chest has enough collateral.'],
  [
    'ChestManager: Redemptions are not allowed during bootstrap phase',
    'Redemptions begin a day after the deployment.',
  ],
  ['ChestManager: Amount must be greater than zero', 'The amount to redeem is zero.'],
  ['ChestManager: Unable to redeem any amount', 'No chest can be redeemed from.'],
  [
    'ChestManager: Caller is not the BorrowerOperations contract',
    'Only the contract that people call may make this call.',
  ],
  ['CollSurplusPool: No collateral available to claim', 'No collateral is left over to claim.'],
  ['SortedChests: Caller is neither BO nor ChestM', 'Only the contracts of the chests may call.'],
  ['SortedChests: List already contains the node', 'The chest is in the list already.'],
  ['SortedChests: Id cannot be zero', 'The zero address has no chest.'],
  ['SortedChests: NICR must be positive', 'A chest without collateral has no place in the list.'],
  ['SortedChests: List does not contain the id', 'The chest is not in the list.'],
  ['USDS: caller may not issue', 'Only the contracts of the chests issue the stablecoin.'],
  ['LstFeed: no rate', 'The provider did not report its rate.'],
].map(([subject, message]) => ({
  subject: subject!,
  code: 'MARKET_REFUSES' as const,
  message: message!,
  meaning: 'The rule is one of the chests; the commands of this program never break it.',
  causes: ['The call was built by hand, or the chest changed in the meantime.'],
}))

/** Revert reasons of the chests. */
export const stablisRefusals = entriesOf(
  {
    kind: 'text',
    contracts: ['BorrowerOperations', 'ChestManager', 'SortedChests'],
    source: 'Stablis BorrowerOperations.sol, ChestManager.sol, SortedChests.sol',
    hints: [SHOW],
  },
  [...ratios, ...states, ...others],
)
