import {readFileSync} from 'node:fs'

import {encodeFunctionData, numberToHex, type Abi, type Address} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {netswapRouterAbi} from '../../src/chain/abis/netswap-router.ts'
import {localNetswap} from '../../src/local/defi/pools/netswap/plan.ts'
import {l2Metis} from '../../src/local/placement.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli, type CliResult, type Document} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const METIS = 10n ** 18n
const owner = accountOf('owner').address
const other = accountOf('other').address

let chain: TestChain
let temp: TempHome
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner, other], with: ['defi']})
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

const run = (line: string): Promise<CliResult> => runCli(line.split(' '), {home: temp.root})
const ask = async (line: string): Promise<Document> => {
  const {json, stderr} = await run(`${line} --json`)
  expect(stderr, line).toBe('')
  if (!json) throw new Error(`${line} gave no document.`)
  return json
}
interface Amount {
  symbol: string
  units: string
}
const units = (value: unknown) => BigInt((value as Amount).units)
const artMetis = () => chain.network.lst.artemis!.artMetis
const held = async (token: Address, account: Address = owner): Promise<bigint> => {
  const data = encodeFunctionData({abi: erc20Abi, functionName: 'balanceOf', args: [account]})
  return BigInt(String(await chain.l2.request('eth_call', [{to: token, data}, 'latest'])))
}
/** A swap by somebody else. */
const nudge = async (wei: bigint) => {
  const data = encodeFunctionData({
    abi: netswapRouterAbi,
    functionName: 'swapExactMetisForTokens',
    args: [0n, [l2Metis, artMetis()], other, 2n ** 64n],
  })
  const call = {from: other, to: localNetswap.router, data, value: numberToHex(wei), gas: '0x7a120'}
  const hash = await chain.l2.request('eth_sendTransaction', [call])
  while ((await chain.l2.request('eth_getTransactionReceipt', [hash])) === null);
}
const pool = async (): Promise<{art: bigint; metis: bigint; supply: bigint; shares: bigint}> => {
  const {data} = await ask('pool show artMETIS METIS')
  const [shown] = data['pools'] as {
    reserves: Amount[]
    supply: string
    position: {shares: string}
  }[]
  return {
    art: units(shown!.reserves[0]),
    metis: units(shown!.reserves[1]),
    supply: BigInt(shown!.supply),
    shares: BigInt(shown!.position.shares),
  }
}
const outOf = (amount: bigint, from: bigint, to: bigint) =>
  (amount * 997n * to) / (from * 1000n + amount * 997n)

test('the pools of known tokens, with reserves and price', async () => {
  const {stdout, exitCode} = await run('pool show')
  expect(exitCode).toBe(0)
  expect(stdout).toContain('artMETIS and METIS')
  expect(stdout).toContain('10,000 artMETIS and 9,950 METIS')
  expect(stdout).toContain('0.995 METIS for 1 artMETIS')
  expect(stdout).toContain('0.04 METIS for 1 m.USDC')
  expect((await ask('pool show MAI METIS')).error).toMatchObject({code: 'POOL_UNKNOWN'})
  expect((await ask('pool show WBTC METIS')).error).toMatchObject({
    code: 'TOKEN_UNKNOWN',
    facts: {known: 'METIS, artMETIS, m.USDC, MAI, USDS'},
  })
  expect((await ask('pool show METIS METIS')).error).toMatchObject({code: 'USAGE'})
})

test('a quote is the arithmetic of the pool, through METIS where there is no pool', async () => {
  const {art, metis} = await pool()
  const direct = await ask('pool quote 100 METIS artMETIS')
  const out = outOf(100n * METIS, metis, art)
  expect(units(direct.data['amountOut'])).toBe(out)
  // Without fee and impact, 100 METIS would buy 100 times the price.
  const fair = (100n * METIS * 997n * art) / (1000n * metis)
  const impact = BigInt(String(direct.data['impactE18']))
  expect(impact - (METIS - (out * METIS) / fair)).toBeLessThanOrEqual(2n)
  expect(direct.data['feeE18']).toBe(`${(3n * METIS) / 1000n}`)

  const through = await ask('pool quote 10 artMETIS m.USDC')
  const middle = outOf(10n * METIS, art, metis)
  expect(units(through.data['amountOut'])).toBe(outOf(middle, 10_000n * METIS, 250_000_000_000n))
  expect(through.data['path']).toMatchObject([
    {symbol: 'artMETIS'},
    {symbol: 'METIS'},
    {symbol: 'm.USDC', decimals: 6},
  ])
  expect((await run('pool quote 1 m.USDC METIS')).stdout).toMatch(
    /^1 m\.USDC gives 0\.039\d+ METIS\./,
  )
  expect((await ask('pool quote 0.0000001 m.USDC METIS')).error).toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('6 decimals of m.USDC'),
  })
})

test('a swap pays to the wei what was previewed, with the minimum in the call', async () => {
  const {art, metis} = await pool()
  const out = outOf(50n * METIS, metis, art)
  const least = (out * 9950n) / 10_000n
  const dry = await ask('pool swap 50 METIS artMETIS --dry-run')
  expect(dry.data).toMatchObject({
    action: 'pool swap',
    chain: 'L2',
    calls: [
      {
        contract: 'NetswapRouter',
        function: 'swapExactMetisForTokens',
        valueWei: `${50n * METIS}`,
        args: [{name: 'amountOutMin', value: `${least}`}, {}, {value: owner}, {}],
      },
    ],
  })
  const swapped = await ask('pool swap 50 METIS artMETIS --yes')
  expect(swapped.data['received']).toMatchObject({symbol: 'artMETIS', units: `${out}`})
  expect(await held(artMetis())).toBe(out)

  // Back again: exactly this much is approved, and METIS arrives as the coin.
  const after = await pool()
  const back = outOf(20n * METIS, after.art, after.metis)
  const sold = await ask('pool swap 20 artMETIS METIS --slippage 0 --yes')
  expect(sold.data['calls']).toMatchObject([
    {contract: 'ERC20', function: 'approve', args: [{}, {value: `${20n * METIS}`}]},
    {function: 'swapExactTokensForMetis', args: [{}, {value: `${back}`}, {}, {}, {}]},
  ])
  expect(sold.data['received']).toMatchObject({symbol: 'METIS', units: `${back}`})
  const usdc = await ask('pool swap max artMETIS m.USDC --yes')
  expect(usdc.data['calls']).toMatchObject([{}, {function: 'swapExactTokensForTokens'}])
  expect(await held(artMetis())).toBe(0n)
  expect(await held(chain.network.defi!.tokens['m.USDC']!)).toBe(units(usdc.data['received']))
})

test('a swap that moves the price too far, or cannot be paid, is stopped before it is sent', async () => {
  const dear = await ask('pool swap 700 METIS artMETIS --yes')
  expect(dear.error).toMatchObject({code: 'TRAP', facts: {trap: 'price-impact'}})
  const meant = await ask('pool swap 700 METIS artMETIS --dry-run --override price-impact')
  expect(meant.data['overridden']).toMatchObject([{id: 'price-impact'}])
  expect((await ask('pool swap 5000 METIS m.USDC --yes')).error).toMatchObject({
    code: 'METIS_BALANCE_LOW',
  })
  expect((await ask('pool swap 5000000 m.USDC METIS --yes')).error).toMatchObject({
    code: 'TOKEN_BALANCE_LOW',
  })
  expect((await ask('pool swap 0 METIS m.USDC --yes')).error).toMatchObject({
    code: 'AMOUNT_OUT_OF_RANGE',
  })
})

test('a swap of another in between: the minimum of the preview holds', async () => {
  const file = temp.path('swap.json')
  await ask(`pool swap 10 METIS artMETIS --slippage 10 --unsigned ${file} --format calldata`)
  const {transactions} = JSON.parse(readFileSync(file, 'utf8')) as {
    transactions: {to: Address; data: `0x${string}`; value: string}[]
  }
  await nudge(40n * METIS)
  const [{to, data, value}] = transactions as [(typeof transactions)[0]]
  const call = [{from: owner, to, data, value}, 'latest']
  await expect(chain.l2.request('eth_call', call)).rejects.toThrow(
    'NetswapRouter: INSUFFICIENT_OUTPUT_AMOUNT',
  )
  const words = ['explain', 'NetswapRouter: INSUFFICIENT_OUTPUT_AMOUNT']
  expect((await runCli(words, {home: temp.root})).stdout).toContain('protects against slippage')
})

test('liquidity: shares, amounts and the value of both are those of the preview', async () => {
  await ask('pool swap 100 METIS artMETIS --yes')
  const {art, metis, supply} = await pool()
  const amount = 30n * METIS
  const fitting = (amount * metis) / art
  const added = await ask('pool add 30 artMETIS METIS --yes')
  expect(added.data['calls']).toMatchObject([
    {function: 'approve', args: [{}, {value: `${amount}`}]},
    {function: 'addLiquidityMetis', valueWei: `${fitting}`},
  ])
  const byArt = (amount * supply) / art
  const byMetis = (fitting * supply) / metis
  const shares = byArt < byMetis ? byArt : byMetis
  expect(added.data).toMatchObject({
    amounts: [{units: `${amount}`}, {units: `${fitting}`}],
    shares: `${shares}`,
  })

  // Fees of others make the shares worth more.
  await nudge(50n * METIS)
  const before = await pool()
  expect(before.shares).toBe(shares)
  const half = shares / 2n
  const worth = [(half * before.art) / before.supply, (half * before.metis) / before.supply]
  const artBefore = await held(artMetis())
  const removed = await ask('pool remove 50% artMETIS METIS --yes')
  expect(removed.data['calls']).toMatchObject([
    {contract: 'ERC20', function: 'approve', args: [{}, {value: `${half}`}]},
    {function: 'removeLiquidityMetis'},
  ])
  expect(removed.data).toMatchObject({
    amounts: [{units: `${worth[0]}`}, {units: `${worth[1]}`}],
    shares: `${half}`,
  })
  expect(await held(artMetis())).toBe(artBefore + worth[0]!)
  const {stdout} = await run('pool remove max artMETIS METIS --yes')
  expect(stdout).toMatch(/Removed [\d.]+ artMETIS and [\d.]+ METIS/)
  expect((await pool()).shares).toBe(0n)
  expect((await ask('pool remove 1 artMETIS METIS --yes')).error).toMatchObject({
    code: 'TOKEN_BALANCE_LOW',
  })
})

test('liquidity in a pool without METIS uses both approvals', async () => {
  // Somebody opens the pool; its price is that of the first deposit.
  const usdc = chain.network.defi!.tokens['m.USDC']!
  await ask('pool swap 50 METIS m.USDC --yes')
  const act = async (to: Address, abi: Abi, fn: string, args: readonly unknown[]) => {
    const data = encodeFunctionData({abi, functionName: fn, args: [...args]})
    const call = {from: owner, to, data, gas: '0x4c4b40'}
    const hash = await chain.l2.request('eth_sendTransaction', [call])
    for (;;) {
      const receipt = await chain.l2.request('eth_getTransactionReceipt', [hash])
      if (receipt === null) continue
      expect(receipt).toMatchObject({status: '0x1'})
      return
    }
  }
  const {router} = localNetswap
  await act(artMetis(), erc20Abi, 'approve', [router, 10n * METIS])
  await act(usdc, erc20Abi, 'approve', [router, 250_000_000n])
  const first = [artMetis(), usdc, 10n * METIS, 250_000_000n, 0n, 0n, owner, 2n ** 64n]
  await act(router, netswapRouterAbi, 'addLiquidity', first)

  const added = await ask('pool add 100 m.USDC artMETIS --yes')
  expect(added.data['calls']).toMatchObject([
    {function: 'approve', args: [{}, {value: '100000000'}]},
    {function: 'approve', args: [{}, {value: `${4n * METIS}`}]},
    {function: 'addLiquidity'},
  ])
  const removed = await ask('pool remove max artMETIS m.USDC --yes')
  expect(removed.data['calls']).toMatchObject([{}, {function: 'removeLiquidity'}])
})
