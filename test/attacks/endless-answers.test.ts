/** Answers without an end, without measure, or one byte at a time: read up to a bound, in size and in time. */
import {mkdirSync, writeFileSync} from 'node:fs'
import type {ServerResponse} from 'node:http'
import {gzipSync} from 'node:zlib'

import {expect, test} from 'vitest'

import {connectChain} from '../../src/chain/connect.ts'
import {connectRest} from '../../src/chain/pos-client.ts'
import {createRemoteSigner} from '../../src/chain/remote-signer.ts'
import {toErrorReport} from '../../src/cli/error-report.ts'
import {append} from '../../src/lib/append.ts'
import {exchange, MAX_ANSWER_BYTES} from '../../src/lib/http.ts'
import {createRpcClient} from '../../src/lib/json-rpc.ts'
import {answers} from '../../src/services/node/node-answers.ts'
import {readNodeStatus} from '../../src/services/node/node-answers.ts'
import {table} from '../../src/ui/presenters/table.ts'
import {startHttpStub, type Answer} from '../helpers/http-stub.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const piece = Buffer.alloc(1_000_000, ' ')
let written = 0

/** Sends as much as the other side takes. */
const endless: Answer = (_body, _request, response) => {
  written = 0
  const more = () => {
    while (!response.destroyed && response.write(piece)) written += piece.length
    written += piece.length
  }
  response.on('drain', more)
  more()
}

/** Never silent, and never done. */
const drip: Answer = (_body, _request, response: ServerResponse) => {
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
}

async function errorOf(act: () => Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    return {value: await act()}
  } catch (error) {
    return {...toErrorReport(error, 'x')}
  }
}

const chainAt = (url: string, timeoutMs: number) =>
  connectChain({name: 'L1', chainId: 1, urls: [url], timeoutMs}).client.request({
    method: 'eth_blockNumber',
  })
const signerAt = (url: string, timeoutMs: number) =>
  createRemoteSigner({
    ...{name: 'vault', url, api: 'eth_signTransaction', publicKey: null, http: {timeoutMs}},
    address: accountOf('x').address,
  }).sign({
    ...{chainId: 1, to: accountOf('x').address, nonce: 0, gasLimit: 1n, valueWei: 0n, data: '0x'},
    fees: {type: 'legacy', gasPrice: 1n},
  })

const readers: [string, (url: string, timeoutMs: number) => Promise<unknown>, object, object][] = [
  [
    'a chain',
    chainAt,
    {code: 'ENDPOINT_ANSWER_TOO_LARGE', exit: 'unreachable', retryable: false},
    {code: 'ENDPOINT_UNREACHABLE', exit: 'unreachable', retryable: true},
  ],
  [
    'the consensus layer',
    (url, timeoutMs) => connectRest(url, timeoutMs).get('/x'),
    {code: 'POS_UNREACHABLE', exit: 'unreachable'},
    {code: 'POS_UNREACHABLE', exit: 'unreachable'},
  ],
  [
    'a remote signer',
    signerAt,
    {code: 'SIGNER_UNREACHABLE', exit: 'signer'},
    {code: 'SIGNER_UNREACHABLE', exit: 'signer'},
  ],
]

test.each(readers)('an endless answer of %s is left at the bound', async (_who, read, fault) => {
  await using stub = await startHttpStub(endless)
  expect(await errorOf(() => read(`${stub.url}/secret`, 60_000))).toMatchObject(fault)
  // What the kernel had taken meanwhile comes on top.
  expect(written).toBeLessThan(MAX_ANSWER_BYTES + 20_000_000)
})

test.each(readers)('%s that drips ends by its time', async (_who, read, _large, fault) => {
  await using stub = await startHttpStub(drip)
  const report = await errorOf(() => read(`${stub.url}/secret`, 200))
  expect(report).toMatchObject(fault)
  expect(JSON.stringify(report)).not.toContain('secret')
})

test('the program asks its own node in the same way', async () => {
  using home = makeTempHome()
  mkdirSync(home.path('node'))
  for (const answer of [endless, drip]) {
    await using stub = await startHttpStub(answer)
    writeFileSync(
      home.path('node', 'admin.json'),
      JSON.stringify({pid: 1, url: stub.url, token: 'x'}),
    )
    expect(await readNodeStatus(home.path('node'))).toBeNull()
    expect(await answers(stub.url)).toBe(false)
  }
})

test('an answer that says at once that it is too large is not read at all', async () => {
  await using stub = await startHttpStub((_body, _request, response) => {
    response.setHeader('content-length', MAX_ANSWER_BYTES + 1)
    response.write('{')
  })
  await expect(exchange(stub.url, {method: 'GET', timeoutMs: 60_000})).rejects.toThrow('32 MB')
})

test('a packed answer is not unpacked', async () => {
  await using stub = await startHttpStub((_body, _request, response) => {
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync(Buffer.alloc(50_000_000)))
  })
  const asked = errorOf(() => chainAt(stub.url, 60_000))
  expect(await asked).toMatchObject({code: 'ENDPOINT_NOT_JSON_RPC', exit: 'unreachable'})
})

test('an error of 20 MB is kept as a short one, in all that wraps it', async () => {
  const long = 'x'.repeat(2_500_000)
  await using stub = await startHttpStub((body, _request, response) => {
    const {id} = JSON.parse(body) as {id: number}
    const error = {code: -32_000, message: long, data: {data: long, list: [long], deep: {a: long}}}
    response.end(JSON.stringify({jsonrpc: '2.0', id, error}))
  })
  const rpc = createRpcClient(stub.url)
  const error = await rpc.request('eth_call').catch((thrown: unknown) => thrown)
  expect(
    JSON.stringify({...(error as object), message: (error as Error).message}).length,
  ).toBeLessThan(20_000)
  const report = await errorOf(() => chainAt(stub.url, 60_000))
  expect(report).toMatchObject({code: 'ENDPOINT_ERROR', exit: 'unreachable'})
  expect(JSON.stringify(report).length).toBeLessThan(2000)
  rpc.close()
})

test('lists of outside size never lie on the stack', () => {
  const many = Array.from({length: 300_000}, (_, index) => [`${index}`, 'x'])
  const list: unknown[] = []
  append(list, many)
  expect(list).toHaveLength(300_000)
  expect(table(['a', 'b'], many).length).toBeGreaterThan(300_000)
})
