import {formatWei, shortHex} from '../../lib/units.ts'
import type {LiquidityVerified} from '../../services/defi/pools/liquidity.ts'
import type {PoolView, QuoteView} from '../../services/defi/pools/pools.ts'
import type {SwapVerified} from '../../services/defi/pools/swap.ts'
import {percentText} from '../../services/defi/percent.ts'
import {amountJson, amountText, exactText, tokenJson} from './token.ts'
import {fields} from './table.ts'

export function poolsText(pools: PoolView[]): string {
  if (pools.length === 0) return 'No pool of METIS and a known token was found.'
  return pools.map(poolText).join('\n\n')
}

function poolText({address, tokens, reserves, price, fee, position, exchange}: PoolView): string {
  const [first, last] = tokens
  const shown: [string, string][] = [
    ['exchange', exchange],
    ['address', address],
    ['reserves', tokens.map((token, index) => amountText(reserves[index]!, token)).join(' and ')],
    ['price', `${amountText(price, last)} for 1 ${first.symbol}`],
    ['fee', feeText(fee)],
  ]
  if (position) {
    const worth = tokens
      .map((token, index) => exactText(position.amounts[index]!, token))
      .join(' and ')
    shown.push([
      `shares of ${shortHex(position.account)}`,
      position.shares === 0n ? 'none' : `${formatWei(position.shares)}, worth ${worth}`,
    ])
  }
  return `${first.symbol} and ${last.symbol}\n${fields(shown, 2)}`
}

function feeText(fee: bigint | null): string {
  return fee === null ? 'changes with the market' : percentText(fee)
}

export function poolsJson(pools: PoolView[]) {
  return {
    pools: pools.map(({exchange, address, tokens, reserves, supply, price, fee, position}) => ({
      exchange,
      address,
      reserves: tokens.map((token, index) => amountJson(reserves[index]!, token)),
      supply,
      price: amountJson(price, tokens[1]),
      feeE18: fee,
      position: position && {
        account: position.account,
        shares: position.shares,
        worth: tokens.map((token, index) => amountJson(position.amounts[index]!, token)),
      },
    })),
  }
}

export function quoteText(quote: Omit<QuoteView, 'minOut'>): string {
  const {path, amountIn, out, impact, fee, exchange} = quote
  const [first, last] = [path[0]!, path.at(-1)!]
  return [
    `${amountText(amountIn, first)} gives ${amountText(out, last)}.`,
    fields([
      ['exchange', exchange],
      ['path', path.map(({symbol}) => symbol).join(' > ')],
      ['fee of the pools', feeText(fee)],
      ['price impact', percentText(impact)],
    ]),
  ].join('\n')
}

export function quoteJson(quote: Omit<QuoteView, 'minOut'>) {
  const {path, amountIn, out, impact, fee, exchange} = quote
  return {
    exchange,
    path: path.map(tokenJson),
    amountIn: amountJson(amountIn, path[0]!),
    amountOut: amountJson(out, path.at(-1)!),
    feeE18: fee,
    impactE18: impact,
  }
}

export function swappedText({received, token}: SwapVerified): string {
  return `Received ${exactText(received, token)}.`
}

export function swappedJson({received, token}: SwapVerified) {
  return {received: amountJson(received, token)}
}

export function movedText(what: 'added' | 'removed', verified: LiquidityVerified): string {
  const {tokens, amounts, shares} = verified
  const both = tokens.map((token, index) => exactText(amounts[index]!, token)).join(' and ')
  return what === 'added'
    ? `Added ${both} for ${formatWei(shares)} shares.`
    : `Removed ${both} for ${formatWei(shares)} shares.`
}

export function movedJson({tokens, amounts, shares, pool}: LiquidityVerified) {
  return {
    pool,
    amounts: tokens.map((token, index) => amountJson(amounts[index]!, token)),
    shares,
  }
}
