import {amountText, exactText, type Token} from '../../services/defi/tokens.ts'

export {amountText, exactText}

/** A token in a JSON document. */
export function tokenJson({symbol, address, decimals}: Token) {
  return {symbol, address, decimals}
}

/** An amount in the smallest units of a token, with the token. */
export function amountJson(units: bigint, token: Token) {
  return {...tokenJson(token), units}
}
