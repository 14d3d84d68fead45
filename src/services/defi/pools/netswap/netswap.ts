import {isAddressEqual, parseEventLogs, zeroAddress, type Address, type Log} from 'viem'

import {netswapPairAbi} from '../../../../chain/abis/netswap-pair.ts'
import {netswapRouterAbi} from '../../../../chain/abis/netswap-router.ts'
import type {ChainClient} from '../../../../chain/connect.ts'
import {readNetswapPrices} from '../../../../chain/defi/pools/netswap/prices.ts'
import {readNetswapPool} from '../../../../chain/defi/pools/netswap/read.ts'
import {
  amountsOut,
  ONE,
  priceImpact,
  type Hop,
} from '../../../../protocol/defi/pools/constant-product.ts'
import {netswap, type NetswapContracts} from '../../../../protocol/defi/pools/netswap/about.ts'
import {planCallOf} from '../../../sending/planned-call.ts'
import {amountText, type Token} from '../../tokens.ts'
import type {AtBlock} from '../../../../chain/at-block.ts'
import type {LiquidityTerms, PoolProvider, SwapTerms} from '../provider.ts'

/** Upper bounds, for a call that follows an approval. Measured: 150,000 per pool, 215,000, 230,000. */
const SWAP_GAS_PER_POOL = 250_000n
const ADD_GAS = 350_000n
const REMOVE_GAS = 350_000n

/** Netswap on L2. METIS is paid and received as the native coin. */
export function openNetswap(client: ChainClient, contracts: NetswapContracts): PoolProvider {
  const {router} = contracts
  const pool = ([tokenA, tokenB]: readonly [Token, Token], at?: AtBlock) =>
    readNetswapPool(client, contracts, [tokenA.address, tokenB.address], at)
  return {
    id: netswap.id,
    name: netswap.name,
    spender: {address: router, name: 'the Netswap router'},
    pool,
    async quote(path, amountIn, at) {
      const pairs = path.slice(1).map((token, index) => [path[index]!, token] as const)
      const pools = await Promise.all(pairs.map((pair) => pool(pair, at)))
      const hops: Hop[] = []
      for (const each of pools) {
        if (!each) return null
        const {reserveA, reserveB, feePerMille} = each
        hops.push({reserveIn: reserveA, reserveOut: reserveB, feePerMille})
      }
      const out = amountsOut(amountIn, hops).at(-1) ?? 0n
      const kept = hops.reduce((left, hop) => (left * (1000n - hop.feePerMille)) / 1000n, ONE)
      return {path, out, impact: priceImpact(amountIn, out, hops), fee: ONE - kept}
    },
    priceChanges: ([tokenA, tokenB], {address}, range) =>
      readNetswapPrices(client, address, [tokenA.address, tokenB.address], range),
    swapCall: (terms) => swapCall(router, terms),
    addCall: (terms) => addCall(router, terms),
    removeCall: (terms) => removeCall(router, terms),
    swapped: (logs, at, token) => swapped(logs, at, token),
    added: (logs, at, terms) => moved(logs, at, terms, 'Mint'),
    removed: (logs, at, terms) => moved(logs, at, terms, 'Burn'),
  }
}

/**
 * Swaps an exact input along a path.
 *
 * - Signed by: owner. Chain: L2. Value: the input, where it is METIS.
 * - Source: `NetswapRouter.swapExactMetisForTokens`, `swapExactTokensForMetis` and
 *   `swapExactTokensForTokens`.
 */
function swapCall(router: Address, {path, amountIn, minOut, to, deadlineSeconds}: SwapTerms) {
  const [first, last] = [path[0]!, path.at(-1)!]
  const addresses = path.map(({address}) => address)
  const common = {
    contract: 'NetswapRouter',
    to: router,
    label: () =>
      `Swap ${amountText(amountIn, first)} for at least ${amountText(minOut, last)} on Netswap`,
    gasAtMost: SWAP_GAS_PER_POOL * BigInt(path.length - 1),
  }
  if (first.isMetis) {
    return planCallOf(netswapRouterAbi, {
      ...common,
      functionName: 'swapExactMetisForTokens',
      args: [minOut, addresses, to, deadlineSeconds],
      valueWei: amountIn,
    })
  }
  return planCallOf(netswapRouterAbi, {
    ...common,
    functionName: last.isMetis ? 'swapExactTokensForMetis' : 'swapExactTokensForTokens',
    args: [amountIn, minOut, addresses, to, deadlineSeconds],
  })
}

/**
 * Adds liquidity; the shares go to `to`.
 *
 * - Signed by: owner. Chain: L2. Value: the METIS, where one token is METIS.
 * - Source: `NetswapRouter.addLiquidityMetis` and `addLiquidity`.
 */
function addCall(router: Address, terms: Parameters<PoolProvider['addCall']>[0]) {
  const {tokens, amounts, least, to, deadlineSeconds} = terms
  const common = {
    contract: 'NetswapRouter',
    to: router,
    label: () =>
      `Add ${amountText(amounts[0], tokens[0])} and ${amountText(amounts[1], tokens[1])} to the pool on Netswap`,
    gasAtMost: ADD_GAS,
  }
  const metis = tokens.findIndex(({isMetis}) => isMetis)
  if (metis < 0) {
    return planCallOf(netswapRouterAbi, {
      ...common,
      functionName: 'addLiquidity',
      args: [tokens[0].address, tokens[1].address, ...amounts, ...least, to, deadlineSeconds],
    })
  }
  const other = 1 - metis
  return planCallOf(netswapRouterAbi, {
    ...common,
    functionName: 'addLiquidityMetis',
    args: [
      tokens[other]!.address,
      amounts[other]!,
      least[other]!,
      least[metis]!,
      to,
      deadlineSeconds,
    ],
    valueWei: amounts[metis]!,
  })
}

/**
 * Removes liquidity; both tokens go to `to`, METIS as the native coin.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: `NetswapRouter.removeLiquidityMetis` and `removeLiquidity`.
 */
function removeCall(router: Address, terms: Parameters<PoolProvider['removeCall']>[0]) {
  const {tokens, shares, least, to, deadlineSeconds} = terms
  const common = {
    contract: 'NetswapRouter',
    to: router,
    label: () =>
      `Remove liquidity for at least ${amountText(least[0], tokens[0])} and ${amountText(least[1], tokens[1])} on Netswap`,
    gasAtMost: REMOVE_GAS,
  }
  const metis = tokens.findIndex(({isMetis}) => isMetis)
  if (metis < 0) {
    return planCallOf(netswapRouterAbi, {
      ...common,
      functionName: 'removeLiquidity',
      args: [tokens[0].address, tokens[1].address, shares, ...least, to, deadlineSeconds],
    })
  }
  const other = 1 - metis
  return planCallOf(netswapRouterAbi, {
    ...common,
    functionName: 'removeLiquidityMetis',
    args: [tokens[other]!.address, shares, least[other]!, least[metis]!, to, deadlineSeconds],
  })
}

/** The pool transfers a token out, or has it transferred: its own event says how much. */
function swapped(logs: readonly Log[], pool: Address, token: Token): bigint {
  const mine = ofPool(logs, pool)
  const moves = parseEventLogs({abi: netswapPairAbi, eventName: 'Transfer', logs: [...logs]})
  const paid = moves.filter(
    ({address, args}) => isAddressEqual(address, token.address) && isAddressEqual(args.from, pool),
  )
  const outs = parseEventLogs({abi: netswapPairAbi, eventName: 'Swap', logs: mine})
  // One side of a swap is zero, and the token's own event agrees with the other.
  const out = outs.reduce((sum, {args}) => sum + args.amount0Out + args.amount1Out, 0n)
  const seen = paid.reduce((sum, {args}) => sum + args.value, 0n)
  return out < seen ? out : seen
}

function moved(
  logs: readonly Log[],
  pool: Address,
  {tokens, to}: LiquidityTerms,
  eventName: 'Mint' | 'Burn',
) {
  const mine = ofPool(logs, pool)
  const isInOrder = BigInt(tokens[0].address) < BigInt(tokens[1].address)
  const events = parseEventLogs({abi: netswapPairAbi, eventName, logs: mine})
  const amount0 = events.reduce((sum, {args}) => sum + args.amount0, 0n)
  const amount1 = events.reduce((sum, {args}) => sum + args.amount1, 0n)
  const [from, receiver] = eventName === 'Mint' ? [zeroAddress, to] : [pool, zeroAddress]
  const shares = parseEventLogs({
    abi: netswapPairAbi,
    eventName: 'Transfer',
    logs: mine,
    args: {from, to: receiver},
  }).reduce((sum, {args}) => sum + args.value, 0n)
  return {
    amounts: isInOrder ? ([amount0, amount1] as const) : ([amount1, amount0] as const),
    shares,
  }
}

function ofPool(logs: readonly Log[], pool: Address): Log[] {
  return logs.filter(({address}) => isAddressEqual(address, pool))
}
