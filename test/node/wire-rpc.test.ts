/** Answers of the real l2geth (mvm develop 79c12367) to the same requests, as fixed vectors: texts, codes and fields. */
import {JsonRpcProvider, Wallet} from 'ethers'
import {
  BaseError,
  createWalletClient,
  defineChain,
  http,
  InsufficientFundsError,
  IntrinsicGasTooLowError,
  NonceTooLowError,
  type Hex,
} from 'viem'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import {accountOf, L2_CHAIN_ID, transfer} from '../helpers/l2-chain.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'
import {until, type TestNode} from '../helpers/node-cluster.ts'

const user = accountOf('user')
const rich = accountOf('rich')
const poor = accountOf('poor')
const to = '0x00000000000000000000000000000000000000aa'
const PRICE = 20_000_000n
let lone: LoneNode
let node: TestNode
let mined: Hex

beforeAll(async () => {
  lone = await startLoneNode([user.address, rich.address])
  node = lone.node
  const {result} = await call('eth_sendRawTransaction', await transfer(user, 0))
  mined = result as Hex
  await until('it is mined', async () => (await call('eth_getTransactionReceipt', mined)).result)
})

afterAll(async () => {
  await lone.stop()
})

interface Answer {
  result?: unknown
  error?: {code: number; message: string; data?: {reason?: string}}
}

async function raw(body: string): Promise<{status: number; text: string}> {
  const headers = {'content-type': 'application/json'}
  const answer = await fetch(node.rpcUrl, {method: 'POST', headers, body})
  return {status: answer.status, text: await answer.text()}
}

async function call(method: string, ...params: unknown[]): Promise<Answer> {
  const {text} = await raw(JSON.stringify({jsonrpc: '2.0', id: 1, method, params}))
  return JSON.parse(text) as Answer
}

const sign = (account: typeof user, changes: object = {}) =>
  account.signTransaction({
    ...{
      type: 'legacy',
      chainId: L2_CHAIN_ID,
      nonce: 1,
      gas: 30_000n,
      gasPrice: PRICE,
      to,
      value: 1n,
    },
    ...changes,
  } as Parameters<typeof user.signTransaction>[0])
const bytes = (count: number): Hex => `0x${'01'.repeat(count)}`

describe('refusals of eth_sendRawTransaction', () => {
  test.each<[string, () => Promise<string> | string, number, string]>([
    ['nonce', () => transfer(user, 0, {value: 2n}), -32_000, 'invalid transaction: nonce too low'],
    [
      'price of 1 wei',
      () => sign(user, {gasPrice: 1n}),
      -32_000,
      'gas price too low: 1 wei, use at least tx.gasPrice = 20000000 wei',
    ],
    [
      'half of the suggested price',
      () => sign(user, {gasPrice: PRICE / 2n}),
      -32_000,
      'gas price too low: 10000000 wei, use at least tx.gasPrice = 20000000 wei',
    ],
    [
      'gas below 21,000',
      () => sign(user, {gas: 20_000n}),
      -32_000,
      'invalid transaction: intrinsic gas too low',
    ],
    [
      'gas above a block',
      () => sign(user, {gas: 40_000_000_000n}),
      -32_000,
      'invalid transaction: exceeds block gas limit',
    ],
    [
      'no money',
      () => sign(poor, {nonce: 0}),
      -32_000,
      'invalid transaction: insufficient funds for gas * price + value',
    ],
    [
      'more than there is',
      () => sign(user, {value: 10n ** 40n}),
      -32_000,
      'invalid transaction: insufficient funds for gas * price + value',
    ],
    [
      'another chain',
      () => sign(user, {chainId: 1}),
      -32_000,
      'invalid transaction: invalid sender',
    ],
    [
      'type 2',
      () => sign(user, {type: 'eip1559', gasPrice: undefined, maxFeePerGas: PRICE}),
      -32_000,
      'rlp: expected input list for types.txdata',
    ],
    [
      'type 1',
      () => sign(user, {type: 'eip2930'}),
      -32_000,
      'rlp: expected input list for types.txdata',
    ],
    ['garbage', () => '0x1234', -32_000, 'rlp: expected input list for types.txdata'],
    ['empty', () => '0x', -32_000, 'EOF'],
    [
      'no hex',
      () => 'hello',
      -32_602,
      'invalid argument 0: json: cannot unmarshal hex string without 0x prefix into Go value of type hexutil.Bytes',
    ],
    [
      '127,001 bytes of calldata',
      () => sign(user, {data: bytes(127_001), gas: 3_000_000n}),
      -32_000,
      'Calldata cannot be larger than 127000, sent 127001',
    ],
    [
      '140,000 bytes of calldata',
      () => sign(user, {data: bytes(140_000), gas: 3_000_000n}),
      -32_000,
      'Calldata cannot be larger than 127000, sent 140000',
    ],
  ])('%s', async (_what, make, code, message) => {
    const {error} = await call('eth_sendRawTransaction', await make())
    expect({code: error?.code, message: error?.message}).toEqual({code, message})
  })

  test('known, and a replacement that pays too little', async () => {
    const waiting = await sign(rich, {nonce: 5})
    const {result: hash} = await call('eth_sendRawTransaction', waiting)
    const again = await call('eth_sendRawTransaction', waiting)
    const cheap = await call('eth_sendRawTransaction', await sign(rich, {nonce: 5, value: 2n}))
    expect(again.error?.message).toBe(`known transaction: ${String(hash).slice(2)}`)
    expect(cheap.error?.message).toBe('replacement transaction underpriced')
    const {result} = await call('eth_getTransactionByHash', hash)
    expect(result).toMatchObject({
      ...{blockHash: null, queueOrigin: 'sequencer', queueIndex: '0x0', rawTransaction: waiting},
      ...{l1TxOrigin: '0x0000000000000000000000000000000000000000', l1BlockNumber: '0x0'},
    })
  })
})

test.each<[string, unknown[], number, string]>([
  ['eth_nope', [], -32_601, 'the method eth_nope does not exist/is not available'],
  ...[
    'eth_feeHistory',
    'eth_maxPriorityFeePerGas',
    'eth_getBlockReceipts',
    'txpool_contentFrom',
  ].map((method): [string, unknown[], number, string] => [
    method,
    ['0x1'],
    -32_601,
    `the method ${method} does not exist/is not available`,
  ]),
  ['eth_sign', [to, '0x12'], -32_000, 'OVM: Unsupported RPC Method'],
  ['eth_sendTransaction', [{from: to}], -32_000, 'OVM: Unsupported RPC Method'],
  ['eth_getBlockByNumber', [], -32_602, 'missing value for required argument 0'],
  ['eth_getBlockByNumber', ['latest'], -32_602, 'missing value for required argument 1'],
  ['eth_getBlockByNumber', [1, false], -32_602, 'invalid argument 0: hex string without 0x prefix'],
  ['eth_getBalance', [to, '0xfffffff'], -32_000, 'header not found'],
  [
    'eth_getBalance',
    ['0x12', 'latest'],
    -32_602,
    'invalid argument 0: hex string has length 2, want 40 for common.Address',
  ],
  ['eth_chainId', [1], -32_602, 'too many arguments, want at most 0'],
])('%s %j', async (method, params, code, message) => {
  const {error} = await call(method, ...params)
  expect({code: error?.code, message: error?.message}).toEqual({code, message})
})

test.each<[string, string, string]>([
  [
    'an empty batch',
    '[]',
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"empty batch"}}',
  ],
  ['no JSON', '{', '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}'],
  [
    'no method',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"invalid request"}}',
  ],
  ['no version', '{"id":1,"method":"eth_chainId"}', '{"jsonrpc":"2.0","id":1,"result":"0x1a900"}'],
])('%s', async (_what, body, expected) => {
  expect(await raw(body)).toEqual({status: 200, text: expected})
})

const transactionFields =
  'blockHash blockNumber from gas gasPrice hash index input l1BlockNumber l1Timestamp l1TxOrigin nonce queueIndex queueOrigin r rawTransaction s seqR seqS seqV to transactionIndex v value'
const receiptFields =
  'blockHash blockNumber contractAddress cumulativeGasUsed from gasUsed l1Fee l1FeeScalar l1GasPrice l1GasUsed logs logsBloom status to transactionHash transactionIndex'
const blockFields =
  'difficulty extraData gasLimit gasUsed hash logsBloom miner mixHash nonce number parentHash receiptsRoot sha3Uncles size stateRoot timestamp totalDifficulty transactions transactionsRoot uncles'

test('fields of transactions, receipts and blocks: those of l2geth and no others', async () => {
  const names = (value: unknown) =>
    Object.keys(value as object)
      .toSorted()
      .join(' ')
  const {result: transaction} = await call('eth_getTransactionByHash', mined)
  const {result: receipt} = await call('eth_getTransactionReceipt', mined)
  const {blockNumber} = receipt as {blockNumber: Hex}
  const {result: block} = await call('eth_getBlockByNumber', blockNumber, true)
  expect(names(transaction)).toBe(transactionFields)
  expect(names((block as {transactions: unknown[]}).transactions[0])).toBe(transactionFields)
  expect(names(receipt)).toBe(receiptFields)
  expect(names(block)).toBe(blockFields)
  expect(transaction).toMatchObject({
    l1TxOrigin: '0x0000000000000000000000000000000000000000',
    queueIndex: '0x0',
  })
  expect(receipt).toMatchObject({l1FeeScalar: expect.stringMatching(/^\d+(?:\.\d+)?$/) as string})
})

describe('clients name the three refusals', () => {
  const cases = [
    ['nonce too low', {nonce: 0, gas: 30_000n, value: 3n}, NonceTooLowError, 'NONCE_EXPIRED'],
    [
      'no money',
      {nonce: 1, gas: 30_000n, value: 10n ** 40n},
      InsufficientFundsError,
      'INSUFFICIENT_FUNDS',
    ],
    ['little gas', {nonce: 1, gas: 20_000n, value: 1n}, IntrinsicGasTooLowError, null],
  ] as const

  test.each(cases)('viem: %s', async (_what, {nonce, gas, value}, kind) => {
    const chain = defineChain({
      ...{id: L2_CHAIN_ID, name: 'test'},
      nativeCurrency: {name: 'METIS', symbol: 'METIS', decimals: 18},
      rpcUrls: {default: {http: [node.rpcUrl]}},
    })
    const wallet = createWalletClient({chain, transport: http(), account: user})
    const sent = wallet.sendTransaction({to, nonce, gas, value, type: 'legacy', gasPrice: PRICE})
    const error = await sent.catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(BaseError)
    expect((error as BaseError).walk((cause) => cause instanceof kind)).toBeInstanceOf(kind)
  })

  test.each(cases)('ethers: %s', async (_what, {nonce, gas, value}, _kind, code) => {
    const provider = new JsonRpcProvider(node.rpcUrl, L2_CHAIN_ID, {staticNetwork: true})
    const wallet = new Wallet(user.privateKey, provider)
    const fields = {to, nonce, gasLimit: gas, value, type: 0, gasPrice: PRICE}
    const error = await wallet.sendTransaction(fields).catch((cause: unknown) => cause)
    provider.destroy()
    if (code) expect(error).toMatchObject({code})
    else expect(String((error as Error).message)).toContain('intrinsic gas too low')
  })
})

describe('below a genesis that is not block 0', () => {
  /**
   * `SetOldTxsPushed` of Themis' bridge: errors and empty blocks are passed over. It wants 100; this chain begins at 100.
   *
   * @returns requests until it stops
   */
  async function walkAsBridge(from: number, wanted: number): Promise<number> {
    let found = wanted
    for (let at = from, asked = 1; at > 0; at--, asked++) {
      const {result} = await call('eth_getBlockByNumber', `0x${at.toString(16)}`, true)
      const {transactions = []} = (result ?? {}) as {transactions?: unknown[]}
      if (transactions.length === 0) continue
      if (found === 0) return asked
      found--
    }
    return from
  }

  test('a bridge that walks down to 1 has its blocks with transactions, and stops', async () => {
    const [head, genesis] = await Promise.all(
      ['latest', 'earliest'].map(async (tag) => {
        const {result} = await call('eth_getBlockByNumber', tag, false)
        return Number((result as {number: string}).number)
      }),
    )

    const asked = await walkAsBridge(head!, 50)

    expect(asked).toBeLessThanOrEqual(head! - genesis! + 52)
    expect(asked).toBeGreaterThan(50)
  })

  test('the block it gets is a real one, under its own number, and nobody else is told of it', async () => {
    const {result} = await call('eth_getBlockByNumber', '0x1', true)
    const block = result as {number: string; hash: string; transactions: {hash: string}[]}

    expect(block.transactions[0]!.hash).toBe(mined)
    expect((await call('eth_getBlockByHash', block.hash, true)).result).toEqual(block)
    for (const [number, full] of [
      ['0x1', false],
      ['0x0', true],
      ['0xfffffff', true],
    ])
      expect((await call('eth_getBlockByNumber', number, full)).result).toBeNull()
    expect((await call('eth_getBlockTransactionCountByNumber', '0x1')).result).toBeNull()
  })
})
