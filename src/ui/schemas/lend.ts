import {lendingIds} from '../../protocol/defi/markets.ts'
import type {lendingJson} from '../presenters/lend.ts'
import {address, as, count, digits, flag, list, nullable, object, shared, word} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {sends} from './parts/plan.ts'
import {token, tokenAmount} from './parts/token.ts'

type Lending = ReturnType<typeof lendingJson>

const units = (description: string) => digits(`${description} In the smallest units of the token.`)
const rate = (description: string) => digits(`${description} Per year, scaled by 1e18.`)
const usd = (description: string) => digits(`${description} In dollars, scaled by 1e8.`)

const reserve = object<Lending['reserves'][number]>('A token of the market.', {
  token,
  state: word('`frozen`: withdraw and repay only. `paused`: nothing moves.', [
    'open',
    'frozen',
    'paused',
    'inactive',
  ]),
  canBorrow: flag('True when it can be borrowed.'),
  priceE8: usd('Price of one whole token.'),
  ltvBasisPoints: count('Share of its value that can be borrowed, in basis points.'),
  thresholdBasisPoints: count('Share that counts before liquidation, in basis points.'),
  bonusBasisPoints: count('Bonus of a liquidator, in basis points.'),
  supplyRateE18: nullable(rate('Interest of suppliers; null where it cannot be measured.')),
  borrowRateE18: nullable(rate('Interest of borrowers; null where it cannot be measured.')),
  totalSupplied: units('Supplied by everyone.'),
  totalBorrowed: units('Borrowed by everyone.'),
  available: units('Available to withdraw or borrow.'),
  supplyCap: nullable(as(tokenAmount, 'Limit of the supply; null without one.')),
  borrowCap: nullable(as(tokenAmount, 'Limit of the loans; null without one.')),
  supplied: units('Supplied by the account.'),
  borrowed: units('Owed by the account.'),
  isCollateral: flag('True when the supply of the account is collateral.'),
})

const position = shared(
  'lendPosition',
  object<Lending>('A lending market, with the position of an account.', {
    market: word('Lending market.', lendingIds),
    account: nullable(address('The account; null without one.')),
    reserves: list('In the order of the market.', reserve),
    collateralUsdE8: usd('Value of the collateral.'),
    debtUsdE8: usd('Value of the debt.'),
    borrowableUsdE8: usd('Value that can still be borrowed.'),
    healthFactorE18: nullable(
      digits('Below 1 anybody may liquidate; null without debt. Scaled by 1e18.'),
    ),
    liquidationPrices: list(
      'Lowest safe price of each collateral while other prices stay.',
      object<Lending['liquidationPrices'][number]>('A price.', {
        token,
        priceE8: usd('The price.'),
      }),
    ),
  }),
)

const done = sends('Mined, and read back from the chain.', {
  moved: as(tokenAmount, 'The amount that moved.'),
  position,
})

export const lendSchemas: CommandSchemas = {
  'lend borrow': done,
  'lend repay': done,
  'lend show': {data: position},
  'lend supply': done,
  'lend withdraw': done,
}
