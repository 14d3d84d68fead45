import type {ServerResponse} from 'node:http'

import type {Address} from 'viem'
import {readContract} from 'viem/actions'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {cErc20Abi} from '../../src/chain/abis/c-erc20.ts'
import {connectChain, type Connection} from '../../src/chain/connect.ts'
import {readMarkets} from '../../src/chain/defi/lending/shoebill/read.ts'
import {ifOffered} from '../../src/chain/lst/optional.ts'
import {localShoebill, localShoebillMarkets} from '../../src/local/defi/lending/shoebill/plan.ts'
import {startL2} from '../contracts/l2-fixture.ts'
import type {Anvil} from '../helpers/anvil.ts'
import {proxyAnswer, startHttpStub, type Call, type HttpStub} from '../helpers/http-stub.ts'

/** The answer of the endpoint to a read of `underlying`; undefined: the one of the chain. */
let fault: object | undefined
let anvil: Anvil
let stub: HttpStub
let connection: Connection
beforeAll(async () => {
  anvil = (await startL2('defi')).anvil
  stub = await startHttpStub(proxyAnswer(() => anvil.rpcUrl, answerAll))
  connection = connectChain({name: 'L2', chainId: 1088, urls: [stub.url]})
  await ask(localShoebillMarkets.lst)
})
afterAll(async () => {
  connection.close()
  await stub[Symbol.asyncDispose]()
  await anvil.stop()
})
beforeEach(() => (fault = undefined))

const UNDERLYING = '0x6f307dc3'
const isUnderlying = ({method, params}: Call) =>
  method === 'eth_call' && (params[0] as {data: string}).data === UNDERLYING

/** Only requests that consist of such reads are answered here. */
function answerAll(calls: Call[], response: ServerResponse): boolean {
  if (fault === undefined || !calls.every(isUnderlying)) return false
  const answers = calls.map(({id}) => ({jsonrpc: '2.0', id, ...fault}))
  response.end(JSON.stringify(answers.length === 1 ? answers[0] : answers))
  return true
}

const ask = (address: Address) =>
  ifOffered(
    connection.client,
    readContract(connection.client, {address, abi: cErc20Abi, functionName: 'underlying'}),
  )

test('a contract without the function reverts: there is none', async () => {
  expect(await ask(localShoebillMarkets.metis)).toBeNull()
  expect(await ask(localShoebillMarkets.lst)).not.toBeNull()
})

test('a node without revert data says it with its words: there is none', async () => {
  fault = {error: {code: -32_000, message: 'execution reverted'}}
  expect(await ask(localShoebillMarkets.lst)).toBeNull()
})

test('an internal error of the endpoint is not taken for a missing function', async () => {
  fault = {error: {code: -32_603, message: 'Internal error'}}
  await expect(ask(localShoebillMarkets.lst)).rejects.toThrow('Internal error')
  // Else the market of a token would be taken for the one of METIS.
  await expect(readMarkets(connection.client, localShoebill)).rejects.toThrow('Internal error')
})

test('any other error of the endpoint neither', async () => {
  fault = {error: {code: -32_000, message: 'missing trie node'}}
  await expect(ask(localShoebillMarkets.lst)).rejects.toThrow('missing trie node')
})

test('an empty answer counts only from an address with code', async () => {
  await expect(ask('0x00000000000000000000000000000000000000aa')).rejects.toThrow(
    'returned no data',
  )
  fault = {result: '0x'}
  expect(await ask(localShoebillMarkets.lst)).toBeNull()
})
