import {cdpIds} from '../../protocol/defi/markets.ts'
import type {cdpJson} from '../presenters/cdp.ts'
import {address, digits, flag, list, nullable, object, optional, shared, word} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {sends} from './parts/plan.ts'
import {token} from './parts/token.ts'

type Cdp = ReturnType<typeof cdpJson>

const units = (description: string) => digits(`${description} In the smallest units of the token.`)
const share = (description: string) => digits(`${description} Scaled by 1e18.`)
const usd = (description: string) => digits(`${description} In dollars, scaled by 1e8.`)

const vault = object<Cdp['vaults'][number]>('A vault of the account.', {
  id: digits('Its id.'),
  collateral: units('Its collateral.'),
  debt: units('Its debt, with interest.'),
  ratioE18: nullable(share('Value of the collateral over the debt; null without debt.')),
  liquidationPriceE8: nullable(usd('Lowest safe price of the collateral; null without debt.')),
})

const terms = object<Cdp['terms']>('Terms of the vaults.', {
  priceE8: usd('Price of the collateral.'),
  minRatioE18: share('Ratio below which a vault can be liquidated.'),
  minDebt: units('Least debt of a vault.'),
  maxDebt: nullable(units('Most debt of a vault; null without a limit.')),
  available: nullable(units('Debt that can be taken in all now; null without a limit.')),
  interestE18: share('Interest per year.'),
  openingFeeE18: share('Share of the debt charged when it is taken.'),
  closingFeeE18: share('Share of the debt charged when it is repaid.'),
  isRedeemable: flag('True when others may repay the debt for its collateral.'),
})

const position = shared(
  'cdpPosition',
  object<Cdp>('Vaults with the terms that hold for them.', {
    market: word('Kind of vault.', cdpIds),
    account: nullable(address('The account; null without one.')),
    collateral: token,
    debt: token,
    terms,
    vaults: list('Vaults of the account.', vault),
  }),
)

const changed = {
  vault: digits('Id of the vault.'),
  isClosed: flag('True when it is closed.'),
  position,
}

export const cdpSchemas: CommandSchemas = {
  'cdp adjust': sends('Mined, and compared with the plan.', changed),
  'cdp close': sends('Mined, and compared with the plan.', changed),
  'cdp open': sends('Mined, and compared with the plan; or an empty vault was created.', {
    vault: digits('Id of the vault.'),
    isClosed: optional(flag('Always false; omitted when an empty vault was created.')),
    position: optional(position),
  }),
  'cdp show': {data: position},
}
