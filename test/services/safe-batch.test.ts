/** A batch for the transaction builder of a Safe: its shape, its checksum, and that it does what the preview says. */
import {Ajv} from 'ajv'
import {encodeFunctionData, keccak256, parseEther, stringToHex} from 'viem'
import {expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {decodeCall} from '../../src/chain/decode-call.ts'
import type {Plan} from '../../src/services/sending/plan.ts'
import {decodePlanned} from '../../src/services/sending/planned-call.ts'
import {approveLockingInfo, relock} from '../../src/services/sending/planned-calls.ts'
import {checksumOf, toSafeBatch, type SafeBatch} from '../../src/services/sending/safe-batch.ts'

const [metis, lockingInfo, lockingPool, safe] = (['11', '22', '33', '44'] as const).map(
  (pair) => `0x${pair.repeat(20)}` as const,
) as [`0x${string}`, `0x${string}`, `0x${string}`, `0x${string}`]
const amountWei = parseEther('1000')

const plan: Plan = {
  ...{action: 'stake increase', title: 'Lock more', chain: 'L1', from: safe, role: 'owner'},
  calls: [
    approveLockingInfo({metis, lockingInfo, amountWei}),
    relock({lockingPool, sequencerId: 7n, amountWei, rewardWei: null}),
  ],
  ...{conditions: [], effects: [], figures: [], traps: []},
}

/** Written from what the transaction builder reads: `BatchFile` of its typings. */
const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['version', 'chainId', 'createdAt', 'meta', 'transactions'],
  properties: {
    version: {const: '1.0'},
    chainId: {type: 'string', pattern: '^[1-9][0-9]*$'},
    createdAt: {type: 'integer', minimum: 1_000_000_000_000},
    meta: {
      type: 'object',
      additionalProperties: false,
      required: ['name', 'checksum', 'createdFromSafeAddress'],
      properties: {
        name: {type: 'string', minLength: 1},
        description: {type: 'string'},
        txBuilderVersion: {type: 'string'},
        checksum: {type: 'string', pattern: '^0x[0-9a-f]{64}$'},
        createdFromSafeAddress: {type: 'string', pattern: '^0x[0-9a-fA-F]{40}$'},
        createdFromOwnerAddress: {type: 'string'},
      },
    },
    transactions: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['to', 'value', 'data'],
        properties: {
          to: {type: 'string', pattern: '^0x[0-9a-fA-F]{40}$'},
          value: {type: 'string', pattern: '^[0-9]+$'},
          data: {type: 'string', pattern: '^0x([0-9a-f]{2})*$'},
          contractMethod: {type: 'null'},
          contractInputsValues: {type: 'null'},
        },
      },
    },
  },
}
const accepts = new Ajv({allErrors: true}).compile(schema)

function batchOf(): SafeBatch {
  return toSafeBatch(plan, 31_337, 1_700_000_000_000)
}

test('the builder reads it, after it went through a file', () => {
  const read: unknown = JSON.parse(JSON.stringify(batchOf()))

  expect(accepts(read), JSON.stringify(accepts.errors)).toBe(true)
  expect(accepts({...batchOf(), chainId: 31_337})).toBe(false)
})

test('each call decodes to what the preview shows', () => {
  const {transactions} = batchOf()

  expect(transactions.map(({to, value}) => ({to, value}))).toEqual([
    {to: metis, value: '0'},
    {to: lockingPool, value: '0'},
  ])
  const names = ['METIS', 'LockingPool'] as const
  for (const [index, {data}] of transactions.entries()) {
    expect(decodeCall(data, names[index])).toEqual(decodePlanned(plan.calls[index]!))
  }
  expect(transactions[0]?.data).toBe(
    encodeFunctionData({abi: erc20Abi, functionName: 'approve', args: [lockingInfo, amountWei]}),
  )
  expect(transactions[1]?.data).toBe(
    encodeFunctionData({abi: lockingPoolAbi, functionName: 'relock', args: [7n, amountWei, false]}),
  )
})

test('the checksum covers everything but the name', () => {
  const batch = batchOf()
  const {checksum} = batch.meta
  const renamed = {...batch, meta: {...batch.meta, name: 'Another name'}}
  const changed = {...batch, transactions: [batch.transactions[1]!]}

  expect(checksum).toBe(checksumOf(batch))
  expect(checksumOf(renamed)).toBe(checksum)
  expect(checksumOf(changed)).not.toBe(checksum)
})

test('the checksum is that of the names in order, each value with a comma behind it', () => {
  const batch = {
    version: '1.0',
    ...{chainId: '1', createdAt: 1},
    meta: {name: 'x', description: 'd', createdFromSafeAddress: 's', createdFromOwnerAddress: ''},
    transactions: [],
  } as const
  const byHand =
    '{["chainId","createdAt","meta","transactions","version"]"1",1,' +
    '{["createdFromOwnerAddress","createdFromSafeAddress","description","name"]"","s","d",null,},' +
    '[],"1.0",}'

  expect(checksumOf({...batch, transactions: []})).toBe(keccak256(stringToHex(byHand)))
})
