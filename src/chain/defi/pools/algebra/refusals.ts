import {entriesOf} from '../../../explain/entry.ts'

/** Revert reasons of pools that are only quoted. */
export const algebraRefusals = entriesOf(
  {
    kind: 'text',
    contracts: ['AlgebraPool', 'AlgebraQuoter'],
    source: 'Algebra pools and their quoter',
  },
  [
    ['toAddress_outOfBounds', 'The path of the quote is not a list of addresses.'],
    ['IIA', 'The pool did not receive the input of the swap.'],
    ['TF', 'The pool could not transfer a token.'],
  ].map(([subject, message]) => ({
    subject: subject!,
    code: 'MARKET_REFUSES' as const,
    message: message!,
    meaning: 'The rule is one of the pool; this program only asks it for quotes.',
    causes: ['The call was built by hand.'],
  })),
)
