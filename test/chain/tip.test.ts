/** The tip from the chain's own history, and the price of a plan against what was paid. */
import {encodeFunctionData, parseEther} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {connectChain} from '../../src/chain/connect.ts'
import {readPrices} from '../../src/chain/fees.ts'
import {createLocalSigner} from '../../src/chain/signer.ts'
import {gasLimitOf, likelyGasOf} from '../../src/protocol/gas.ts'
import {tipOf} from '../../src/protocol/tip.ts'
import type {Plan} from '../../src/services/sending/plan.ts'
import {previewPlan, sendPlan} from '../../src/services/sending/send-plan.ts'
import {openJournal} from '../../src/store/journal.ts'
import {on} from '../chaos/behaviours.ts'
import {startChaosProxy} from '../chaos/proxy.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeTempHome} from '../helpers/temp-home.ts'
import {L1_CHAIN_ID, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const GWEI = 10n ** 9n
const owner = accountOf('owner')

let chain: TestChain
beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.fund(owner.address, {metis: '100'})
})
afterAll(() => chain[Symbol.asyncDispose]())

const blocks = (...tips: bigint[]) => tips.map((tipWei) => ({tipWei, fullness: 0.5}))

test('the median of what just sufficed, within bounds, without blocks that are empty', () => {
  expect(tipOf(blocks(GWEI, 2n * GWEI, 4n * GWEI))).toEqual({wei: 2n * GWEI, source: 'history'})
  expect(tipOf(blocks(1n, 2n, 3n))).toEqual({wei: GWEI / 10n, source: 'floor'})
  expect(tipOf(blocks(GWEI * 900n))).toEqual({wei: 5n * GWEI, source: 'ceiling'})
  expect(tipOf([{tipWei: 0n, fullness: 0}, ...blocks(GWEI)])).toMatchObject({wei: GWEI})
  expect(tipOf([])).toMatchObject({source: 'floor'})
  expect(tipOf(undefined)).toMatchObject({source: 'floor'})
})

async function tipBehind(history: unknown) {
  await using proxy = await startChaosProxy(
    chain.l1.url,
    on('eth_feeHistory', async ({calls, forward, reply, isBatch}) => {
      const answers = (await forward()).map((answer, at) => {
        if (calls[at]?.method !== 'eth_feeHistory') return answer
        return history === undefined
          ? {id: answer['id'], error: {code: -32_601, message: 'no such method'}}
          : {id: answer['id'], result: history}
      })
      reply(isBatch ? answers : answers[0])
      return true
    }),
  )
  const {client, close} = connectChain({name: 'L1', chainId: L1_CHAIN_ID, urls: [proxy.url]})
  const [{fees, tip}, asked] = await Promise.all([
    readPrices(client),
    readPrices(client, {priorityFeeWei: 7n}),
  ])
  close()
  expect(fees).toMatchObject({maxPriorityFeePerGas: tip?.wei})
  expect(asked.tip).toEqual({wei: 7n, source: 'chosen'})
  return tip
}

test('it is read from the endpoint, and one that does not tell gets the floor', async () => {
  const reward = ['0x59682f00', '0x77359400', '0xb2d05e00'].map((wei) => [wei])
  const history = {
    oldestBlock: '0x1',
    baseFeePerGas: ['0x1', '0x1', '0x1', '0x1'],
    gasUsedRatio: [0.5, 0.5, 0.5],
  }

  expect(await tipBehind({...history, reward})).toEqual({wei: 2n * GWEI, source: 'history'})
  expect(await tipBehind(history)).toEqual({wei: GWEI / 10n, source: 'floor'})
  expect(await tipBehind(undefined)).toEqual({wei: GWEI / 10n, source: 'floor'})
  expect(await tipBehind({...history, reward: null})).toMatchObject({source: 'floor'})
})

test('a limit loses its margin, and a bound that never had one keeps all of it', () => {
  for (const measured of [21_000n, 21_001n, 95_943n, 436_271n, 1n, 7n]) {
    const likely = likelyGasOf({limit: gasLimitOf(measured), atMost: undefined})
    expect(likely).toBeGreaterThanOrEqual(measured - 1n)
    expect(likely).toBeLessThanOrEqual(measured)
  }
  expect(likelyGasOf({limit: null, atMost: 600_000n})).toBe(600_000n)
})

test('the likely cost is what the receipts say', async () => {
  using temp = makeTempHome()
  const journal = openJournal(temp.home.journalFile)
  const {client, close} = connectChain({name: 'L1', chainId: L1_CHAIN_ID, urls: [chain.l1.url]})
  const nothing = () => {}
  const dependencies = {
    ...{client, network: 'test', chainId: L1_CHAIN_ID, journal},
    signal: new AbortController().signal,
    reporter: {
      ...{onSettled: nothing, onSimulated: nothing, onBroadcast: nothing},
      ...{onMined: nothing, onWaiting: nothing},
    },
  }
  const approve = (amount: bigint) =>
    encodeFunctionData({
      abi: erc20Abi,
      functionName: 'approve',
      args: [chain.at.lockingPool, amount],
    })
  const call = (label: string, amount: bigint, gasAtMost?: bigint) => ({
    ...{label, contract: 'METIS', to: chain.at.metis},
    ...{data: approve(amount), valueWei: 0n, ...(gasAtMost === undefined ? {} : {gasAtMost})},
  })
  // The second one's bound is what such a call uses, as those of plans are measured.
  const plan: Plan = {
    ...{action: 'test', title: 'Approve', chain: 'L1', from: owner.address, role: 'owner'},
    calls: [call('first', parseEther('1')), call('second', parseEther('2'), 30_000n)],
    ...{conditions: [], effects: [], figures: [], traps: []},
  }
  const choices = {overrides: [], waitMined: true}

  const preview = await previewPlan(plan, choices, dependencies)
  const sent = await sendPlan(preview, createLocalSigner(owner.privateKey), choices, dependencies)

  const paid = sent.reduce((sum, {receipt}) => sum + (receipt?.feeWei ?? 0n), 0n)
  const price = paid / sent.reduce((sum, {receipt}) => sum + (receipt?.gasUsed ?? 0n), 0n)
  const first = preview.gasLimits[0] ?? 0n
  const likelyOfFirst = likelyGasOf({limit: first, atMost: undefined})
  expect(Number(likelyOfFirst)).toBeCloseTo(Number(sent[0]?.receipt?.gasUsed), -3)
  expect(preview.likelyCostWei).toBeGreaterThanOrEqual((paid * 95n) / 100n)
  expect(preview.likelyCostWei / price).toBeGreaterThanOrEqual(likelyOfFirst + 29_000n)
  // Those who set this chain up paid a gwei.
  expect(preview.tip).toEqual({wei: GWEI, source: 'history'})
  journal.close()
  close()
})
