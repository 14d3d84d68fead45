/** Whether an epoch was committed before its respan, from the contract's own log of it. */
import {encodeFunctionData, type Address} from 'viem'
import {afterAll, afterEach, beforeAll, expect, test} from 'vitest'

import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import type {Json} from '../../src/lib/json.ts'
import {replayDraw} from '../../src/protocol/rotation/forecast.ts'
import type {Span} from '../../src/protocol/span.ts'
import {openContext, type Context} from '../../src/services/context.ts'
import {readDutyHistory} from '../../src/services/duty/history.ts'
import {listEpochs} from '../../src/services/rotation/epochs.ts'
import {on, type Behaviour} from '../chaos/behaviours.ts'
import {startChaosProxy, type ChaosProxy} from '../chaos/proxy.ts'
import {accountOf, L2_CHAIN_ID} from '../helpers/l2-chain.ts'
import {until} from '../helpers/node-cluster.ts'
import {makeOperator} from '../helpers/operator.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {mpc, startTestChain, type TestChain} from '../helpers/test-chain.ts'
import {startThemisStub, validatorOf, type ThemisStub} from '../helpers/themis-stub.ts'

const validators = [
  validatorOf(1n, accountOf('own').address, 100_000),
  validatorOf(2n, accountOf('other').address, 100_000),
]
const drawnFor = (id: bigint) => replayDraw(id, validators) as Address
const [bob, carol] = [accountOf('bob').address, accountOf('carol').address]

let chain: TestChain
let l2: ChaosProxy
let themis: ThemisStub
let behaviour: Behaviour = () => false
let temp: TempHome
let context: Context

beforeAll(async () => {
  chain = await startTestChain({initialSigner: carol})
  await makeEpochs()
  l2 = await startChaosProxy(chain.network.l2.rpcUrls[0]!, (asked) => behaviour(asked))
  const ids = [1n, 2n, 3n, 4n, 5n, 6n, 7n]
  themis = await startThemisStub({
    ...{l2ChainId: L2_CHAIN_ID, l1Batch: 1, validators, spans: ids.map(spanOf)},
  })
  themis.be((path, result) => (path === '/metis/respan/list' ? respans : result))
})
afterAll(async () => {
  await Promise.all([chain, l2, themis].map((each) => each[Symbol.asyncDispose]()))
})
afterEach(() => {
  behaviour = () => false
  context.close()
  temp[Symbol.dispose]()
})

/** Only the validators of a span matter here. */
function spanOf(id: bigint): Span {
  const producer = validators.find(({signer}) => signer === drawnFor(id))!
  return {id, startBlock: 1n, endBlock: 2n, validators, producers: [{...producer, power: 1}]}
}

const respan = (number: number, from: Address, to: Address, startBlock: number): Json => ({
  ...{span_id: number, current_l2_epoch: number - 1, start_block: startBlock},
  ...{current_producer: from.toLowerCase(), next_producer: to.toLowerCase()},
})
const respans = [
  respan(2, drawnFor(2n), bob, 1111),
  respan(3, drawnFor(3n), carol, 1141),
  respan(4, carol, bob, 1151),
]

/**
 * Epoch 1 is followed by one that nobody has committed, for the same signer; epoch 3 never begins with the
 * signer that it was committed for; epoch 4 comes early, before it was committed.
 */
async function makeEpochs(): Promise<void> {
  const to = chain.network.l2.contracts.sequencerSet
  type Act = 'commitEpoch' | 'recommitEpoch' | 'UpdateEpochLength'
  const act = async (functionName: Act, ...args: readonly unknown[]) => {
    const data = encodeFunctionData({abi: metisSequencerSetAbi, functionName, args} as never)
    const hash = await chain.l2.request('eth_sendTransaction', [
      {from: mpc.address, to, data, gas: '0xf4240'},
    ])
    const receipt = await until('it is mined', () =>
      chain.l2.request('eth_getTransactionReceipt', [hash]).then((found) => found ?? undefined),
    )
    expect(receipt).toMatchObject({status: '0x1'})
  }
  const mineUpTo = async (block: number) => {
    const head = Number(await chain.l2.request('eth_blockNumber'))
    await chain.l2.request('anvil_mine', [`0x${(block - head).toString(16)}`])
  }
  await act('UpdateEpochLength', 10)
  await act('commitEpoch', 1, 1101, 1110, drawnFor(2n))
  await mineUpTo(1110)
  await act('recommitEpoch', 1, 2, 1111, 1140, bob)
  await act('commitEpoch', 3, 1141, 1150, drawnFor(3n))
  await mineUpTo(1140)
  await act('recommitEpoch', 2, 3, 1141, 1170, carol)
  await mineUpTo(1150)
  await act('recommitEpoch', 3, 4, 1151, 1180, bob)
  for (const [number, startBlock] of [
    [5, 1181],
    [6, 1191],
    [7, 1201],
  ] as const) {
    await act('commitEpoch', number, startBlock, startBlock + 9, carol)
    await mineUpTo(startBlock)
  }
}

async function newHome(): Promise<Context> {
  const network = {
    ...{...chain.network, posRestUrl: themis.url},
    l2: {...chain.network.l2, rpcUrls: [l2.url]},
  }
  temp = await makeOperator(network, {owner: 'owner', signer: 'own'})
  context = openContext({home: temp.home, timeoutSeconds: 20})
  return context
}

async function listed(at: Context) {
  const epochs = await listEpochs(at, 20)
  return epochs
    .filter(({number}) => number >= 1n && number <= 4n)
    .map(({replaced, silent, cut}) => [replaced, silent?.toLowerCase() ?? null, cut])
}

async function outcomes(at: Context, number: bigint) {
  const {duties, periods} = await readDutyHistory(at, {signer: drawnFor(number), days: [7]})
  const {missed, notCommitted, unknown} = periods[0]!.score
  return {
    outcome: duties.find((duty) => duty.number === number)?.outcome,
    ...{missed, notCommitted, unknown},
  }
}

const refuses = on('eth_getLogs', async ({calls, reply, isBatch}) => {
  const error = {code: -32_601, message: 'the method eth_getLogs does not exist'}
  const answers = calls.map(({id}) => ({jsonrpc: '2.0', id, error}))
  reply(isBatch ? answers : answers[0])
  return true
})

const known = [
  [null, null, false],
  ['planned', null, false],
  ['committed', drawnFor(3n).toLowerCase(), true],
  ['planned', carol.toLowerCase(), false],
]

test('a respan before the commitment names nobody, and is no turn of the one drawn; then it is cached', async () => {
  const at = await newHome()
  expect(await listed(at)).toEqual(known)
  expect(await outcomes(at, 2n)).toMatchObject({outcome: 'not-committed', notCommitted: 1})
  expect(await outcomes(at, 3n)).toMatchObject({outcome: 'missed', missed: 1, unknown: 0})

  const before = l2.methods.length
  behaviour = refuses
  expect(await listed(at)).toEqual(known)
  expect(l2.methods.slice(before)).not.toContain('eth_getLogs')
})

test('an endpoint without logs: unknown, unless the respan itself names somebody else', async () => {
  behaviour = refuses
  const at = await newHome()
  expect(await listed(at)).toEqual([
    [null, null, false],
    ['unknown', null, false],
    ['committed', drawnFor(3n).toLowerCase(), null],
    ['unknown', null, false],
  ])
  expect(await outcomes(at, 2n)).toMatchObject({outcome: 'unknown', notCommitted: 0})
  expect(await outcomes(at, 3n)).toMatchObject({outcome: 'missed', missed: 1})
  // It was not cached as an answer.
  behaviour = () => false
  expect(await listed(at)).toEqual(known)
})

test('each log is asked for in the one block where the contract can have made it', async () => {
  const filters: unknown[] = []
  behaviour = ({calls}) => {
    for (const {method, params} of calls) if (method === 'eth_getLogs') filters.push(params[0])
    return false
  }
  await listed(await newHome())
  const hex = (number: number) => `0x${number.toString(16)}`
  const ranges = [1151, 1141, 1111].map((block) => ({fromBlock: hex(block), toBlock: hex(block)}))
  expect(filters).toMatchObject(ranges)
})
