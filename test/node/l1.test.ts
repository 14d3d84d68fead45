import type {Address, Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {decodeBatch} from '../../src/protocol/batch-codec.ts'
import {batcher, depositor, startL1Network, type L1TestNetwork} from '../helpers/l1-network.ts'
import {accountOf, METIS, transfer} from '../helpers/l2-chain.ts'
import {nodeOptions, startTestNode, TestPos, until, type TestNode} from '../helpers/node-cluster.ts'
import {senderOf} from '../helpers/sign-block.ts'

const user = accountOf('user')
const recipient: Address = '0x00000000000000000000000000000000000000bb'

let chain: L1TestNetwork
let node: TestNode
let pos: TestPos

beforeAll(async () => {
  chain = await startL1Network({rich: [user.address]})
  const {network, genesis} = chain
  node = await startTestNode(
    nodeOptions('alpha', network, genesis.dir, {
      relayerAccount: senderOf(accountOf('relayer')),
      batchAccount: senderOf(batcher),
      batchMaxAgeMs: 0,
    }),
  )
  pos = new TestPos({
    sequencerSet: genesis.sequencerSet,
    signers: [accountOf('alpha').address],
    epochLength: 10,
    node: () => node.rpc,
  })
  pos.start()
})

afterAll(async () => {
  await pos.stop()
  await node.stop()
  await chain[Symbol.asyncDispose]()
})

async function balance(address: Address): Promise<bigint> {
  return BigInt(String(await node.rpc.request('eth_getBalance', [address, 'latest'])))
}

interface BlockWithTransactions {
  transactions: {from: Address; hash: Hex}[]
}

test('deposits arrive on L2 in order and exactly once, each in a block of its own', async () => {
  const {l1} = chain
  // A batch would otherwise be mined at any time, and confirm a deposit with it.
  await l1.request('evm_setAutomine', [false])
  for (const amount of [1n, 2n]) await chain.deposit(recipient, amount * METIS)
  await chain.mine(1)
  await chain.deposit(recipient, 3n * METIS)
  await chain.mine(1)
  // Two of three are deep enough; the last one waits for one more block.
  await until('two are paid', async () => (await balance(recipient)) === 3n * METIS)
  const {number} = node.status().head
  await until('some blocks pass', () => node.status().head.number > number + 8)
  expect(await balance(recipient)).toBe(3n * METIS)
  await chain.mine(1)
  await l1.request('evm_setAutomine', [true])
  await until('all are paid', async () => (await balance(recipient)) === 6n * METIS)
  const relayer = accountOf('relayer').address.toLowerCase()
  expect(await node.rpc.request('eth_getTransactionCount', [relayer, 'latest'])).toBe('0x3')

  const top = node.status().head.number
  for (let number = 101; number <= top; number++) {
    const params = [`0x${number.toString(16)}`, true]
    const block = (await node.rpc.request('eth_getBlockByNumber', params)) as BlockWithTransactions
    if (block.transactions.some(({from}) => from === relayer)) {
      expect(block.transactions).toHaveLength(1)
    }
  }
})

test('settled blocks reach the inbox, and the safe and finalized heads follow L1', async () => {
  const {l1} = chain
  await node.rpc.request('eth_sendRawTransaction', [await transfer(user, 0)])
  await until('a batch is on L1', async () => {
    const count = await l1.request('eth_getTransactionCount', [batcher.address, 'latest'])
    return Number(count) > 0
  })
  // A stray: right layout and sender, wrong place. It must not count.
  const {batchInbox} = node.options.network.l1.contracts
  await chain.send(depositor, batchInbox, '0x00')
  const safe = await until('the safe head is set', async () => {
    await l1.request('evm_mine')
    return node.status().safe ?? undefined
  })
  expect(safe).toBeGreaterThan(100)
  const tagged = (await node.rpc.request('eth_getBlockByNumber', ['safe', false])) as {number: Hex}
  expect(Number(tagged.number)).toBeGreaterThanOrEqual(safe)
  await until('the finalized head follows', async () => {
    await l1.request('evm_mine')
    return (node.status().finalized ?? 0) >= safe
  })
  expect(node.status().lastError).toEqual({})

  const batches = await readBatches(batchInbox)
  let next = 101
  for (const [index, batch] of batches.entries()) {
    expect(batch.batchIndex).toBe(BigInt(index + 1))
    expect(batch.startBlock).toBe(next)
    for (const {transactions} of batch.blocks) {
      const params = [`0x${next.toString(16)}`, false]
      const block = (await node.rpc.request('eth_getBlockByNumber', params)) as {
        transactions: Hex[]
      }
      expect(transactions).toHaveLength(block.transactions.length)
      next++
    }
  }
  expect(next - 1).toBeGreaterThanOrEqual(safe)
})

async function readBatches(inbox: Address) {
  const {l1} = chain
  const head = Number(await l1.request('eth_blockNumber'))
  const batches: ReturnType<typeof decodeBatch>[] = []
  for (let number = 0; number <= head; number++) {
    const params = [`0x${number.toString(16)}`, true]
    const block = (await l1.request('eth_getBlockByNumber', params)) as {
      transactions: {from: Address; to: Address | null; input: Hex}[]
    }
    for (const {from, to, input} of block.transactions) {
      if (to === inbox && from === batcher.address.toLowerCase()) batches.push(decodeBatch(input))
    }
  }
  return batches
}
