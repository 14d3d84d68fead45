import {entriesOf} from '../../../explain/entry.ts'

/** The words of refusals that conditions foretell. */
export const shoebillWords = {
  mintPaused: 'mint is paused',
  borrowPaused: 'borrow is paused',
} as const

const SHOW = 'Run `metis-seq lend show --market shoebill` to see the markets and the position.'

/** Revert reasons of the markets; most of their refusals are numbers in a successful transaction. */
export const shoebillRefusals = entriesOf(
  {
    kind: 'text',
    contracts: ['CErc20', 'CEther', 'Comptroller'],
    source: 'Compound v2 CToken and Comptroller',
    hints: [SHOW],
  },
  [
    ...[shoebillWords.mintPaused, shoebillWords.borrowPaused].map((subject) => ({
      subject,
      code: 'RESERVE_CLOSED' as const,
      message: 'The guardian of the markets has paused this.',
      meaning: 'Supplying and borrowing can be paused; redeeming and repaying never are.',
      causes: ['The market is being wound down, or there was an incident.'],
    })),
    ...[
      ['mint failed', 'The market of METIS refuses the supply.'],
      ['repayBorrow failed', 'More was sent than is owed.'],
      ['liquidateBorrow failed', 'The account is not liquidatable, or too much was sent.'],
      ['seize failed', 'Only a listed market may seize collateral.'],
      ['redeemTokens zero', 'The amount is so small that it redeems nothing.'],
      ['doTransferOut failed', 'The account does not accept METIS.'],
      ['sender must be cToken', 'Only a market may make this call.'],
    ].map(([subject, message]) => ({
      subject: subject!,
      code: 'MARKET_REFUSES' as const,
      message: message!,
      meaning: 'The market of the coin reverts, since a number could not give the value back.',
      causes: ['The call was built by hand, or the debt has changed.'],
    })),
  ],
)
