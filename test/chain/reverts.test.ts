import {encodeErrorResult, parseAbi, type Hex} from 'viem'
import {call} from 'viem/actions'
import {expect, test} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {connectChain} from '../../src/chain/connect.ts'
import {decodeRevert, fromRevert} from '../../src/chain/reverts.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'
import {startHttpStub, type Call} from '../helpers/http-stub.ts'

const FROM = '0x1111111111111111111111111111111111111111'
const context = {contract: 'LockingPool', functionName: 'relock', from: FROM} as const
const standard = parseAbi(['error Error(string)', 'error Panic(uint256)', 'error Foreign(uint256)'])
const requireText = (reason: string) =>
  encodeErrorResult({abi: standard, errorName: 'Error', args: [reason]})

/** A real call over HTTP to an endpoint that refuses it, as nodes do. */
async function refusal(error: {code: number; message: string; data?: unknown}): Promise<unknown> {
  await using rpc = await startHttpStub((body, _request, response) => {
    const {id, method} = JSON.parse(body) as Call
    const answer = method === 'eth_chainId' ? {result: '0x1'} : {error}
    response.end(JSON.stringify({jsonrpc: '2.0', id, ...answer}))
  })
  const {client, close} = connectChain({name: 'L1', chainId: 1, urls: [rpc.url]})
  try {
    await call(client, {account: FROM, to: FROM, data: '0x01020304'})
  } catch (thrown) {
    return fromRevert(thrown, context)
  } finally {
    close()
  }
  throw new Error('It was not refused.')
}

const reverted = (data: unknown) => refusal({code: 3, message: 'execution reverted', data})

const names = lockingPoolAbi.filter((item) => item.type === 'error').map(({name}) => name)

test('the ABI has the errors that need an explanation', () => {
  expect(names).toHaveLength(9)
})

test.each(names)('%s has a code and a sentence of its own', async (errorName) => {
  const error = await reverted(encodeErrorResult({abi: lockingPoolAbi, errorName}))

  expect(error).toBeInstanceOf(MetisSeqError)
  expect(error).toMatchObject({
    exit: 'precondition',
    code: expect.not.stringMatching('CALL_REVERTED'),
    facts: {contract: 'LockingPool', function: 'relock', from: FROM, revert: errorName},
  })
})

const reasons: [string, string][] = [
  ['Pausable: paused', 'POOL_PAUSED'],
  ['invalid pubkey', 'PUBKEY_INVALID'],
  ['pubkey and address mismatch', 'PUBKEY_MISMATCH'],
  ['invalid amount', 'AMOUNT_OUT_OF_RANGE'],
  ['locked>maxLock', 'AMOUNT_OUT_OF_RANGE'],
  ['No new locked added', 'NOTHING_TO_LOCK'],
  ['withdraw throttle', 'WITHDRAW_THROTTLED'],
  ['BFT restriction', 'BFT_RESTRICTION'],
  ['ERC20: insufficient allowance', 'ALLOWANCE_MISSING'],
  ['ERC20: transfer amount exceeds balance', 'METIS_BALANCE_LOW'],
  ['Not allowed to cliam', 'EXIT_NOT_FINISHED'],
  ['insufficient fee supplied. send at least 200000000000000', 'BRIDGE_FEE_LOW'],
  ['something new', 'CALL_REVERTED'],
]

test.each(reasons)('the reason "%s" becomes %s', async (reason, code) => {
  expect(await reverted(requireText(reason))).toMatchObject({
    code,
    exit: 'precondition',
    facts: {revert: `Error: ${reason}`},
  })
})

test('an unknown reason is told in its own words, with contract and function', async () => {
  expect(await reverted(requireText('something new'))).toMatchObject({
    message: 'LockingPool.relock refuses: something new.',
  })
})

const oddData: [string, Hex, string][] = [
  ['no data', '0x', 'no reason given'],
  ['a panic', encodeErrorResult({abi: standard, errorName: 'Panic', args: [17n]}), 'Panic(0x11)'],
  [
    'an error of another contract',
    encodeErrorResult({abi: standard, errorName: 'Foreign', args: [1n]}),
    'unknown error 0x',
  ],
  ['half a selector', '0x12', 'unknown error 0x12'],
]

test.each(oddData)('a revert with %s has a name', (_what, data, name) => {
  expect(decodeRevert(data).name).toContain(name)
})

test('data that is wrapped once more is found; code 3 without data is a revert too', async () => {
  const data = encodeErrorResult({abi: lockingPoolAbi, errorName: 'NotSeqOwner'})

  expect(await reverted({data})).toMatchObject({code: 'NOT_SEQUENCER_OWNER'})
  expect(await reverted(undefined)).toMatchObject({code: 'CALL_REVERTED'})
})

test('an error that is not a revert is returned as it was', async () => {
  const error = await refusal({code: -32_005, message: 'rate limited'})

  expect(error).not.toBeInstanceOf(MetisSeqError)
  expect(error).toBeInstanceOf(Error)
})
