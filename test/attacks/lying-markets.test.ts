/** An endpoint of L2 that lies about what contracts of providers and markets answer. */
import {concatHex, encodeFunctionData, maxUint256, numberToHex, toFunctionSelector} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {proxyAnswer, startHttpStub, type Call, type HttpStub} from '../helpers/http-stub.ts'
import {journalOf} from '../helpers/journal.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner').address

let chain: TestChain
let stub: HttpStub
let temp: TempHome
/** What each function answers, by its selector, whichever contract is asked. */
let lies: Record<string, bigint> = {}

/** Code that answers every call with one word. */
const answering = (word: bigint) =>
  concatHex(['0x7f', numberToHex(word, {size: 32}), '0x60005260206000f3'])

function lie({method, params}: Call): void {
  if (method !== 'eth_call') return
  const [{to, data, input = data}] = params as [{to: string; data?: string; input?: string}]
  const word = lies[input?.slice(0, 10) ?? '']
  if (word === undefined) return
  params[1] ??= 'latest'
  params[2] = {[to]: {code: answering(word)}}
}

beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner], with: ['lst', 'defi']})
  stub = await startHttpStub(
    proxyAnswer(
      () => chain.l2.url,
      (calls) => {
        calls.forEach(lie)
        return false
      },
    ),
  )
  const network = {...chain.network, l2: {...chain.network.l2, rpcUrls: [stub.url]}}
  temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
  await run('pool swap 20 METIS m.USDC --yes')
  await run('lst deposit artemis 5 --yes')
  await run('lend supply 1 METIS --yes')
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await stub[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(() => {
  lies = {}
})

const run = (line: string) => runCli(line.split(' '), {home: temp.root})
const answer = (signature: string, word: bigint) => {
  lies[toFunctionSelector(`function ${signature}`)] = word
}
/** Refused, and nothing was signed. */
const refusal = async (line: string) => {
  const before = journalOf(temp).length
  const {json} = await run(`${line} --yes --json`)
  expect(journalOf(temp).length, line).toBe(before)
  return json?.error
}

test('other decimals of a known token would sign another amount than the one that was typed', async () => {
  answer('decimals()', 8n)
  for (const line of [
    'lend supply 1 m.USDC',
    'pool swap 1 m.USDC METIS',
    'pool add 1 m.USDC METIS',
  ])
    expect(await refusal(line), line).toMatchObject({
      ...{code: 'ENDPOINT_WRONG_ANSWER', message: expect.stringContaining('decimals')},
    })
  // Those of a provider have 18, whatever is answered.
  expect((await run('lst deposit artemis 1 --dry-run')).exitCode).toBe(0)
})

test('an allowance that is not there is told as such, and not as one for LockingInfo', async () => {
  answer('allowance(address,address)', maxUint256)
  for (const line of ['lst deposit enki 1', 'lend supply 1 METIS']) {
    const error = await refusal(line)
    expect(error, line).toMatchObject({code: 'ALLOWANCE_MISSING'})
    expect(`${error!.message} ${error!.hints.join(' ')}`).not.toContain('LockingInfo')
  }
})

test('an allowance that is already there is at most given again, as previewed', async () => {
  answer('allowance(address,address)', 0n)
  const {json} = await run('lend supply 1 METIS --dry-run --json')
  const [approve] = json!.data['calls'] as {data: string}[]
  expect(approve!.data.slice(0, 10)).toBe(
    encodeFunctionData({abi: erc20Abi, functionName: 'approve', args: [owner, 0n]}).slice(0, 10),
  )
  expect(BigInt(`0x${approve!.data.slice(74)}`)).toBe(10n ** 18n)
})

test('tokens are not burnt for nothing', async () => {
  answer('totalDeposits()', 2n ** 255n)
  expect(await refusal('lst withdraw artemis 1')).toMatchObject({
    code: 'AMOUNT_OUT_OF_RANGE',
    facts: {condition: 'owes-something'},
  })
})

test('a fee above everything is no answer of the reward pool', async () => {
  answer('feeRate()', 10n ** 18n + 1n)
  const {json} = await run('lst rates artemis --json')
  expect(json?.error).toMatchObject({code: 'ENDPOINT_WRONG_ANSWER'})
})

test('a price of zero is unknown', async () => {
  answer('getAssetPrice(address)', 0n)
  answer('getEthPriceSource()', 0n)
  expect((await run('lend show')).stdout).toMatch(/price +unknown/)
  expect((await run('cdp show')).stdout).toMatch(/price of METIS +unknown/)
  expect(await refusal('lend borrow 1 m.USDC')).toMatchObject({code: 'PRICE_UNKNOWN'})
})
