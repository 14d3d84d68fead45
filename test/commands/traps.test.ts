/** What each trap prevents, on a real chain: refused before anything is sent, and then the loss itself. */
import {encodeFunctionData, numberToHex} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {discountOracleAbi} from '../../src/chain/abis/discount-oracle.ts'
import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli, type Document} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, mpc, startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('owner')
const signer = accountOf('signer').address
const GWEI = 10n ** 9n

let chain: TestChain
let temp: TempHome

beforeAll(async () => {
  chain = await startTestChain({initialSigner: signer})
  await chain.fund(owner.address)
  await chain.l1.request('anvil_setBalance', [signer, '0xde0b6b3a7640000'])
  temp = await makeOperator(chain.network, {owner: 'owner', signer: 'signer'})
  await ask('sequencer register --amount 20000')
  for (const name of ['one', 'two']) {
    await chain.lock(accountOf(name).address, accountOf(`${name} signs`))
  }
  await chain.submitRewards(signer, 5n)
  await chain.keep()
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(() => chain.reset())

async function ask(line: string): Promise<Document> {
  const {json, stdout} = await runCli([...line.split(' '), '--yes', '--json'], {home: temp.root})
  if (!json) throw new Error(`${line} gave no document: ${stdout}`)
  return json
}

const nonce = async () =>
  Number(await chain.l1.request('eth_getTransactionCount', [owner.address, 'latest']))

/** Refused with the trap and nothing sent. */
async function trapOf(line: string): Promise<Document['error']> {
  const before = await nonce()
  const {error} = await ask(line)
  expect(await nonce()).toBe(before)
  return error
}

test('producing: the sequencer has the turn, and a dead L2 does not mean that it has not', async () => {
  const error = await trapOf('exit start')

  expect(error).toMatchObject({code: 'TRAP', facts: {trap: 'producing'}})
  expect(error?.message).toContain('produces now, until block 1100')
  const add =
    'profile add blind --network test --owner owner --signer signer --l2-rpc-url http://127.0.0.1:9'
  expect((await runCli(add.split(' '), {home: temp.root})).exitCode).toBe(0)
  const blind = await trapOf('exit start --profile blind')
  expect(blind).toMatchObject({facts: {trap: 'producing'}})
  expect(blind?.message).toContain('L2 does not respond')
  expect((await runCli(['profile', 'use', 'op'], {home: temp.root})).exitCode).toBe(0)
})

test('unpaid-blocks: with the old signer in an epoch, the next reward batch is refused', async () => {
  await commitEpoch(1n, signer)
  const publicKey = `0x${accountOf('next signer').publicKey.slice(4)}`
  const line = `sequencer rotate-signer --signer-pubkey ${publicKey} --override shared-throttle`
  // Epochs 1 and 2 are paid already; epoch 3 is not.
  await commitEpoch(2n, accountOf('another').address)
  await commitEpoch(3n, signer)

  const error = await trapOf(line)

  expect(error).toMatchObject({code: 'TRAP', facts: {trap: 'unpaid-blocks'}})
  expect(error?.message).toContain('has epoch 3, and rewards are paid until epoch 2')
  const done = await ask(`${line} --override unpaid-blocks`)
  expect(done.error).toBeNull()
  await expect(chain.submitRewards(signer, 5n)).rejects.toThrow('batchSubmitRewards reverted')
  // The committed epoch keeps the old address, and an exit during it halts L2 all the same.
  const leaving = await trapOf('exit start')
  expect(leaving).toMatchObject({code: 'TRAP', facts: {trap: 'producing'}})
  expect(leaving?.message).toContain(`${signer}, a replaced signer`)
})

test('signer-is-owner: one key on the machine of the node would rule over all METIS', async () => {
  const publicKey = `0x${owner.publicKey.slice(4)}`
  const fresh = accountOf('fresh owner').address
  await chain.fund(fresh)

  const {error} = await ask(
    `sequencer register --from ${fresh} --signer-pubkey ${publicKey} --dry-run`.replace(
      ' --yes',
      '',
    ),
  )
  expect(error).toBeNull()
  const same = await ask(
    `sequencer rotate-signer --signer-pubkey ${publicKey} --override shared-throttle --dry-run`,
  )
  expect(same.error).toMatchObject({code: 'TRAP', facts: {trap: 'signer-is-owner'}})
})

test('bridge-fee: one answer of the oracle must not spend the owner’s ETH', async () => {
  await chain.act(governance.address, chain.at.discountOracle, discountOracleAbi, 'setDiscount', [
    20_000n * GWEI,
  ])

  const error = await trapOf('reward claim')

  expect(error).toMatchObject({code: 'TRAP', facts: {trap: 'bridge-fee'}})
  expect(error?.message).toContain('asks for 4 ETH')
})

test('a Safe pays no gas, so its owner account may hold no ETH', async () => {
  await chain.l1.request('anvil_setBalance', [owner.address, '0x0'])
  const line = 'stake increase --amount 10 --unsigned -'.split(' ')
  const batch = await runCli([...line, '--format', 'safe'], {home: temp.root})
  expect(batch.exitCode, batch.stderr).toBe(0)
  expect(JSON.parse(batch.stdout)).toMatchObject({version: '1.0'})
  const fields = await runCli([...line, '--json'], {home: temp.root})
  expect(fields.json?.error).toMatchObject({code: 'BALANCE_LOW'})
})

test('claim-at-a-loss: by the price that is given, and for certain without one', async () => {
  const setFee = (gwei: bigint) =>
    chain.act(governance.address, chain.at.discountOracle, discountOracleAbi, 'setDiscount', [
      gwei * GWEI,
    ])
  // 200,000 gas of the bridge: 0.002 ETH, and 0.005 below. The reward is 0.0038 METIS.
  await setFee(10n)

  const priced = await trapOf('reward claim --metis-per-eth 1000')
  const unpriced = await ask('reward claim --dry-run')
  await setFee(25n)
  const certain = await trapOf('reward claim')

  expect(priced).toMatchObject({code: 'TRAP', facts: {trap: 'claim-at-a-loss'}})
  expect(priced?.message).toMatch(/brings 0\.0038\d* METIS and costs 0\.002\d* ETH/)
  expect(unpriced.error).toBeNull()
  expect(certain).toMatchObject({code: 'TRAP', facts: {trap: 'claim-at-a-loss'}})
  const accepted = await ask(
    'reward claim --metis-per-eth 1000 --override claim-at-a-loss --dry-run',
  )
  expect(accepted.data).toMatchObject({overridden: [{id: 'claim-at-a-loss'}]})
})

test('rotate-signer --from acts for that signer, whose key is not here', async () => {
  const publicKey = `0x${accountOf('next signer').publicKey.slice(4)}`
  const {error} = await ask(
    `sequencer rotate-signer 1 --signer-pubkey ${publicKey} --from ${owner.address}`,
  )
  expect(error).toMatchObject({code: 'NOT_SEQUENCER_SIGNER'})
})

// The last one: a reset of the chain does not bring the price of gas back.
test('fee-spike: told with what waiting saves; a ceiling of one’s own goes on', async () => {
  await chain.l1.request('anvil_mine', ['0x40'])
  await chain.l1.request('anvil_setNextBlockBaseFeePerGas', [numberToHex(400n * GWEI)])
  await chain.l1.request('evm_mine')

  const error = await trapOf('stake increase --amount 10')

  expect(error).toMatchObject({code: 'TRAP', facts: {trap: 'fee-spike'}})
  expect(error?.message).toMatch(/Gas costs [\d.]+ gwei now .* saves about 0\.\d+ ETH/)
  const capped = await ask('stake increase --amount 10 --max-fee 900 --dry-run')
  expect(capped.error).toBeNull()
})

test('fee-spike: more than any operation is worth, whatever is usual', async () => {
  await chain.l1.request('anvil_setNextBlockBaseFeePerGas', [numberToHex(4_000n * GWEI)])
  await chain.l1.request('evm_mine')

  const error = await trapOf('stake increase --amount 10')

  expect(error).toMatchObject({code: 'TRAP', facts: {trap: 'fee-spike'}})
  expect(error?.message).toMatch(/asks for [\d.]+ ETH of gas/)
})

/** The next epoch on L2, of 1,000 blocks, as the consensus layer commits it. */
async function commitEpoch(number: bigint, of: `0x${string}`): Promise<void> {
  const start = 101n + number * 1000n
  await chain.l2.request('anvil_mine', [numberToHex(1000n)])
  const data = encodeFunctionData({
    abi: metisSequencerSetAbi,
    functionName: 'commitEpoch',
    args: [number, start, start + 999n, of],
  })
  const to = chain.network.l2.contracts.sequencerSet
  const hash = await chain.l2.request('eth_sendTransaction', [
    {from: mpc.address, to, data, gas: '0x7a120', gasPrice: '0x0'},
  ])
  await expect
    .poll(() => chain.l2.request('eth_getTransactionReceipt', [hash]))
    .toMatchObject({status: '0x1'})
}
