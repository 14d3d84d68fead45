import {join} from 'node:path'

import {concatHex, getContractAddress, pad, toHex, type Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {silentLogger} from '../../src/lib/log.ts'
import {AnvilEngine} from '../../src/node/engine/anvil-engine.ts'
import {composeReceipts, withoutRefunds} from '../../src/node/engine/block-receipts.ts'
import {withoutExtras} from '../../src/node/engine/engine-answers.ts'
import {readGenesis} from '../../src/node/engine/genesis.ts'
import {ENGINE_BLOCK_RECEIPTS} from '../../src/node/engine/limits.ts'
import {
  accountOf,
  createTestGenesis,
  L2_CHAIN_ID,
  transfer,
  type TestGenesis,
} from '../helpers/l2-chain.ts'

const sender = accountOf('sender 0')
let genesis: TestGenesis
let engine: AnvilEngine
let nonce = 0

/** Deploys the code above: copy what follows these 12 bytes. */
const deployment = concatHex([
  '0x6017600c60003960176000f3',
  '0x6000356000556000356000526000356020',
  '0x6000a100',
])

beforeAll(async () => {
  genesis = await createTestGenesis({
    initialSigner: accountOf('signer').address,
    rich: [sender.address],
  })
  engine = new AnvilEngine({
    genesis: readGenesis(genesis.file),
    dir: join(genesis.dir, 'engine'),
    logger: silentLogger,
  })
  await engine.start()
})

afterAll(async () => {
  await engine.stop()
  genesis[Symbol.dispose]()
})

function call(to: Hex | null, data: Hex, type: 'legacy' | 'eip1559' = 'legacy'): Promise<Hex> {
  const common = {chainId: L2_CHAIN_ID, nonce: nonce++, gas: 150_000n, to, data}
  if (type === 'legacy') return sender.signTransaction({...common, type, gasPrice: 20_000_000n})
  const fees = {maxFeePerGas: 30_000_000n, maxPriorityFeePerGas: 20_000_000n}
  return sender.signTransaction({...common, type, ...fees})
}

async function seal(transactions: Hex[]) {
  const {hash, number} = engine.head()
  const timestamp = 1_700_000_000 + 2 * (number - 90)
  const {block, included} = await engine.execute(hash, {
    timestamp,
    orderedTransactions: transactions,
  })
  expect(included).toEqual(transactions)
  return {number: block.number, hash: block.hash, transactions}
}

const plain = (receipt: unknown) => withoutExtras(receipt)

const compose = (block: Awaited<ReturnType<typeof seal>>) =>
  composeReceipts(
    {
      blockAt: (number) => engine.blockAt(number),
      read: (method, params) => engine.read(method, params),
      readAll: (calls) => engine.readAll(calls),
      chainId: L2_CHAIN_ID,
    },
    block,
  )

test('composed receipts equal those of the engine: transfers, logs, reverts, creations, typed ones', async () => {
  const contract = getContractAddress({from: sender.address, nonce: BigInt(nonce)})
  const transactions = [await call(null, deployment)]
  for (let index = 1; index <= 40; index++) {
    transactions.push(await call(contract, pad(toHex(index)), index % 2 ? 'legacy' : 'eip1559'))
    transactions.push(await transfer(sender, nonce++))
  }
  // An invalid instruction, and a creation that fails.
  transactions.push(
    await call(null, '0xfe'),
    await call(null, '0x60006000fd'),
    await transfer(sender, nonce++),
  )
  const block = await seal(transactions)

  const expected = await engine.read('eth_getBlockReceipts', [toHex(block.number)])
  const composed = await compose(block)
  expect(composed).toHaveLength(transactions.length)
  expect(composed).toEqual((expected as unknown[]).map(plain))
})

test('a refund is found among the others, to the gas', async () => {
  const contract = getContractAddress({from: sender.address, nonce: 0n})
  const transactions: Hex[] = []
  for (let index = 1; index <= 40; index++) {
    // Zero clears what an earlier call has written.
    const clears = index === 7 || index === 8 || index === 31
    transactions.push(await call(contract, clears ? pad('0x0') : pad(toHex(index))))
    transactions.push(await transfer(sender, nonce++))
  }
  const block = await seal(transactions)

  const expected = await engine.read('eth_getBlockReceipts', [toHex(block.number)])
  expect(await compose(block)).toEqual((expected as unknown[]).map(plain))
})

test('one refund among 4,000 takes 12 receipts; sums that cannot be explained give nothing', async () => {
  const used = Array.from({length: 4_000}, (_, index) => 21_000 + index)
  const asked: number[] = []
  const total = used.reduce((sum, gas) => sum + gas, 0)
  const cumulativeOf = (gas: readonly number[]) => async (indexes: readonly number[]) => {
    asked.push(...indexes)
    return indexes.map((at) => gas.slice(0, at + 1).reduce((sum, each) => sum + each, 0))
  }
  expect(await withoutRefunds(used, total, cumulativeOf(used))).toEqual(used)
  expect(asked).toEqual([])

  const real = used.with(2_345, 20_000)
  const found = await withoutRefunds(used, total - 3_345, cumulativeOf(real))
  expect(found).toEqual(real)
  expect(asked).toHaveLength(12)

  expect(await withoutRefunds(used, total + 1, cumulativeOf(used))).toBeUndefined()
  expect(await withoutRefunds(used, total - 1, async (at) => at.map(() => undefined))).toBe(
    undefined,
  )
})

test('a large block is answered in the same shape as a small one', async () => {
  const transactions: Hex[] = []
  for (let index = 0; index <= ENGINE_BLOCK_RECEIPTS; index++) {
    transactions.push(await transfer(sender, nonce++))
  }
  const block = await seal(transactions)
  const receipts = (await engine.receiptsOf(block)) as Record<string, unknown>[]
  const single = await engine.read('eth_getTransactionReceipt', [
    receipts.at(-1)!['transactionHash'],
  ])
  expect(receipts.at(-1)).toEqual(plain(single))
})

test('a block the engine no longer keeps, or another branch, gives nothing', async () => {
  const other = {number: engine.head().number, hash: pad('0x1'), transactions: ['0x00' as Hex]}
  expect(await compose(other)).toBeUndefined()
})
