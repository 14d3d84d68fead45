/** Endpoints that answer with null, with wrong types and with wrong lengths: their fault, never ours. */
import process from 'node:process'

import {pad, toFunctionSelector, toHex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {startChaosEndpoint, type ChaosEndpoint} from '../helpers/chaos-endpoint.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runHere} from '../helpers/run-here.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'
import {wrongAnswers} from '../helpers/wrong-answers.ts'

const owner = accountOf('owner').address

let chain: TestChain
let l1: ChaosEndpoint
let l2: ChaosEndpoint
let temp: TempHome
let sent: string

beforeAll(async () => {
  chain = await startTestChain({l2BlockSeconds: 1})
  await chain.lock(owner, accountOf('signer'))
  await chain.submitRewards(accountOf('signer').address, 3n)
  const block = (await chain.l1.request('eth_getBlockByNumber', ['latest', false])) as {
    transactions: string[]
  }
  sent = block.transactions[0]!
  l1 = await startChaosEndpoint(() => chain.l1.url)
  l2 = await startChaosEndpoint(() => chain.l2.url)
  temp = await makeOperator(
    {
      ...chain.network,
      l1: {...chain.network.l1, rpcUrls: [l1.url]},
      l2: {...chain.network.l2, rpcUrls: [l2.url]},
    },
    {owner: 'owner', signer: 'signer'},
  )
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await l1[Symbol.asyncDispose]()
  await l2[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})

const commands = () => [
  'status',
  'reward show 1',
  'reward history 1',
  'reward forecast 1',
  'stake show 1',
  'stake plan 1',
  'exit plan 1',
  'epoch current',
  'epoch list',
  'epoch next',
  'sequencer list',
  'sequencer show 1',
  'sequencer eligible',
  'governance show',
  'network check',
  'lst rates',
  `tx show ${sent}`,
  `tx wait ${sent} --max-wait 1`,
  'stake increase 1 --amount 1 --dry-run',
  'reward claim 1 --dry-run',
]

const word = (number: bigint) => pad(toHex(number), {size: 32}).slice(2)

/** Of the right shape, and so large that a list of as many, or a date, is more than a machine has. */
test.each([
  ['sequencer list', 'L1', 'totalSequencers()', 0, 2n ** 40n],
  ['reward forecast 1', 'L1', 'totalSequencers()', 0, 2n ** 24n],
  ['sequencer eligible', 'L1', 'totalSequencers()', 0, 2n ** 255n],
  ['exit plan 1', 'L1', 'exitDelayPeriod()', 0, 2n ** 40n],
  ['stake plan 1', 'L1', 'sequencers(uint256)', 6, 2n ** 43n],
  ['epoch list', 'L2', 'currentEpochNumber()', 0, 2n ** 60n],
  ['reward reconcile 1', 'L2', 'currentEpochNumber()', 0, 2n ** 33n],
  ['reward reconcile 1', 'L2', 'currentEpochNumber()', 0, 900_000_000n],
] as const)('%s: %s says of %s a number without measure', async (line, layer, name, at, number) => {
  const endpoint = layer === 'L1' ? l1 : l2
  const selector = toFunctionSelector(name)
  const changed = (result: unknown) => {
    const text = String(result)
    const from = 2 + 64 * at
    return `${text.slice(0, from)}${word(number)}${text.slice(from + 64)}`
  }
  endpoint.decide(({method, params}) => {
    const [call] = params as [{data?: string}]
    return method === 'eth_call' && call.data?.startsWith(selector) ? changed : 'pass'
  })
  const {error} = await runHere(line.split(' '), temp.root)
  endpoint.reset()
  expect(error).toMatchObject({code: 'ENDPOINT_WRONG_ANSWER'})
  expect(error?.facts['endpoints']).toContain(endpoint.url)
})

test('a block of the year 10,000 is none', async () => {
  l2.decide(({method}) =>
    method === 'eth_getBlockByNumber'
      ? (block) => ({...(block as object), timestamp: toHex(253_402_300_800n)})
      : 'pass',
  )
  expect((await runHere(['epoch', 'current'], temp.root)).error).toMatchObject({
    code: 'ENDPOINT_WRONG_ANSWER',
  })
  l2.reset()
})

const isWhole = process.env['WRONG_ANSWERS'] === 'whole'

/** `WRONG_ANSWERS=whole` tries each answer to each method of each command, which takes a minute more. */
test('every read of every command: an answer, or the fault of the endpoint, by its name', async () => {
  const faults: string[] = []
  let runs = 0
  let unnamed = 0
  const run = (line: string) => runHere(`${line} --timeout 1`.split(' '), temp.root)
  for (const line of commands()) {
    l1.reset()
    l2.reset()
    const well = await run(line)
    expect(well.error?.code, line).not.toBe('BUG')
    const asked = [l1, l2].flatMap((endpoint) =>
      [...new Set(endpoint.asked)].map((method) => ({endpoint, method})),
    )
    for (const {endpoint, method} of asked) {
      const chosen = wrongAnswers.filter((_, index) => isWhole || (index + runs) % 5 === 0)
      for (const [what, change] of chosen) {
        endpoint.decide((call) => (call.method === method ? change : 'pass'))
        runs++
        const {error, exit} = await run(line)
        endpoint.reset()
        if (error?.code === 'BUG' || exit === 1)
          faults.push(`${line}: ${method} ${what}: ${error?.facts['stack']}`)
        if (error?.code === 'ENDPOINT_WRONG_ANSWER') {
          expect(exit, line).toBe(8)
          if (!error.facts['endpoints']?.includes(endpoint.url)) unnamed++
        }
      }
    }
  }
  expect(runs).toBeGreaterThan(isWhole ? 1000 : 200)
  expect(unnamed).toBe(0)
  expect(faults).toEqual([])
}, 300_000)
