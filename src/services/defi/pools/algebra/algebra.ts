import type {Address} from 'viem'

import {readAlgebraPrices} from '../../../../chain/defi/pools/algebra/prices.ts'
import {quoteAlgebra, readAlgebraPool} from '../../../../chain/defi/pools/algebra/read.ts'
import {algebra, type AlgebraContracts} from '../../../../protocol/defi/pools/algebra/about.ts'
import {ONE} from '../../../../protocol/defi/pools/constant-product.ts'
import type {Context} from '../../../context.ts'
import type {Token} from '../../tokens.ts'
import type {PoolProvider, QuotingExchange} from '../provider.ts'

/** A quote of this part of the amount has no impact to speak of: its rate is the current price. */
const PROBE = 1000n

/**
 * Pools with concentrated liquidity: their quoter is asked, and nothing is sent. METIS is traded there
 * as its wrapped form, one to one.
 */
export function openAlgebra(context: Context, contracts: AlgebraContracts): QuotingExchange {
  const {client} = context.l2()
  const wrapped = context.network.defi?.tokens['WMETIS']
  const addressOf = ({isMetis, address}: Token): Address =>
    isMetis ? (wrapped ?? address) : address
  const quote: PoolProvider['quote'] = async (path, amountIn, at) => {
    const addresses = path.map(addressOf)
    const probe = amountIn / PROBE > 0n ? amountIn / PROBE : 1n
    const [out, little] = await Promise.all([
      quoteAlgebra(client, contracts, addresses, amountIn, at),
      quoteAlgebra(client, contracts, addresses, probe, at),
    ])
    if (out === null || little === null) return null
    const fair = (little * amountIn) / probe
    const impact = fair === 0n ? 0n : ONE - (out * ONE) / fair
    return {path, out, impact, fee: null}
  }
  return {
    id: algebra.id,
    name: algebra.name,
    spender: null,
    async pool([tokenA, tokenB], at) {
      const pair = [addressOf(tokenA), addressOf(tokenB)] as const
      const found = await readAlgebraPool(client, contracts, pair, at)
      if (!found) return null
      const {address, liquidity, balances, price} = found
      return {
        ...{address, spot: price, feePerMille: null},
        ...{reserveA: balances[0], reserveB: balances[1]},
        ...{supply: liquidity, feeOn: false, kLast: 0n},
      }
    },
    quote,
    priceChanges: ([tokenA], {address}, range) =>
      readAlgebraPrices(client, address, addressOf(tokenA), range),
  }
}
