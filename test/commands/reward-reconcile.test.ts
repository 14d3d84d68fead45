import {encodeFunctionData, type Abi} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {until} from '../helpers/node-cluster.ts'
import {makeOperator} from '../helpers/operator.ts'
import {payBatch, payWrapped, registerSequencer} from '../helpers/reward-scene.ts'
import {runBoth, runCli} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {mpc, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const RATE = 761_000_000_000_000n
const LENGTH = 10n
/** Epoch 0 of the test chain ends here. */
const FIRST_END = 1100n
let chain: TestChain
let temp: TempHome

/** Epochs 1 to 8 of ten blocks each, all over on L2. */
beforeAll(async () => {
  chain = await startTestChain()
  await registerSequencer(chain, 'one', 'one signer')
  await registerSequencer(chain, 'two', 'two signer')
  const turns = ['one', 'two', 'one', 'one', 'two', 'two', 'one', 'two']
  await onL2('UpdateEpochLength', [LENGTH])
  for (const [index, name] of turns.entries()) {
    const start = FIRST_END + 1n + BigInt(index) * LENGTH
    const signer = accountOf(`${name} signer`).address
    await onL2('commitEpoch', [BigInt(index) + 1n, start, start + LENGTH - 1n, signer])
    await mineL2Until(start + LENGTH)
  }
  // Batch 2 pays epochs 1 and 2 right; batch 3 forgets a block of epoch 3 or 4 and gives it to the other.
  await payBatch(chain, [
    ['one signer', 10n],
    ['two signer', 10n],
  ])
  await payBatch(chain, [
    ['one signer', 19n],
    ['two signer', 1n],
  ])
  temp = await makeOperator(chain.network, {owner: 'one', signer: 'one signer'})
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})

/** A call of the sequencer set by the MPC account, mined when it resolves. */
async function onL2(functionName: string, args: readonly unknown[]): Promise<void> {
  const {sequencerSet} = chain.network.l2.contracts
  const data = encodeFunctionData({abi: metisSequencerSetAbi as Abi, functionName, args})
  const transaction = {from: mpc.address, to: sequencerSet, data, gas: '0x4c4b40'}
  const hash = await chain.l2.request('eth_sendTransaction', [transaction])
  const receipt = await until('it is mined on L2', async () => {
    const found = await chain.l2.request('eth_getTransactionReceipt', [hash])
    return found === null ? undefined : found
  })
  expect(receipt, functionName).toMatchObject({status: '0x1'})
}

async function mineL2Until(block: bigint): Promise<void> {
  const head = BigInt(String(await chain.l2.request('eth_blockNumber')))
  if (head < block) await chain.l2.request('anvil_mine', [`0x${(block - head).toString(16)}`])
}

test('one block too few: exit 10, with the batch, the epochs and who got it', async () => {
  const {text, json, exitCode} = await runBoth(['reward', 'reconcile'], {home: temp.root})

  expect(exitCode).toBe(10)
  expect(json.data).toMatchObject({
    sequencerId: '1',
    equal: false,
    differing: 1,
    unknown: 0,
    dueMetisWei: `${30n * RATE}`,
    creditedMetisWei: `${29n * RATE}`,
    batches: [
      {batchId: '2', state: 'equal', ownEpochs: [{number: '1', blocks: '10'}], suspects: []},
      {
        batchId: '3',
        state: 'differs',
        dueBlocks: '20',
        creditedBlocks: '19',
        differenceBlocks: '-1',
        differenceMetisWei: `${-RATE}`,
        suspects: [
          {epoch: '3', reason: 'one-of-ours'},
          {epoch: '4', reason: 'one-of-ours'},
        ],
        others: [{signer: accountOf('two signer').address.toLowerCase(), differenceBlocks: '1'}],
      },
    ],
    pending: {epochs: ['7'], blocks: '10', metisWei: `${10n * RATE}`},
  })
  expect(text.stdout).toContain('1 of 2 reward batches differs from the blocks on L2.')
  expect(text.stdout).toContain('-1 blocks, -0.000761 METIS')
})

test('a whole epoch left out is named, also when another contract made the payment', async () => {
  await payBatch(chain, [['two signer', 20n]])
  await payWrapped(chain, [['two signer', 10n]])

  const {json} = await runCli(['reward', 'reconcile', '1', '--json'], {home: temp.root})

  expect(json!.data['batches']).toMatchObject([
    {batchId: '2', state: 'equal'},
    {batchId: '3', state: 'differs'},
    {batchId: '4', state: 'equal', ownEpochs: [], creditedBlocks: '0'},
    {
      batchId: '5',
      state: 'differs',
      differenceBlocks: '-10',
      suspects: [{epoch: '7', blocks: '10', reason: 'left-out'}],
    },
  ])
})

test('an L2 that lacks the epochs of a batch: not equal and not different, exit 11', async () => {
  await using other = await startTestChain()
  using home = makeTempHome()
  const {l1} = chain.network
  saveNetwork(home.home, {...other.network, l1}, {replace: true})

  const {json, exitCode} = await runBoth('reward reconcile 1 --network test'.split(' '), {
    home: home.root,
  })

  expect(exitCode).toBe(11)
  expect(json.data).toMatchObject({
    differing: 0,
    unknown: 4,
    batches: [{state: 'unknown', missingEpochs: ['1', '2']}, {}, {}, {}],
  })
})

test('forecast: shares, the measured interval, the next batch and the rate of now', async () => {
  await mineL2Until(FIRST_END + 8n * LENGTH + 200n)

  const {text, json, exitCode} = await runBoth(['reward', 'forecast'], {home: temp.root})

  expect(exitCode).toBe(0)
  const {data} = json
  expect(data).toMatchObject({
    sequencerId: '1',
    share: 0.5,
    eligible: 2,
    epochLength: '10',
    measuredBlocks: expect.any(Number),
    targetRatePercent: 20,
    nextBatch: {
      batchId: '6',
      startEpoch: '9',
      epochs: 2,
      committedEpochs: 0,
      committedOwnBlocks: '0',
      meanMetisWei: `${10n * RATE}`,
    },
  })
  const interval = Number(data['blockIntervalSeconds'])
  const [day, month] = data['horizons'] as {epochs: number; meanMetisWei: string; days: number}[]
  expect(day!.epochs * interval * 10).toBeCloseTo(86_400, 3)
  const mean = (Number(RATE) * 86_400) / interval / 2
  expect(Number(day!.meanMetisWei) / mean).toBeCloseTo(1, 3)
  expect(Number(month!.meanMetisWei) / Number(day!.meanMetisWei)).toBeCloseTo(30, 3)
  const year = (Number(RATE) * 365 * 86_400) / interval / (40_000 * 1e18)
  expect(Number(data['ratePercent'])).toBeCloseTo(100 * year, 6)
  expect(Number(data['ownRatePercent'])).toBeCloseTo(100 * year, 6)
  expect(data['targetMetisWei']).toMatchObject({
    atTargetInterval: `${(40_000n * 10n ** 18n) / 5n / 3_942_000n}`,
  })
  expect(text.stdout).toContain('Sequencer 1 is drawn for 50.00 % of all epochs, among 2.')
})
