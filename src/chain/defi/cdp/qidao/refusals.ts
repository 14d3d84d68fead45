import {entriesOf, type EntryPart} from '../../../explain/entry.ts'

/** The words of refusals that conditions foretell. */
export const qidaoWords = {
  withdrawalTooLarge: 'Withdrawal would put vault below minimum collateral percentage',
  borrowTooLarge: 'Borrow would put vault below minimum collateral percentage',
  debtTooSmall: "Vault debt can't be under minDebt",
  debtTooLarge: 'borrowToken: max loan cap reached.',
  nothingToLend: 'borrowToken: Cannot mint over available supply.',
  paysTooMuch: 'Vault debt less than amount to pay back',
  cannotPay: 'Token balance too low',
} as const

const SHOW = 'Run `metis-seq cdp show` to see the vaults of the account.'

const ratios: readonly EntryPart[] = [
  {
    subject: qidaoWords.withdrawalTooLarge,
    code: 'COLLATERAL_LOW',
    message: 'The withdrawal would leave too little collateral for the debt.',
    meaning: 'A vault with debt must keep the minimum collateral percentage.',
    causes: ['The amount is too large.', 'The price has moved.'],
  },
  {
    subject: qidaoWords.borrowTooLarge,
    code: 'COLLATERAL_LOW',
    message: 'The collateral of the vault is too low for the new debt.',
    meaning: 'A vault with debt must keep the minimum collateral percentage.',
    causes: ['The amount is too large.', 'The price has moved.'],
  },
  {
    subject: 'Vault does not have enough collateral',
    code: 'COLLATERAL_LOW',
    message: 'The vault holds less collateral than the call withdraws.',
    meaning: 'Only deposited collateral can be withdrawn; fees have been taken from it.',
    causes: ['The amount is too large.'],
  },
]

const debts: readonly EntryPart[] = [
  {
    subject: 'Must borrow non-zero amount',
    code: 'AMOUNT_OUT_OF_RANGE',
    message: 'The amount to borrow is zero.',
    meaning: 'A loan needs an amount above zero.',
    causes: ['The amount is missing.'],
  },
  {
    subject: qidaoWords.debtTooSmall,
    code: 'DEBT_OUT_OF_RANGE',
    message: 'The vault would owe less than the minimum debt.',
    meaning: 'A vault owes nothing, or at least the minimum debt.',
    causes: ['The loan is too small.', 'The repayment leaves too little.'],
    hints: [
      'Repay everything with `metis-seq cdp close VAULT`, or leave at least the minimum debt.',
    ],
  },
  {
    subject: qidaoWords.debtTooLarge,
    code: 'DEBT_OUT_OF_RANGE',
    message: 'The vault would owe more than the maximum debt.',
    meaning: 'Each vault has an upper limit of debt.',
    causes: ['The amount is too large.'],
  },
  {
    subject: qidaoWords.nothingToLend,
    code: 'LIQUIDITY_LOW',
    message: 'The contract has less to lend than the call asks for.',
    meaning: 'The vaults lend out of what the contract holds; nothing is minted.',
    causes: ['Others have borrowed the rest.'],
  },
  {
    subject: qidaoWords.cannotPay,
    code: 'TOKEN_BALANCE_LOW',
    message: 'The account holds less of the borrowed token than the call repays.',
    meaning: 'A repayment comes from the balance of the sender.',
    causes: ['Part of the loan was spent.'],
  },
  {
    subject: qidaoWords.paysTooMuch,
    code: 'DEBT_OUT_OF_RANGE',
    message: 'The vault owes less than the call repays.',
    meaning: 'No more than the debt can be repaid.',
    causes: ['The debt was repaid before.'],
  },
  {
    subject: 'Vault has outstanding debt',
    code: 'DEBT_OUT_OF_RANGE',
    message: 'The vault still has debt.',
    meaning: 'Only a vault without debt can be closed.',
    causes: ['Interest has grown since the last repayment.'],
  },
  {
    subject: 'paybackTokenAll: deadline expired.',
    code: 'DEADLINE_PASSED',
    message: 'The deadline of the call has passed.',
    meaning: 'A repayment of everything names a time after which it is void.',
    causes: ['The transaction waited in the pool.'],
  },
]

const vaults: readonly EntryPart[] = [
  {
    subject: 'Vault does not exist',
    code: 'VAULT_UNKNOWN',
    message: 'There is no vault with this id.',
    meaning: 'Vaults are numbered from 0; a closed one is gone.',
    causes: ['The id is wrong.', 'The vault was closed.'],
  },
  {
    subject: 'Vault is not owned by you',
    code: 'VAULT_NOT_YOURS',
    message: 'The vault belongs to another account.',
    meaning: 'A vault is a token that can be transferred; only its holder may use it.',
    causes: ['The id is wrong.', 'The vault was transferred.'],
  },
]

const liquidations: readonly EntryPart[] = [
  ['front end vault does not exist', 'The call names a front end that does not exist.'],
  ['Front end not added', 'The call names a vault that is no front end.'],
  ['already added', 'The vault is a front end already.'],
  ['liquidation is disabled for public', 'Only the stability pool may liquidate.'],
  ['Vault debt is 0', 'A vault without debt cannot be liquidated.'],
  [
    'Vault is not below minimum collateral percentage',
    'The vault has enough collateral, so it cannot be liquidated.',
  ],
  ['Vault is not above gain ratio', 'The vault is worth less than a liquidation pays.'],
  [
    'Token balance too low to pay off outstanding debt',
    'The liquidator holds less than the liquidation repays.',
  ],
  ["Don't have anything for you.", 'The account has no collateral from liquidations.'],
  ['ReentrancyGuard: reentrant call', 'The call re-enters the contract.'],
  ['ERC721: address zero is not a valid owner', 'The zero address owns no vaults.'],
  ['ERC721: approval to current owner', 'The holder of a vault needs no approval.'],
  [
    'ERC721: approve caller is not token owner or approved for all',
    'Only the holder of a vault may approve another account.',
  ],
  ['ERC721: approve to caller', 'An account cannot approve itself.'],
  [
    'ERC721: caller is not token owner or approved',
    'Only the holder of a vault, or an approved account, may transfer it.',
  ],
  ['ERC721: invalid token ID', 'There is no vault with this id.'],
  ['ERC721: mint to the zero address', 'A vault needs a holder.'],
  ['ERC721: token already minted', 'The vault exists already.'],
  ['ERC721: transfer from incorrect owner', 'The vault belongs to another account.'],
  [
    'ERC721: transfer to non ERC721Receiver implementer',
    'The receiving contract does not accept vaults.',
  ],
  ['ERC721: transfer to the zero address', 'A vault sent to the zero address would be lost.'],
  ['ERC721Enumerable: consecutive transfers not supported', 'Vaults are transferred one by one.'],
  ['ERC721Enumerable: global index out of bounds', 'There are fewer vaults than that.'],
  ['ERC721Enumerable: owner index out of bounds', 'The account holds fewer vaults than that.'],
].map(([subject, message]) => ({
  subject: subject!,
  code: 'MARKET_REFUSES' as const,
  message: message!,
  meaning: 'The rule is one of the vault contract; the commands of this program never break it.',
  causes: ['The call was built by hand.'],
}))

/** Revert reasons of the vaults. */
export const qidaoRefusals = entriesOf(
  {
    kind: 'text',
    contracts: ['StableQiVault'],
    source: 'StableQiVault.sol',
    hints: [SHOW],
  },
  [...ratios, ...debts, ...vaults, ...liquidations],
)
