import {shortHex} from '../../lib/units.ts'
import {ratioText, type CdpPositionView, type CdpView} from '../../services/defi/cdp/cdp.ts'
import type {CdpVerified} from '../../services/defi/cdp/change.ts'
import type {Created} from '../../services/defi/cdp/create.ts'
import {dollars, priceText} from '../../services/defi/dollars.ts'
import {percentText} from '../../services/defi/percent.ts'
import {fields} from './table.ts'
import {amountText, exactText, tokenJson} from './token.ts'

export function cdpText(view: CdpView): string {
  const {terms, collateral, debt, name, account, positions} = view
  const least = amountText(terms.minDebt, debt)
  const limits =
    terms.maxDebt === null ? `at least ${least}` : `${least} to ${amountText(terms.maxDebt, debt)}`
  const shown = [
    `Vaults of ${name}: ${debt.symbol} against ${collateral.symbol}`,
    fields(
      [
        [`price of ${collateral.symbol}`, priceText(terms.price)],
        ['minimum ratio', percentText(terms.minRatio)],
        ['debt of a vault', limits],
        [
          'can be borrowed',
          terms.available === null ? 'no limit' : amountText(terms.available, debt),
        ],
        ['interest', `${percentText(terms.interest)} a year`],
        ['opening fee', percentText(terms.openingFee)],
        ['closing fee', percentText(terms.closingFee)],
        ['redemption by others', terms.isRedeemable ? 'possible' : 'not possible'],
      ],
      2,
    ),
  ]
  if (account === null) return shown.join('\n')
  const own = positions.map((position) =>
    position.collateral === 0n && position.debt === 0n
      ? `Vault ${position.id} is empty: fill it with \`metis-seq cdp open COLLATERAL DEBT --market ${view.market}\`.`
      : positionText(view, position),
  )
  return [...shown, ...(own.length > 0 ? own : [`${shortHex(account)} has no vault.`])].join('\n')
}

function positionText({collateral, debt}: CdpView, position: CdpPositionView): string {
  const {id, liquidationPrice} = position
  return [
    `Vault ${id}`,
    fields(
      [
        ['collateral', exactText(position.collateral, collateral)],
        ['debt', exactText(position.debt, debt)],
        ['collateral ratio', ratioText(position)],
        ['liquidation price', liquidationPrice === null ? 'none' : dollars(liquidationPrice)],
      ],
      2,
    ),
  ].join('\n')
}

export function cdpJson({market, account, terms, collateral, debt, positions}: CdpView) {
  return {
    market,
    account,
    collateral: tokenJson(collateral),
    debt: tokenJson(debt),
    terms: {
      priceE8: terms.price,
      minRatioE18: terms.minRatio,
      minDebt: terms.minDebt,
      maxDebt: terms.maxDebt,
      available: terms.available,
      interestE18: terms.interest,
      openingFeeE18: terms.openingFee,
      closingFeeE18: terms.closingFee,
      isRedeemable: terms.isRedeemable,
    },
    vaults: positions.map((position) => ({
      id: position.id,
      collateral: position.collateral,
      debt: position.debt,
      ratioE18: position.ratio,
      liquidationPriceE8: position.liquidationPrice,
    })),
  }
}

export function createdText({id}: Created): string {
  return `Vault ${id} is yours and empty. Run the same command again to deposit and borrow.`
}

export function createdJson({id}: Created) {
  return {vault: id}
}

export function changedText({id, isClosed, view}: CdpVerified): string {
  if (isClosed) return `Vault ${id} is closed; its collateral is back in the account.`
  const position = view.positions.find((each) => each.id === id)
  return position ? positionText(view, position) : `Vault ${id} changed.`
}

export function changedJson({id, isClosed, view}: CdpVerified) {
  return {vault: id, isClosed, position: cdpJson(view)}
}
