import {mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {encodeFunctionData, keccak256, type Address, type Hash, type Hex} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {l2StandardBridgeAbi} from '../../src/chain/abis/l2-standard-bridge.ts'
import {systemClock} from '../../src/lib/clock.ts'
import type {RpcClient} from '../../src/lib/json-rpc.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {verifyFromL1, type Verification} from '../../src/node/verify/verify.ts'
import {decodeBatch, encodeBatch, type TxBatch} from '../../src/protocol/batch-codec.ts'
import {signHash} from '../../src/protocol/secp256k1.ts'
import {l2Addresses} from '../../src/local/l2-plan.ts'
import {toEnvelope} from '../../src/cli/output.ts'
import {checkDocument} from '../helpers/check-document.ts'
import {batcher, startL1Network, type L1TestNetwork} from '../helpers/l1-network.ts'
import {accountOf, L2_CHAIN_ID, METIS, transfer} from '../helpers/l2-chain.ts'
import {nodeOptions, startTestNode, TestPos, until, type TestNode} from '../helpers/node-cluster.ts'
import {senderOf} from '../helpers/sign-block.ts'

const user = accountOf('user')
const recipient: Address = '0x00000000000000000000000000000000000000bb'
const HARD_FORK = 112
/** As far as the batches have to go at least. */
const LAST_WANTED = 140
const EPOCH_LENGTH = 10

let chain: L1TestNetwork
let node: TestNode
/** What the batcher sent. */
let sent: TxBatch[]

/** Two signers in turns, deposits, a hard fork, blocks of one and of many transactions. */
beforeAll(async () => {
  chain = await startL1Network({
    rich: [user.address],
    hardforks: [
      {fromBlock: 0, name: 'shanghai'},
      {fromBlock: HARD_FORK, name: 'cancun'},
    ],
    phase2Block: 108,
  })
  const {network, genesis} = chain
  const keys = {
    relayerAccount: senderOf(accountOf('relayer')),
    batchAccount: senderOf(batcher),
    batchMaxAgeMs: 0,
  }
  node = await startTestNode(nodeOptions('alpha', network, genesis.dir, keys))
  const bootnodes = [node.peerAddress]
  const beta = await startTestNode(nodeOptions('beta', network, genesis.dir, {...keys, bootnodes}))
  const signers = ['alpha', 'beta'].map((name) => accountOf(name).address)
  const pos = new TestPos({
    ...{
      sequencerSet: genesis.sequencerSet,
      signers,
      epochLength: EPOCH_LENGTH,
      node: () => node.rpc,
    },
  })
  pos.start()
  for (let index = 0; index < 3; index++) await chain.deposit(recipient, METIS)
  let nonce = 0
  // On a busy machine many come into one block, and it takes more of them to get there.
  const pay = async () => {
    const raw = await transfer(user, nonce)
    // A full pool refuses at the door; whoever wants it says it again.
    await until('it is taken', async () =>
      String(await node.rpc.request('eth_sendRawTransaction', [raw])),
    )
    nonce++
  }
  while (nonce < 40) await pay()
  const isDone = async () => {
    await chain.mine(1)
    // The last epoch that is wanted goes to L1 when the next one has begun.
    if (node.status().head.number <= LAST_WANTED + 2 * EPOCH_LENGTH) await pay()
    return (node.status().safe ?? 0) > LAST_WANTED
  }
  await until('much of it is on L1', isDone, 150_000)
  await pos.stop()
  await beta.stop()
  sent = await readSent()
})

afterAll(async () => {
  await node.stop()
  await chain[Symbol.asyncDispose]()
})

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-verify-test-'))
  return () => rmSync(dir, {recursive: true, force: true})
})

async function readSent(): Promise<TxBatch[]> {
  const {l1, network} = chain
  const head = Number(await l1.request('eth_blockNumber'))
  const found: TxBatch[] = []
  for (let number = 0; number <= head; number++) {
    const params = [`0x${number.toString(16)}`, true]
    const block = (await l1.request('eth_getBlockByNumber', params)) as {
      transactions: {to: Address | null; input: Hex}[]
    }
    for (const {to, input} of block.transactions) {
      if (to === network.l1.contracts.batchInbox) found.push(decodeBatch(input))
    }
  }
  return found
}

/** What is found is a document of `node verify` as well. */
async function verify(
  overrides: Partial<Parameters<typeof verifyFromL1>[0]> = {},
): Promise<Verification> {
  const found = await verifyFromL1({
    ...{network: chain.network, l1: chain.l1, node: node.rpc, dir, clock: systemClock},
    ...{logger: silentLogger, signal: new AbortController().signal, onProgress: () => {}},
    ...overrides,
  })
  const parts = {command: 'node verify', profile: null, network: 'test', warnings: [], sources: []}
  checkDocument({
    ...toEnvelope({...parts, data: {...found, node: null}, error: null, startedMs: 0}),
  })
  return found
}

/** A verification may have read a batch that the node reads a moment later. */
async function nodeHasRead(head: number): Promise<void> {
  await expect.poll(() => node.status().safe).toBeGreaterThanOrEqual(head)
}

test('the chain follows from L1 alone, block by block', async () => {
  const found = await verify()
  expect(found.difference).toBeNull()
  expect(found.blocks).toBeGreaterThan(40)
  expect(found).toMatchObject({deposits: 3, equalBlocks: found.blocks})
  expect(found.transactions).toBeGreaterThan(43)
  expect(found.head.number).toBe(100 + found.blocks)
  await nodeHasRead(found.head.number)
  const block = await node.rpc.request('eth_getBlockByNumber', [tag(found.head.number), false])
  expect(block).toMatchObject({hash: found.head.hash, stateRoot: found.head.stateRoot})
})

test('without a node it says where the chain ends', async () => {
  const found = await verify({node: null})
  expect(found).toMatchObject({difference: null, equalBlocks: null})
  await nodeHasRead(found.head.number)
})

/** A node that answers for one block something else. */
function lying(number: number, change: Record<string, unknown> | null): RpcClient {
  return {
    ...node.rpc,
    batch: async (calls) => {
      const answers = await node.rpc.batch(calls)
      return answers.map((answer, index) => {
        if (calls[index]!.params?.[0] !== tag(number)) return answer
        return change && {...(answer as object), ...change}
      })
    },
  }
}

const other: Hash = `0x${'12'.repeat(32)}`

test.each(['stateRoot', 'parentHash', 'timestamp', 'receiptsRoot'])(
  'a node with another %s: the first such block is named, with both values',
  async (field) => {
    const found = await verify({node: lying(117, {hash: other, [field]: other})})
    expect(found.difference).toMatchObject({block: 117, field, other: 'node', otherValue: other})
    const holder = sent.find(
      ({startBlock, blocks}) => startBlock <= 117 && 117 < startBlock + blocks.length,
    )!
    const {batchIndex, l1Transaction, fromL1} = found.difference!
    expect(batchIndex).toBe(String(holder.batchIndex))
    const transaction = (await chain.l1.request('eth_getTransactionByHash', [l1Transaction])) as {
      input: Hex
    }
    expect(decodeBatch(transaction.input).batchIndex).toBe(holder.batchIndex)
    const block = (await node.rpc.request('eth_getBlockByNumber', [tag(117), false])) as Record<
      string,
      unknown
    >
    expect(fromL1).toBe(block[field])
    expect(found.equalBlocks).toBe(16)
  },
)

test('a node that lacks a transaction, or everything from a block on', async () => {
  const withTransactions = sent
    .flatMap(({startBlock, blocks}) =>
      blocks.map((block, index) => ({...block, number: startBlock + index})),
    )
    .find(({transactions}) => transactions.length > 1)!
  const {number, transactions} = withTransactions
  const hashes = transactions.map(({raw}) => keccak256(raw))
  const change = {hash: other, transactions: hashes.toSpliced(1, 1)}
  const found = await verify({node: lying(number, change)})
  expect(found.difference).toMatchObject({
    ...{block: number, field: 'transactions[1]', fromL1: hashes[1]},
    otherValue: hashes[2] ?? 'none',
  })
  const behind = await verify({node: lying(120, null)})
  expect(behind).toMatchObject({difference: null, equalBlocks: 19})
  expect(behind.blocks).toBeGreaterThan(40)
})

test('an interrupted verification ends at once and leaves no engine', async () => {
  const abort = new AbortController()
  const running = verify({
    signal: abort.signal,
    node: {
      ...node.rpc,
      batch: (calls) => {
        abort.abort(new Error('Ctrl-C'))
        return node.rpc.batch(calls)
      },
    },
  })
  await expect(running).rejects.toThrow('Ctrl-C')
  expect(readdirSync(dir).filter((name) => name.endsWith('.pid'))).toEqual([])
})

/** The inbox as it would be if the batches were others; L1 itself is not touched. */
function forged(change: (batch: TxBatch, index: number) => TxBatch): RpcClient {
  const inbox = chain.network.l1.contracts.batchInbox
  return {
    ...chain.l1,
    batch: async (calls) => {
      const answers = (await chain.l1.batch(calls)) as {
        transactions: {to: Address | null; input: Hex}[]
      }[]
      return answers.map((block) => ({
        ...block,
        transactions: block.transactions.map((transaction) => {
          if (transaction.to !== inbox) return transaction
          const batch = decodeBatch(transaction.input)
          return {...transaction, input: encodeBatch(change(batch, Number(batch.batchIndex)))}
        }),
      }))
    },
  }
}

function tag(number: number): Hex {
  return `0x${number.toString(16)}`
}

/** The batches with one block changed. */
function withBlock(
  number: number,
  change: (block: TxBatch['blocks'][0]) => TxBatch['blocks'][0],
): RpcClient {
  return forged((batch) => ({
    ...batch,
    blocks: batch.blocks.map((block, index) =>
      batch.startBlock + index === number ? change(block) : block,
    ),
  }))
}

function firstBlockWith(needle: string): number {
  for (const {startBlock, blocks} of sent) {
    const index = blocks.findIndex(({transactions}) =>
      transactions.some(({raw}) => raw.includes(needle)),
    )
    if (index >= 0) return startBlock + index
  }
  throw new Error('There is no such block.')
}

test('a block of somebody else, an older one, and one that cannot be executed are named', async () => {
  const number = firstBlockWith('00000000000000000000000000000000000000aa')
  const signedBy = (name: string, raw: Hex) => ({
    raw,
    seqSign: signHash(keccak256(raw), accountOf(name).privateKey),
  })
  const stranger = withBlock(number, (block) => ({
    ...block,
    transactions: block.transactions.map(({raw}) => signedBy('mallory', raw)),
  }))
  const {difference} = await verify({l1: stranger, node: null})
  expect(difference).toMatchObject({
    ...{block: number, field: 'signer', other: 'rules'},
    fromL1: accountOf('mallory').address.toLowerCase(),
    otherValue: expect.stringMatching(/^0x[0-9a-f]{40}$/),
  })

  const older = withBlock(number, (block) => ({...block, timestamp: 1_600_000_000}))
  const late = await verify({l1: older, node: null})
  expect(late.difference).toMatchObject({block: number, field: 'timestamp', fromL1: '1600000000'})

  const raw = await transfer(user, 77_000)
  const signer =
    difference!.otherValue === accountOf('alpha').address.toLowerCase() ? 'alpha' : 'beta'
  const gap = withBlock(number, (block) => ({...block, transactions: [signedBy(signer, raw)]}))
  const dropped = await verify({l1: gap, node: null})
  expect(dropped.difference).toMatchObject({
    ...{block: number, field: 'transactions', other: 'rules'},
    fromL1: expect.stringContaining(keccak256(raw)),
  })
  expect(dropped.head.number).toBe(number - 1)
})

test('a payment that the L1 bridge never took in is named, though L2 accepts it', async () => {
  const relayer = accountOf('relayer')
  const raw = await relayer.signTransaction({
    ...{type: 'legacy', chainId: L2_CHAIN_ID, nonce: 0, gas: 600_000n, gasPrice: 20_000_000n},
    to: chain.genesis.bridge,
    data: relayCall(0n, 1_000n * METIS),
  })
  const first = firstBlockWith(relayCall(0n, METIS).slice(2, 74))
  const forgery = withBlock(first, ({transactions, ...block}) => ({
    ...block,
    transactions: transactions.map(({seqSign}) => {
      const name = ['alpha', 'beta'].find(
        (who) => signHash(keccak256(transactions[0]!.raw), accountOf(who).privateKey) === seqSign,
      )!
      return {raw, seqSign: signHash(keccak256(raw), accountOf(name).privateKey)}
    }),
  }))
  const {difference} = await verify({l1: forgery, node: null})
  expect(difference).toMatchObject({
    ...{block: first, field: 'deposit 0, amount', other: 'bridge'},
    ...{fromL1: String(1_000n * METIS), otherValue: String(METIS)},
  })
})

function relayCall(queueIndex: bigint, amountWei: bigint): Hex {
  return encodeFunctionData({
    abi: l2StandardBridgeAbi,
    functionName: 'finalizeDeposit',
    args: [
      queueIndex,
      chain.deployment.metis,
      l2Addresses.metis,
      accountOf('depositor').address,
      recipient,
      amountWei,
    ],
  })
}
