/** A file that asks for a signature says one thing and holds another. */
import {existsSync, writeFileSync} from 'node:fs'

import {encodeFunctionData, erc20Abi, maxUint256, parseEther, type Abi, type Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {decodeInput} from '../../src/services/explain/decode-transaction.ts'
import {assertHarmless, assertSignable} from '../../src/services/sending/sign-file.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runCli} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'

const network = {...builtInNetworks[0]!, name: 'test'}
const {lockingInfo, metis} = network.l1.contracts
const thief = accountOf('thief').address
const thiefKey = accountOf('thief').publicKey
const owner = accountOf('owner').address

let temp: TempHome
beforeAll(async () => {
  temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
})
afterAll(() => temp[Symbol.dispose]())

const approve = (spender: Hex, amount: bigint) =>
  encodeFunctionData({abi: erc20Abi, functionName: 'approve', args: [spender, amount]})
const transfer = (to: Hex, amount: bigint) =>
  encodeFunctionData({abi: erc20Abi, functionName: 'transfer', args: [to, amount]})

const harmless = {
  label: 'Approve 20,000 METIS for LockingInfo',
  to: metis,
  data: approve(lockingInfo, parseEther('20000')),
  value: '0x0',
  gas: '0x10000',
  nonce: '0x0',
  maxFeePerGas: '0x77359400',
  maxPriorityFeePerGas: '0x3b9aca00',
}

function write(change: object, whole: object = {}): string {
  const path = temp.path('unsigned.json')
  const transactions = [{...harmless, ...change}]
  const file = {chainId: 1, from: owner, action: 'stake increase', transactions, ...whole}
  writeFileSync(path, JSON.stringify(file))
  return path
}

/** What `tx sign` does with a file before it asks: the code of the refusal and the trap. */
async function refusalOf(path: string, overrides: string[] = []): Promise<unknown> {
  try {
    const input = await decodeInput(temp.home, path)
    assertSignable(input)
    assertHarmless(input, network, overrides)
    return 'signable'
  } catch (error) {
    const {code, exit, facts} = error as {code: string; exit: string; facts: {trap?: string}}
    return facts.trap ?? `${code} ${exit}`
  }
}

test('what a plan of ours writes has no trap', async () => {
  expect(await refusalOf(write({}))).toBe('signable')
  // A refill of the signer of this machine.
  const to = accountOf('signer').address
  expect(await refusalOf(write({to, data: '0x', value: '0x1'}))).toBe('signable')
})

test.each<[string, object, {trap: string}[]]>([
  [
    'an unlimited approval',
    {data: approve(lockingInfo, maxUint256)},
    [{trap: 'unlimited-approval'}],
  ],
  [
    'an approval of a thief',
    {data: approve(thief, maxUint256)},
    [{trap: 'unlimited-approval'}, {trap: 'unknown-spender'}],
  ],
  [
    '5 ETH to a thief',
    {to: thief, data: '0x', value: '0x4563918244f40000'},
    [{trap: 'unknown-recipient'}],
  ],
  ['METIS to a thief', {data: transfer(thief, 1n)}, [{trap: 'unknown-recipient'}]],
  [
    'data with the last bytes left out',
    {data: transfer(thief, 1n).slice(0, 74)},
    [{trap: 'unknown-call'}],
  ],
  ['a token nobody knows', {to: thief, data: approve(lockingInfo, 1n)}, [{trap: 'unknown-call'}]],
  ['a function nobody knows', {data: '0xdeadbeef'}, [{trap: 'unknown-call'}]],
  [
    'a change of the code behind a contract',
    {to: lockingInfo, data: `0x3659cfe6${thief.slice(2).padStart(64, '0')}`},
    [{trap: 'unknown-call'}],
  ],
  ['a fee of 500 ETH', {maxFeePerGas: '0x1bc16d674ec80000'}, [{trap: 'absurd-fee'}]],
  ['gas for many blocks', {gas: '0x3b9aca00', maxFeePerGas: '0x3b9aca00'}, [{trap: 'absurd-fee'}]],
  [
    'a bridge fee of an ETH',
    {to: lockingInfo, value: '0xde0b6b3a7640000'},
    [{trap: 'unknown-call'}, {trap: 'bridge-fee'}],
  ],
])('%s: refused until it is named', async (_what, change, met) => {
  const traps = met.map(({trap}) => trap)
  const path = write({...change, label: 'Claim your reward'})
  for (const [index, trap] of traps.entries())
    expect(await refusalOf(path, traps.slice(0, index))).toBe(trap)
  const rest = ['unknown-recipient']
  expect(await refusalOf(path, [...traps, ...rest])).toBe('signable')
})

const lockingPool = network.l1.contracts.lockingPool
const poolCall = (functionName: string, args: readonly unknown[]) =>
  encodeFunctionData({abi: lockingPoolAbi as Abi, functionName, args})
const keyOfThief = `0x${thiefKey.slice(4)}` as Hex

test.each<[string, Hex]>([
  ['a sequencer for a thief', poolCall('setSequencerOwner', [7n, thief])],
  ['its reward for a thief', poolCall('setSequencerRewardRecipient', [7n, thief])],
  ['its turns for a thief', poolCall('updateSigner', [7n, keyOfThief])],
])('%s is refused until it is named', async (_what, data) => {
  const path = write({to: lockingPool, data, label: 'Claim your reward'})
  expect(await refusalOf(path)).toBe('unknown-recipient')
  expect(await refusalOf(path, ['unknown-recipient'])).toBe('signable')
})

test('a call that cannot be undone needs its sequencer named, with --yes as well', async () => {
  const data = poolCall('setSequencerOwner', [7n, owner])
  const path = write({to: lockingPool, data, label: 'Claim your reward'})
  const sign = (...more: string[]) =>
    runCli(['tx', 'sign', path, '--output', temp.path('gone'), '--yes', ...more], {home: temp.root})

  const [bare, wrong] = await Promise.all([sign(), sign('--confirm', '8')])

  expect([bare.exitCode, wrong.exitCode]).toEqual([9, 9])
  expect(bare.stderr).toContain('--confirm 7')
  expect(existsSync(temp.path('gone'))).toBe(false)
})

test('another network than the one in use is a trap, an unknown one too', async () => {
  const [other, unknown] = [{trap: 'other-network'}, {trap: 'unknown-chain'}]
  expect(await refusalOf(write({}, {chainId: 11_155_111}))).toBe(other.trap)
  expect(await refusalOf(write({}, {chainId: 4242}), [other.trap])).toBe(unknown.trap)
})

test('many transactions that are cheap one by one are an absurd fee together', async () => {
  const each = {...harmless, gas: '0x1c9c380', maxFeePerGas: '0x12a05f200'}
  const of = (count: number) => write({}, {transactions: Array.from({length: count}, () => each)})
  expect(await refusalOf(of(1))).toBe('signable')
  expect(await refusalOf(of(2))).toBe('absurd-fee')
})

test.each([0, -1, null, 1.5, 2 ** 53, 1e300, '0', '', ' 1', 'x', true, [1], {}, '0x0', undefined])(
  'chain id %j is refused as what it is: an input that is wrong',
  async (chainId) => {
    expect(await refusalOf(write({}, {chainId}))).toBe('TX_UNDECODABLE usage')
  },
)

test.each<object>([
  {nonce: '0xffffffffffffffff'},
  {gas: '0x1ffffffffffffffff'},
  {value: String(2n ** 256n)},
  {value: [1]},
  {maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x2'},
  {data: '0x123'},
  {data: '0xzz'},
  {to: '0x12'},
  {nonce: -1},
])('fields that no chain takes are refused before anybody is asked: %j', async (change) => {
  expect(await refusalOf(write(change))).toBe('TX_UNDECODABLE usage')
})

test('tx sign shows the bytes and the price, keeps the words of the file apart, and --yes passes no trap', async () => {
  const label = 'Claim 100 METIS\u001b[2J\u001b[H\u009b31m\u202e for you'
  const path = write({label, data: approve(thief, maxUint256)}, {action: 'x\u001b[31m'})
  const signed = temp.path('signed')

  const {stdout, stderr, exitCode} = await runCli(
    ['tx', 'sign', path, '--output', signed, '--yes'],
    {home: temp.root},
  )

  expect(exitCode).toBe(5)
  expect(existsSync(signed)).toBe(false)
  expect(stderr).toContain('METIS.approve')
  expect(stderr).toContain('without limit')
  expect(stderr).toContain('at most       0.000131072 ETH')
  expect(stderr).toMatch(
    /CAREFUL: .* could then take all tokens of this kind.*\[unlimited-approval\]/,
  )
  expect(stderr).toContain('--override unlimited-approval --override unknown-spender')
  expect(stderr).toMatch(/the file calls it "Claim 100 METIS.*", which proves nothing/)
  expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u)
})
