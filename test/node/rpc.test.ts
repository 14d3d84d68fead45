import {readFileSync, statSync} from 'node:fs'
import {request} from 'node:http'
import {connect} from 'node:net'
import {join} from 'node:path'

import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import type {AdminFile} from '../../src/node/admin/admin-server.ts'
import {startNode} from '../../src/node/start-node.ts'
import {accountOf, transfer} from '../helpers/l2-chain.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'
import {nodeOptions, until, type TestNode} from '../helpers/node-cluster.ts'
import {signerOf} from '../helpers/sign-block.ts'

const user = accountOf('user')
const poor = accountOf('poor')
let lone: LoneNode
let node: TestNode

beforeAll(async () => {
  lone = await startLoneNode([user.address])
  node = lone.node
})

afterAll(async () => {
  await lone.stop()
})

interface Answer {
  status: number
  text: string
  headers: Record<string, unknown>
}

function send(body: string, options: {method?: string; path?: string; type?: string} = {}) {
  const {method = 'POST', path = '/', type = 'application/json'} = options
  return new Promise<Answer>((resolve, reject) => {
    const outgoing = request(
      new URL(path, node.rpcUrl),
      {method, headers: {'content-type': type, 'content-length': Buffer.byteLength(body)}},
      (incoming) => {
        let text = ''
        incoming.on('data', (chunk: Buffer) => (text += chunk.toString()))
        incoming.on('end', () =>
          resolve({status: incoming.statusCode ?? 0, text, headers: incoming.headers}),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function call(method: string, ...params: unknown[]) {
  const {text} = await send(JSON.stringify({jsonrpc: '2.0', id: 1, method, params}))
  return JSON.parse(text) as {
    result?: unknown
    error?: {code: number; message: string; data?: unknown}
  }
}

const valid = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'

describe('malformed input gets the right error and never hurts', () => {
  test.each([
    ['not JSON', '{"jsonrpc"', -32_700, null],
    ['nothing', '', -32_700, null],
    ['a number', '7', -32_600, null],
    ['null', 'null', -32_600, null],
    ['an empty batch', '[]', -32_600, null],
    ['no method', '{"jsonrpc":"2.0","id":"a"}', -32_600, 'a'],
    ['a method that is no text', '{"jsonrpc":"2.0","id":1,"method":7}', -32_600, 1],
    ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}', -32_600, null],
    [
      'parameters by name',
      '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}',
      -32_602,
      1,
    ],
    ['an unknown method', '{"jsonrpc":"2.0","id":1,"method":"eth_nothing"}', -32_601, 1],
    ['a prototype name', '{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32_601, 1],
    [
      'a call that is no object',
      '{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[7]}',
      -32_602,
      1,
    ],
    ['too long a batch', `[${Array.from({length: 201}, () => valid).join()}]`, -32_005, null],
    ['a deep nesting', '['.repeat(100_000) + ']'.repeat(100_000), -32_600, null],
  ])('%s', async (_name, body, code, id) => {
    const {status, text, headers} = await send(body)
    expect(status).toBe(200)
    const answer = JSON.parse(text) as unknown
    const only = Array.isArray(answer) && answer.length === 1 ? (answer[0] as unknown) : answer
    expect(only).toMatchObject({jsonrpc: '2.0', id, error: {code}})
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('a batch of good and bad is answered in order; a notification gets no answer', async () => {
    const {text} = await send(`[${valid},7,{"jsonrpc":"2.0","method":"eth_chainId"}]`)
    expect(JSON.parse(text)).toMatchObject([
      {id: 1, result: '0x1a900'},
      {id: null, error: {code: -32_600}},
    ])
    const silent = await send('{"jsonrpc":"2.0","method":"eth_chainId"}')
    expect(silent).toMatchObject({status: 204, text: ''})
  })

  test('bodies, content types and HTTP methods', async () => {
    expect((await send(' '.repeat(5_000_001))).status).toBe(413)
    expect((await send(valid, {type: 'text/plain'})).status).toBe(415)
    expect((await send('', {method: 'GET', path: '/other'})).status).toBe(405)
    expect((await send('', {method: 'PUT'})).status).toBe(405)
    expect((await send('', {method: 'GET', path: '/healthz'})).status).toBe(200)
    expect((await send('', {method: 'GET', path: '/readyz'})).status).toBe(200)
    const {text} = await send('', {method: 'GET', path: '/metrics'})
    expect(text).toMatch(/^metis_seq_head_block \d+$/m)
    expect(text).toMatch(/^metis_seq_stage_ms_count\{stage="build"\} [1-9]/m)
  })

  test('raw bytes that are no HTTP', async () => {
    const {port} = new URL(node.rpcUrl)
    const closed = new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('\x16\x03\x01 hello\r\n\r\n'),
      )
      socket.on('close', () => resolve())
      socket.on('error', () => {})
    })
    await closed
    expect((await call('eth_chainId')).result).toBe('0x1a900')
  })
})

test.each([
  ...['anvil_mine', 'anvil_setBalance', 'anvil_rollback', 'evm_mine', 'evm_snapshot'],
  ...['eth_sendUnsignedTransaction', 'debug_traceTransaction'],
  ...[
    'hardhat_setCode',
    'trace_block',
    'eth_getProof',
    'eth_simulateV1',
    'personal_sign',
    'miner_start',
  ],
])('%s is not offered', async (method) => {
  expect((await call(method)).error?.code).toBe(-32_601)
})

test('own answers: prices, tags, rollup methods in the shapes of l2geth', async () => {
  expect((await call('eth_gasPrice')).result).toBe('0x1312d00')
  expect((await call('net_version')).result).toBe('108800')
  expect((await call('eth_accounts')).result).toEqual([])
  expect((await call('eth_syncing')).result).toBe(false)
  expect((await call('rollupbridge_setPreRespan', user.address, user.address, 7)).result).toBeNull()
  expect((await call('rollup_checkIsSeqWorking')).result).toBe(true)
  expect((await call('mvm_finalizedBlockNumber')).result).toMatch(/^0x/)
  expect((await call('rollup_gasPrices')).result).toMatchObject({l2GasPrice: '0x1312d00'})
  expect((await call('rollup_getInfo')).result).toMatchObject({
    mode: 'sequencer',
    syncing: false,
    ethContext: {blockNumber: 0, timestamp: 0},
    rollupContext: {index: expect.any(Number), queueIndex: 0, verifiedIndex: 0},
  })
  for (const tag of ['safe', 'finalized', 'earliest']) {
    expect((await call('eth_getBlockByNumber', tag, false)).result).toMatchObject({number: '0x64'})
  }
})

test('a call without an end is cut by its gas, and blocks go on', async () => {
  // JUMPDEST, PUSH1 0, JUMP, with all the gas in the world.
  const data = '0x5b600056'
  const {error} = await call('eth_call', {data, gas: '0xffffffffffffff'}, 'latest')
  expect(error?.message).toMatch(/gas/i)
  const {number} = node.status().head
  await until('the next block comes', () => node.status().head.number > number + 1)
})

test('too many blocks of logs are refused', async () => {
  const {error} = await call('eth_getLogs', {fromBlock: '0x0', toBlock: '0xffffff'})
  expect(error?.code).toBe(-32_005)
})

describe('eth_sendRawTransaction', () => {
  test.each([
    ['rubbish', () => Promise.resolve('0x1234'), 'type-not-supported'],
    ['no price', () => transfer(user, 0, {gasPrice: 0n}), 'gas-price'],
    ['no money', () => transfer(poor, 0), 'funds'],
    ['a nonce too far ahead', () => transfer(user, 100_000), 'nonce-too-high'],
    ['too much gas', () => transfer(user, 0, {gas: 30_000_001n}), 'gas-limit'],
    [
      'a recommitment from a stranger',
      () =>
        transfer(user, 0, {
          to: lone.genesis.sequencerSet,
          gas: 200_000n,
          data: `0x2c91c679${'00'.repeat(160)}`,
        }),
      'sender',
    ],
  ])('refuses %s and says why', async (_name, make, reason) => {
    const {error} = await call('eth_sendRawTransaction', await make())
    expect(error).toMatchObject({code: -32_000, data: {reason}})
    expect(node.status().pool).toMatchObject({pending: 0, queued: 0})
  })

  test('not even a text', async () => {
    expect((await call('eth_sendRawTransaction', 7)).error?.code).toBe(-32_602)
    expect((await call('eth_sendRawTransaction')).error?.code).toBe(-32_602)
  })

  test('a block parameter cannot name the pool of the engine in another way', async () => {
    for (const tag of [
      'Pending',
      {blockNumber: 'pending'},
      {blockNumber: '0x1', pending: true},
      7,
      {},
    ]) {
      const answer = await call('eth_call', {to: user.address, data: '0x'}, tag)
      expect(answer.error?.code, JSON.stringify(tag)).toBe(-32_602)
    }
    const head = (await call('eth_blockNumber')).result
    for (const tag of ['latest', 'pending', 'safe', head, {blockNumber: head}]) {
      const answer = await call('eth_call', {to: user.address, data: '0x'}, tag)
      expect(answer.result, JSON.stringify(tag)).toBe('0x')
    }
  })

  test('a gap shows as queued, with its content, and is sealed when it is filled', async () => {
    await call('eth_sendRawTransaction', await transfer(user, 1))
    expect((await call('txpool_status')).result).toEqual({pending: '0x0', queued: '0x1'})
    const from = user.address.toLowerCase()
    expect((await call('txpool_content')).result).toMatchObject({
      pending: {},
      queued: {[user.address]: {1: {from, nonce: '0x1', value: '0x1'}}},
    })
    expect((await call('eth_getTransactionCount', user.address, 'pending')).result).toBe('0x0')
    await call('eth_sendRawTransaction', await transfer(user, 0))
    await until('both are sealed', async () => {
      return (await call('eth_getTransactionCount', user.address, 'latest')).result === '0x2'
    })
    expect((await call('txpool_status')).result).toEqual({pending: '0x0', queued: '0x0'})
    const {error} = await call('eth_sendRawTransaction', await transfer(user, 0))
    expect(error).toMatchObject({data: {reason: 'nonce-too-low'}})
  })
})

test('administration: a token in a private file, and nothing without it', async () => {
  const file = join(node.options.dataDir, 'admin.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const {url, token, pid} = JSON.parse(readFileSync(file, 'utf8')) as AdminFile
  expect(pid).toBe(process.pid)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  for (const headers of [{}, {authorization: 'Bearer x'}]) {
    expect((await fetch(`${url}/status`, {headers})).status).toBe(401)
    expect((await fetch(`${url}/stop`, {method: 'POST', headers})).status).toBe(401)
  }
  const status = await fetch(`${url}/status`, {headers: {authorization: `Bearer ${token}`}})
  expect(await status.json()).toMatchObject({name: 'alpha', phase: 'building', turn: 'mine'})
})

describe('a second start is refused', () => {
  test('in the same directory', async () => {
    await expect(startNode(node.options)).rejects.toMatchObject({code: 'DIRECTORY_LOCKED'})
  })

  test('on the same port', async () => {
    const {port} = new URL(node.rpcUrl)
    const options = nodeOptions('beta', node.options.network, lone.genesis.dir, {
      rpc: {host: '127.0.0.1', port: Number(port)},
    })
    await expect(startNode(options)).rejects.toMatchObject({
      ...{code: 'PORT_BUSY', exit: 'busy'},
      hints: [expect.anything(), expect.stringContaining('--node-port PORT')],
    })
  })

  test('with another genesis, chain id or key', async () => {
    const {network} = node.options
    const {l2} = network
    const options = nodeOptions('gamma', network, lone.genesis.dir)
    const wrong = {...l2.bundled!, fingerprint: `0x${'00'.repeat(32)}` as const}
    await expect(
      startNode({...options, network: {...network, l2: {...l2, bundled: wrong}}}),
    ).rejects.toMatchObject({code: 'GENESIS_MISMATCH'})
    await expect(
      startNode({...options, network: {...network, l2: {...l2, chainId: 1088}}}),
    ).rejects.toMatchObject({code: 'WRONG_CHAIN'})
    const signerAccount = {...signerOf(accountOf('gamma')), address: user.address}
    await expect(startNode({...options, signerAccount})).rejects.toMatchObject({
      code: 'SIGNER_MISMATCH',
    })
  })
})
