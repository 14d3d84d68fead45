import {entriesOf} from '../../../explain/entry.ts'
import {marketCodes} from './codes.ts'

/** The words of refusals that conditions foretell. */
export const shoebillWords = {
  mintPaused: 'mint is paused',
  borrowPaused: 'borrow is paused',
} as const

/** The market of the coin puts the number of a refusal behind these words: `mint failed (03)`. */
const REFUSED = {
  'mint failed': 'The market of METIS refuses the supply.',
  'repayBorrow failed': 'The market of METIS refuses the repayment.',
  'repayBorrowBehalf failed': 'The market of METIS refuses the repayment.',
  'liquidateBorrow failed': 'The market of METIS refuses the liquidation.',
} as const

const REVERTS = {
  meaning: 'The market of the coin reverts, since a number could not give the value back.',
  causes: ['The call was built by hand, or the debt has changed.'],
}

const SHOW = 'Run `metis-seq lend show --market shoebill` to see the markets and the position.'

/** Revert reasons of the markets; most of their refusals are numbers in a successful transaction. */
export const shoebillRefusals = entriesOf(
  {
    kind: 'text',
    contracts: ['CErc20', 'CEther', 'Comptroller', 'Maximillion'],
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
    ...Object.entries(REFUSED).flatMap(([words, message]) =>
      marketCodes.slice(1).map((name, index) => ({
        subject: `${words} (${`${index + 1}`.padStart(2, '0')})`,
        code: 'MARKET_REFUSES' as const,
        message: `${message} It answers with ${name}.`,
        ...REVERTS,
      })),
    ),
    ...[
      ['seize failed', 'Only a listed market may seize collateral.'],
      ['redeemTokens zero', 'The amount is so small that it redeems nothing.'],
      ['doTransferOut failed', 'The account does not accept METIS.'],
      ['sender must be cToken', 'Only a market may make this call.'],
      ['refund failed', 'The account does not accept METIS.'],
    ].map(([subject, message]) => ({
      subject: subject!,
      code: 'MARKET_REFUSES' as const,
      message: message!,
      ...REVERTS,
    })),
  ],
)
